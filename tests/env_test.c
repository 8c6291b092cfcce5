/* The real clock and signals; no wait is longer than 20 ms. */

#define _XOPEN_SOURCE 700	/* setitimer */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net/await.h"
#include "tests/t.h"

/* Sends this process a signal in 5 ms. */
static pid_t
signal_soon(int sig)
{
	struct timespec ms5 = { 0, 5000000 };
	pid_t pid = fork();

	if (pid < 0)
		abort();
	if (pid == 0) {
		nanosleep(&ms5, NULL);
		kill(getppid(), sig);
		_exit(0);
	}
	return pid;
}

static int
wakes(const struct env *env)
{
	struct pollfd p = { .fd = env->wakefd, .events = POLLIN };

	return poll(&p, 1, 0);
}

static void
test_clock(const struct env *env)
{
	msec a = env_mono(env), b, wall = env->wall(env->ctx);

	EQ(env->sleep(env->ctx, a + 10), 0, "sleep: returns 0");
	b = env_mono(env);
	OK(b >= a + 10, "sleep: not too short");
	OK(env->wall(env->ctx) >= wall + 9, "wall: advances too");
	OK(wall / 1000 >= time(NULL) - 1 && wall / 1000 <= time(NULL) + 1,
	    "wall: the time of day");
	EQ(env->sleep(env->ctx, b - 1), 0, "sleep: until a time past");
	OK(env_mono(env) < b + 1000, "sleep: returns at once then");
}

static void
test_random(const struct env *env)
{
	unsigned char big[1000] = { 0 };
	size_t i, zero = 0;

	env->random(env->ctx, big, sizeof(big));
	for (i = 0; i < sizeof(big); i++)
		zero += big[i] == 0;
	OK(zero < 50, "random: all bytes are set");
	OK(env_random32(env) != env_random32(env) ||
	    env_random32(env) != env_random32(env), "random numbers");
	env->random(env->ctx, big, 0);
}

static void
test_nudge(const struct env *env)
{
	msec start = env_mono(env);
	pid_t pid = signal_soon(SIGUSR1);

	EQ(env->sleep(env->ctx, start + 600000), 1, "SIGUSR1 ends a sleep");
	OK(env_mono(env) < start + 10000, "SIGUSR1: at once");
	waitpid(pid, NULL, 0);
	raise(SIGUSR1);
	raise(SIGUSR1);
	EQ(env->sleep(env->ctx, env_mono(env) + 600000), 1,
	    "SIGUSR1 just before a sleep ends it");
	EQ(env->sleep(env->ctx, env_mono(env) + 5), 0,
	    "SIGUSR1 ends only one sleep");
	EQ(env->cancelled(env->ctx), 0, "SIGUSR1 does not cancel");
	EQ(wakes(env), 0, "SIGUSR1: wakefd stays silent");
}

static int beaten, read_by;

/* Every 5 ms; the third, or a readable descriptor, ends the wait. */
static int
on_beat(struct watch *w, int readable)
{
	beaten++;
	read_by = readable;
	w->at += 5;
	return beaten == 3 || readable ? -1 : 0;
}

static void
test_watch(const struct env *env)
{
	struct pollfd fds[2] = { [1] = { .fd = -1 } };
	struct fault f = { 0 };
	msec start = env_mono(env);
	int fd[2];

	*env->watch = (struct watch){ .fd = -1, .at = start + 5,
	    .beat = on_beat };
	EQ(env->sleep(env->ctx, start + 600000), -1, "a beat ends a sleep");
	EQ(beaten, 3, "the third one");
	OK(env_mono(env) >= start + 15, "beats: not early");
	beaten = 0;
	env->watch->at = env_mono(env) + 5;
	EQ(await_fds(env, fds, 2, start + 600000, &f), -1,
	    "a beat ends a wait for descriptors");
	EQ(f.class, F_CANCEL, "a beat: as a signal would");
	EQ(beaten, 3, "a beat: the third one, too");
	if (pipe(fd) < 0 || write(fd[1], "", 1) != 1)
		abort();
	*env->watch = (struct watch){ .fd = fd[0], .at = MSEC_MAX,
	    .beat = on_beat };
	EQ(env->sleep(env->ctx, start + 600000), -1,
	    "what can be read ends a sleep");
	EQ(await_fds(env, fds, 2, start + 600000, &f), -1,
	    "and a wait for descriptors");
	EQ(read_by, 1, "the beat is told so");
	env->watch->busy = 1;
	EQ(env->sleep(env->ctx, env_mono(env) + 5), 0,
	    "waits of a beat do not beat");
	*env->watch = (struct watch){ .fd = -1, .at = MSEC_MAX };
	close(fd[0]);
	close(fd[1]);
}

static void
on_alarm(int sig)
{
	(void)sig;
}

/* Other signals do not end a sleep. */
static void
test_eintr(const struct env *env)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval soon = { { 0, 2000 }, { 0, 2000 } }, never = { 0 };
	msec until = env_mono(env) + 20;

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	EQ(env->sleep(env->ctx, until), 0, "other signals do not end a sleep");
	OK(env_mono(env) >= until, "other signals do not shorten a sleep");
	setitimer(ITIMER_REAL, &never, NULL);
}

static void
test_sigpipe(void)
{
	int fd[2];

	if (pipe(fd) < 0)
		abort();
	close(fd[0]);
	EQ(write(fd[1], "", 1), -1, "SIGPIPE is ignored");
	close(fd[1]);
}

static void
test_inherit(const struct env *env)
{
	EQ(fcntl(env->wakefd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC,
	    "wakefd is closed on exec");
}

/* How a child process ends that gets these signals in order. */
static int
end_of(int first, int second)
{
	struct env env;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		abort();
	if (pid == 0) {
		if (env_open(&env) < 0)
			_exit(1);
		raise(first);
		raise(second);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
test_kill(void)
{
	EQ(end_of(SIGINT, SIGTERM), 0, "the first of a kind asks to stop");
	EQ(end_of(SIGINT, SIGINT), SIGINT, "the second of a kind kills");
	EQ(end_of(SIGTERM, SIGTERM), SIGTERM, "the second SIGTERM kills");
	EQ(end_of(SIGHUP, SIGHUP), 0, "an ignored signal stays ignored");
}

static void
test_cancel(const struct env *env)
{
	msec start = env_mono(env);
	pid_t pid;

	pid = signal_soon(SIGTERM);
	while (env->cancelled(env->ctx) == 0 && env_mono(env) < start + 10000)
		(void)env->sleep(env->ctx, env_mono(env) + 20);
	EQ(env->cancelled(env->ctx), SIGTERM, "cancelled: the signal");
	EQ(env->sleep(env->ctx, env_mono(env) + 600000), -1,
	    "cancelled: a sleep ends at once");
	EQ(env->sleep(env->ctx, 0), -1, "cancelled: so do all later sleeps");
	EQ(wakes(env), 1, "cancelled: wakefd is readable");
	raise(SIGINT);
	EQ(env->cancelled(env->ctx), SIGTERM,
	    "cancelled: the first signal counts");
	waitpid(pid, NULL, 0);
}

int
main(void)
{
	struct env env;

	/* Shells start background jobs with SIGINT ignored. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_IGN);
	test_kill();
	if (env_open(&env) < 0)
		abort();
	test_clock(&env);
	test_random(&env);
	test_nudge(&env);
	test_watch(&env);
	test_eintr(&env);
	test_sigpipe();
	test_inherit(&env);
	test_cancel(&env);
	return DONE();
}
