/* Files and descriptors: ends, limits, signals. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/env.h"
#include "base/file.h"
#include "tests/t.h"

static char path[] = "/tmp/bide-file-XXXXXX";

static void
test_file(void)
{
	struct buf b = { 0 }, small = { .max = 4 };
	char p[8] = "";
	int fd = file_open(path, O_RDWR);

	EQ(file_put(fd, SLICE("hello"), -1), 0, "put");
	EQ(file_put(fd, SLICE("J"), 0), 0, "put: at an offset");
	EQ(file_get(fd, p, 3, 2), 3, "get");
	EQS(slice_str(p), "llo", "get: at an offset");
	EQ(file_get(fd, p, sizeof(p), 1), 4, "get: fewer at the end");
	EQ(file_get(fd, p, sizeof(p), 9), 0, "get: none after it");
	EQ(file_sync(fd), 0, "sync");
	EQ(file_read(path, &b), 0, "read");
	EQS(buf_slice(&b), "Jello", "read: all of it");
	EQ(file_read(path, &small), -1, "read: too large");
	EQ(errno, EFBIG, "read: EFBIG");
	EQ(file_truncate(fd, 2), 0, "truncate");
	EQ(file_get(fd, p, sizeof(p), 0), 2, "truncate: the rest");
	(void)close(fd);
	EQ(file_put(fd, SLICE("x"), -1), -1, "put: closed");
	EQ(file_get(fd, p, 1, -1), -1, "get: closed");
	(void)unlink(path);
	EQ(file_read(path, &b), -1, "read: no file");
	EQ(errno, ENOENT, "read: ENOENT");
	buf_free(&b);
	buf_free(&small);
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static void
test_pipe(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	/* again and again: the first may come before the read */
	struct itimerval soon = { { 0, 5000 }, { 0, 5000 } }, off = { 0 };
	static char big[1 << 20];
	char c = '\0';
	int fd[2];

	EQ(pipe(fd), 0, "a pipe");
	(void)sigaction(SIGALRM, &sa, NULL);
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	EQ(file_read_some(fd[0], &c, 1), FILE_AGAIN, "read: a signal");
	(void)setitimer(ITIMER_REAL, &off, NULL);
	(void)fcntl(fd[0], F_SETFL, O_NONBLOCK);
	(void)fcntl(fd[1], F_SETFL, O_NONBLOCK);
	EQ(file_read_some(fd[0], &c, 1), FILE_AGAIN, "read: not ready");
	EQ(file_write_some(fd[1], "x", 1), 1, "write");
	EQ(file_read_some(fd[0], &c, 1), 1, "read");
	EQ(c, 'x', "read: what was written");
	OK(file_write_some(fd[1], big, sizeof(big)) > 0, "write: some");
	EQ(file_write_some(fd[1], "x", 1), FILE_AGAIN, "write: not ready");
	(void)close(fd[0]);
	(void)signal(SIGPIPE, SIG_IGN);
	EQ(file_write_some(fd[1], "x", 1), -1, "write: nobody reads");
	EQ(errno, EPIPE, "write: EPIPE");
	(void)close(fd[1]);
}

/* A file that a user names may be a pipe, and slow. */
static void
test_await(void)
{
	struct buf b = { 0 };
	struct env env;
	msec start;
	pid_t pid;
	int fd;

	if (env_open(&env) < 0 || mkfifo(path, 0600) < 0)
		abort();
	start = env_mono(&env);
	EQ(file_text(&env, path, start + 30, &b), -1, "await: no writer");
	EQ(errno, ETIMEDOUT, "await: ETIMEDOUT");
	OK(env_mono(&env) >= start + 30, "await: not before it is time");
	pid = fork();
	if (pid == 0) {
		(void)poll(NULL, 0, 20);
		fd = open(path, O_WRONLY);
		(void)!write(fd, "a", 1);
		(void)poll(NULL, 0, 20);
		(void)!write(fd, "b", 1);
		_exit(0);
	}
	EQ(file_text(&env, path, MSEC_MAX, &b), 0, "await: a slow writer");
	EQS(buf_slice(&b), "ab", "await: all of it");
	(void)env_reap(pid);
	(void)raise(SIGTERM);
	EQ(file_text(&env, path, MSEC_MAX, &b), -1, "await: a signal");
	EQ(errno, ECANCELED, "await: ECANCELED");
	EQ(file_text(&env, "/", MSEC_MAX, &b), -1, "await: a folder");
	(void)unlink(path);
	buf_free(&b);
}

/* A signal interrupts neither waiting for a child nor reading all of n. */
static void
test_interrupted(void)
{
	struct itimerval soon = { .it_value = { 0, 5000 } };
	int fd[2], status;
	char p[2];
	pid_t pid;

	EQ(pipe(fd), 0, "a pipe");
	pid = fork();
	if (pid == 0) {
		(void)poll(NULL, 0, 20);
		(void)!write(fd[1], "a", 1);
		(void)poll(NULL, 0, 5);
		(void)!write(fd[1], "b", 1);
		(void)poll(NULL, 0, 20);
		_exit(3);
	}
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	EQ(file_get(fd[0], p, 2, -1), 2, "get: through a signal");
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	status = env_reap(pid);
	OK(WIFEXITED(status) && WEXITSTATUS(status) == 3, "reap");
	EQ(env_reap(pid), -1, "reap: no such child");
	(void)close(fd[0]);
	(void)close(fd[1]);
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	(void)close(fd);
	test_file();
	test_pipe();
	test_interrupted();
	test_await();
	return DONE();
}
