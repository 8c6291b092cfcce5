/*
 * faultd: a server on 127.0.0.1 that goes wrong as a script tells it to.
 *
 *	faultd [-g] [-d DIR] [-t SECONDS] [-c CERTS] [-p PORT] [-F] SCRIPT
 *
 * prints its port, then a JSON line for each request: t (ms since the start,
 * when the request was there), conn (number of the connection), line (of the
 * script), req (number of the request), method, target, body (bytes), and
 * over TLS sni and alpn.  A line with "fail" says what was not as the script
 * expected.  -d keeps requests as DIR/req-N.head and DIR/req-N.body, -c is
 * where tls finds NAME.pem (tests/certs).  -F: a server whose queue is full,
 * so that connecting to it takes for ever (no script).  Ends on SIGTERM, with
 * its parent, or after -t seconds (120).  "-" is stdin.
 *
 * -g: a server for unmodified clients and proxies.  A request is read first,
 * and gets the next step of the case that its field x-case names, else of the
 * steps before the first case.  Only generation takes a step: models, token
 * counts, upgrades and the like have answers of their own.  The log has the
 * case, too.
 *
 * A script has a step a line: verbs with ; between.  A # starts a line that
 * is none.  Words are plain, 'as they are' or "with \n \r \t \0 \\ \" \xHH".
 * A connection gets the next step when it is accepted, and a further one
 * with each further request on it; the last step answers all the rest.  The
 * request is read before the first verb, unless that is accept.
 *
 *	accept				read nothing by yourself
 *	read, read-head, read-body
 *	case NAME			(alone) the following steps are for
 *					requests with x-case: NAME (with -g)
 *	repeat N			this step answers N requests
 *	expect-header NAME [VALUE]	else the log complains; without
 *					VALUE: there is no such field
 *	expect-body TEXT		somewhere in it, in any case
 *	tls NAME			handshake with NAME.pem, if it is
 *					still to be done
 *	connect				agree to a CONNECT; go on with tls
 *					and read
 *	status N F..			an answer; F: field=value, body=TEXT
 *	error N CODE TEXT F..		one with an OpenAI error body
 *	stream D TEXT F..		a whole stream; D: responses, chat,
 *					messages, gemini, or auto: by the path
 *	stream-cut D TEXT F..		one that ends cleanly, but without
 *					its last event
 *	stream-error D TEXT CODE MESSAGE F..	one that fails after TEXT
 *	whole D TEXT F..		an answer that is no stream
 *	whole-cut D TEXT F..		half of it
 *	answer D TEXT F..		stream or whole, as it is asked for
 *	refuse D N CODE TEXT F..	error in the dialect's form; for the
 *					CODE rate, overload, quota, key and
 *					context also in its words (TEXT '')
 *	bulk D BYTES F..		a whole one of events of 250 bytes
 *	limited D TEXT TOKENS REQUESTS MS LEFT [PERCENT]
 *					a whole one, or a 429: so many tokens
 *					and requests (0: any number) in MS, of
 *					which LEFT tokens are left at first and
 *					others take PERCENT
 *
 * Streams are chunked, unless a field connection or content-length frames
 * them otherwise, and may be put together by hand:
 *
 *	head F..  start D  text TEXT  fail CODE MESSAGE  done [FINISH]  end
 *	event [NAME] DATA
 *	comment TEXT [TIMES [MS]]	0 times: for ever
 *
 * Below that:
 *
 *	send TEXT, send-file FILE	bytes as they are
 *	split N, drip N MS		send N bytes at a time (and pause)
 *	sleep MS
 *	hold				be silent until the peer has gone
 *	keep				wait for a further request
 *	fin, rst, close-notify, no-close-notify
 *
 * A step ends with fin, or as keep if its last answer was whole and framed.
 */

#define _GNU_SOURCE	/* MAP_ANONYMOUS */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/faultd.h"

#define FILL 8		/* connects that fill a queue of length 0 */

static volatile sig_atomic_t stop;

struct options {
	int port, seconds, full;
	const char *script;
};

static void
on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static void
die(const char *what)
{
	fprintf(stderr, "faultd: %s: %s\n", what, strerror(errno));
	exit(74);
}

