#define _GNU_SOURCE	/* SOCK_NONBLOCK, SOCK_CLOEXEC */

#include "net/stub.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "net/await.h"
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
stub_hosts(struct slice text, struct slice name, struct dns_list *out)
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
			(void)dns_parse(out, ip);
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
			(void)dns_parse(&s->server, word(&line));
	}
	if (s->server.n == 0)
		(void)dns_parse(&s->server, SLICE("127.0.0.1"));
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
	const struct env *env;
	msec deadline;
	struct fault *fault;
	struct dns_list *out;
	size_t servers;
	struct pollfd fds[1 + STUB_SERVERS_MAX];	/* fds[0] is await's */
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
	struct pollfd *p = &a->fds[1 + i];

	a->q[0].failed |= 1U << i;
	a->q[1].failed |= 1U << i;
	if (p->fd >= 0)
		(void)close(p->fd);
	p->fd = -1;
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
		a->fds[1 + a->servers] = (struct pollfd){ fd, POLLIN, 0 };
		if (fd < 0 || connect(fd, &to->u.any, dns_addr_size(to)) < 0)
			drop_server(a, a->servers);
	}
}

static void
send_all(struct ask *a)
{
	const struct question *q;
	size_t i;
	int fd;

	for (i = 0; i < a->servers; i++)
		for (q = a->q; q < a->q + QUESTIONS; q++) {
			fd = a->fds[1 + i].fd;
			if (q->n > 0 && fd >= 0 &&
			    send(fd, q->text, q->n, 0) < 0)
				drop_server(a, i);
		}
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
	const struct pollfd *p;
	ssize_t n;
	size_t i;

	for (i = 0; i < a->servers; i++) {
		p = &a->fds[1 + i];
		if (p->fd < 0 || p->revents == 0)
			continue;
		n = recv(p->fd, msg, sizeof(msg), 0);
		if (n >= 0)
			take(a, i, (struct slice){ msg, (size_t)n });
		else if (errno != EAGAIN && errno != EINTR)
			drop_server(a, i);
	}
}

/* 0 when there is nothing more to wait for, -1 with a fault. */
static int
run(struct ask *a, const struct stub *s)
{
	msec now = env_mono(a->env), again = now, until;
	msec end = now + s->timeout * 1000;
	int rc = 0;

	while (rc >= 0 && open_question(a) && now < end && now < a->deadline) {
		if (now >= again) {
			send_all(a);
			again = now + s->timeout * 1000 / s->attempts;
			continue;
		}
		until = again < end ? again : end;
		if (until > a->deadline)
			until = a->deadline;
		rc = await_fds(a->env, a->fds, 1 + a->servers, until,
		    a->fault);
		if (rc > 0)
			receive_all(a);
		now = env_mono(a->env);
		if (a->out->n > 0 && end > now + STUB_GRACE)
			end = now + STUB_GRACE;
	}
	return rc < 0 ? -1 : 0;
}

static void
set_question(struct ask *a, int i, struct slice name, int type)
{
	struct question *q = &a->q[i];

	q->n = dnsmsg_ask(q->text, name, type,
	    env_random32(a->env) & 0xffff);
	q->failed = 0;
}

static enum stub_end
ask_name(struct ask *a, const struct stub *s, struct slice name)
{
	int rc;

	set_question(a, 0, name, DNSMSG_A);
	set_question(a, 1, name, DNSMSG_AAAA);
	a->servers = 0;
	add_servers(a, s);
	rc = run(a, s);
	while (a->servers > 0)
		drop_server(a, --a->servers);
	if (a->out->n > 0)
		return STUB_FOUND;
	if (rc < 0)
		return STUB_FAULT;
	return a->q[0].n + a->q[1].n > 0 ? STUB_FAILED : STUB_NONE;
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

enum stub_end
stub_ask(const struct env *env, const struct stub *s, struct slice name,
    msec deadline, struct dns_list *out, struct fault *f)
{
	struct ask a = { .env = env, .deadline = deadline, .out = out,
	    .fault = f };
	struct slice list = slice_str(s->search), suffix;
	enum stub_end end = STUB_NONE;
	struct buf full = { 0 };

	while (end == STUB_NONE && short_name(s, name) &&
	    (suffix = word(&list)).n > 0) {
		buf_clear(&full);
		buf_printf(&full, "%.*s.%.*s", SLICE_FMT(name),
		    SLICE_FMT(suffix));
		end = ask_name(&a, s, buf_slice(&full));
	}
	buf_free(&full);
	return end == STUB_NONE ? ask_name(&a, s, name) : end;
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

static enum stub_end
ask_servers(const struct env *env, struct slice config, struct slice name,
    msec deadline, struct dns_list *out, struct fault *f)
{
	struct stub s;

	stub_config(&s, config);
	return stub_ask(env, &s, name, deadline, out, f);
}

int
stub_lookup(const struct env *env, const char *name, msec deadline,
    struct dns_list *out, struct fault *f)
{
	struct buf text = { .max = FILE_MAX };
	enum stub_end end = STUB_FOUND;

	(void)file_read("/etc/hosts", &text);
	stub_hosts(buf_slice(&text), slice_str(name), out);
	if (out->n == 0) {
		buf_clear(&text);
		(void)file_read("/etc/resolv.conf", &text);
		end = ask_servers(env, buf_slice(&text), slice_str(name),
		    deadline, out, f);
	}
	buf_free(&text);
	prefer(out);
	if (end == STUB_FOUND)
		return 1;
	if (end == STUB_FAULT)
		return -1;
	if (end == STUB_FAILED && env_mono(env) >= deadline)
		return fault_set(f, F_TIMEOUT, 1,
		    "%s: name server gave no answer in time", name);
	return dns_no_address(name, end == STUB_NONE ? EAI_NONAME : EAI_AGAIN,
	    0, f);
}
