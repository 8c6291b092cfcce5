#ifndef BASE_ENV_H
#define BASE_ENV_H

/*
 * The only door to clock, sleep and chance.  Tests put a script behind it, so
 * that hours of waiting pass in microseconds; nothing else in bide may call
 * clock_gettime(), time(), poll() for a pause, or read a random device.
 *
 * Deadlines are absolute times of mono().  mono() counts on through a suspend
 * (CLOCK_BOOTTIME where there is one), so a server's "in 20 s" is not
 * stretched by a closed lid.
 */

#include "base/err.h"

struct env {
	msec (*mono)(void *ctx);	/* never goes back; arbitrary origin */
	msec (*wall)(void *ctx);	/* since 1970-01-01 UTC */
	/*
	 * Sleeps until mono() >= until.  Returns 0, or 1 when woken before
	 * (SIGUSR1), or -1 when a signal asks to stop.
	 */
	int (*sleep)(void *ctx, msec until);
	int (*cancelled)(void *ctx);	/* signal that asks to stop, or 0 */
	void (*random)(void *ctx, void *p, size_t n);
	int wakefd;	/* readable from a cancel on, for ever; -1 = none */
	void *ctx;
};

/*
 * The real one.  Takes SIGINT, SIGTERM and SIGHUP (the first asks to stop,
 * the second of its kind kills), SIGUSR1 (ends a sleep) and ignores SIGPIPE
 * and SIGXFSZ; a signal that was ignored at start stays so.  Once in a
 * process.  0, or -1 with errno.
 */
int env_open(struct env *env);

/* Shorthands. */
msec env_mono(const struct env *env);
uint32_t env_random32(const struct env *env);

#endif
