#define _GNU_SOURCE	/* syscall() */

#include "base/seccomp.h"

#include <sys/syscall.h>

/* The AUDIT_ARCH_ of linux/audit.h. */
#if defined(__x86_64__) && defined(__LP64__)
#define ARCH 0xc000003e
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define ARCH 0xc00000b7
#elif defined(__ARM_EABI__) && !defined(__ARMEB__)
#define ARCH 0x40000028
#elif defined(__s390x__)
#define ARCH 0x80000016
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH 0xc00000f3
#endif


#if defined(__linux__) && defined(ARCH) && defined(SYS_seccomp)
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sandbox.h"

/* What the C libraries use for the functions that bide calls. */
static const uint16_t usual[] = {
	SYS_read, SYS_readv, SYS_pread64, SYS_write, SYS_writev, SYS_pwrite64,
	SYS_close, SYS_lseek, SYS_fstat, SYS_fcntl, SYS_ioctl, SYS_dup,
	SYS_dup3, SYS_pipe2, SYS_ppoll, SYS_pselect6,
	SYS_mremap, SYS_munmap, SYS_mprotect, SYS_madvise, SYS_brk,
	SYS_mlock, SYS_futex,
	SYS_nanosleep, SYS_getrandom, SYS_restart_syscall,
	SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_setitimer,
	SYS_kill, SYS_tkill, SYS_tgkill, SYS_exit, SYS_exit_group,
	SYS_getpid, SYS_gettid, SYS_geteuid, SYS_prlimit64, SYS_uname,
	SYS_sysinfo, SYS_umask, SYS_sched_yield, SYS_rseq,
	SYS_openat, SYS_statx, SYS_faccessat, SYS_readlinkat, SYS_getdents64,
#ifdef SYS_faccessat2
	SYS_faccessat2,
#endif
#ifdef SYS_newfstatat
	SYS_newfstatat,
#endif
#ifdef SYS_getrlimit
	SYS_getrlimit,
#endif
#ifdef SYS_open		/* replaced by those above */
	SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_pipe,
	SYS_poll, SYS_dup2, SYS_getdents,
#endif
#ifdef SYS_alarm
	SYS_alarm,
#endif
#ifdef SYS_clock_gettime
	SYS_clock_gettime, SYS_clock_nanosleep, SYS_gettimeofday,
#else			/* as musl calls them */
	SYS_clock_gettime32, SYS_clock_nanosleep_time32,
	SYS_gettimeofday_time32,
#endif
#ifdef SYS_mmap
	SYS_mmap,
#endif
#ifdef SYS_mmap2	/* of 32 bits */
	SYS_mmap2, SYS__llseek, SYS_fcntl64, SYS_fstat64, SYS_stat64,
	SYS_lstat64, SYS_fstatat64, SYS_ugetrlimit, SYS_sigreturn,
	SYS_geteuid32, SYS_clock_gettime64, SYS_clock_nanosleep_time64,
	SYS_ppoll_time64, SYS_pselect6_time64, SYS_futex_time64,
#endif
};

static const uint16_t net[] = {
	SYS_socket, SYS_socketpair, SYS_bind, SYS_connect, SYS_shutdown,
	SYS_getsockname, SYS_getpeername, SYS_getsockopt, SYS_setsockopt,
	SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_recvfrom, SYS_recvmsg,
#ifdef SYS_send
	SYS_send, SYS_recv,
#endif
};

static const uint16_t accepting[] = {
	SYS_accept4, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait,
	SYS_signalfd4,
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
#ifdef SYS_accept	/* musl's accept4(), too, where that fails */
	SYS_accept,
#endif
};

static const uint16_t files[] = {
	SYS_mkdirat, SYS_unlinkat, SYS_flock, SYS_renameat2,
#ifdef SYS_renameat
	SYS_renameat,
#endif
#ifdef SYS_mkdir
	SYS_mkdir, SYS_unlink, SYS_rename,
#endif
};

static const uint16_t output[] = {
	SYS_fsync, SYS_fdatasync, SYS_fchmod, SYS_ftruncate,
#ifdef SYS_ftruncate64
	SYS_ftruncate64,
#endif
};

/* The last ones for a child's own sandbox. */
static const uint16_t forking[] = {
	SYS_clone, SYS_wait4, SYS_waitid, SYS_set_tid_address,
	SYS_set_robust_list,
#ifdef SYS_fork
	SYS_fork,
#endif
#ifdef SYS_close_range
	SYS_close_range,
#endif
	SYS_seccomp, SYS_landlock_create_ruleset, SYS_landlock_add_rule,
	SYS_landlock_restrict_self,
};

/* The kernel's machine, as in linux/filter.h and linux/seccomp.h: instructions,
 * and what a filter returns. */
enum { LOAD = 0x20, JEQ = 0x15, JGE = 0x35, JSET = 0x45, RET = 0x06 };
#define PASS 0x7fff0000U
#define FAIL 0x00050000U	/* with the errno */
#define KILL 0x80000000U
#define SPEC_ALLOW 4U		/* since 4.17 */

