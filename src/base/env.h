#ifndef BASE_ENV_H
#define BASE_ENV_H

/*
 * Clock, sleep, signals and randomness, and the only access to them.  Tests
 * replace it, so that hours of waiting take microseconds; nothing else in
 * bide may call clock_gettime() or time(), poll() to sleep, or read a random
 * device.
 *
 * Deadlines are absolute times of mono(), which includes time spent suspended
 * where the system can tell (CLOCK_BOOTTIME): a server's "in 20 s" means 20 s
 * of real time.
 */

#include <sys/types.h>

#include "base/err.h"

/*
 * What every wait attends to besides its own end, here and in net/: a
 * descriptor, such as that of a client who may leave, and a time to do
 * something at, such as to show that the wait goes on.  The beat may do its
 * own waits: they do not beat.
 */
struct watch {
	int fd;			/* -1: none */
	msec at;		/* on the monotonic clock; MSEC_MAX: never */
	/* Called when fd is readable, or at the time .at or after, which it
	 * sets anew.  0, or -1 to end the wait as a signal would. */
	int (*beat)(struct watch *w, int readable);
	void *ctx;		/* the beat's */
	int busy;		/* private */
};

struct env {
	msec (*mono)(void *ctx);	/* monotonic, arbitrary origin */
	msec (*wall)(void *ctx);	/* since 1970-01-01 UTC */
	/*
	 * Sleeps until mono() >= until.  0; 1 if woken early by SIGUSR1; -1
	 * if a signal asks to stop.
	 */
	int (*sleep)(void *ctx, msec until);
	int (*cancelled)(void *ctx);	/* the signal that asks to stop; 0 */
	void (*random)(void *ctx, void *p, size_t n);
	int wakefd;	/* stays readable once cancelled; -1 = none */
	void *ctx;
	struct watch *watch;	/* {-1, MSEC_MAX} at first; or NULL */
};

/*
 * Fills env with the real clock and signals.  The first SIGINT, SIGTERM or
 * SIGHUP asks to stop, a second one of the same kind kills; SIGUSR1 ends a
 * sleep; SIGPIPE and SIGXFSZ are ignored.  A signal that was ignored at start
 * stays ignored.  Call it once in a process.  0, or -1 with errno.
 */
int env_open(struct env *env);

/* Ends the process by a signal as if it had never been handled.  Returns where
 * that does not end it: the first process of a container. */
void env_die(int sig);

/* Waits for a child process to end; signals do not interrupt it.  The status
 * of waitpid(), or -1 with errno. */
int env_reap(pid_t pid);

/*
 * For waits: the descriptor to look at, or -1; how long to sleep at most, given
 * the end of the wait; and env_beat() after that, which returns 0, or -1 to
 * give the wait up.
 */
int env_watched(const struct env *env);
msec env_until(const struct env *env, msec end);
int env_beat(const struct env *env, int readable);

/* Shorthands. */
msec env_mono(const struct env *env);
uint32_t env_random32(const struct env *env);

#endif
