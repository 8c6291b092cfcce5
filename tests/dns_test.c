#define _GNU_SOURCE	/* accept4, pipes and signals of netenv.h */

/* dns.c with a getaddrinfo() in place of the C library's:
 * what it does is told by the name asked for. */

#include "net/dns.h"

#include <errno.h>
#include <netdb.h>

#include "net/race.h"
#include "net/sock.h"
#include "tests/netenv.h"
#include "tests/t.h"

static struct env env;
static struct fault f;
static uint32_t files;		/* open at the start */

struct answer {
	struct addrinfo ai;
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} u;
};

static void
answer(struct answer *a, int family, uint32_t last)
{
	memset(a, 0, sizeof(*a));
	a->ai.ai_family = family;
	a->u.v4.sin_family = (sa_family_t)family;
	if (family == AF_INET) {
		a->u.v4.sin_addr.s_addr = htonl(0x7f000000 + last);
		a->ai.ai_addrlen = sizeof(a->u.v4);
	} else {
		a->u.v6.sin6_addr.s6_addr[15] = (uint8_t)last;
		a->u.v6.sin6_scope_id = 7;
		a->ai.ai_addrlen = sizeof(a->u.v6);
	}
	a->ai.ai_addr = (struct sockaddr *)&a->u;
}

static uint32_t
open_files(void)
{
	uint32_t n = 0;
	int fd;

	for (fd = 0; fd < 100; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Bit 0: a handler is left; bit 1: SIGUSR2 is no longer ignored; bit 2: a
 * signal is blocked. */
static uint32_t
signal_state(void)
{
	struct sigaction sa;
	sigset_t mask;

	sigaction(SIGALRM, NULL, &sa);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	return (sa.sa_handler != SIG_DFL ? 1U : 0U) |
	    (signal(SIGUSR2, SIG_DFL) != SIG_IGN ? 2U : 0U) |
	    (sigismember(&mask, SIGTERM) ? 4U : 0U);
}

int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
    struct addrinfo **out)
{
	static struct answer all[100];
	size_t i, n = 1;

	if (service != NULL || hints->ai_socktype != SOCK_STREAM)
		return EAI_SERVICE;
	answer(&all[0], AF_INET, 1);
	if ((strcmp(name, "half.test") == 0 || strcmp(name, "only4.test") == 0)
	    && hints->ai_family == AF_INET)
		;
	else if ((strcmp(name, "six.test") == 0 ||
	    strcmp(name, "only6.test") == 0) && hints->ai_family == AF_INET6)
		answer(&all[0], AF_INET6, 6);
	else if (strcmp(name, "late.test") == 0 && hints->ai_family == AF_INET)
		return EAI_NONAME;
	else if (strcmp(name, "late.test") == 0)
		usleep(350000);
	else if (strcmp(name, "hang.test") == 0 ||
	    strcmp(name, "half.test") == 0 || strcmp(name, "six.test") == 0)
		for (;;)
			pause();
	else if (strcmp(name, "again.test") == 0)
		return EAI_AGAIN;
	else if (strcmp(name, "none.test") == 0 ||
	    strncmp(name, "only", 4) == 0)
		return EAI_NONAME;
	else if (strcmp(name, "fail.test") == 0)
		return EAI_FAIL;
	else if (strcmp(name, "system.test") == 0)
		return errno = ENOENT, EAI_SYSTEM;
	else if (strcmp(name, "crash.test") == 0)
		raise(SIGABRT);
	else if (strcmp(name, "exit.test") == 0)
		_exit(0);
	else if (strcmp(name, "close.test") == 0)
		close(0);
	else if (strcmp(name, "files.test") == 0)
		answer(&all[0], AF_INET, open_files());
	else if (strcmp(name, "signals.test") == 0)
		answer(&all[0], AF_INET, signal_state());
	else if (strcmp(name, "unix.test") == 0)
		all[0].ai.ai_family = AF_UNIX;
	else if (strcmp(name, "v6.test") == 0)
		answer(&all[0], AF_INET6, 1);
	else if (strcmp(name, "many.test") == 0)
		for (n = 0; n < 100; n++)
			answer(&all[n], AF_INET, (uint32_t)n + 2);
	else if (strcmp(name, "api.test") != 0)
		return EAI_SERVICE;
	for (i = 0; i + 1 < n; i++)
		all[i].ai.ai_next = &all[i + 1].ai;
	*out = &all[0].ai;
	return 0;
}

static int
resolve(const char *name, msec wait, struct dns_list *list)
{
	memset(&f, 0, sizeof(f));
	return dns_resolve(&env, slice_str(name), 443, env_mono(&env) + wait,
	    list, &f);
}

/* No child is left, and no pipe. */
static void
clean(const char *name)
{
	OK(waitpid(-1, NULL, WNOHANG) < 0, name);
	EQ(open_files(), files, name);
}

static void
t_literals(void)
{
	static const struct {
		const char *name;
		int family;
		size_t n;
	} cases[] = {
		{ "127.0.0.1", AF_INET, 1 },
		{ "::1", AF_INET6, 1 },
		{ "::ffff:1.2.3.4", AF_INET6, 1 },
		{ "localhost", AF_INET6, 2 },
		{ "LocalHost", AF_INET6, 2 },
		{ "a.localhost", AF_INET6, 2 },
		{ "localhost.", AF_INET6, 2 },
	};
	struct dns_list list;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		EQ(resolve(cases[i].name, 1000, &list), 0, cases[i].name);
		EQ(list.n, cases[i].n, cases[i].name);
		EQ(list.addr[0].u.any.sa_family, cases[i].family,
		    cases[i].name);
		EQ(ntohs(list.addr[0].u.v4.sin_port), 443, cases[i].name);
	}
	EQ(resolve("notlocalhost", 1000, &list), -1, "not localhost");
}

