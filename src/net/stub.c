#define _GNU_SOURCE	/* SOCK_NONBLOCK, SOCK_CLOEXEC */

#include "net/stub.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "net/dnsmsg.h"

#define FILE_MAX ((size_t)16 << 20)

/*
 * Files.
 */

/* Takes a word off a line; empty at its end. */
static struct slice
word(struct slice *line)
{
	struct slice s = slice_trim(*line);
	size_t n = 0;

	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t')
		n++;
	*line = slice_sub(s, n, s.n);
	return slice_sub(s, 0, n);
}

void
stub_hosts(struct slice text, struct slice name, int family,
    struct dns_list *out)
{
	struct slice line, rest, ip, w;

	while (text.n > 0) {
		rest = slice_cut(&text, '\n');
		line = slice_cut(&rest, '#');
		ip = word(&line);
		do
			w = word(&line);
		while (w.n > 0 && !slice_ieq(w, name));
		if (w.n > 0)
			(void)dns_parse(out, ip, family);
	}
}

/* "name:N" */
static void
option(struct slice text, const char *name, long long min, long long max,
    long long *v)
{
	struct slice key = slice_cut(&text, ':');
	long long n = slice_dec(text, 1000000);

	if (n >= 0 && slice_is(key, name))
		*v = n < min ? min : n > max ? max : n;
}

static void
options(struct stub *s, struct slice line)
{
	struct slice w;

	while ((w = word(&line)).n > 0) {
		option(w, "ndots", 0, 15, &s->ndots);
		option(w, "attempts", 1, 10, &s->attempts);
		option(w, "timeout", 1, 60, &s->timeout);
	}
}

void
stub_config(struct stub *s, struct slice text)
{
	struct slice line, key;

	*s = (struct stub){ .ndots = 1, .attempts = 2, .timeout = 5 };
	while (text.n > 0) {
		line = slice_cut(&text, '\n');
		key = word(&line);
		if (slice_is(key, "options"))
			options(s, line);
		else if (slice_is(key, "search") || slice_is(key, "domain"))
			slice_copy(line, s->search, sizeof(s->search));
		else if (slice_is(key, "nameserver") &&
		    s->server.n < STUB_SERVERS_MAX)
			(void)dns_parse(&s->server, word(&line), AF_UNSPEC);
	}
	if (s->server.n == 0)
		(void)dns_parse(&s->server, SLICE("127.0.0.1"), AF_UNSPEC);
	dns_set_port(&s->server, 53);
}

/*
 * Servers.
 */

enum { QUESTIONS = 2 };

struct question {
	size_t n;		/* 0: not asked, or answered */
	unsigned failed;	/* a bit for each server that did */
	char text[DNSMSG_MAX];
};

struct ask {
	struct pollfd fds[STUB_SERVERS_MAX];
	size_t servers;
	struct dns_list *out;
	struct question q[QUESTIONS];
};

/* Whether there is a question that some server may still answer. */
static int
open_question(const struct ask *a)
{
	unsigned all = (1U << a->servers) - 1;
	int i;

	for (i = 0; i < QUESTIONS; i++)
		if (a->q[i].n > 0 && a->q[i].failed != all)
			return 1;
	return 0;
}

static void
drop_server(struct ask *a, size_t i)
{
	a->q[0].failed |= 1U << i;
	a->q[1].failed |= 1U << i;
	if (a->fds[i].fd >= 0)
		(void)close(a->fds[i].fd);
	a->fds[i].fd = -1;
}

