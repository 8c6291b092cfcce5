#define _GNU_SOURCE	/* CLOCK_BOOTTIME */

#include "base/env.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

#include "base/os.h"

#ifdef CLOCK_BOOTTIME
#define MONO_CLOCK CLOCK_BOOTTIME
#else
#define MONO_CLOCK CLOCK_MONOTONIC
#endif

/* For the handlers: the first signal, and the write ends of two pipes. */
static volatile sig_atomic_t stop_signal, stop_fd, nudge_fd;
static int nudge_read;
static struct watch watch = { .fd = -1, .at = MSEC_MAX };

static msec
clock_ms(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) < 0)
		err_system("clock_gettime");
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
	(void)ctx;
	os_random(p, n);
}

static int
real_sleep(void *ctx, msec until)
{
	struct env *env = ctx;
	struct pollfd fds[3] = {
		{ .fd = env->wakefd, .events = POLLIN },
		{ .fd = nudge_read, .events = POLLIN },
		{ .events = POLLIN },
	};
	char drop[64];
	msec left;

	while (until - real_mono(NULL) > 0) {
		fds[2].fd = env_watched(env);
		left = env_until(env, until) - real_mono(NULL);
		/* poll() does not count time spent suspended */
		if (poll(fds, 3, left < 0 ? 0 : left > 60000 ? 60000 :
		    (int)left) <= 0)
			fds[0].revents = fds[1].revents = fds[2].revents = 0;
		if (fds[0].revents != 0 ||
		    env_beat(env, fds[2].revents != 0) < 0)
			return -1;
		if (fds[1].revents != 0 &&
		    read(nudge_read, drop, sizeof(drop)) > 0)
			return 1;
	}
	return stop_signal != 0 ? -1 : 0;
}

static void
on_signal(int sig)
{
	int saved = errno;

	if (sig != SIGUSR1 && stop_signal == 0)
		stop_signal = sig;
	(void)!write(sig == SIGUSR1 ? nudge_fd : stop_fd, "", 1);
	errno = saved;
}

/* No SA_RESTART: a signal must interrupt a blocked write to stdout. */
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

	if (os_pipe(stop, O_NONBLOCK) < 0 ||
	    os_pipe(nudge, O_NONBLOCK) < 0)
		return -1;
	stop_fd = stop[1];
	nudge_fd = nudge[1];
	nudge_read = nudge[0];
	*env = (struct env){ real_mono, real_wall, real_sleep, real_cancelled,
	    real_random, stop[0], env, &watch };
	handle(SIGINT, on_signal, (int)SA_RESETHAND);
	handle(SIGTERM, on_signal, (int)SA_RESETHAND);
	handle(SIGHUP, on_signal, (int)SA_RESETHAND);
	handle(SIGUSR1, on_signal, 0);
	handle(SIGPIPE, SIG_IGN, 0);
	handle(SIGXFSZ, SIG_IGN, 0);
	return 0;
}

void
env_die(int sig)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };

	sigemptyset(&sa.sa_mask);
	(void)sigaction(sig, &sa, NULL);
	(void)raise(sig);
}

int
env_reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

int
env_watched(const struct env *env)
{
	return env->watch == NULL || env->watch->busy ? -1 : env->watch->fd;
}

msec
env_until(const struct env *env, msec end)
{
	return env->watch == NULL || env->watch->busy ||
	    env->watch->at > end ? end : env->watch->at;
}

int
env_beat(const struct env *env, int readable)
{
	struct watch *w = env->watch;
	int rc;

	if (w == NULL || w->busy || (!readable &&
	    (w->at >= MSEC_MAX || env_mono(env) < w->at)))
		return 0;
	w->busy = 1;
	rc = w->beat(w, readable);
	w->busy = 0;
	return rc;
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
