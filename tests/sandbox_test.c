#define _GNU_SOURCE	/* unshare(), syscall() */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "base/relro.h"
#include "base/sandbox.h"
#include "tests/t.h"

static char top[64], have[96], hold[96], lack[96];	/* folders */
static int held;		/* a file of lack that is open */
static pid_t parent;

static const char *
name(const char *folder)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/file", folder);
	return path;
}

static int
make(const char *folder)
{
	return open(name(folder), O_RDWR | O_CREAT | O_TRUNC, 0600);
}

static void
clear(const char *folder)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/new", folder);
	(void)rmdir(path);
	(void)unlink(name(folder));
	(void)rmdir(folder);
}

/* -- a process in a sandbox ------------------------------------------------ */

/* Reads in one folder, and writes in another. */
static unsigned
confine(unsigned calls, int twice)
{
	struct sandbox s;

	sandbox_open(&s);
	sandbox_system(&s);
	sandbox_read(&s, NULL);
	sandbox_read(&s, "/nowhere/at/all");
	sandbox_read(&s, have);
	if (!twice)
		sandbox_write(&s, hold);
	return sandbox_close(&s, calls);
}

/* What is in force of it; the most that this kernel has. */
static unsigned
in_force(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit((int)confine(0, 0));
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? (unsigned)WEXITSTATUS(status) : 0;
}

/* What a call does in it: 0, its errno, or -1 for a signal. */
static int
try(unsigned calls, int (*call)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)confine(calls, 0);
		errno = 0;
		_exit(call() < 0 ? errno : 0);
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* -- calls ----------------------------------------------------------------- */

static int
do_usual(void)
{
	struct timespec ts;
	char *p = malloc(1 << 20), byte;
	int fds[2], fd = open("/etc/passwd", O_RDONLY);
	ssize_t n;

	if (p == NULL || fd < 0 || pipe(fds) < 0 ||
	    clock_gettime(CLOCK_REALTIME, &ts) < 0)
		return -1;
	n = write(fds[1], "", 1) + read(fds[0], &byte, 1) + read(fd, &byte, 1);
	free(p);
	return n == 3 && close(fd) == 0 ? raise(SIGCONT) : -1;
}

static int
do_exec(void)
{
	static char *const argv[] = { NULL }, *const envp[] = { NULL };

	return execve("/bin/true", argv, envp);
}

static int
do_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

static int
do_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static int
do_clone(void)
{
#ifdef __s390x__
	return (int)syscall(SYS_clone, 0, CLONE_NEWUSER | SIGCHLD, 0, 0, 0);
#else
	return (int)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
#endif
}

static int
do_type(void)
{
	return ioctl(0, TIOCSTI, "x");
}

static int
do_new(void)
{
	return (int)syscall(510);
}

static int
do_socket(void)
{
	return socket(AF_INET6, SOCK_STREAM, 0) < 0 &&
	    errno != EAFNOSUPPORT ? -1 : socket(AF_INET, SOCK_DGRAM, 0);
}

static int
do_packet(void)
{
	return socket(AF_PACKET, SOCK_DGRAM, 0);
}

static int
do_prctl(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int
do_mkdir(void)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/new", hold);
	return mkdir(path, 0700);
}

static int
do_sync(void)
{
	return fsync(held);
}

#ifndef __GLIBC__
static int
do_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}
#endif

static int
do_create(void)
{
	return make(hold);
}

static void
test_calls(void)
{
	EQ(try(0, do_usual), 0, "calls: the usual ones work");
	EQ(try(0, do_exec), ENOSYS, "calls: no other program");
	EQ(try(CALLS_FORK, do_exec), ENOSYS, "calls: nor with fork()");
	EQ(try(0, do_fork), ENOSYS, "calls: no child");
	EQ(try(CALLS_FORK, do_fork), 0, "calls: with CALLS_FORK");
	EQ(try(CALLS_FORK, do_namespace), ENOSYS, "calls: no namespace");
	EQ(try(CALLS_FORK, do_clone), EPERM, "calls: nor by clone()");
	EQ(try(0, do_type), EPERM, "calls: nothing is typed");
	EQ(try(0, do_new), ENOSYS, "calls: no new one");
	EQ(try(0, do_prctl), ENOSYS, "calls: no prctl()");
	EQ(try(0, do_socket), ENOSYS, "calls: no socket");
	EQ(try(CALLS_NET, do_socket), 0, "calls: with CALLS_NET");
	EQ(try(CALLS_NET, do_packet), EPERM, "calls: but no packets");
	EQ(try(CALLS_NET, do_mkdir), ENOSYS, "calls: no folder");
	EQ(try(CALLS_FILES, do_mkdir), 0, "calls: with CALLS_FILES");
	EQ(try(CALLS_NET, do_create), EPERM, "calls: no file to write");
	EQ(try(CALLS_FILES, do_create), 0, "calls: with CALLS_FILES");
	EQ(try(CALLS_FILES, do_sync), ENOSYS, "calls: no fsync()");
	EQ(try(CALLS_OUTPUT, do_sync), 0, "calls: with CALLS_OUTPUT");
#ifndef __GLIBC__
	if (prctl(66 /* PR_GET_MDWE */, 0, 0, 0, 0) >= 0)
		EQ(try(0, do_code), EACCES, "no data becomes code");
#endif
}

