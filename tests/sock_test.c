#define _GNU_SOURCE	/* TCP_KEEPIDLE */

/* sock.c, race.c and await.c with real sockets on the loopback. */

#include "net/sock.h"

#include <errno.h>
#include <netinet/tcp.h>

#include "net/race.h"
#include "tests/netenv.h"
#include "tests/t.h"

#define BIG ((size_t)16 << 20)

static struct env env;
static struct fault f;
static struct dial_times times;

static struct conn *
dial(const char *host, int port, msec wait)
{
	return sock_open(&env, slice_str(host), port, env_mono(&env) + wait,
	    &times, &f);
}

/* A connection and its other end. */
static struct conn *
pair(int *peer)
{
	int port = 0, fd = listener("127.0.0.1", &port, 5);
	struct conn *c = dial("127.0.0.1", port, 1000);

	*peer = accept(fd, NULL, NULL);
	close(fd);
	return c;
}

static void
t_refused(void)
{
	char want[80];
	int port = 0, fd = listener("127.0.0.1", &port, -1);
	msec start = begin(&env);

	OK(dial("127.0.0.1", port, 5000) == NULL, "refused");
	EQ(f.class, F_CONNECT, "refused: class");
	EQ(f.retry, 1, "refused: can be tried again");
	EQ(f.code, ECONNREFUSED, "refused: errno");
	snprintf(want, sizeof(want), "127.0.0.1:%d: %s", port,
	    strerror(ECONNREFUSED));
	EQS(slice_str(f.text), want, "refused: text");
	OK(about(env_mono(&env) - start, 0), "refused: at once");
	OK(dial("localhost", port, 5000) == NULL, "localhost refused");
	OK(strstr(f.text, "(all addresses tried)") != NULL, "both of them");
	OK(about(env_mono(&env) - start, 0), "both at once");
	close(fd);
}

static void
t_families(void)
{
	static const char *const ip[] = { "127.0.0.1", "::1" };
	struct conn *c;
	char name[80];
	int port, fd;
	size_t i;

	for (i = 0; i < 2; i++) {
		port = 0;
		fd = listener(ip[i], &port, 5);
		if (fd < 0) {
			snprintf(name, sizeof(name), "%s # SKIP", ip[i]);
			OK(1, name);
			continue;
		}
		c = dial(ip[i], port, 1000);
		OK(c != NULL, ip[i]);
		if (c != NULL)
			c->ops->close(c);
		c = dial("localhost", port, 1000);
		OK(c != NULL, "localhost, either family alone");
		if (c != NULL)
			c->ops->close(c);
		close(fd);
	}
}

static void
t_connect_deadline(void)
{
	int port = 0, fill, fd = blackhole("127.0.0.1", &port, &fill);
	msec start = begin(&env);

	OK(dial("127.0.0.1", port, 60) == NULL, "blackhole");
	EQ(f.class, F_TIMEOUT, "blackhole: class");
	EQ(f.retry, 1, "blackhole: can be tried again");
	OK(about(env_mono(&env) - start, 60), "blackhole: at the deadline");
	start = begin(&env);
	cancel_in(20);
	OK(dial("127.0.0.1", port, 5000) == NULL, "cancelled in connect");
	EQ(f.class, F_CANCEL, "cancelled in connect: class");
	EQ(f.code, SIGINT, "cancelled in connect: signal");
	OK(about(env_mono(&env) - start, 19), "cancelled in connect: when");
	cancel_undo();
	close(fd);
	close(fill);
}

/* ---- races ---- */

static struct dns_list
list_of(const char *const *ip, size_t n, int port)
{
	struct dns_list list = { .n = n };
	struct dns_addr *a;
	size_t i;

	for (i = 0; i < n; i++) {
		a = &list.addr[i];
		if (inet_pton(AF_INET, ip[i], &a->u.v4.sin_addr) == 1) {
			a->u.v4.sin_family = AF_INET;
			a->u.v4.sin_port = htons((uint16_t)port);
		} else {
			inet_pton(AF_INET6, ip[i], &a->u.v6.sin6_addr);
			a->u.v6.sin6_family = AF_INET6;
			a->u.v6.sin6_port = htons((uint16_t)port);
		}
	}
	return list;
}

