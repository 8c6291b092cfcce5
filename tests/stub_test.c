#define _GNU_SOURCE	/* pipes and signals of netenv.h */

/* The stub resolver: its two files, and name servers on the loopback that do
 * as the name asked for tells. */

#include "net/stub.h"

#include "net/dnsmsg.h"
#include "tests/netenv.h"
#include "tests/t.h"

static struct env env;
static struct fault fault;

static void
chance(void *ctx, void *p, size_t n)
{
	static unsigned char next = 17;

	(void)ctx;
	memset(p, next += 31, n);
}

static const char *
text_of(const struct dns_list *list)
{
	static char out[1024];
	char ip[INET6_ADDRSTRLEN];
	const struct dns_addr *a;
	size_t n = 0;

	out[0] = '\0';
	for (a = list->addr; a < list->addr + list->n; a++) {
		inet_ntop(a->u.any.sa_family, a->u.any.sa_family == AF_INET ?
		    (const void *)&a->u.v4.sin_addr :
		    (const void *)&a->u.v6.sin6_addr, ip, sizeof(ip));
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s",
		    n > 0 ? " " : "", ip);
	}
	return out;
}

/*
 * Files.
 */

static void
t_hosts(void)
{
	static const char text[] = "# comment a.test\n"
	    "127.0.0.1\tlocalhost # not.test\r\n"
	    "::1 localhost ip6-localhost\n"
	    "\n10.0.0.1 A.test b.test\n"
	    "   10.0.0.2\t \tb.test\tb\n"
	    "fe80::1%7 b.test\nnonsense b.test\n10.0.0.3\n"
	    "10.0.0.4 last.test";
	static const struct {
		const char *name, *want;
	} cases[] = {
		{ "localhost", "127.0.0.1 ::1" },
		{ "a.TEST", "10.0.0.1" },
		{ "b.test", "10.0.0.1 10.0.0.2 fe80::1" },
		{ "b", "10.0.0.2" },
		{ "last.test", "10.0.0.4" },
		{ "not.test", "" },
		{ "10.0.0.3", "" },
		{ "test", "" },
	};
	struct dns_list list;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		list.n = 0;
		stub_hosts(slice_str(text), slice_str(cases[i].name), &list);
		EQS(slice_str(text_of(&list)), cases[i].want, cases[i].name);
	}
	list.n = 0;
	stub_hosts(slice_str(text), SLICE("b.test"), &list);
	EQ(list.addr[2].u.v6.sin6_scope_id, 7, "a zone");
}

static void
t_config(void)
{
	struct stub s;

	stub_config(&s, SLICE(""));
	EQS(slice_str(text_of(&s.server)), "127.0.0.1", "nothing: server");
	EQ(ntohs(s.server.addr[0].u.v4.sin_port), 53, "nothing: port");
	EQ(s.ndots, 1, "nothing: ndots");
	EQ(s.attempts, 2, "nothing: attempts");
	EQ(s.timeout, 5, "nothing: timeout");
	EQS(slice_str(s.search), "", "nothing: search");
	stub_config(&s, SLICE("# nameserver 10.0.0.9\n; nameserver 10.0.0.9\n"
	    "nameserver 10.0.0.1\t# one\nnameserver fe80::1%3\r\n"
	    "nameserver who\nnameserver\n nameserver 10.0.0.2\n"
	    "nameserver 10.0.0.3\ndomain old.test\n"
	    "search a.test\t b.test \n"
	    "options rotate ndots:2 attempts:99 timeout:0 edns0\n"
	    "options ndots: ndots:x attempts:-1"));
	EQS(slice_str(text_of(&s.server)), "10.0.0.1 fe80::1 10.0.0.2",
	    "servers");
	EQ(s.server.addr[1].u.v6.sin6_scope_id, 3, "a server's zone");
	EQ(ntohs(s.server.addr[1].u.v6.sin6_port), 53, "a server's port");
	EQ(s.ndots, 2, "ndots");
	EQ(s.attempts, 10, "attempts");
	EQ(s.timeout, 1, "timeout");
	EQS(slice_trim(slice_str(s.search)), "a.test\t b.test", "search");
}

/*
 * Messages.
 */

