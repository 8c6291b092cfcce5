/*
 * bench_run: measures commands side by side.
 *
 *	bench_run [-s] TIMES COMMAND ARG.. [-- COMMAND ARG..] ...
 *
 * Runs the commands in turn, TIMES each, with stdin, stdout and stderr from
 * and to /dev/null, and prints for each command its elapsed time (ms),
 * processor time (ms) and memory (KiB).  Times are the minimum of all runs,
 * since other load can only add to them; memory is the maximum.
 *
 * -s: measures the time until the request is sent.  @ in an argument stands for
 * the port of a listener; the clock stops when a request head has arrived
 * there, and the command is killed.
 */

#define _GNU_SOURCE	/* wait4 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 8

struct cost {
	double time, cpu;	/* ms */
	long memory;		/* KiB */
};

static void
die(const char *what)
{
	fprintf(stderr, "bench_run: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static double
ms(struct timeval tv)
{
	return (double)tv.tv_sec * 1e3 + (double)tv.tv_usec / 1e3;
}

/* Listens on a free port, which is stored in *port. */
static int
listener(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 ||
	    listen(fd, 8) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &n) < 0)
		die("listen");
	*port = ntohs(at.sin_port);
	return fd;
}

/* Returns once a request head has arrived.  The alarm is for a command that
 * exits before it connects. */
static void
await_head(int listening)
{
	char head[8192];
	size_t have = 0;
	ssize_t n;
	int fd;

	alarm(20);
	fd = accept(listening, NULL, NULL);
	if (fd < 0)
		die("accept");
	do {
		n = recv(fd, head + have, sizeof(head) - 1 - have, 0);
		if (n <= 0)
			die("no request");
		head[have += (size_t)n] = '\0';
	} while (strstr(head, "\r\n\r\n") == NULL);
	alarm(0);
	close(fd);
}

static pid_t
start(char **argv)
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return pid;
	null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(null, 2) < 0)
		_exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

static void
run(char **argv, int listening, struct cost *least)
{
	struct rusage use;
	double began = now(), took, cpu;
	pid_t pid = start(argv);
	int status;

	if (listening >= 0) {
		await_head(listening);
		took = now() - began;
		kill(pid, SIGKILL);
	}
	if (wait4(pid, &status, 0, &use) < 0)
		die("wait4");
	if (listening < 0) {
		took = now() - began;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
			fprintf(stderr, "bench_run: %s failed (%d)\n",
			    argv[0], status);
			exit(1);
		}
	}
	cpu = ms(use.ru_utime) + ms(use.ru_stime);
	if (took < least->time)
		least->time = took;
	if (cpu < least->cpu)
		least->cpu = cpu;
	if (use.ru_maxrss > least->memory)
		least->memory = use.ru_maxrss;
}

/* Replaces @ by the port. */
static char *
with_port(char *arg, int port)
{
	char *at = strchr(arg, '@'), *with;
	size_t n = strlen(arg) + sizeof("65535");

	if (at == NULL)
		return arg;
	with = malloc(n);
	if (with == NULL)
		die("malloc");
	snprintf(with, n, "%.*s%d%s", (int)(at - arg), arg, port, at + 1);
	return with;
}

/* Splits the arguments into commands, each terminated by NULL.  Returns their
 * number, or -1 if there are too many. */
static int
commands(char **argv, char ***command)
{
	int n = 0;

	for (command[n++] = argv; *argv != NULL; argv++) {
		if (strcmp(*argv, "--") != 0)
			continue;
		if (n == COMMANDS_MAX)
			return -1;
		*argv = NULL;
		command[n++] = argv + 1;
	}
	return n;
}

int
main(int argc, char **argv)
{
	int sent = argc > 1 && strcmp(argv[1], "-s") == 0;
	int fd = -1, port, times, n, i;
	char **command[COMMANDS_MAX];
	struct cost least[COMMANDS_MAX];

	argv += 1 + sent;
	times = *argv == NULL ? 0 : atoi(*argv++);
	if (sent) {
		fd = listener(&port);
		for (i = 0; argv[i] != NULL; i++)
			argv[i] = with_port(argv[i], port);
	}
	if (times <= 0 || (n = commands(argv, command)) < 0)
		return 64;
	for (i = 0; i < n; i++)
		least[i] = (struct cost){ 1e9, 1e9, 0 };
	while (times-- > 0)
		for (i = 0; i < n; i++)
			run(command[i], fd, &least[i]);
	for (i = 0; i < n; i++)
		printf("%.3f %.3f %ld\n", least[i].time, least[i].cpu,
		    least[i].memory);
	return 0;
}