static void
t_names(void)
{
	struct dns_list list;
	size_t i;

	EQ(resolve("api.test", 1000, &list), 1, "a name");
	EQ(list.n, 1, "one address");
	EQ(ntohl(list.addr[0].u.v4.sin_addr.s_addr), 0x7f000001, "that");
	EQ(ntohs(list.addr[0].u.v4.sin_port), 443, "with the port");
	EQ(resolve("v6.test", 1000, &list), 1, "IPv6");
	EQ(list.addr[0].u.v6.sin6_addr.s6_addr[15], 1, "IPv6: address");
	EQ(list.addr[0].u.v6.sin6_scope_id, 7, "IPv6: scope");
	EQ(ntohs(list.addr[0].u.v6.sin6_port), 443, "IPv6: port");
	EQ(resolve("many.test", 1000, &list), 1, "100 addresses");
	EQ(list.n, DNS_ADDRS_MAX, "are cut");
	for (i = 0; i < list.n; i++)
		if (ntohl(list.addr[i].u.v4.sin_addr.s_addr) != 0x7f000002 + i)
			break;
	EQ(i, list.n, "in their order");
	clean("after answers");
}

static void
t_failures(void)
{
	static const struct {
		const char *name, *want;
		int retry;
	} cases[] = {
		{ "again.test", "try again later", 1 },
		{ "none.test", "no such name", FAULT_BRIEF },
		{ "unix.test", "no address", FAULT_BRIEF },
		{ "fail.test", "does not resolve (", 1 },
		{ "system.test", "No such file", 1 },
		{ "crash.test", "signal 6", 1 },
		{ "exit.test", "ended early", 1 },
		{ "close.test", "ended early", 1 },
	};
	struct dns_list list;
	msec start;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start = env_mono(&env);
		EQ(resolve(cases[i].name, 5000, &list), -1, cases[i].name);
		EQ(f.class, F_DNS, cases[i].name);
		EQ(f.retry, cases[i].retry, cases[i].name);
		OK(strstr(f.text, cases[i].want) != NULL, f.text);
		OK(slice_starts(slice_str(f.text), cases[i].name), "named");
		OK(env_mono(&env) - start < 3000, "at once");
	}
	clean("after failures");
}

/* Names that are refused without asking, for ever. */
static void
t_malformed(void)
{
	static const char *const bad[] = { "", ".", "..", ".a", "a..b", "a..",
	    "a.b..", "localhost.." };
	struct dns_list list;
	char name[300];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EQ(resolve(bad[i], 5000, &list), -1, bad[i]);
		OK(f.class == F_DNS && !f.retry, bad[i]);
		OK(strstr(f.text, "is empty") != NULL, f.text);
	}
	memset(name, 'a', sizeof(name));
	for (i = 49; i < sizeof(name); i += 50)
		name[i] = '.';
	name[254] = '\0';
	EQ(resolve(name, 5000, &list), -1, "254 bytes");
	OK(!f.retry && strstr(f.text, "253") != NULL, f.text);
	name[253] = '.';
	EQ(resolve(name, 5000, &list), -1, "253 bytes and a final dot");
	OK(strstr(f.text, "does not resolve") != NULL, "are asked for");
	name[253] = '\0';
	EQ(resolve(name, 5000, &list), -1, "253 bytes");
	OK(strstr(f.text, "does not resolve") != NULL, "are asked for");
	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	EQ(resolve(name, 5000, &list), -1, "a label of 64 bytes");
	OK(!f.retry && strstr(f.text, "63") != NULL, f.text);
	EQ(resolve(name + 1, 5000, &list), -1, "a label of 63 bytes");
	OK(strstr(f.text, "does not resolve") != NULL, "is asked for");
	clean("after malformed names");
}

