/*
 * bench_serve: a fast model server for bench_load.  Prints its port; ends with
 * its parent.  A process a connection; the request says how to stream.
 */

#define _GNU_SOURCE	/* strcasestr */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PACE_MANY 1000000	/* us between two events */
#define PACE_TICK 1000
#define EVENTS_MANY 4
#define HEAD_END "\r\n\r\n"

static void
die(const char *what)
{
	fprintf(stderr, "bench_serve: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double
now(void) /* us */
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void
sleep_until(double us)
{
	struct timespec ts = { (time_t)(us / 1e6), 0 };

	ts.tv_nsec = (long)((us - (double)ts.tv_sec * 1e6) * 1e3);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static void
send_all(int fd, const char *s, size_t n)
{
	ssize_t got;

	for (; n > 0; s += got, n -= (size_t)got) {
		got = send(fd, s, n, MSG_NOSIGNAL);
		if (got <= 0)
			_exit(0);
	}
}

/* Puts a chunk with one event; the time stands between @s. */
static size_t
put_event(char *to, const char *delta, const char *finish)
{
	char event[512];
	int n = snprintf(event, sizeof(event), "data: {\"id\":\"c1\","
	    "\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":"
	    "\"m\",\"choices\":[{\"index\":0,\"delta\":{%s},"
	    "\"finish_reason\":%s}]}\n\n", delta, finish);

	return (size_t)sprintf(to, "%x\r\n%s\r\n", (unsigned)n, event);
}

static size_t
put_stamp(char *to)
{
	char delta[64];

	snprintf(delta, sizeof(delta), "\"content\":\"@%.1f@\"", now());
	return put_event(to, delta, "null");
}

static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: "
    "text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

static void
answer_paced(int fd, int events, double pace)
{
	char event[600];
	double next = now();

	send_all(fd, head, sizeof(head) - 1);
	for (; events > 0; events--) {
		next += pace;
		sleep_until(next);
		send_all(fd, event, put_stamp(event));
	}
}

static void
answer_small(int fd)
{
	char all[8192];
	size_t n = (size_t)sprintf(all, "%s", head);
	int i;

	for (i = 0; i < 10; i++)
		n += put_event(all + n, "\"content\":\"a word or two\"",
		    "null");
	send_all(fd, all, n);
}

static void
answer_fat(int fd, int mb)
{
	static char block[1 << 16];
	size_t n = 0;
	double left = mb * 1e6;

	while (n + 600 < sizeof(block))
		n += put_event(block + n, "\"content\":\"the quick brown fox "
		    "jumps over the lazy dog and\"", "null");
	send_all(fd, head, sizeof(head) - 1);
	for (; left > 0; left -= (double)n)
		send_all(fd, block, n);
}

static void
answer(int fd, const char *request)
{
	char end[1024];
	size_t n;
	const char *mode = strstr(request, "bench:");
	int count = mode == NULL ? 0 : atoi(mode + 7);

	switch (mode == NULL ? 'k' : mode[6]) {
	case 't':
		answer_paced(fd, count, PACE_TICK);
		break;
	case 'm':
		answer_paced(fd, EVENTS_MANY, PACE_MANY);
		break;
	case 'f':
		answer_fat(fd, count);
		break;
	default:
		answer_small(fd);
	}
	n = put_event(end, "", "\"stop\"");
	n += (size_t)sprintf(end + n, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
	send_all(fd, end, n);
}

static void
serve_one(int fd)
{
	static char in[1 << 16];
	size_t n = 0;
	ssize_t got;
	char *end, *length;

	for (;;) {
		in[n] = '\0';
		end = strstr(in, HEAD_END);
		length = strcasestr(in, "content-length:");
		if (end != NULL && length != NULL && n >= (size_t)(end - in) +
		    4 + strtoul(length + 15, NULL, 10)) {
			answer(fd, in);
			n = 0;
			continue;
		}
		got = recv(fd, in + n, sizeof(in) - 1 - n, 0);
		if (got <= 0)
			_exit(0);
		n += (size_t)got;
	}
}

int
main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), c, one = 1;

	if (bind(fd, (struct sockaddr *)&at, n) < 0 || listen(fd, 4096) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &n) < 0)
		die("listen");
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	signal(SIGCHLD, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	while ((c = accept(fd, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			close(fd);
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one,
			    sizeof(one));
			serve_one(c);
		}
		close(c);
	}
	return 1;
}