static void
t_question(void)
{
	static const char want[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0"
	    "\1a\4test\0\0\x1c\0\1";
	char q[DNSMSG_MAX], name[300];

	EQ(dnsmsg_ask(q, SLICE("a.test"), DNSMSG_AAAA, 0x1234),
	    sizeof(want) - 1, "question: size");
	OK(memcmp(q, want, sizeof(want) - 1) == 0, "question: bytes");
	EQ(dnsmsg_ask(q, SLICE("a.test."), DNSMSG_AAAA, 0x1234),
	    sizeof(want) - 1, "last dot");
	EQ(dnsmsg_ask(q, SLICE(""), DNSMSG_A, 1), 0, "no name");
	EQ(dnsmsg_ask(q, SLICE("."), DNSMSG_A, 1), 0, "no label");
	EQ(dnsmsg_ask(q, SLICE("a.."), DNSMSG_A, 1), 0, "two last dots");
	EQ(dnsmsg_ask(q, SLICE(".a"), DNSMSG_A, 1), 0, "first dot");
	EQ(dnsmsg_ask(q, SLICE("a..b"), DNSMSG_A, 1), 0, "empty label");
	memset(name, 'a', sizeof(name));
	EQ(dnsmsg_ask(q, (struct slice){ name, 63 }, DNSMSG_A, 1), 81,
	    "label of 63");
	EQ(dnsmsg_ask(q, (struct slice){ name, 64 }, DNSMSG_A, 1), 0,
	    "label of 64");
	name[63] = name[127] = name[191] = '.';
	EQ(dnsmsg_ask(q, (struct slice){ name, 253 }, DNSMSG_A, 1), 271,
	    "name of 253");
	EQ(dnsmsg_ask(q, (struct slice){ name, 254 }, DNSMSG_A, 1), 0,
	    "name of 254");
}

#define LIT(s) { s, sizeof(s) - 1 }
#define HEAD "\x12\x34\x81\x80\0\1\0"
#define REST "\0\0\0\0\1a\4test\0\0\1\0\1"
#define RECORD(type, size) "\xc0\x0c\0" type "\0\1\0\0\0\1\0" size

static void
t_answer(void)
{
	static const struct {
		const char *what;
		struct slice msg;
		int ev;
		const char *want;
	} cases[] = {
		{ "one", LIT(HEAD "\1" REST RECORD("\1", "\4") "\1\2\3\4"),
		    DNSMSG_ANSWER, "1.2.3.4" },
		{ "an alias", LIT(HEAD "\2" REST RECORD("\5", "\2") "\xc0\x0c"
		    RECORD("\1", "\4") "\1\2\3\4"), DNSMSG_ANSWER, "1.2.3.4" },
		{ "a name of labels", LIT(HEAD "\1" REST
		    "\1b\2cc\0\0\1\0\1\0\0\0\1\0\4\1\2\3\4"), DNSMSG_ANSWER,
		    "1.2.3.4" },
		{ "wrong size", LIT(HEAD "\2" REST RECORD("\1", "\3") "\1\2\3"
		    RECORD("\1", "\4") "\4\3\2\1"), DNSMSG_ANSWER, "4.3.2.1" },
		{ "wrong type", LIT(HEAD "\1" REST RECORD("\x1c", "\4")
		    "\1\2\3\4"), DNSMSG_ANSWER, "" },
		{ "cut in an address", LIT(HEAD "\2" REST RECORD("\1", "\4")
		    "\1\2\3\4" RECORD("\1", "\4") "\4\3"), DNSMSG_ANSWER,
		    "1.2.3.4" },
		{ "cut in a head", LIT(HEAD "\1" REST "\xc0\x0c\0\1\0\1"),
		    DNSMSG_ANSWER, "" },
		{ "cut in a name", LIT(HEAD "\1" REST "\xc0"), DNSMSG_ANSWER,
		    "" },
		{ "more than promised", LIT(HEAD "\0" REST
		    RECORD("\1", "\4") "\1\2\3\4"), DNSMSG_ANSWER, "" },
		{ "case", LIT(HEAD "\0\0\0\0\0\1A\4TEST\0\0\1\0\1"),
		    DNSMSG_ANSWER, "" },
		{ "no such name", LIT("\x12\x34\x81\x83\0\1\0\0" REST),
		    DNSMSG_ANSWER, "" },
		{ "truncated", LIT("\x12\x34\x83\x80\0\1\0\0" REST),
		    DNSMSG_FAILED, "" },
		{ "truncated, but", LIT("\x12\x34\x83\x80\0\1\0\1" REST
		    RECORD("\1", "\4") "\1\2\3\4"), DNSMSG_ANSWER, "1.2.3.4" },
		{ "refused", LIT("\x12\x34\x81\x85\0\1\0\0" REST),
		    DNSMSG_FAILED, "" },
		{ "refused in short", LIT("\x12\x34\x81\x85\0\0\0\0\0\0\0\0"),
		    DNSMSG_FAILED, "" },
		{ "no question", LIT("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"),
		    DNSMSG_STRANGE, "" },
		{ "other id", LIT("\x12\x35\x81\x80\0\1\0\0" REST),
		    DNSMSG_STRANGE, "" },
		{ "other name", LIT(HEAD "\0\0\0\0\0\1b\4test\0\0\1\0\1"),
		    DNSMSG_STRANGE, "" },
		{ "other type", LIT(HEAD "\0\0\0\0\0\1a\4test\0\0\x1c\0\1"),
		    DNSMSG_STRANGE, "" },
		{ "a question", LIT("\x12\x34\x01\x80\0\1\0\0" REST),
		    DNSMSG_STRANGE, "" },
		{ "a notice", LIT("\x12\x34\xa1\x80\0\1\0\0" REST),
		    DNSMSG_STRANGE, "" },
		{ "cut in the question", LIT(HEAD "\0\0\0\0\0\1a\4te"),
		    DNSMSG_STRANGE, "" },
		{ "short", LIT("\x12\x34\x81\x80\0\1\0\0\0\0\0"),
		    DNSMSG_STRANGE, "" },
		{ "empty", LIT(""), DNSMSG_STRANGE, "" },
	};
	char q[DNSMSG_MAX];
	struct slice question = { q, dnsmsg_ask(q, SLICE("a.test"), DNSMSG_A,
	    0x1234) };
	struct dns_list list;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		list.n = 0;
		EQ(dnsmsg_read(cases[i].msg, question, &list), cases[i].ev,
		    cases[i].what);
		EQS(slice_str(text_of(&list)), cases[i].want, "addresses");
	}
}

