#define _GNU_SOURCE	/* CLOCK_BOOTTIME, getrandom, pipe2 */

#include "base/env.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/random.h>

#ifdef CLOCK_BOOTTIME
#define MONO_CLOCK CLOCK_BOOTTIME
#else
#define MONO_CLOCK CLOCK_MONOTONIC
#endif

/* What a handler may touch: two pipes' write ends and the first signal. */
static volatile sig_atomic_t stop_signal, stop_fd, nudge_fd;
static int nudge_read;

static msec
clock_ms(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) < 0)
		abort();
	return (msec)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static msec
real_mono(void *ctx)
{
	(void)ctx;
	return clock_ms(MONO_CLOCK);
}

static msec
real_wall(void *ctx)
{
	(void)ctx;
	return clock_ms(CLOCK_REALTIME);
}

static int
real_cancelled(void *ctx)
{
	(void)ctx;
	return stop_signal;
}

static void
real_random(void *ctx, void *p, size_t n)
{
	char *at = p;
	ssize_t got;

	(void)ctx;
	while (n > 0) {
		got = getrandom(at, n, 0);
		if (got < 0 && errno != EINTR)
			abort();
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
}

static int
real_sleep(void *ctx, msec until)
{
	struct env *env = ctx;
	struct pollfd fds[2] = {
		{ .fd = env->wakefd, .events = POLLIN },
		{ .fd = nudge_read, .events = POLLIN },
	};
	char drop[64];
	msec left;

	while ((left = until - real_mono(NULL)) > 0) {
		if (left > 60000)	/* poll's clock may stand still */
			left = 60000;
		if (poll(fds, 2, (int)left) <= 0)
			continue;
		if (fds[0].revents != 0)
			return -1;
		if (read(nudge_read, drop, sizeof(drop)) > 0)
			return 1;
	}
	return stop_signal != 0 ? -1 : 0;
}

static void
on_stop(int sig)
{
	int saved = errno;
	ssize_t n;

	if (stop_signal == 0)
		stop_signal = sig;
	n = write(stop_fd, "", 1);
	(void)n;
	errno = saved;
}

static void
on_nudge(int sig)
{
	int saved = errno;
	ssize_t n;

	(void)sig;
	n = write(nudge_fd, "", 1);
	(void)n;
	errno = saved;
}

static int
pipe_open(int fd[2])
{
	return pipe2(fd, O_CLOEXEC | O_NONBLOCK);
}

/* No SA_RESTART: a blocked write to stdout has to notice. */
static void
handle(int sig, void (*handler)(int), int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };
	struct sigaction old;

	if (sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
		return;
	sigemptyset(&sa.sa_mask);
	(void)sigaction(sig, &sa, NULL);
}

int
env_open(struct env *env)
{
	int stop[2], nudge[2];

	if (pipe_open(stop) < 0 || pipe_open(nudge) < 0)
		return -1;
	stop_fd = stop[1];
	nudge_fd = nudge[1];
	nudge_read = nudge[0];
	*env = (struct env){ real_mono, real_wall, real_sleep, real_cancelled,
	    real_random, stop[0], env };
	handle(SIGINT, on_stop, (int)SA_RESETHAND);
	handle(SIGTERM, on_stop, (int)SA_RESETHAND);
	handle(SIGHUP, on_stop, (int)SA_RESETHAND);
	handle(SIGUSR1, on_nudge, 0);
	handle(SIGPIPE, SIG_IGN, 0);
	handle(SIGXFSZ, SIG_IGN, 0);
	return 0;
}

msec
env_mono(const struct env *env)
{
	return env->mono(env->ctx);
}

uint32_t
env_random32(const struct env *env)
{
	uint32_t v;

	env->random(env->ctx, &v, sizeof(v));
	return v;
}
