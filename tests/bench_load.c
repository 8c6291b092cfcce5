/*
 * bench_load: a load for what stands before bench_serve.
 *
 *	bench_load MODE COUNT PORT ...		loads each port in turn
 *	bench_load start PORT COMMAND ARG ...	prints the ms until the command
 *						accepts at the port; ends it
 *
 * Modes, with what is printed for each port:
 *
 *	kept	COUNT requests on one connection: median and 99th percentile of
 *		their time in us
 *	new	the same, a connection each
 *	tick	COUNT events a millisecond apart: the same of their delay
 *	fat	one stream of COUNT MB: MB/s
 *	many	COUNT streams at once, of 4 events a second apart: how many came
 *		whole, and ms from the first connect to the last end
 *
 * A request for kept and new is one stream of ten events.  Ports are loaded
 * turn by turn in small lots, so that whatever else the machine does meets all
 * of them.  Streams are of chat.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORTS_MAX 8
#define LOT 25			/* requests to a port at a time */
#define LAST_CHUNK "\r\n0\r\n\r\n"

static void
die(const char *what)
{
	fprintf(stderr, "bench_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double
now(void) /* us */
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static int
try_tcp(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (fd < 0)
		die("socket");
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
tcp(int port)
{
	int fd = try_tcp(port);

	if (fd < 0)
		die("connect");
	return fd;
}

struct sample {
	double *at;
	size_t n;
};

static void
keep(struct sample *s, double v)
{
	if (s->n % 4096 == 0)
		s->at = realloc(s->at, (s->n + 4096) * sizeof(*s->at));
	if (s->at == NULL)
		die("sample");
	s->at[s->n++] = v;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
print_sample(const struct sample *s)
{
	if (s->n == 0)
		die("nothing measured");
	qsort(s->at, s->n, sizeof(*s->at), by_size);
	printf("%.1f %.1f\n", s->at[s->n / 2], s->at[s->n * 99 / 100]);
}

static void
ask(int fd, int port, char mode, int count)
{
	char body[256], request[1024];
	int n = snprintf(body, sizeof(body), "{\"model\":\"m\",\"stream\":"
	    "true,\"messages\":[{\"role\":\"user\",\"content\":"
	    "\"bench:%c%d\"}]}", mode, count);

	n = snprintf(request, sizeof(request),
	    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
	    "Authorization: Bearer sk-bench\r\n"
	    "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
	    port, n, body);
	if (send(fd, request, (size_t)n, MSG_NOSIGNAL) != n)
		die("send");
}

/* What is received of an answer: its last bytes, for its end, and the stamps,
 * which a piece may cut. */
struct reader {
	char tail[7];
	char stamp[32];
	size_t ntail, nstamp;
	int in_stamp;
	double bytes;
};

static void
take_stamps(struct reader *r, const char *p, size_t n, struct sample *s)
{
	double t = now();
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] != '@') {
			if (r->in_stamp && r->nstamp + 1 < sizeof(r->stamp))
				r->stamp[r->nstamp++] = p[i];
			continue;
		}
		r->stamp[r->nstamp] = '\0';
		if (r->in_stamp)
			keep(s, t - strtod(r->stamp, NULL));
		r->in_stamp = !r->in_stamp;
		r->nstamp = 0;
	}
}

/* 1: the answer is whole; 0: not yet; -1: it ended early. */
static int
read_some(int fd, struct reader *r, struct sample *stamps)
{
	static char in[1 << 18];
	ssize_t got = recv(fd, in + 7, sizeof(in) - 7, 0);
	size_t n;

	if (got <= 0)
		return -1;
	if (r->bytes == 0 && strncmp(in + 7, "HTTP/1.1 200", 12) != 0)
		return -1;
	r->bytes += (double)got;
	if (stamps != NULL)
		take_stamps(r, in + 7, (size_t)got, stamps);
	memcpy(in + 7 - r->ntail, r->tail, r->ntail);
	n = (size_t)got + r->ntail < 7 ? (size_t)got + r->ntail : 7;
	memcpy(r->tail, in + 7 + got - n, n);
	r->ntail = n;
	return n == 7 && memcmp(r->tail, LAST_CHUNK, 7) == 0;
}

static struct reader
read_all(int fd, struct sample *stamps)
{
	struct reader r = {0};
	int rc;

	while ((rc = read_some(fd, &r, stamps)) == 0)
		;
	if (rc < 0)
		die("not a whole answer");
	return r;
}

static void
load_requests(char mode, int count, const int *port, int ports)
{
	struct sample s[PORTS_MAX] = {{0}};
	int fd[PORTS_MAX], i, p, done;
	double t;

	for (p = 0; p < ports; p++)
		fd[p] = -1;
	/* The first lot warms up. */
	for (done = -LOT; done < count; done += LOT)
		for (p = 0; p < ports; p++)
			for (i = 0; i < LOT; i++) {
				t = now();
				if (fd[p] < 0)
					fd[p] = tcp(port[p]);
				ask(fd[p], port[p], mode, 0);
				read_all(fd[p], NULL);
				if (done >= 0)
					keep(&s[p], now() - t);
				if (mode == 'n') {
					close(fd[p]);
					fd[p] = -1;
				}
			}
	for (p = 0; p < ports; p++)
		print_sample(&s[p]);
}

static void
load_tick(int count, const int *port, int ports)
{
	struct sample s[PORTS_MAX] = {{0}};
	int fd, p, done, lot = 500;

	for (done = 0; done < count; done += lot)
		for (p = 0; p < ports; p++) {
			fd = tcp(port[p]);
			ask(fd, port[p], 't', lot);
			read_all(fd, &s[p]);
			close(fd);
		}
	for (p = 0; p < ports; p++)
		print_sample(&s[p]);
}

static void
load_fat(int mb, const int *port, int ports)
{
	double best[PORTS_MAX] = {0}, t, v;
	struct reader r;
	int fd, p, round;

	for (round = 0; round < 3; round++)
		for (p = 0; p < ports; p++) {
			t = now();
			fd = tcp(port[p]);
			ask(fd, port[p], 'f', mb);
			r = read_all(fd, NULL);
			close(fd);
			v = r.bytes / (now() - t);
			best[p] = v > best[p] ? v : best[p];
		}
	for (p = 0; p < ports; p++)
		printf("%.1f\n", best[p]);
}

static void
load_many(int count, int port)
{
	struct pollfd *pfd = calloc((size_t)count, sizeof(*pfd));
	struct reader *r = calloc((size_t)count, sizeof(*r));
	double begun = now();
	int i, rc, whole = 0, left = count;

	if (pfd == NULL || r == NULL)
		die("many");
	for (i = 0; i < count; i++) {
		pfd[i] = (struct pollfd){ .fd = tcp(port), .events = POLLIN };
		ask(pfd[i].fd, port, 'm', 0);
	}
	while (left > 0 && poll(pfd, (nfds_t)count, 30000) > 0)
		for (i = 0; i < count; i++) {
			if (pfd[i].revents == 0)
				continue;
			rc = read_some(pfd[i].fd, &r[i], NULL);
			if (rc == 0)
				continue;
			whole += rc > 0;
			left--;
			close(pfd[i].fd);
			pfd[i].fd = -1;
		}
	printf("%d %.0f\n", whole, (now() - begun) / 1e3);
}

/* The least of ten starts. */
static void
load_start(int port, char **command)
{
	double best = 1e9, t;
	pid_t pid;
	int i, fd;

	for (i = 0; i < 10; i++) {
		t = now();
		pid = fork();
		if (pid == 0) {
			execvp(command[0], command);
			_exit(127);
		}
		while ((fd = try_tcp(port)) < 0)
			if (now() - t > 1e7)
				die("does not listen");
		t = now() - t;
		best = t < best ? t : best;
		close(fd);
		kill(pid, SIGTERM);
		waitpid(pid, NULL, 0);
	}
	printf("%.2f\n", best / 1e3);
}

int
main(int argc, char **argv)
{
	struct rlimit files = { 65536, 65536 };
	int port[PORTS_MAX], ports = 0, count;

	if (argc >= 4 && strcmp(argv[1], "start") == 0) {
		load_start(atoi(argv[2]), argv + 3);
		return 0;
	}
	if (argc < 4 || argc > 3 + PORTS_MAX)
		return 64;
	setrlimit(RLIMIT_NOFILE, &files);
	count = atoi(argv[2]);
	for (; ports < argc - 3; ports++)
		port[ports] = atoi(argv[3 + ports]);
	switch (argv[1][0]) {
	case 't':
		load_tick(count, port, ports);
		break;
	case 'f':
		load_fat(count, port, ports);
		break;
	case 'm':
		load_many(count, port[0]);
		break;
	default:
		load_requests(argv[1][0], count, port, ports);
	}
	return 0;
}
