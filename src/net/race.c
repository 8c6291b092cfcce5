#define _GNU_SOURCE	/* SOCK_NONBLOCK, SOCK_CLOEXEC */

#include "net/race.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "net/await.h"

/*
 * Attempt i lives in fds[1 + i % RACE_MAX].  When all places are taken the
 * next attempt has the oldest one's: that had RACE_MAX * RACE_DELAY, enough
 * for three SYNs, and no address stays untried behind dead ones.
 */
struct race {
	struct pollfd fds[1 + RACE_MAX];	/* fds[0] is await's */
	size_t next;		/* attempts made */
	size_t live;
	msec due;		/* of the next attempt */
	int err;		/* the most telling errno; 0 = none */
};

void
race_order(struct dns_list *list)
{
	struct dns_list in = *list;
	sa_family_t first = in.addr[0].u.any.sa_family;
	size_t a = 0, b = 0, n = 0;

	while (n < in.n) {
		while (a < in.n && in.addr[a].u.any.sa_family != first)
			a++;
		while (b < in.n && in.addr[b].u.any.sa_family == first)
			b++;
		if (a < in.n)
			list->addr[n++] = in.addr[a++];
		if (b < in.n)
			list->addr[n++] = in.addr[b++];
	}
}

/* A refusal proves that the host is there; a missing family says only that
 * this machine has none of it. */
static int
telling(int err)
{
	switch (err) {
	case 0:
		return 0;
	case ENETUNREACH:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
		return 1;
	case EHOSTUNREACH:
	case ETIMEDOUT:
		return 2;
	default:
		return 3;
	}
}

static void
failed(struct race *r, int err, msec now)
{
	if (err == EINVAL)	/* Linux, of a blackhole route */
		err = EHOSTUNREACH;
	if (telling(err) >= telling(r->err))
		r->err = err;
	r->due = now;
}

static void
drop(struct race *r, struct pollfd *p)
{
	(void)close(p->fd);
	p->fd = -1;
	r->live--;
}

static void
start(struct race *r, const struct dns_addr *a, msec now)
{
	struct pollfd *p = &r->fds[1 + r->next % RACE_MAX];

	if (p->fd >= 0)
		drop(r, p);
	r->next++;
	p->fd = socket(a->u.any.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd < 0) {
		failed(r, errno, now);
		return;
	}
	r->live++;
	r->due = now + RACE_DELAY;
	/* EINTR leaves the attempt going on, like EINPROGRESS */
	if (connect(p->fd, &a->u.any, dns_addr_size(a)) < 0 &&
	    errno != EINPROGRESS && errno != EINTR) {
		failed(r, errno, now);
		drop(r, p);
	}
}

/* The first attempt that has connected, its place given up; -1 if none. */
static int
winner(struct race *r, msec now)
{
	struct pollfd *p;
	socklen_t size;
	int err, fd;

	for (p = r->fds + 1; p < r->fds + 1 + RACE_MAX; p++) {
		if (p->fd < 0 || p->revents == 0)
			continue;
		err = 0;
		size = sizeof(err);
		if (getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &err, &size) < 0)
			err = errno;
		if (err == 0) {
			fd = p->fd;
			p->fd = -1;
			return fd;
		}
		failed(r, err, now);
		drop(r, p);
	}
	return -1;
}

/* What ends a race without a winner. */
static int
lost(const struct race *r, const struct dns_list *list, const char *peer,
    struct fault *f)
{
	int more = list->n > 1;

	if (r->live > 0)
		fault_set(f, F_TIMEOUT, 1, "%s: no connection in time%s%s",
		    peer, r->err != 0 ? ", other addresses: " : "",
		    r->err != 0 ? strerror(r->err) : "");
	else
		fault_set(f, F_CONNECT, 1, "%s: %s%s", peer, strerror(r->err),
		    more ? " (all addresses tried)" : "");
	f->code = r->err;
	return -1;
}

static int
run(const struct env *env, struct race *r, const struct dns_list *list,
    const char *peer, msec deadline, struct fault *f)
{
	msec now, until;
	int fd;

	for (;;) {
		now = env_mono(env);
		if ((fd = winner(r, now)) >= 0)
			return fd;
		while (r->next < list->n && (r->live == 0 || now >= r->due))
			start(r, &list->addr[r->next], now);
		if (r->live == 0 || now >= deadline)
			return lost(r, list, peer, f);
		until = r->next < list->n && r->due < deadline ? r->due :
		    deadline;
		if (await_fds(env, r->fds, 1 + RACE_MAX, until, f) < 0)
			return -1;
	}
}

int
race_connect(const struct env *env, const struct dns_list *list,
    const char *peer, msec deadline, struct fault *f)
{
	struct race r = { .due = env_mono(env) };
	size_t i;
	int fd;

	must(list->n > 0 && list->n <= DNS_ADDRS_MAX);
	for (i = 1; i <= RACE_MAX; i++)
		r.fds[i] = (struct pollfd){ .fd = -1, .events = POLLOUT };
	fd = run(env, &r, list, peer, deadline, f);
	for (i = 1; i <= RACE_MAX; i++)
		if (r.fds[i].fd >= 0)
			(void)close(r.fds[i].fd);
	return fd;
}