/* -- files ----------------------------------------------------------------- */

static int
do_read(void)
{
	return open(name(have), O_RDONLY);
}

static int
do_list(void)
{
	return open(have, O_RDONLY | O_DIRECTORY);
}

static int
do_write(void)
{
	return open(name(have), O_WRONLY);
}

static int
do_read_other(void)
{
	return open(name(lack), O_RDONLY);
}

static int
do_list_other(void)
{
	return open(top, O_RDONLY | O_DIRECTORY);
}

static int
do_held(void)
{
	char byte;

	return write(held, "ab", 2) == 2 && ftruncate(held, 1) == 0 &&
	    lseek(held, 0, SEEK_SET) == 0 && read(held, &byte, 1) == 1 ? 0 :
	    -1;
}

static int
do_replace(void)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/other", hold);
	return make(hold) < 0 || rename(name(hold), path) < 0 ? -1 :
	    unlink(path);
}

static int
do_move(void)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s", name(have));
	return rename(path, name(hold));
}

static int
do_remove(void)
{
	return unlink(name(have));
}

static int
do_bind(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr = { htonl(INADDR_LOOPBACK) } };

	return bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&a,
	    sizeof(a));
}

static int
do_signal(void)
{
	return kill(parent, 0);
}

static void
test_files(unsigned abi)
{
	unsigned all = CALLS_NET | CALLS_FILES | CALLS_OUTPUT;

	EQ(try(all, do_read), 0, "files: read");
	EQ(try(all, do_list), 0, "files: list");
	EQ(try(all, do_write), EACCES, "files: not written");
	EQ(try(all, do_remove), EACCES, "files: not removed");
	EQ(try(all, do_move), abi < 2 ? EXDEV : EACCES, "files: not moved");
	EQ(try(all, do_read_other), EACCES, "files: not read");
	EQ(try(all, do_list_other), EACCES, "files: not listed");
	EQ(try(all, do_replace), 0, "files: replaced");
	EQ(try(all, do_held), 0, "files: one that is open");
	if (abi >= 4)
		EQ(try(all, do_bind), EACCES, "no port is bound");
	if (abi >= 6)
		EQ(try(all, do_signal), EPERM, "no signal to the parent");
}

/* -- a child with less ----------------------------------------------------- */

static int
do_less(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)confine(CALLS_FILES, 1);
		if (open(name(have), O_RDONLY) < 0)
			_exit(1);
		_exit(make(hold) < 0 && errno == EACCES ? 0 : 2);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	errno = status;
	return status == 0 ? make(hold) : -1;
}

static int
do_more(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)confine(CALLS_NET | CALLS_FILES, 0);
		_exit(do_socket() < 0 && errno == ENOSYS ? 0 : 1);
	}
	(void)waitpid(pid, &status, 0);
	errno = status;
	return status == 0 ? 0 : -1;
}

int
main(void)
{
	unsigned has;
	long abi = 0;

	relro_open();		/* for the release build */
	(void)snprintf(top, sizeof(top), "/tmp/sandbox.XXXXXX");
	if (mkdtemp(top) == NULL)
		return 1;
	(void)snprintf(have, sizeof(have), "%s/have", top);
	(void)snprintf(hold, sizeof(hold), "%s/hold", top);
	(void)snprintf(lack, sizeof(lack), "%s/lack", top);
	if (mkdir(have, 0700) < 0 || mkdir(hold, 0700) < 0 ||
	    mkdir(lack, 0700) < 0 || close(make(have)) < 0 ||
	    (held = make(lack)) < 0)
		return 1;
	parent = getpid();
	has = in_force();
	printf("# in force: %u\n", has);
#ifdef __linux__
	abi = syscall(444, NULL, 0, 1);
#endif
	OK(has == 0 || abi <= 0 || (has & SANDBOX_FILES),
	    "files are limited where the kernel can");
	if (has & SANDBOX_CALLS) {
		test_calls();
		EQ(try(CALLS_FORK | CALLS_FILES, do_more), 0,
		    "a child cannot have more");
	}
	if (has & SANDBOX_FILES) {
		test_files((unsigned)abi);
		EQ(try(CALLS_FORK | CALLS_FILES, do_less), 0,
		    "a child has less");
	}
	clear(have);
	clear(hold);
	clear(lack);
	(void)rmdir(top);
	return DONE();
}
