#ifndef BASE_OS_H
#define BASE_OS_H

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>

/*
 * What Linux has and BSD or macOS lack, in part or altogether: elsewhere, and
 * with -DFALLBACKS (make fallbacks runs the tests so), by what POSIX has.
 * Each returns as its namesake of Linux: -1 with errno.  All descriptors are
 * closed by exec(); with the fallbacks, one that another thread's fork() gets
 * before that is set would not be, but bide has no threads.
 */

/* pipe2(); flags: 0 or O_NONBLOCK. */
int os_pipe(int fd[2], int flags);

/* A stream socket, non-blocking unless flags is 0. */
int os_socket(int family, int flags);
int os_socketpair(int fd[2]);
/* accept4(), non-blocking. */
int os_accept(int fd, struct sockaddr *a, socklen_t *n);

/* Closes all descriptors from first on. */
void os_close_from(int first);

/* Raises the limit of open files as far as it may go, and returns it. */
size_t os_max_files(void);

/* Random bytes. */
void os_random(void *p, size_t n);

/* signalfd(): blocks the signals, to be read with os_signal(), which returns 0
 * when there is none.  Once in a process. */
int os_signals(const sigset_t *set);
int os_signal(int fd);

/*
 * Waits of many processes for the same descriptors.  By epoll, a connection
 * wakes one of those that have the descriptor shared; by poll() all, of which
 * one gets it.
 */
#define OS_WAIT_MAX 18

struct os_wait {
	int epoll;
	nfds_t n;
	struct pollfd fds[OS_WAIT_MAX];
};

void os_wait_open(struct os_wait *w);
void os_wait_add(struct os_wait *w, int fd, int shared);
/* How many are ready within ms; -1 with errno. */
int os_wait(struct os_wait *w, int ms);

#endif
