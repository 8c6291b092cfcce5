#include "net/race.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/os.h"
#include "net/await.h"

/*
 * Attempt i uses fds[1 + i % RACE_MAX].  When all are in use, the next attempt
 * replaces the oldest, which has had RACE_MAX * RACE_DELAY, time for three
 * SYNs.  So addresses behind many dead ones are tried too.
 */
struct race {
	struct pollfd fds[1 + RACE_MAX];	/* fds[0] is await's */
	size_t next;		/* attempts started */
	size_t live;		/* attempts in progress */
	msec due;		/* when to start the next attempt */
	int err;		/* the most useful errno; 0 = none */
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

_Static_assert(1 + RACE_MAX <= AWAIT_MAX, "all attempts are awaited");

/* A refusal proves that the host exists; a missing address family says only
 * that this machine does not have it. */
static int
usefulness(int err)
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
end_attempt(struct race *r, struct pollfd *p)
{
	if (p->fd >= 0)
		(void)close(p->fd);
	p->fd = -1;
	r->live--;
}

/* Ends an attempt that failed with err; the next one may start at once. */
static void
failed(struct race *r, struct pollfd *p, int err, msec now)
{
	if (err == EINVAL)	/* a blackhole route on Linux */
		err = EHOSTUNREACH;
	if (usefulness(err) >= usefulness(r->err))
		r->err = err;
	r->due = now;
	end_attempt(r, p);
}

static void
start(struct race *r, const struct dns_addr *a, msec now)
{
	struct pollfd *p = &r->fds[1 + r->next++ % RACE_MAX];

	if (p->fd >= 0)
		end_attempt(r, p);
	r->live++;
	r->due = now + RACE_DELAY;
	p->fd = os_socket(a->u.any.sa_family, O_NONBLOCK);
	/* after EINTR the attempt continues, as after EINPROGRESS */
	if (p->fd < 0 || (connect(p->fd, &a->u.any, dns_addr_size(a)) < 0 &&
	    errno != EINPROGRESS && errno != EINTR))
		failed(r, p, errno, now);
}

/* Takes the first socket that has connected out of the race; -1 if none. */
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
		failed(r, p, err, now);
	}
	return -1;
}

int
race_connect(const struct env *env, const struct dns_list *list,
    const char *peer, msec deadline, struct fault *f)
{
	struct race r = { .due = env_mono(env) };
	msec now, until;
	size_t i;
	int fd, rc;

	must(list->n > 0 && list->n <= DNS_ADDRS_MAX);
	for (i = 1; i <= RACE_MAX; i++)
		r.fds[i] = (struct pollfd){ .fd = -1, .events = POLLOUT };
	do {
		now = env_mono(env);
		fd = winner(&r, now);
		if (fd >= 0)
			break;
		while (r.next < list->n && (r.live == 0 || now >= r.due))
			start(&r, &list->addr[r.next], now);
		if (r.live == 0) {
			fault_set(f, F_CONNECT, 1, "%s: %s%s", peer,
			    strerror(r.err),
			    list->n > 1 ? " (all addresses tried)" : "");
			f->code = r.err;
			break;
		}
		if (now >= deadline) {
			fault_set(f, F_TIMEOUT, 1,
			    "%s: no connection in time%s%s", peer,
			    r.err != 0 ? ", other addresses: " : "",
			    r.err != 0 ? strerror(r.err) : "");
			f->code = r.err;
			break;
		}
		until = r.next < list->n && r.due < deadline ? r.due :
		    deadline;
		rc = await_fds(env, r.fds, 1 + RACE_MAX, until, f);
	} while (rc >= 0);
	for (i = 1; i <= RACE_MAX; i++)
		if (r.fds[i].fd >= 0)
			(void)close(r.fds[i].fd);
	return fd;
}
