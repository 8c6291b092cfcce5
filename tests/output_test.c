#define _XOPEN_SOURCE 700	/* realpath, PATH_MAX's kin */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/output.h"
#include "tests/script.h"
#include "tests/t.h"

static struct script script;
static const struct env *env = &script.env;
static struct fault fault;

/* Relative to the test's own folder. */
static void
put_file(const char *path, const char *text, mode_t mode)
{
	FILE *fp = fopen(path, "w");

	if (fp == NULL || fputs(text, fp) < 0 || fclose(fp) != 0 ||
	    chmod(path, mode) < 0)
		abort();
}

static struct slice
content(const char *path)
{
	static char bytes[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return SLICE("(none)");
	n = read(fd, bytes, sizeof(bytes));
	close(fd);
	return (struct slice){ bytes, n < 0 ? 0 : (size_t)n };
}

static mode_t
mode(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? 0 : st.st_mode & 07777;
}

/* Counts files: no temporary one may be left. */
static int
files(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n - 2;
}

static int
replace(const char *path, const char *text)
{
	fault_set(&fault, F_NONE, 0, " ");
	return output_replace(env, path, script.now + 1000, slice_str(text),
	    &fault);
}

static void
test_new(void)
{
	mode_t old = umask(027);

	EQ(replace("new", "one"), 0, "a new file");
	EQS(content("new"), "one", "a new file: content");
	EQ(mode("new"), 0640, "a new file: mode by umask");
	EQ(replace("empty", ""), 0, "an empty answer");
	EQS(content("empty"), "", "an empty answer: a file all the same");
	umask(old);
	EQ(files("."), 2, "nothing else");
	unlink("new");
	unlink("empty");
}

static void
test_old(void)
{
	struct stat before, after;

	put_file("old", "a longer text that was here before", 0604);
	stat("old", &before);
	EQ(replace("old", "one"), 0, "an old file");
	stat("old", &after);
	EQS(content("old"), "one", "an old file: replaced");
	EQ(mode("old"), 0604, "an old file: mode kept");
	OK(before.st_ino != after.st_ino, "an old file: never half written");
	EQ(files("."), 1, "an old file: nothing beside it");
	unlink("old");
}

static void
test_link(void)
{
	struct stat st;

	if (mkdir("there", 0700) < 0 || symlink("there/file", "link") < 0)
		abort();
	put_file("there/file", "old", 0600);
	EQ(replace("link", "new"), 0, "a symbolic link");
	EQS(content("there/file"), "new", "a symbolic link: followed");
	OK(lstat("link", &st) == 0 && S_ISLNK(st.st_mode),
	    "a symbolic link: still one");
	EQ(files("there"), 1, "a symbolic link: nothing beside its target");
	unlink("there/file");
	EQ(replace("link", "new"), 0, "a dangling link");
	EQS(content("there/file"), "new", "a dangling link: followed");
	OK(lstat("link", &st) == 0 && S_ISLNK(st.st_mode),
	    "a dangling link: still one");
	unlink("there/file");
	unlink("link");
	rmdir("there");
}

/* A limit on the size of files stands in for a full disk. */
static void
test_full(void)
{
	struct rlimit was, small = { 1024, 1024 };
	char *big = calloc(1, 8192);

	if (big == NULL || getrlimit(RLIMIT_FSIZE, &was) < 0)
		abort();
	small.rlim_max = was.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	put_file("old", "old", 0600);
	memset(big, 'x', 8191);
	setrlimit(RLIMIT_FSIZE, &small);
	EQ(replace("old", big), -1, "no room");
	setrlimit(RLIMIT_FSIZE, &was);
	EQ(fault.class, F_OUTPUT, "no room: the class");
	EQ(fault.code, EFBIG, "no room: the reason");
	EQ(fault.retry, 0, "no room: asking again does not help");
	EQS(content("old"), "old", "no room: the old file is untouched");
	EQ(files("."), 1, "no room: nothing left behind");
	unlink("old");
	free(big);
}

static void
test_nowhere(void)
{
	char longer[8192];

	EQ(replace("missing/file", "x"), -1, "no folder");
	EQ(fault.class, F_OUTPUT, "no folder: the class");
	EQ(fault.code, ENOENT, "no folder: the reason");
	EQ(output_check("missing/file", &fault), -1, "no folder: told before");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	EQ(replace(longer, "x"), -1, "too long a name");
	EQ(replace(".", "x"), -1, "a folder");
	EQ(output_check(".", &fault), -1, "a folder: told before");
	EQ(fault.code, EISDIR, "a folder: the reason");
	EQ(files("."), 0, "nothing left behind");
}

static void
test_check(void)
{
	put_file("old", "old", 0600);
	EQ(output_check("old", &fault), 0, "an old file will do");
	EQ(output_check("new", &fault), 0, "a new one too");
	EQ(output_check("/dev/null", &fault), 0, "and a device");
	EQS(content("old"), "old", "to ask changes nothing");
	EQ(files("."), 1, "and makes nothing");
	unlink("old");
}

static void
test_device(void)
{
	struct stat st;
	msec now;
	int fd;

	EQ(replace("/dev/null", "x"), 0, "a device");
	OK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode),
	    "a device: still one");
	EQ(replace("/dev/full", "x"), -1, "a full device");
	EQ(fault.class, F_OUTPUT, "a full device: the class");
	EQ(fault.code, ENOSPC, "a full device: the reason");
	if (mkfifo("fifo", 0600) < 0)
		abort();
	fd = open("fifo", O_RDONLY | O_NONBLOCK);
	EQ(replace("fifo", "text"), 0, "a FIFO");
	OK(stat("fifo", &st) == 0 && S_ISFIFO(st.st_mode),
	    "a FIFO: still one");
	close(fd);
	now = script.now;
	EQ(replace("fifo", "text"), -1, "a FIFO without a reader");
	EQ(fault.class, F_OUTPUT, "a FIFO without a reader: the class");
	EQ(script.now, now + 1000, "a FIFO without a reader: when");
	script.cancel = script.now + 200;
	EQ(replace("fifo", "text"), -1, "a FIFO without a reader: a signal");
	EQ(fault.class, F_CANCEL, "a FIFO without a reader: the class");
	EQ(fault.code, SIGINT, "a FIFO without a reader: that signal");
	script.cancel = MSEC_MAX;
	now = script.now;
	EQ(output_open(env, "fifo", MSEC_MAX, &fault), -1, "no deadline");
	EQ(script.now, now + 300000, "no deadline: still not for ever");
	unlink("fifo");
}

