/*
 * System calls in the static program, as they are.  The C library's own do
 * more, for old kernels, many threads and files opened for their path alone,
 * and are ten times the size.
 */

#define _GNU_SOURCE	/* syscall(), mremap(), pipe2() */

#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"

#if defined(__linux__) && !defined(__GLIBC__) && \
    (defined(__x86_64__) || defined(__aarch64__))

/* Arguments in the width of a register. */
static long
call(long number, long a, long b, long c, long d)
{
	return syscall(number, a, b, c, d);
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode = 0;

	va_start(ap, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return (int)call(SYS_openat, AT_FDCWD, (long)path, flags, mode);
}

int
fcntl(int fd, int what, ...)
{
	va_list ap;
	long arg;

	va_start(ap, what);
	arg = va_arg(ap, long);	/* garbage where there is none */
	va_end(ap);
	return (int)call(SYS_fcntl, fd, what, arg, 0);
}

/* The kernel's struct is the library's on these machines. */
static int
stat_at(int fd, const char *path, struct stat *st, int flags)
{
	return (int)call(SYS_newfstatat, fd, (long)path, (long)st, flags);
}

int
stat(const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, 0);
}

int
lstat(const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int
fstat(int fd, struct stat *st)
{
	return stat_at(fd, "", st, AT_EMPTY_PATH);
}

int
fchmod(int fd, mode_t mode)
{
	return (int)call(SYS_fchmod, fd, mode, 0, 0);
}

int
socket(int domain, int type, int protocol)
{
	return (int)call(SYS_socket, domain, type, protocol, 0);
}

int
pipe2(int fd[2], int flags)
{
	return (int)call(SYS_pipe2, (long)fd, flags, 0, 0);
}

void *
mmap(void *at, size_t n, int access, int flags, int fd, off_t from)
{
	return (void *)syscall(SYS_mmap, at, n, (long)access, (long)flags,
	    (long)fd, from);
}

void *
mremap(void *old, size_t n, size_t want, int flags, ...)
{
	return (void *)call(SYS_mremap, (long)old, (long)n, (long)want, flags);
}

/* Returns from a handler. */
extern void __restore_rt(void) __attribute__((visibility("hidden")));

#define RESTORER 0x04000000	/* the kernel's SA_RESTORER */

struct action {			/* as the kernel has it */
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

/* Without a care for threads and for what the library does with signals. */
int
sigaction(int sig, const struct sigaction *want, struct sigaction *old)
{
	struct action k, was;
	long rc;

	if (want != NULL) {
		k.handler = want->sa_handler;
		k.flags = (unsigned)want->sa_flags | RESTORER;
		k.restorer = __restore_rt;
		memcpy(&k.mask, &want->sa_mask, sizeof(k.mask));
	}
	rc = call(SYS_rt_sigaction, sig, want != NULL ? (long)&k : 0,
	    old != NULL ? (long)&was : 0, sizeof(k.mask));
	if (rc == 0 && old != NULL) {
		old->sa_handler = was.handler;
		old->sa_flags = (int)was.flags;
		memcpy(&old->sa_mask, &was.mask, sizeof(was.mask));
	}
	return (int)rc;
}

/* There are no threads, so there is nothing to be put right in the child. */
pid_t
fork(void)
{
	return (pid_t)syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
}

void
abort(void)
{
	(void)kill(getpid(), SIGABRT);
	_exit(128 + SIGABRT);	/* it is ignored */
}

unsigned
if_nametoindex(const char *name)
{
	struct ifreq r = { 0 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	slice_copy(slice_str(name), r.ifr_name, sizeof(r.ifr_name));
	rc = ioctl(fd, SIOCGIFINDEX, &r);
	(void)close(fd);
	return rc < 0 ? 0 : (unsigned)r.ifr_ifindex;
}

#endif