/*
 * Servers.
 */

struct asked {
	char msg[DNSMSG_MAX];
	size_t n;
	int type;
	struct sockaddr_in from;
};

static int
is(const struct asked *a, const char *label)
{
	return memcmp(a->msg + 13, label, strlen(label)) == 0;
}

static void
reply(int fd, const struct asked *a, int flags, int code, const char *data,
    size_t size)
{
	char msg[DNSMSG_MAX];
	size_t n = a->n;

	memcpy(msg, a->msg, n);
	msg[2] = (char)(0x81 | flags);
	msg[3] = (char)(0x80 | code);
	msg[7] = size > 0;
	if (size > 0) {
		memcpy(msg + n, "\xc0\x0c\0?\0\1\0\0\0\1\0", 11);
		msg[n + 3] = (char)a->type;
		msg[n + 11] = (char)size;
		memcpy(msg + n + 12, data, size);
		n += 12 + size;
	}
	sendto(fd, msg, n, 0, (const struct sockaddr *)&a->from,
	    sizeof(a->from));
}

/* The address that all have: 127.0.0.7 or ::7. */
static void
address(int fd, const struct asked *a)
{
	if (a->type == DNSMSG_A)
		reply(fd, a, 0, 0, "\x7f\0\0\7", 4);
	else
		reply(fd, a, 0, 0, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7", 16);
}

static void
serve_one(int fd, struct asked *a, unsigned nth)
{
	if (is(a, "both") || (is(a, "half") && a->type == DNSMSG_A) ||
	    (is(a, "six") && a->type == DNSMSG_AAAA) ||
	    (is(a, "lost") && nth > 2) ||
	    (is(a, "short") && a->msg[18] == 2) ||
	    (is(a, "sick") && a->type == DNSMSG_AAAA)) {
		address(fd, a);
	} else if (is(a, "six")) {
		reply(fd, a, 0, 0, NULL, 0);
	} else if (is(a, "none") || is(a, "short")) {
		reply(fd, a, 0, 3, NULL, 0);
	} else if (is(a, "fail") || is(a, "sick")) {
		reply(fd, a, 0, 2, NULL, 0);
	} else if (is(a, "spoof")) {
		a->msg[0] ^= 1;
		reply(fd, a, 0, 0, "\1\1\1\1", 4);
		a->msg[0] ^= 1;
		address(fd, a);
		address(fd, a);
	}
}

/* A server of its own process for one test; *port is where. */
static pid_t
serve(in_port_t *port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t size = sizeof(sa), from;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct asked a;
	unsigned nth;
	pid_t pid;

	inet_pton(AF_INET, "127.0.0.1", &sa.sin_addr);
	if (bind(fd, (struct sockaddr *)&sa, size) < 0 ||
	    getsockname(fd, (struct sockaddr *)&sa, &size) < 0)
		abort();
	*port = sa.sin_port;
	if ((pid = fork()) != 0) {
		close(fd);
		return pid;
	}
	for (nth = 1; ; nth++) {
		from = sizeof(a.from);
		a.n = (size_t)recvfrom(fd, a.msg, sizeof(a.msg), 0,
		    (struct sockaddr *)&a.from, &from);
		a.type = a.msg[a.n - 3];
		serve_one(fd, &a, nth);
	}
}

static enum stub_end
ask(const struct stub *s, const char *name, msec wait, struct dns_list *list)
{
	return stub_ask(&env, s, slice_str(name), env_mono(&env) + wait, list,
	    &fault);
}

static void
t_servers(void)
{
	static const struct {
		const char *name;
		enum stub_end end;
		const char *want;
		msec least;
	} cases[] = {
		{ "both.test", STUB_FOUND, "127.0.0.7 ::7", 0 },
		{ "half.test", STUB_FOUND, "127.0.0.7", STUB_GRACE },
		{ "six.test", STUB_FOUND, "::7", 0 },
		{ "sick.test", STUB_FOUND, "::7", 0 },
		{ "none.test", STUB_NONE, "", 0 },
		{ "fail.test", STUB_FAILED, "", 0 },
		{ "spoof.test", STUB_FOUND, "127.0.0.7 ::7", 0 },
		{ "lost.test", STUB_FOUND, "127.0.0.7 ::7", 500 },
		{ "silent.test", STUB_FAILED, "", 1000 },
		{ "short", STUB_FOUND, "127.0.0.7 ::7", 0 },
		{ "short.", STUB_NONE, "", 0 },
		{ "short.x", STUB_NONE, "", 0 },
		{ "a..test", STUB_NONE, "", 0 },
	};
	struct dns_list list;
	struct stub s;
	size_t i;
	msec start;
	pid_t pid;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stub_config(&s, SLICE("options timeout:1\n"
		    "search three.test in.test"));
		pid = serve(&s.server.addr[0].u.v4.sin_port);
		start = begin(&env);
		list.n = 0;
		EQ(ask(&s, cases[i].name, 5000, &list), cases[i].end,
		    cases[i].name);
		EQS(slice_str(text_of(&list)), cases[i].want, "addresses");
		OK(about(env_mono(&env) - start, cases[i].least), "time");
		end_child(pid);
	}
}