/* /dev/stdout in a pipeline: the link's text is "pipe:[1234]". */
static void
test_proc(void)
{
	char path[64], text[8];
	int fds[2];

	if (pipe(fds) < 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[1]);
	if (access(path, W_OK) == 0) {
		EQ(replace(path, "text"), 0, "a link of /proc to a pipe");
		EQ(read(fds[0], text, sizeof(text)), 4, "what it took");
	}
	close(fds[0]);
	close(fds[1]);
}

static void
test_pipe(void)
{
	int fd[2], wake[2];
	struct env stopped = *env;
	struct buf big = { 0 };

	if (pipe(fd) < 0 || pipe(wake) < 0)
		abort();
	EQ(output_write(env, fd[1], SLICE(""), &fault), 0, "nothing");
	EQ(output_write(env, fd[1], SLICE("text"), &fault), 0, "a pipe");
	/* A reader that does not read, a signal meanwhile. */
	memset(buf_room(&big, 1 << 20), 'x', 1 << 20);
	big.n = 1 << 20;
	fcntl(fd[1], F_SETFL, O_NONBLOCK);
	script.cancel = 0;
	stopped.wakefd = wake[0];
	EQ(write(wake[1], "", 1), 1, "a signal");
	EQ(output_write(&stopped, fd[1], buf_slice(&big), &fault), -1,
	    "a reader that is stuck");
	EQ(fault.class, F_CANCEL, "a reader that is stuck: interrupted");
	EQ(fault.code, SIGINT, "a reader that is stuck: by that signal");
	script.cancel = MSEC_MAX;
	close(fd[0]);
	EQ(output_write(env, fd[1], SLICE("x"), &fault), -1, "a closed pipe");
	EQ(fault.class, F_OUTPUT, "a closed pipe: the class");
	EQ(fault.code, EPIPE, "a closed pipe: the reason");
	EQ(output_write(env, -1, SLICE("x"), &fault), -1, "no descriptor");
	EQ(fault.code, EBADF, "no descriptor: the reason");
	close(fd[1]);
	close(wake[0]);
	close(wake[1]);
	buf_free(&big);
}

/* Everything is written to a reader slower than the writer. */
static void
test_slow(void)
{
	struct buf big = { 0 };
	char drop[4096];
	int fd[2];
	size_t got = 0;
	ssize_t n;
	pid_t child;

	memset(buf_room(&big, 300000), 'x', 300000);
	big.n = 300000;
	if (pipe(fd) < 0 || (child = fork()) < 0)
		abort();
	if (child == 0) {
		fcntl(fd[1], F_SETFL, O_NONBLOCK);
		_exit(output_write(env, fd[1], buf_slice(&big), &fault) < 0);
	}
	close(fd[1]);
	while ((n = read(fd[0], drop, sizeof(drop))) > 0)
		got += (size_t)n;
	EQ(got, 300000, "a slow reader gets it all");
	close(fd[0]);
	buf_free(&big);
}

int
main(void)
{
	char folder[] = "/tmp/output_test.XXXXXX";

	signal(SIGPIPE, SIG_IGN);
	script_init(&script);
	if (mkdtemp(folder) == NULL || chdir(folder) < 0)
		abort();
	test_new();
	test_old();
	test_link();
	test_full();
	test_nowhere();
	test_check();
	test_device();
	test_proc();
	test_pipe();
	test_slow();
	if (chdir("/") < 0 || rmdir(folder) < 0)
		abort();
	return DONE();
}