static void
t_order(void)
{
	static const struct {
		const char *name;
		const char *in[6], *want;
	} cases[] = {
		{ "one", { "1.0.0.1" }, "4" },
		{ "one family", { "1.0.0.1", "1.0.0.2" }, "44" },
		{ "v6 first", { "1::1", "1::2", "1::3", "1.0.0.1", "1.0.0.2" },
		    "64646" },
		{ "v4 first", { "1.0.0.1", "1::1", "1::2", "1::3" }, "4666" },
		{ "rest", { "1::1", "1.0.0.1", "1.0.0.2", "1.0.0.3" }, "6444" },
	};
	struct dns_list list;
	char got[8];
	size_t i, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (n = 0; n < 6 && cases[i].in[n] != NULL; n++)
			continue;
		list = list_of(cases[i].in, n, 1);
		race_order(&list);
		EQ(list.n, n, cases[i].name);
		for (n = 0; n < list.n; n++)
			got[n] = list.addr[n].u.any.sa_family == AF_INET6 ?
			    '6' : '4';
		got[n] = '\0';
		EQS(slice_str(got), cases[i].want, cases[i].name);
	}
}

static char
peer_of(int fd)
{
	struct sockaddr_in sa;
	socklen_t size = sizeof(sa);

	if (getpeername(fd, (struct sockaddr *)&sa, &size) < 0)
		return 0;
	return (char)(ntohl(sa.sin_addr.s_addr) & 0xff);
}

/* 127.0.0.2 answers no SYN, 127.0.0.3 refuses, 127.0.0.1 accepts. */
static void
t_race(void)
{
	static const struct {
		const char *name, *ip[3];
		msec want;
	} cases[] = {
		{ "good first", { "127.0.0.1", "127.0.0.2" }, 0 },
		{ "refused first", { "127.0.0.3", "127.0.0.1" }, 0 },
		{ "dead first", { "127.0.0.2", "127.0.0.1" }, RACE_DELAY },
		{ "dead, refused, good",
		    { "127.0.0.2", "127.0.0.3", "127.0.0.1" }, RACE_DELAY },
		{ "out of reach first",
		    { "255.255.255.255", "127.0.0.1" }, 0 },
	};
	int port = 0, good = listener("127.0.0.1", &port, 50), fill;
	int dead = blackhole("127.0.0.2", &port, &fill), fd;
	struct dns_list list;
	msec start, span;
	size_t i, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (n = 0; n < 3 && cases[i].ip[n] != NULL; n++)
			continue;
		list = list_of(cases[i].ip, n, port);
		start = begin(&env);
		fd = race_connect(&env, &list, "x", start + 5000, &f);
		span = env_mono(&env) - start;
		OK(fd >= 0 && peer_of(fd) == 1, cases[i].name);
		OK(about(span, cases[i].want), "in time");
		close(fd);
	}
	close(good);
	close(dead);
	close(fill);
}

/* A clock that advances half a second per reading: nothing really waits. */
static msec
clock_leaps(void *ctx)
{
	msec *now = ctx;

	return *now += 500;
}

static void
t_race_many(void)
{
	const char *ip[DNS_ADDRS_MAX];
	int port = 0, good = listener("127.0.0.1", &port, 50), fill, fd;
	int dead = blackhole("127.0.0.2", &port, &fill);
	struct env leap = env;
	struct dns_list list;
	msec now = 0;
	size_t i;

	leap.mono = clock_leaps;
	leap.ctx = &now;
	for (i = 0; i < DNS_ADDRS_MAX; i++)
		ip[i] = i == DNS_ADDRS_MAX - 1 ? "127.0.0.1" : "127.0.0.2";
	list = list_of(ip, DNS_ADDRS_MAX, port);
	fd = race_connect(&leap, &list, "x", 600000, &f);
	OK(fd >= 0 && peer_of(fd) == 1, "63 dead addresses, then a good one");
	OK(fd >= 0 && fd < 3 + 10 + RACE_MAX, "few sockets at a time");
	close(fd);
	list.n--;
	EQ(race_connect(&leap, &list, "x", now + 20000, &f), -1, "all dead");
	EQ(f.class, F_TIMEOUT, "all dead: class");
	ip[0] = "127.0.0.3";
	list = list_of(ip, 2, port);
	EQ(race_connect(&env, &list, "x", env_mono(&env) + 30, &f), -1,
	    "one refused, one dead");
	OK(strstr(f.text, strerror(ECONNREFUSED)) != NULL, "says both");
	ip[1] = "255.255.255.255";
	list = list_of(ip, 2, port);
	EQ(race_connect(&env, &list, "x", env_mono(&env) + 5000, &f), -1,
	    "one refused, one out of reach");
	EQ(f.code, ECONNREFUSED, "the refusal tells more");
	close(good);
	close(dead);
	close(fill);
}

