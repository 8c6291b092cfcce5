#define _GNU_SOURCE	/* pipe2(), accept4(), SYS_close_range, getentropy() */

#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/err.h"

#ifdef __APPLE__
#include <sys/random.h>
#endif

#define ENTROPY_MAX ((size_t)256)	/* that getentropy() gives at a time */

#if defined(__linux__) && !defined(FALLBACKS)
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

int
os_pipe(int fd[2], int flags)
{
	return pipe2(fd, flags | O_CLOEXEC);
}

int
os_socket(int family, int flags)
{
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC |
	    (flags != 0 ? SOCK_NONBLOCK : 0), 0);
}

int
os_socketpair(int fd[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd);
}

int
os_accept(int fd, struct sockaddr *a, socklen_t *n)
{
	return accept4(fd, a, n, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

static int
close_range_from(int first)
{
#ifdef SYS_close_range
	return (int)syscall(SYS_close_range, (unsigned)first, ~0U, 0U);
#else
	(void)first;
	return -1;
#endif
}

/* musl's setrlimit() would send a signal to each thread. */
static int
files_limit(const struct rlimit *to, struct rlimit *was)
{
	return prlimit(0, RLIMIT_NOFILE, to, was);
}

int
os_signals(const sigset_t *set)
{
	return signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int
os_signal(int fd)
{
	struct signalfd_siginfo s;

	return read(fd, &s, sizeof(s)) == (ssize_t)sizeof(s) ?
	    (int)s.ssi_signo : 0;
}

void
os_wait_open(struct os_wait *w)
{
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
}

void
os_wait_add(struct os_wait *w, int fd, int shared)
{
	struct epoll_event ev = { .events = EPOLLIN };

	if (shared)
		ev.events |= EPOLLEXCLUSIVE;
	(void)epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &ev);
}

int
os_wait(struct os_wait *w, int ms)
{
	struct epoll_event ev[OS_WAIT_MAX];

	return epoll_wait(w->epoll, ev, OS_WAIT_MAX, ms);
}
#else
static int signal_write;	/* for the handler */

/* Sets the flags of the n descriptors; closes them if it cannot. */
static int
set_flags(int *fd, int n, int nonblock)
{
	int i, fl, rc = 0, err = 0;

	for (i = 0; i < n && rc == 0; i++)
		if (fcntl(fd[i], F_SETFD, FD_CLOEXEC) < 0 ||
		    (fl = fcntl(fd[i], F_GETFL)) < 0 ||
		    fcntl(fd[i], F_SETFL, nonblock ? fl | O_NONBLOCK :
		    fl & ~O_NONBLOCK) < 0) {
			err = errno;
			rc = -1;
		}
	for (i = 0; i < n && rc < 0; i++)
		(void)close(fd[i]);
	if (rc < 0)
		errno = err;
	return rc;
}

int
os_pipe(int fd[2], int flags)
{
	return pipe(fd) < 0 ? -1 : set_flags(fd, 2, flags != 0);
}

int
os_socket(int family, int flags)
{
	int fd = socket(family, SOCK_STREAM, 0);

	return fd < 0 || set_flags(&fd, 1, flags != 0) < 0 ? -1 : fd;
}

int
os_socketpair(int fd[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM, 0, fd) < 0 ? -1 :
	    set_flags(fd, 2, 0);
}

int
os_accept(int fd, struct sockaddr *a, socklen_t *n)
{
	int got = accept(fd, a, n);

	return got < 0 || set_flags(&got, 1, 1) < 0 ? -1 : got;
}

static int
close_range_from(int first)
{
	(void)first;
	return -1;
}

static int
files_limit(const struct rlimit *to, struct rlimit *was)
{
	return was != NULL ? getrlimit(RLIMIT_NOFILE, was) :
	    setrlimit(RLIMIT_NOFILE, to);
}

static void
on_signal(int sig)
{
	unsigned char c = (unsigned char)sig;
	int err = errno;

	(void)!write(signal_write, &c, 1);
	errno = err;
}

int
os_signals(const sigset_t *set)
{
	struct sigaction sa = { .sa_handler = on_signal };
	int fd[2], sig;

	if (os_pipe(fd, O_NONBLOCK) < 0)
		return -1;
	signal_write = fd[1];
	sigfillset(&sa.sa_mask);
	for (sig = 1; sig < 32; sig++)
		if (sigismember(set, sig) == 1)
			(void)sigaction(sig, &sa, NULL);
	(void)sigprocmask(SIG_UNBLOCK, set, NULL);
	return fd[0];
}

int
os_signal(int fd)
{
	unsigned char c;

	return read(fd, &c, 1) == 1 ? c : 0;
}

void
os_wait_open(struct os_wait *w)
{
	w->n = 0;
}

void
os_wait_add(struct os_wait *w, int fd, int shared)
{
	(void)shared;
	w->fds[w->n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

int
os_wait(struct os_wait *w, int ms)
{
	return poll(w->fds, w->n, ms);
}
#endif

void
os_close_from(int first)
{
	struct rlimit most;
	rlim_t fd;

	if (close_range_from(first) == 0)
		return;
	if (files_limit(NULL, &most) < 0 || most.rlim_cur > 65536)
		most.rlim_cur = 65536;
	for (fd = (rlim_t)first; fd < most.rlim_cur; fd++)
		(void)close((int)fd);
}

size_t
os_max_files(void)
{
	struct rlimit r;

	if (files_limit(NULL, &r) < 0)
		return SIZE_MAX;
	r.rlim_cur = r.rlim_max;
	(void)files_limit(&r, NULL);
	return r.rlim_cur < SIZE_MAX ? (size_t)r.rlim_cur : SIZE_MAX;
}

void
os_random(void *p, size_t n)
{
	char *at = p;
	size_t some;

	for (; n > 0; at += some, n -= some) {
		some = n < ENTROPY_MAX ? n : ENTROPY_MAX;
		if (getentropy(at, some) < 0)
			err_system("getentropy");
	}
}
