#define _GNU_SOURCE	/* TCP_KEEPIDLE */

#include "net/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/os.h"
#include "net/await.h"
#include "net/race.h"

#define KEEP_IDLE 45		/* seconds of silence before the first probe */
#define KEEP_INTERVAL 15
#define KEEP_PROBES 4

struct sock {
	struct conn c;
	const struct env *env;
	int fd;
	int dry;		/* there is nothing to read yet, so poll first:
				   it was written to, or read empty */
};

static int
io_fault(struct fault *f, const char *what, int err)
{
	fault_set(f, F_IO, 1, "%s: %s", what, strerror(err));
	f->code = err;
	return -1;
}

/* Checked before every call, not only while waiting: with a fast peer no call
 * blocks, and the deadline or a signal would go unnoticed. */
static int
expired(const struct sock *k, msec deadline, const char *what, struct fault *f)
{
	if (await_stop(k->env, f) < 0)
		return -1;
	if (env_mono(k->env) < deadline)
		return 0;
	return fault_set(f, F_TIMEOUT, 1, "%s in time", what);
}

/* The events that are ready, 0 at the deadline, -1 with *f. */
static int
ready(const struct sock *k, short events, msec deadline, struct fault *f)
{
	struct pollfd fds[2] = { [1] = { .fd = k->fd, .events = events } };

	if (await_fds(k->env, fds, 2, deadline, f) < 0)
		return -1;
	return fds[1].revents;
}

static ssize_t
sock_read(struct conn *c, void *p, size_t n, msec deadline, struct fault *f)
{
	struct sock *k = (struct sock *)c;
	ssize_t got;

	for (;;) {
		if (expired(k, deadline, "the peer sent nothing", f) < 0)
			return -1;
		if (k->dry && ready(k, POLLIN, deadline, f) < 0)
			return -1;
		got = recv(k->fd, p, n, 0);
		k->dry = got >= 0 && (size_t)got < n;
		if (got >= 0)
			return got;
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			return io_fault(f, "reading", errno);
		if (errno != EINTR && ready(k, POLLIN, deadline, f) < 0)
			return -1;
	}
}

/* 1 if there is data to read, 0 at the peer's end of file, -1 if neither. */
static int
pending(const struct sock *k)
{
	char c;

	return (int)recv(k->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
}

static int
sock_write(struct conn *c, struct slice *s, msec deadline, struct fault *f)
{
	struct sock *k = (struct sock *)c;
	ssize_t n;
	int got, err;

	k->dry = 1;
	while (s->n > 0) {
		if (expired(k, deadline, "the peer did not take the request",
		    f) < 0)
			return -1;
		n = send(k->fd, s->p, s->n, MSG_NOSIGNAL);
		if (n >= 0) {
			slice_skip(s, (size_t)n);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			got = ready(k, POLLIN | POLLOUT, deadline, f);
			if (got < 0)
				return -1;
			if ((got & POLLIN) != 0 && pending(k) >= 0)
				return 1;
		} else if (errno != EINTR) {
			err = errno == EPIPE ? ECONNRESET : errno;
			/* the kernel keeps what the peer sent before the
			 * reset: an early 413 tells more */
			if (pending(k) > 0)
				return 1;
			return io_fault(f, "sending the request", err);
		}
	}
	return 0;
}

static int
sock_quiet(struct conn *c)
{
	return pending((struct sock *)c) < 0 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK);
}

static void
sock_close(struct conn *c)
{
	struct sock *k = (struct sock *)c;

	(void)close(k->fd);
	free(k);
}

struct conn *
sock_take(const struct env *env, int fd)
{
	static const struct conn_ops ops = { sock_read, sock_write,
	    sock_quiet, sock_close };
	static const struct {
		int level, name, value;
	} opt[] = {
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
#ifdef TCP_KEEPIDLE
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEP_PROBES },
#endif
	};
	struct sock *k = malloc(sizeof(*k));
	size_t i;

	if (k == NULL)
		err_oom();
	/* not every system has all of them; none is essential */
	for (i = 0; i < COUNT(opt); i++)
		(void)setsockopt(fd, opt[i].level, opt[i].name, &opt[i].value,
		    sizeof(opt[i].value));
	*k = (struct sock){ { &ops }, env, fd, 0 };
	return &k->c;
}

void
sock_readable(struct conn *c)
{
	((struct sock *)c)->dry = 0;
}

struct conn *
sock_open(const struct env *env, struct slice host, int port, msec deadline,
    struct dial_times *times, struct fault *f)
{
	char peer[DNS_NAME_MAX + sizeof("[]:65535")];
	int v6 = host.n > 0 && memchr(host.p, ':', host.n) != NULL;
	msec start = env_mono(env), now;
	struct dns_list list;
	int rc, fd;

	rc = dns_resolve(env, host, port, deadline, &list, f);
	if (rc < 0)
		return NULL;
	now = env_mono(env);
	if (rc > 0)
		times->dns = now - start;
	(void)str_printf(peer, sizeof(peer), v6 ? "[%.*s]:%d" : "%.*s:%d",
	    SLICE_FMT(host), port);
	race_order(&list);
	fd = race_connect(env, &list, peer, deadline, f);
	if (fd < 0)
		return NULL;
	times->connect = env_mono(env) - now;
	return sock_take(env, fd);
}

struct conn *
sock_unix(const struct env *env, const char *path, struct fault *f)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = -1;

	errno = ENAMETOOLONG;
	if (str_printf(to.sun_path, sizeof(to.sun_path), "%s", path) == 0)
		fd = os_socket(AF_UNIX, O_NONBLOCK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return sock_take(env, fd);
	fault_set(f, F_CONNECT, 1, "%s: %s", path, strerror(errno));
	f->code = errno;
	if (fd >= 0)
		(void)close(fd);
	return NULL;
}