static void
t_deadline(void)
{
	struct dns_list list;
	msec start = begin(&env);

	EQ(resolve("hang.test", 60, &list), -1, "silent name server");
	EQ(f.class, F_TIMEOUT, "silence: class");
	EQ(f.retry, 1, "silence: can be tried again");
	OK(about(env_mono(&env) - start, 60), "silence: at the deadline");
	start = begin(&env);
	cancel_in(20);
	EQ(resolve("hang.test", 5000, &list), -1, "cancelled in DNS");
	EQ(f.class, F_CANCEL, "cancelled: class");
	EQ(f.code, SIGINT, "cancelled: signal");
	OK(about(env_mono(&env) - start, 19), "cancelled: when");
	cancel_undo();
	clean("after kills");
}

/* Name servers that never answer for one family, and one that takes long. */
static void
t_rescue(void)
{
	struct dns_list list;
	msec start = begin(&env);

	EQ(resolve("half.test", 5000, &list), 1, "no answer for AAAA");
	EQ(list.n, 1, "no answer for AAAA: IPv4");
	OK(about(env_mono(&env) - start, 300), "no answer for AAAA: soon");
	start = begin(&env);
	EQ(resolve("six.test", 5000, &list), 1, "no answer for A");
	EQ(list.addr[0].u.any.sa_family, AF_INET6, "no answer for A: IPv6");
	OK(about(env_mono(&env) - start, 600), "no answer for A: soon");
	start = begin(&env);
	EQ(resolve("only4.test", 5000, &list), 1, "no such name for AAAA");
	EQ(resolve("only6.test", 5000, &list), 1, "no such name for A");
	EQ(list.addr[0].u.any.sa_family, AF_INET6, "no such name for A: IPv6");
	OK(about(env_mono(&env) - start, 0), "no such name: at once");
	start = begin(&env);
	EQ(resolve("late.test", 5000, &list), 1, "a late answer");
	OK(about(env_mono(&env) - start, 350), "a late answer: taken");
	start = begin(&env);
	cancel_in(320);
	EQ(resolve("hang.test", 5000, &list), -1, "cancelled with two asking");
	EQ(f.class, F_CANCEL, "cancelled with two asking: class");
	OK(about(env_mono(&env) - start, 319), "when");
	cancel_undo();
	clean("after the rescue");
}

static void
t_child(void)
{
	struct dns_list list;
	sigset_t mask;

	EQ(resolve("files.test", 1000, &list), 1, "child's files");
	EQ(list.addr[0].u.v4.sin_addr.s_addr, htonl(0x7f000001),
	    "one: the pipe");
	signal(SIGUSR2, SIG_IGN);
	EQ(resolve("signals.test", 1000, &list), 1, "child's signals");
	EQ(list.addr[0].u.v4.sin_addr.s_addr, htonl(0x7f000000),
	    "no handler, no mask, ignored stays ignored");
	sigprocmask(SIG_SETMASK, NULL, &mask);
	OK(!sigismember(&mask, SIGTERM), "the parent's mask is back");
	signal(SIGCHLD, SIG_IGN);	/* as some supervisors leave it */
	EQ(resolve("api.test", 1000, &list), 1, "children reaped elsewhere");
	signal(SIGCHLD, SIG_DFL);
	clean("after the child");
}

static void
t_open(void)
{
	struct dial_times times = { MSEC_NONE, MSEC_NONE, MSEC_NONE };
	int port = 0, fd = listener("127.0.0.1", &port, 5);
	msec start = env_mono(&env);
	struct conn *c;

	c = sock_open(&env, SLICE("api.test"), port, start + 1000, &times, &f);
	OK(c != NULL, "to a name");
	OK(times.dns >= 0 && times.connect >= 0, "times are told");
	if (c != NULL)
		c->ops->close(c);
	times.dns = MSEC_NONE;
	c = sock_open(&env, SLICE("127.0.0.1"), port, start + 1000, &times,
	    &f);
	OK(c != NULL && times.dns == MSEC_NONE, "a literal needs no DNS");
	if (c != NULL)
		c->ops->close(c);
	OK(sock_open(&env, SLICE("many.test"), port, start + 5000, &times,
	    &f) == NULL, "many addresses refuse");
	EQ(f.class, F_CONNECT, "all refuse: class");
	OK(env_mono(&env) - start < 500, "all refuse: at once");
	close(fd);
	clean("after connections");
}

int
main(void)
{
	env = env_new();
	files = open_files();
	t_literals();
	t_names();
	t_failures();
	t_malformed();
	t_deadline();
	t_rescue();
	t_child();
	t_open();
	return DONE();
}
