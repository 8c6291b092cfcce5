#ifndef TESTS_NETENV_H
#define TESTS_NETENV_H

/*
 * What the tests of net/ share: an env on the real clock whose cancel comes
 * from a timer, and sockets on the loopback.  Includers define _GNU_SOURCE.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/env.h"

static int wake[2];
static volatile sig_atomic_t woken;

static msec
clock_real(void *ctx)
{
	struct timespec ts;

	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (msec)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
clock_cancelled(void *ctx)
{
	(void)ctx;
	return woken ? SIGINT : 0;
}

static void
on_alarm(int sig)
{
	ssize_t n;

	(void)sig;
	woken = 1;
	n = write(wake[1], "", 1);
	(void)n;
}

static struct env
env_new(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };

	if (pipe(wake) < 0)
		abort();
	fcntl(wake[0], F_SETFL, O_NONBLOCK);
	sigaction(SIGALRM, &sa, NULL);
	return (struct env){ .mono = clock_real, .cancelled = clock_cancelled,
	    .wakefd = wake[0] };
}

/* A signal that asks to stop, ms from now. */
static inline void
cancel_in(int ms)
{
	struct itimerval t = { .it_value = { 0, ms * 1000 } };

	setitimer(ITIMER_REAL, &t, NULL);
}

static inline void
cancel_undo(void)
{
	struct itimerval t = { .it_value = { 0, 0 } };
	char drop[8];

	setitimer(ITIMER_REAL, &t, NULL);
	while (read(wake[0], drop, sizeof(drop)) > 0)
		continue;
	woken = 0;
}

/* A TCP socket bound to ip, listening if backlog >= 0; *port 0 is set to a
 * free port.  -1 if that fails. */
static int
listener(const char *ip, int *port, int backlog)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	int is6 = strchr(ip, ':') != NULL, fd;
	struct sockaddr *sa = is6 ? (struct sockaddr *)&v6 :
	    (struct sockaddr *)&v4;
	socklen_t size = is6 ? sizeof(v6) : sizeof(v4);

	inet_pton(is6 ? AF_INET6 : AF_INET, ip,
	    is6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr);
	v6.sin6_port = v4.sin_port = htons((uint16_t)*port);
	fd = socket(is6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, sa, size) < 0 ||
	    (backlog >= 0 && listen(fd, backlog) < 0) ||
	    getsockname(fd, sa, &size) < 0) {
		close(fd);
		return -1;
	}
	*port = ntohs(is6 ? v6.sin6_port : v4.sin_port);
	return fd;
}

/* A listener that answers no SYN: its queue of one is full, so Linux drops
 * them.  *fill is the connection in the queue. */
static inline int
blackhole(const char *ip, int *port, int *fill)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = listener(ip, port, 0);

	if (fd < 0)
		return -1;
	*fill = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	inet_pton(AF_INET, ip, &to.sin_addr);
	to.sin_port = htons((uint16_t)*port);
	if (connect(*fill, (struct sockaddr *)&to, sizeof(to)) < 0)
		abort();
	return fd;
}

/* How long the named process has waited for a CPU so far, in ms; 0 if
 * unknown. */
static inline msec
queued_of(const char *name)
{
	char path[64];
	long long run, wait = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/schedstat", name);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%lld %lld", &run, &wait) != 2)
		wait = 0;
	fclose(f);
	return wait / 1000000;
}

/* The same for this process and its children, doubled to allow for children
 * that have ended. */
static inline msec
queued(void)
{
	char path[64], name[16];
	msec sum = queued_of("self");
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%ld/children",
	    (long)getpid());
	f = fopen(path, "r");
	while (f != NULL && fscanf(f, "%15s", name) == 1)
		sum += queued_of(name);
	if (f != NULL)
		fclose(f);
	return 2 * sum;
}

static msec queued_then;

/* Starts a span to be checked with about(). */
static inline msec
begin(const struct env *e)
{
	queued_then = queued();
	return env_mono(e);
}

/* Whether span is want, or at most SLACK ms more plus the time that was spent
 * waiting for a CPU. */
static inline int
about(msec span, msec want)
{
	const char *slack = getenv("SLACK");
	msec more = queued() - queued_then;

	return span >= want && span < want + (more > 0 ? more : 0) +
	    (slack != NULL ? atoi(slack) : 200);
}

static inline void
end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0)
		continue;
}

#endif