static void
usage(void)
{
	fputs("usage: faultd [-g] [-d DIR] [-t SECONDS] [-c CERTS] "
	    "[-p PORT] SCRIPT | -F\n", stderr);
	exit(64);
}

static int
number(const char *s, long long max)
{
	long long n = slice_dec(slice_str(s), max);

	if (n < 0)
		usage();
	return (int)n;
}

static void
options(int argc, char **argv, struct faultd *d, struct options *o)
{
	int c;

	while ((c = getopt(argc, argv, "Fc:d:gp:t:")) != -1)
		switch (c) {
		case 'F':
			o->full = 1;
			break;
		case 'c':
			d->certs = optarg;
			break;
		case 'd':
			d->dir = optarg;
			break;
		case 'g':
			d->by_request = 1;
			break;
		case 'p':
			o->port = number(optarg, 65535);
			break;
		case 't':
			o->seconds = number(optarg, 86400);
			break;
		default:
			usage();
		}
	if (argc - optind != !o->full)
		usage();
	o->script = argv[optind];
}

static void
load(struct faultd *d, const char *name)
{
	struct buf text = {0};
	ssize_t n;
	int fd = 0;

	if (strcmp(name, "-") != 0 && (fd = open(name, O_RDONLY)) < 0)
		die(name);
	while ((n = read(fd, buf_room(&text, 65536), 65536)) > 0)
		text.n += (size_t)n;
	if (n < 0)
		die(name);
	if (fd != 0)
		close(fd);
	if (script_parse(&d->script, name, buf_slice(&text)) < 0)
		exit(64);
	buf_free(&text);
}

static int
open_port(const struct options *o, struct sockaddr_in *at)
{
	socklen_t n = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)o->port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)at, n) < 0 ||
	    listen(fd, o->full ? 0 : 128) < 0 ||
	    getsockname(fd, (struct sockaddr *)at, &n) < 0)
		die("127.0.0.1");
	return fd;
}

/* Connects until nobody else can. */
static void
fill(const struct sockaddr_in *at)
{
	int i, fd;

	for (i = 0; i < FILL; i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
			die("socket");
		connect(fd, (const struct sockaddr *)at, sizeof(*at));
	}
}

/* The child's life: one connection. */
static void
serve(const struct faultd *d, int fd, int conn, int turn)
{
	struct timeval limit = { .tv_sec = 120 };
	struct peer p = { .d = d, .fd = fd, .conn = conn };
	int one = 1;

	signal(SIGTERM, SIG_DFL);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	peer_serve(&p, turn);
	_exit(0);
}

static void
accept_one(struct faultd *d, int port, int conn)
{
	int fd = accept(port, NULL, NULL), turn;

	if (fd < 0)
		return;
	turn = d->by_request ? 0 :
	    atomic_fetch_add(&d->shared->turns[0], 1);
	switch (fork()) {
	case -1:
		die("fork");
		break;
	case 0:
		close(port);
		serve(d, fd, conn, turn);
		break;
	default:
		close(fd);
	}
}

/* Accepts until it is told to stop, is left alone or has lived too long. */
static void
loop(struct faultd *d, int port, const struct options *o)
{
	struct pollfd pfd = { .fd = port, .events = o->full ? 0 : POLLIN };
	msec until = d->start + (msec)o->seconds * 1000;
	pid_t parent = getppid();
	int conn = 0;

	while (!stop && getppid() == parent && faultd_now() < until)
		if (poll(&pfd, 1, 100) > 0)
			accept_one(d, port, ++conn);
}

int
main(int argc, char **argv)
{
	static struct faultd d = { .certs = "tests/certs" };
	struct options o = { .seconds = 120 };
	struct sigaction term = { .sa_handler = on_term };
	struct sockaddr_in at;
	int port;

	options(argc, argv, &d, &o);
	if (!o.full)
		load(&d, o.script);
	d.shared = mmap(NULL, sizeof(*d.shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (d.shared == MAP_FAILED)
		die("mmap");
	setpgid(0, 0);		/* to take the children along in the end */
	sigaction(SIGTERM, &term, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	d.start = faultd_now();
	port = open_port(&o, &at);
	if (o.full)
		fill(&at);
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	loop(&d, port, &o);
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	return 0;
}