/* ---- reading and writing ---- */

static void
t_options(void)
{
	static const struct {
		int level, name, want;
	} opt[] = {
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 45 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 15 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 4 },
	};
	int peer, next = dup(0), value;
	struct conn *c;
	socklen_t size;
	size_t i;

	close(next);
	c = pair(&peer);
	/* the listener had the lowest free descriptor, the connection the
	 * next */
	next++;
	for (i = 0; i < sizeof(opt) / sizeof(opt[0]); i++) {
		value = -1;
		size = sizeof(value);
		getsockopt(next, opt[i].level, opt[i].name, &value, &size);
		EQ(value, opt[i].want, "socket option");
	}
	OK((fcntl(next, F_GETFL) & O_NONBLOCK) != 0, "non-blocking");
	OK((fcntl(next, F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec");
	c->ops->close(c);
	OK(fcntl(next, F_GETFD) < 0, "close closes");
	close(peer);
}

static void
t_read(void)
{
	char got[16];
	struct conn *c;
	msec start;
	int peer;

	c = pair(&peer);
	EQ(write(peer, "hello", 5), 5, "peer sends");
	start = begin(&env);
	EQ(c->ops->read(c, got, sizeof(got), start + 1000, &f), 5, "read");
	OK(memcmp(got, "hello", 5) == 0, "read: bytes");
	EQ(c->ops->read(c, got, sizeof(got), start + 60, &f), -1, "silence");
	EQ(f.class, F_TIMEOUT, "silence: class");
	OK(about(env_mono(&env) - start, 60), "silence: at the deadline");
	EQ(write(peer, "late", 4), 4, "peer sends");
	EQ(c->ops->read(c, got, sizeof(got), start + 1, &f), -1,
	    "a deadline holds though there is something to read");
	EQ(c->ops->read(c, got, sizeof(got), start + 9000, &f), 4, "rest");
	start = begin(&env);
	cancel_in(20);
	EQ(c->ops->read(c, got, sizeof(got), start + 5000, &f), -1,
	    "cancelled in read");
	EQ(f.class, F_CANCEL, "cancelled in read: class");
	OK(about(env_mono(&env) - start, 19), "cancelled in read: when");
	EQ(write(peer, "more", 4), 4, "peer sends");
	EQ(c->ops->read(c, got, sizeof(got), start + 5000, &f), -1,
	    "a cancel holds though there is something to read");
	cancel_undo();
	shutdown(peer, SHUT_WR);
	EQ(c->ops->read(c, got, sizeof(got), start + 5000, &f), 4, "last");
	EQ(c->ops->read(c, got, sizeof(got), start + 5000, &f), 0, "end");
	c->ops->close(c);
	close(peer);
}

static void
reset(int peer)
{
	struct linger now = { 1, 0 };

	setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(peer);
}

static void
t_reset(void)
{
	struct slice s = SLICE("x");
	struct conn *c;
	char got[4];
	msec limit;
	int peer;

	c = pair(&peer);
	reset(peer);
	limit = env_mono(&env) + 1000;
	EQ(c->ops->read(c, got, 4, limit, &f), -1, "reset in read");
	EQ(f.class, F_IO, "reset in read: class");
	EQ(f.retry, 1, "reset in read: can be tried again");
	EQ(c->ops->write(c, &s, limit, &f), -1, "write after a reset");
	EQ(f.code, ECONNRESET, "write after a reset: no talk of pipes");
	c->ops->close(c);
}

/* Half close: the peer has sent everything, but still reads. */
static void
t_half_close(void)
{
	struct slice s = SLICE("ping"), big;
	struct conn *c;
	char got[8], *space = calloc(1, BIG);
	msec limit;
	int peer;

	c = pair(&peer);
	limit = env_mono(&env) + 2000;
	shutdown(peer, SHUT_WR);
	EQ(c->ops->read(c, got, 4, limit, &f), 0, "half close: end");
	EQ(c->ops->write(c, &s, limit, &f), 0, "half close: write");
	EQ(read(peer, got, sizeof(got)), 4, "half close: arrives");
	big = (struct slice){ space, BIG };
	EQ(c->ops->write(c, &big, limit, &f), 1,
	    "a peer that ended is not written to for ever");
	c->ops->close(c);
	close(peer);
	free(space);
}

static pid_t
slow_reader(int peer)
{
	char space[65536];
	size_t sum = 0;
	ssize_t n;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	while (sum < BIG && (n = read(peer, space, 60000)) > 0) {
		if (space[0] != 'a')
			_exit(1);
		sum += (size_t)n;
	}
	n = write(peer, sum == BIG ? "ok" : "no", 2);
	_exit(n != 2);
}

static void
t_write(void)
{
	char *space = malloc(BIG), got[4];
	struct slice s = { space, BIG };
	msec limit, start;
	struct conn *c;
	pid_t pid;
	int peer;

	memset(space, 'a', BIG);
	c = pair(&peer);
	pid = slow_reader(peer);
	limit = env_mono(&env) + 20000;
	EQ(c->ops->write(c, &s, limit, &f), 0, "16 MB to a slow reader");
	EQ(s.n, 0, "all of it");
	EQ(c->ops->read(c, got, sizeof(got), limit, &f), 2, "its word");
	OK(memcmp(got, "ok", 2) == 0, "arrived whole");
	end_child(pid);
	c->ops->close(c);
	close(peer);

	c = pair(&peer);
	s = (struct slice){ space, BIG };
	start = begin(&env);
	EQ(c->ops->write(c, &s, start + 60, &f), -1, "peer takes nothing");
	EQ(f.class, F_TIMEOUT, "takes nothing: class");
	OK(about(env_mono(&env) - start, 60), "takes nothing: deadline");
	OK(s.n > 0 && s.n < BIG, "takes nothing: the rest is told");
	start = begin(&env);
	cancel_in(20);
	EQ(c->ops->write(c, &s, start + 5000, &f), -1, "cancelled in write");
	EQ(f.class, F_CANCEL, "cancelled in write: class");
	OK(about(env_mono(&env) - start, 19), "cancelled in write: when");
	cancel_undo();
	c->ops->close(c);
	close(peer);
	free(space);
}

static void
t_early_answer(void)
{
	char *space = calloc(1, BIG), got[8];
	struct slice s = { space, BIG };
	struct conn *c;
	msec limit;
	int peer;

	c = pair(&peer);
	limit = env_mono(&env) + 2000;
	EQ(write(peer, "413", 3), 3, "peer answers early");
	EQ(c->ops->write(c, &s, limit, &f), 1, "the write is broken off");
	OK(s.n > 0 && s.p == space + (BIG - s.n), "the rest is told");
	EQ(c->ops->read(c, got, sizeof(got), limit, &f), 3, "the answer");
	c->ops->close(c);
	close(peer);

	/* closing with unread bytes sends a reset, after the answer */
	c = pair(&peer);
	s = (struct slice){ space, 100 };
	EQ(c->ops->write(c, &s, limit, &f), 0, "a first part");
	EQ(write(peer, "413", 3), 3, "peer answers and closes");
	close(peer);
	s = (struct slice){ space, BIG };
	EQ(c->ops->write(c, &s, limit, &f), 1, "reset after an answer");
	EQ(c->ops->read(c, got, sizeof(got), limit, &f), 3, "still read");
	c->ops->close(c);
	free(space);
}

int
main(void)
{
	env = env_new();
	t_refused();
	t_families();
	t_connect_deadline();
	t_order();
	t_race();
	t_race_many();
	t_options();
	t_read();
	t_reset();
	t_half_close();
	t_write();
	t_early_answer();
	return DONE();
}