/* Beside one that is not there. */
static void
t_dead(void)
{
	struct dns_list list = { 0 };
	struct stub s;
	msec start = begin(&env);
	pid_t pid;

	stub_config(&s, SLICE("nameserver 127.0.0.1\nnameserver 127.0.0.1"));
	pid = serve(&s.server.addr[1].u.v4.sin_port);
	dns_set_port(&s.server, 9);
	EQ(ask(&s, "both.test", 5000, &list), STUB_FAILED,
	    "both dead");
	OK(about(env_mono(&env) - start, 0), "both dead: at once");
	end_child(pid);
	pid = serve(&s.server.addr[1].u.v4.sin_port);
	EQ(ask(&s, "both.test", 5000, &list), STUB_FOUND,
	    "one dead");
	EQ(list.n, 2, "one dead: addresses");
	OK(about(env_mono(&env) - start, 0), "one dead: at once");
	list.n = 0;
	EQ(ask(&s, "fail.test", 5000, &list), STUB_FAILED,
	    "one dead, one sick");
	OK(about(env_mono(&env) - start, 0), "one dead, one sick: at once");
	end_child(pid);
}

/* The end that does not come of the servers. */
static void
t_deadline(void)
{
	struct dns_list list = { 0 };
	struct stub s;
	msec start;
	pid_t pid;

	stub_config(&s, SLICE("search one.test two.test"));
	pid = serve(&s.server.addr[0].u.v4.sin_port);
	start = begin(&env);
	EQ(ask(&s, "silent", 60, &list), STUB_FAILED, "deadline");
	OK(about(env_mono(&env) - start, 60), "deadline: when");
	start = begin(&env);
	cancel_in(20);
	EQ(ask(&s, "silent.test", 5000, &list), STUB_FAULT, "a signal");
	EQ(fault.class, F_CANCEL, "a signal: the fault");
	OK(about(env_mono(&env) - start, 19), "a signal: when");
	cancel_undo();
	end_child(pid);
}

int
main(void)
{
	env = env_new();
	env.random = chance;
	t_hosts();
	t_config();
	t_question();
	t_answer();
	t_servers();
	t_dead();
	t_deadline();
	return DONE();
}