struct insn {
	uint16_t op;
	uint8_t yes, no;	/* instructions to skip */
	uint32_t k;
};

/* Which arguments are refused even so, with EPERM. */
#define NEW_NAMESPACES 0x7e020000U
#define TO_WRITE (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
static const struct check {
	uint16_t call;
	uint8_t arg, op;
	uint32_t k;
	unsigned unless;	/* CALLS_ */
} checks[] = {
	/* type into the terminal */
	{ SYS_ioctl, 1, JEQ, TIOCSTI, 0 },
	{ SYS_ioctl, 1, JEQ, 0x541c /* TIOCLINUX */, 0 },
	/* netlink is what getaddrinfo() of glibc uses */
	{ SYS_socket, 0, JGE, AF_NETLINK + 1, 0 },
#ifdef __s390x__
	{ SYS_clone, 1, JSET, NEW_NAMESPACES, 0 },
#else
	{ SYS_clone, 0, JSET, NEW_NAMESPACES, 0 },
#endif
	{ SYS_openat, 2, JSET, TO_WRITE, CALLS_FILES | CALLS_OUTPUT },
#ifdef SYS_open
	{ SYS_open, 1, JSET, TO_WRITE, CALLS_FILES | CALLS_OUTPUT },
#endif
};

#define CALL_MAX 512		/* below it are all numbers of the tables */
#define CALLS (COUNT(usual) + COUNT(net) + COUNT(accepting) + COUNT(files) + \
	COUNT(output) + COUNT(forking))
#define FILTER_MAX (5 + 5 * COUNT(checks) + 4 * CALLS)

_Static_assert(2 * CALLS + 1 <= UINT8_MAX, "a jump must fit");

static void
mark(unsigned char *passes, const uint16_t *call, size_t n)
{
	while (n > 0)
		passes[call[--n]] = 1;
}

/* Appends a search for the number of the call: from is the first number of
 * each range, of which lo to hi are left, in turn refused and allowed.  A tree,
 * since the kernel tries each number once, to remember the result. */
static struct insn *
put_search(struct insn *p, const uint16_t *from, size_t lo, size_t hi)
{
	size_t mid = (lo + hi + 1) / 2;
	struct insn *at = p++;

	if (lo == hi) {
		*at = (struct insn){ RET, 0, 0, lo & 1 ? PASS :
		    FAIL | ENOSYS };
		return p;
	}
	p = put_search(p, from, lo, mid - 1);
	*at = (struct insn){ JGE, (uint8_t)(p - at - 1), 0, from[mid] };
	return put_search(p, from, mid, hi);
}

/* Numbers of another architecture kill the process. */
static size_t
make_filter(struct insn *to, unsigned calls)
{
	const uint16_t one = 1;
	uint32_t low = *(const unsigned char *)&one == 1 ? 16 : 20, i;
	unsigned char passes[CALL_MAX + 1] = { 0 }, before = 0;
	uint16_t from[CALL_MAX + 2];
	const struct check *c;
	struct insn *p = to;
	size_t n = 0;

	mark(passes, usual, COUNT(usual));
	if (calls & CALLS_NET)
		mark(passes, net, COUNT(net));
	if (calls & CALLS_ACCEPT)
		mark(passes, accepting, COUNT(accepting));
	if (calls & CALLS_FILES)
		mark(passes, files, COUNT(files));
	if (calls & CALLS_OUTPUT)
		mark(passes, output, COUNT(output));
	if (calls & CALLS_FORK)
		mark(passes, forking, COUNT(forking));
	*p++ = (struct insn){ LOAD, 0, 0, 4 };
	*p++ = (struct insn){ JEQ, 1, 0, ARCH };
	*p++ = (struct insn){ RET, 0, 0, KILL };
	*p++ = (struct insn){ LOAD, 0, 0, 0 };
	for (c = checks; c < checks + COUNT(checks); c++) {
		if (calls & c->unless)
			continue;
		*p++ = (struct insn){ JEQ, 0, 4, c->call };
		*p++ = (struct insn){ LOAD, 0, 0, low + 8U * c->arg };
		*p++ = (struct insn){ c->op, 0, 1, c->k };
		*p++ = (struct insn){ RET, 0, 0, FAIL | EPERM };
		*p++ = (struct insn){ LOAD, 0, 0, 0 };
	}
	for (i = 0; i <= CALL_MAX; i++)
		if (passes[i] != before) {
			from[++n] = (uint16_t)i;
			before = passes[i];
		}
	p = put_search(p, from, 0, n);
	return (size_t)(p - to);
}

int
seccomp_limit(unsigned calls)
{
	struct insn filter[FILTER_MAX];
	struct {
		unsigned short n;
		const struct insn *insn;
	} program = { (unsigned short)make_filter(filter, calls), filter };

	/* kernels before 5.16 else slow down confined processes, to protect
	 * them from code of others that they run (SSBD) */
	return syscall(SYS_seccomp, 1, SPEC_ALLOW, &program) == 0 ||
	    syscall(SYS_seccomp, 1, 0, &program) == 0;
}
#else
int
seccomp_limit(unsigned calls)
{
	(void)calls;
	return 0;
}
#endif
