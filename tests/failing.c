/*
 * bide with a libc that fails: the program itself, whose calls of malloc() and
 * of the system are counted, and the one of number $FAILING fails.  Its name is
 * then appended to the file $FAILED.  Each process counts for itself.
 */

#define _GNU_SOURCE

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/cmd/main.c"

/* glibc's own type of this argument is a union of all addresses */
#ifndef __GLIBC__
#define __CONST_SOCKADDR_ARG const struct sockaddr *
#endif

/* libc's own, which is the next; by the name that it has with small files,
 * which is the same call where a long has 64 bits. */
static void
find(const char *name, void *call, size_t n)
{
	void *p = dlsym(RTLD_NEXT, name);

	memcpy(call, &p, n);	/* ISO C converts no object to a function */
}

static int
fails(const char *name)
{
	static long left;
	static int busy = 1;
	const char *n, *file;
	int fd;

	/* libc itself starts before there is an environment */
	if (environ != NULL && busy && left == 0) {
		left = (n = getenv("FAILING")) != NULL ? atol(n) : -1;
		busy = 0;
	}
	if (busy || left <= 0 || --left != 0)
		return 0;
	busy = 1;
	left = -1;
	file = getenv("FAILED");
	fd = open(file == NULL ? "/dev/null" : file,
	    O_WRONLY | O_APPEND | O_CREAT, 0600);
	if (fd >= 0) {
		(void)dprintf(fd, "%s\n", name);
		(void)close(fd);
	}
	return 1;
}

#define CALL(type, name, bad, error, params, args)			\
type									\
name params								\
{									\
	static type (*real) params;					\
									\
	if (real == NULL)						\
		find(#name, &real, sizeof(real));			\
	if (!fails(#name))						\
		return real args;					\
	errno = error;							\
	return bad;							\
}

#define INT(name, error, params, args)					\
	CALL(int, name, -1, error, params, args)
#define SIZE(name, error, params, args)					\
	CALL(ssize_t, name, -1, error, params, args)

CALL(void *, malloc, NULL, ENOMEM, (size_t n), (n))
CALL(void *, calloc, NULL, ENOMEM, (size_t n, size_t size), (n, size))
CALL(void *, realloc, NULL, ENOMEM, (void *p, size_t n), (p, n))
CALL(void *, mmap, MAP_FAILED, ENOMEM, (void *p, size_t n, int prot, int flags,
    int fd, off_t at), (p, n, prot, flags, fd, at))
CALL(DIR *, opendir, NULL, EMFILE, (const char *path), (path))
CALL(DIR *, fdopendir, NULL, ENOMEM, (int fd), (fd))
CALL(pid_t, fork, -1, EAGAIN, (void), ())
SIZE(read, EIO, (int fd, void *p, size_t n), (fd, p, n))
SIZE(write, ENOSPC, (int fd, const void *p, size_t n), (fd, p, n))
SIZE(pread, EIO, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
SIZE(pwrite, ENOSPC, (int fd, const void *p, size_t n, off_t at),
    (fd, p, n, at))
SIZE(recv, ECONNRESET, (int fd, void *p, size_t n, int flags),
    (fd, p, n, flags))
SIZE(send, EPIPE, (int fd, const void *p, size_t n, int flags),
    (fd, p, n, flags))
SIZE(getrandom, ENOSYS, (void *p, size_t n, unsigned flags), (p, n, flags))
SIZE(readlink, EACCES, (const char *path, char *p, size_t n), (path, p, n))
INT(open, EMFILE, (const char *path, int flags, ...), (path, flags, 0600))
INT(openat, EMFILE, (int fd, const char *path, int flags, ...),
    (fd, path, flags, 0600))
INT(socket, EMFILE, (int domain, int type, int protocol),
    (domain, type, protocol))
INT(socketpair, EMFILE, (int domain, int type, int protocol, int fd[2]),
    (domain, type, protocol, fd))
INT(connect, EADDRNOTAVAIL, (int fd, __CONST_SOCKADDR_ARG to, socklen_t n),
    (fd, to, n))
INT(setsockopt, ENOBUFS, (int fd, int level, int name, const void *p,
    socklen_t n), (fd, level, name, p, n))
INT(getsockopt, ENOBUFS, (int fd, int level, int name, void *p, socklen_t *n),
    (fd, level, name, p, n))
INT(bind, EADDRINUSE, (int fd, __CONST_SOCKADDR_ARG at, socklen_t n),
    (fd, at, n))
INT(listen, EADDRINUSE, (int fd, int n), (fd, n))
INT(poll, ENOMEM, (struct pollfd *fd, nfds_t n, int ms), (fd, n, ms))
INT(epoll_create1, EMFILE, (int flags), (flags))
INT(epoll_ctl, ENOSPC, (int fd, int op, int which, struct epoll_event *e),
    (fd, op, which, e))
INT(pipe, EMFILE, (int fd[2]), (fd))
INT(pipe2, EMFILE, (int fd[2], int flags), (fd, flags))
INT(dup2, EMFILE, (int from, int to), (from, to))
INT(flock, ENOLCK, (int fd, int how), (fd, how))
INT(fstat, EIO, (int fd, struct stat *st), (fd, st))
INT(stat, EACCES, (const char *path, struct stat *st), (path, st))
INT(lstat, EACCES, (const char *path, struct stat *st), (path, st))
INT(fsync, EIO, (int fd), (fd))
INT(fdatasync, EIO, (int fd), (fd))
INT(ftruncate, EIO, (int fd, off_t n), (fd, n))
INT(fchmod, EPERM, (int fd, mode_t mode), (fd, mode))
INT(mkdir, ENOSPC, (const char *path, mode_t mode), (path, mode))
INT(mkstemp, ENOSPC, (char *path), (path))
INT(rename, ENOSPC, (const char *from, const char *to), (from, to))
INT(renameat, ENOSPC, (int from, const char *a, int to, const char *b),
    (from, a, to, b))
INT(unlink, EROFS, (const char *path), (path))
INT(unlinkat, EROFS, (int fd, const char *path, int flags), (fd, path, flags))
INT(mlock, ENOMEM, (const void *p, size_t n), (p, n))
INT(mprotect, ENOMEM, (void *p, size_t n, int prot), (p, n, prot))
INT(madvise, EINVAL, (void *p, size_t n, int advice), (p, n, advice))
CALL(off_t, lseek, -1, EIO, (int fd, off_t at, int from), (fd, at, from))

int
fcntl(int fd, int command, ...)
{
	static int (*real)(int, int, ...);
	va_list ap;
	void *arg;

	va_start(ap, command);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (real == NULL)
		find("fcntl", &real, sizeof(real));
	if (!fails("fcntl"))
		return real(fd, command, arg);
	errno = EINVAL;
	return -1;
}