static void
add_servers(struct ask *a, const struct stub *s)
{
	const struct dns_addr *to;
	int fd;

	for (; a->servers < s->server.n; a->servers++) {
		to = &s->server.addr[a->servers];
		fd = socket(to->u.any.sa_family,
		    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		a->fds[a->servers] = (struct pollfd){ fd, POLLIN, 0 };
		if (fd < 0 || connect(fd, &to->u.any, dns_addr_size(to)) < 0)
			drop_server(a, a->servers);
	}
}

static void
send_all(struct ask *a)
{
	const struct question *q;
	size_t i;

	for (i = 0; i < a->servers; i++)
		for (q = a->q; q < a->q + QUESTIONS; q++)
			if (q->n > 0 && a->fds[i].fd >= 0 &&
			    send(a->fds[i].fd, q->text, q->n, 0) < 0)
				drop_server(a, i);
}

static void
take(struct ask *a, size_t i, struct slice msg)
{
	struct question *q;

	for (q = a->q; q < a->q + QUESTIONS; q++) {
		if (q->n == 0)
			continue;
		switch (dnsmsg_read(msg, (struct slice){ q->text, q->n },
		    a->out)) {
		case DNSMSG_ANSWER:
			q->n = 0;
			break;
		case DNSMSG_FAILED:
			q->failed |= 1U << i;
			break;
		case DNSMSG_STRANGE:
			break;
		}
	}
}

static void
receive_all(struct ask *a)
{
	char msg[DNSMSG_MAX];
	ssize_t n;
	size_t i;

	for (i = 0; i < a->servers; i++) {
		if (a->fds[i].fd < 0 || a->fds[i].revents == 0)
			continue;
		n = recv(a->fds[i].fd, msg, sizeof(msg), 0);
		if (n >= 0)
			take(a, i, (struct slice){ msg, (size_t)n });
		else if (errno != EAGAIN && errno != EINTR)
			drop_server(a, i);
	}
}

static void
run(const struct env *env, struct ask *a, const struct stub *s)
{
	msec now = env_mono(env), again = now, until;
	msec end = now + s->timeout * 1000;

	while (open_question(a) && now < end) {
		if (now >= again) {
			send_all(a);
			again = now + s->timeout * 1000 / s->attempts;
			continue;
		}
		until = again < end ? again : end;
		if (poll(a->fds, a->servers, (int)(until - now)) > 0)
			receive_all(a);
		now = env_mono(env);
		if (a->out->n > 0 && end > now + STUB_GRACE)
			end = now + STUB_GRACE;
	}
}

static void
set_question(struct question *q, const struct env *env, struct slice name,
    int type)
{
	q->n = dnsmsg_ask(q->text, name, type, env_random32(env) & 0xffff);
}

static int
ask_name(const struct env *env, const struct stub *s, struct slice name,
    int family, struct dns_list *out)
{
	struct ask a = { .out = out };
	size_t i;

	if (family != AF_INET6)
		set_question(&a.q[0], env, name, DNSMSG_A);
	if (family != AF_INET)
		set_question(&a.q[1], env, name, DNSMSG_AAAA);
	add_servers(&a, s);
	run(env, &a, s);
	for (i = 0; i < a.servers; i++)
		drop_server(&a, i);
	if (out->n > 0)
		return 0;
	return a.q[0].n + a.q[1].n > 0 ? EAI_AGAIN : EAI_NONAME;
}

/* Whether the suffixes of "search" come before the name alone. */
static int
short_name(const struct stub *s, struct slice name)
{
	long long dots = 0;
	size_t i;

	for (i = 0; i < name.n; i++)
		dots += name.p[i] == '.';
	return dots < s->ndots && name.p[name.n - 1] != '.';
}

int
stub_ask(const struct env *env, const struct stub *s, struct slice name,
    int family, struct dns_list *out)
{
	struct slice list = slice_str(s->search), suffix;
	struct buf full = { 0 };
	int rc = EAI_NONAME;

	while (rc == EAI_NONAME && short_name(s, name) &&
	    (suffix = word(&list)).n > 0) {
		buf_clear(&full);
		buf_printf(&full, "%.*s.%.*s", SLICE_FMT(name),
		    SLICE_FMT(suffix));
		rc = ask_name(env, s, buf_slice(&full), family, out);
	}
	buf_free(&full);
	return rc == EAI_NONAME ? ask_name(env, s, name, family, out) : rc;
}

/*
 * Order.
 */

/* Addresses that do not lead into the whole Internet: unique local, link
 * local, 6to4, Teredo. */
static int
special(const struct in6_addr *a)
{
	const unsigned char *p = a->s6_addr;

	return (p[0] & 0xfe) == 0xfc || p[0] == 0xfe || memcmp(p, "\x20\x02",
	    2) == 0 || memcmp(p, "\x20\x01\0\0", 4) == 0;
}

/* Whether this machine has a way to an IPv6 address that is as good as one
 * of IPv4: RFC 6724, as far as it is about families. */
static int
has_way(const struct dns_addr *to)
{
	struct sockaddr_in6 from = { 0 };
	socklen_t size = sizeof(from);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	rc = fd >= 0 && connect(fd, &to->u.any, sizeof(to->u.v6)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&from, &size) == 0 &&
	    !special(&from.sin6_addr) && !special(&to->u.v6.sin6_addr);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static struct dns_addr *
first_of(struct dns_list *list, int family)
{
	struct dns_addr *a;

	for (a = list->addr; a < list->addr + list->n; a++)
		if (a->u.any.sa_family == family)
			return a;
	return NULL;
}

/* The family of the first address is preferred: race.h. */
static void
prefer(struct dns_list *list)
{
	struct dns_addr *v4 = first_of(list, AF_INET), *first, was;
	struct dns_addr *v6 = first_of(list, AF_INET6);

	if (v4 == NULL || v6 == NULL)
		return;
	first = has_way(v6) ? v6 : v4;
	was = *first;
	memmove(list->addr + 1, list->addr,
	    (size_t)(first - list->addr) * sizeof(was));
	list->addr[0] = was;
}

int
stub_resolve(const struct env *env, struct slice name, int family,
    struct dns_list *out)
{
	struct buf text = { .max = FILE_MAX };
	struct stub s;
	int rc = 0;

	(void)file_read("/etc/hosts", &text);
	stub_hosts(buf_slice(&text), name, family, out);
	if (out->n == 0) {
		buf_clear(&text);
		(void)file_read("/etc/resolv.conf", &text);
		stub_config(&s, buf_slice(&text));
		rc = stub_ask(env, &s, name, family, out);
	}
	buf_free(&text);
	prefer(out);
	return rc;
}
