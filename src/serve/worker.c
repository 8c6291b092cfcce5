#include "serve/worker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os.h"
#include "net/await.h"
#include "net/dns.h"
#include "net/sock.h"
#include "serve/access.h"
#include "serve/gate.h"
#include "serve/holds.h"
#include "serve/intake.h"

/* In ms: how long a worker beyond WORKERS_IDLE waits for a client; how long a
 * client may be silent between two requests; and how long, and with what
 * pauses, one that was refused may go on sending until its connection is
 * closed, so that it sees the answer. */
#define IDLE_TIME 10000
#define KEPT_TIME ((msec)75000)
#define LINGER_TIME ((msec)30000)
#define LINGER_PAUSE ((msec)2000)
#define WRITE_TIME ((msec)10000)

/* Has its buffer on the stack, and is not inlined, so that relay() uses the
 * same pages: there may be a thousand workers. */
#define BIG_FRAME __attribute__((noinline))

struct work {
	struct env env;		/* first: it is its own ctx */
	struct listen *l;
	const struct board *b;
	size_t place;
	struct os_wait wait;
	/* of the connection */
	struct intake in;
	int early;		/* bytes came before the answer */
	int drains;		/* no more requests are to be taken */
	const struct bound *socket;
	int fd;
	char peer[INET6_ADDRSTRLEN], local[INET6_ADDRSTRLEN + 2];
	struct buf extra, out;
};

static int
cancelled(void *ctx)
{
	return atomic_load_explicit(&((struct work *)ctx)->b->shared->stop,
	    memory_order_relaxed);
}

static void
set_place(struct work *w, enum place place)
{
	atomic_store(&w->b->shared->place[w->place], place);
}

/* -- connections ----------------------------------------------------------- */

/* An address as text, in brackets if that is asked for; "" if it has none. */
static void
put_address(const struct dns_addr *a, int brackets, char *to, size_t size)
{
	char text[INET6_ADDRSTRLEN];
	int v6 = a->u.any.sa_family == AF_INET6;

	to[0] = '\0';
	if ((v6 || a->u.any.sa_family == AF_INET) && inet_ntop(
	    a->u.any.sa_family, v6 ? (const void *)&a->u.v6.sin6_addr :
	    &a->u.v4.sin_addr, text, sizeof(text)) != NULL)
		(void)str_printf(to, size, v6 && brackets ? "[%s]" : "%s",
		    text);
}

/* Accepts a connection from any socket; 0 if none pends. */
static int
take(struct work *w)
{
	struct dns_addr a;
	socklen_t n;
	int i;

	for (i = 0; i < w->l->nbound; i++) {
		a = (struct dns_addr){ 0 };
		n = sizeof(a);
		w->socket = &w->l->bound[i];
		w->fd = os_accept(w->socket->fd, &a.u.any, &n);
		if (w->fd < 0)
			continue;
		put_address(&a, 0, w->peer, sizeof(w->peer));
		n = sizeof(a);
		if (getsockname(w->fd, &a.u.any, &n) < 0)
			a.u.any.sa_family = AF_UNSPEC;
		put_address(&a, 1, w->local, sizeof(w->local));
		return 1;
	}
	return 0;
}

/* Waits for a connection.  0: there is nothing to do, and the worker ends. */
static int
await_client(struct work *w)
{
	int n;

	for (;;) {
		set_place(w, PLACE_IDLE);
		n = os_wait(&w->wait, IDLE_TIME);
		if (board_draining(w->b))
			return 0;
		if (n > 0 && take(w))
			break;
		if (n != 0)
			continue;
		set_place(w, PLACE_FREE);
		if (board_count(w->b, PLACE_IDLE) >= WORKERS_IDLE)
			return 0;
	}
	set_place(w, PLACE_READING);
	if (board_count(w->b, PLACE_IDLE) < WORKERS_IDLE)
		(void)!write(w->b->need[1], "", 1);
	return 1;
}

/* Waits for a request's first byte.  0: there is none to be had. */
static int
await_request(struct work *w, enum place place, msec time)
{
	struct pollfd fds[4] = {
		[1] = { .fd = w->fd, .events = POLLIN },
		[2] = { .fd = w->b->drain[0], .events = POLLIN },
		[3] = { .fd = place == PLACE_KEPT ? w->b->yield[0] : -1,
		    .events = POLLIN },
	};
	msec until = env_mono(&w->env) + time;
	struct fault f;
	char c;

	set_place(w, place);
	for (;;) {
		if (await_fds(&w->env, fds, 4, until, &f) <= 0)
			return 0;
		w->drains = fds[2].revents != 0;
		if (fds[1].revents != 0)
			break;
		if (w->drains || read(fds[3].fd, &c, 1) == 1)
			return 0;
	}
	sock_readable(w->in.conn);
	set_place(w, PLACE_READING);
	return 1;
}

/* Closes after an answer to a request that was not read to its end: what
 * arrives meanwhile is read, because a close with unread bytes makes the
 * system destroy what the client has not yet received. */
static BIG_FRAME void
linger(struct work *w)
{
	msec end = env_mono(&w->env) + LINGER_TIME, until;
	char drop[INTAKE_SIZE];
	struct fault f;

	(void)shutdown(w->fd, SHUT_WR);
	do {
		until = env_mono(&w->env) + LINGER_PAUSE;
	} while (w->in.conn->ops->read(w->in.conn, drop, sizeof(drop),
	    until < end ? until : end, &f) > 0);
}

/* Makes the close a reset.  What was sent has to arrive first. */
static void
reset(struct work *w)
{
	msec end = env_mono(&w->env) + WRITE_TIME;
	int left = 0;

	while (ioctl(w->fd, TIOCOUTQ, &left) == 0 && left > 0 &&
	    env_mono(&w->env) < end)
		if (w->env.sleep(w->env.ctx, env_mono(&w->env) + 10) < 0)
			break;
	(void)setsockopt(w->fd, SOL_SOCKET, SO_LINGER,
	    &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
}

/* -- requests -------------------------------------------------------------- */

static void
report(struct work *w, const struct client *c, msec start)
{
	struct access a = { .took = env_mono(&w->env) - start,
	    .peer = w->peer };

	a.wall = w->env.wall(w->env.ctx) - a.took;
	metrics_count(w->b->metrics, &c->account, a.took);
	buf_clear(&w->out);
	access_put(&w->out, &a, c, w->l->json);
	w->l->say(w->l->ctx, buf_slice(&w->out));
}

/* An answer of text. */
static void
answer(struct work *w, struct client *c, int status, const char *type,
    struct slice body)
{
	struct slice left;
	struct fault f;

	buf_clear(&w->out);
	buf_printf(&w->out, "HTTP/1.1 %d %s\r\n%.*s", status,
	    client_phrase(status), SLICE_FMT(c->extra));
	if (type != NULL)
		buf_printf(&w->out, "Content-Type: %s\r\nContent-Length: "
		    "%zu\r\nCache-Control: no-store\r\n", type, body.n);
	buf_puts(&w->out, !c->keep ? "Connection: close\r\n\r\n" :
	    c->minor == 0 ? "Connection: keep-alive\r\n\r\n" : "\r\n");
	if (!slice_is(c->method, "HEAD"))
		buf_put(&w->out, body);
	left = buf_slice(&w->out);
	c->account.status = status;
	c->account.bytes = body.n;
	if (c->conn->ops->write(c->conn, &left, env_mono(&w->env) +
	    WRITE_TIME, &f) != 0)
		c->keep = 0;
}

static void
put_gauges(const struct work *w, struct buf *out)
{
	static const struct {
		enum place place;
		const char *name, *help;
	} gauges[] = {
		{ PLACE_BUSY, "bide_in_flight",
		    "Requests that are being answered." },
		{ PLACE_READING, "bide_reading",
		    "Clients whose request is being read." },
		{ PLACE_KEPT, "bide_kept",
		    "Clients that are silent between two requests." },
		{ PLACE_IDLE, "bide_idle_workers",
		    "Workers without a client." },
	};
	size_t i;

	for (i = 0; i < COUNT(gauges); i++)
		metrics_gauge(out, gauges[i].name, gauges[i].help,
		    (int64_t)board_count(w->b, gauges[i].place));
	metrics_gauge(out, "bide_max_connections",
	    "Connections beyond this number are refused.",
	    w->l->max_connections);
}

/* The paths below /bide/. */
static void
serve_own(struct work *w, struct client *c)
{
	struct slice target = c->target, path = slice_cut(&target, '?');
	struct buf body = { 0 };
	int drains = board_draining(w->b);

	if (!slice_is(c->method, "GET") && !slice_is(c->method, "HEAD")) {
		(void)client_refuse(c, &w->env, 405, "invalid_request_error",
		    "Allow: GET, HEAD\r\n", "only GET and HEAD");
	} else if (slice_is(path, "/bide/healthz")) {
		answer(w, c, drains ? 503 : 200, "text/plain", drains ?
		    SLICE("draining\n") : SLICE("ok\n"));
	} else if (slice_is(path, "/bide/metrics")) {
		metrics_put(w->b->metrics, &body);
		put_gauges(w, &body);
		holds_put(&w->env, &body);
		answer(w, c, 200, "text/plain; version=0.0.4; charset=utf-8",
		    buf_slice(&body));
		buf_free(&body);
	} else {
		(void)client_refuse(c, &w->env, 404, "not_found_error", "",
		    "there are /bide/healthz and /bide/metrics");
	}
}

/* Answers a request that was read whole. */
static enum relayed
serve(struct work *w, struct client *c, const struct gate *g)
{
	if (g->preflight || slice_is(c->target, "*")) {
		answer(w, c, 204, NULL, (struct slice){ 0 });
	} else if (slice_starts(c->target, "/bide/")) {
		serve_own(w, c);
	} else {
		return relay(w->l->relay, c);
	}
	return c->keep ? RELAY_KEEP : RELAY_CLOSE;
}

/* Reads the next request. */
static BIG_FRAME enum intake_ev
read_request(struct work *w, struct gate *g)
{
	char bytes[INTAKE_SIZE];
	enum intake_ev ev;

	buf_clear(&w->extra);
	w->in.bytes = bytes;
	intake_start(&w->in);
	ev = intake_next(&w->in);
	if (ev == INTAKE_HEAD) {
		gate_check(g, w->l, w->socket, w->local, &w->in.q, &w->extra);
		if (g->status == 0)
			ev = intake_next(&w->in);
	}
	w->early = w->in.rest.n > 0;
	w->in.rest = (struct slice){ 0 };
	return ev;
}

/* Answers what cannot be served. */
static void
refuse(struct work *w, struct client *c, enum intake_ev ev,
    const struct gate *g)
{
	if (ev == INTAKE_GONE)
		c->account.gone = 1;
	else if (ev == INTAKE_HEAD)
		(void)client_refuse(c, &w->env, g->status, g->kind, "", "%s",
		    g->why);
	else
		(void)client_refuse(c, &w->env, w->in.status, w->in.status ==
		    413 ? "request_too_large" : "invalid_request_error", "",
		    "%s", w->in.why);
}

/* Reads the next request and answers it.  Whether another one may follow. */
static int
exchange(struct work *w)
{
	const struct http_request *q = &w->in.q;
	struct client c = { .conn = w->in.conn, .fd = w->fd, .minor = 1,
	    .account = { .provider = "", .first = MSEC_NONE,
	    .usage = USAGE_NONE } };
	struct gate g = { 0 };
	enum intake_ev ev = read_request(w, &g);
	enum relayed then = RELAY_CLOSE;
	msec start = env_mono(&w->env);

	if (ev == INTAKE_GONE && q->method.n == 0)
		return 0;
	c.method = q->method;
	c.target = q->url.path;
	c.extra = buf_slice(&w->extra);
	if (ev != INTAKE_DONE) {
		refuse(w, &c, ev, &g);
	} else {
		c.minor = q->minor;
		/* a request sent before the answer is not read */
		c.keep = q->keep && !w->early && !w->drains;
		c.field = q->field;
		c.nfields = q->nfields;
		c.body = buf_slice(&w->in.body);
		c.body_given = q->length != 0 ||
		    http_request_field(q, "content-length").p != NULL;
		set_place(w, PLACE_BUSY);
		then = serve(w, &c, &g);
	}
	report(w, &c, start);
	if (then == RELAY_RESET)
		reset(w);
	else if (ev != INTAKE_GONE && (ev != INTAKE_DONE || w->early))
		linger(w);
	return then == RELAY_KEEP && c.keep;
}

static void
serve_connection(struct work *w)
{
	w->in.conn = sock_take(&w->env, w->fd);
	if (await_request(w, PLACE_READING, HEAD_TIME))
		while (exchange(w)) {
			intake_end(&w->in);
			if (!await_request(w, PLACE_KEPT, KEPT_TIME))
				break;
		}
	intake_end(&w->in);
	w->in.conn->ops->close(w->in.conn);
}

_Static_assert(BIND_MAX + 1 <= OS_WAIT_MAX, "one wait for all sockets");

static void
watch_sockets(struct work *w)
{
	int i;

	os_wait_open(&w->wait);
	for (i = 0; i < w->l->nbound; i++)
		os_wait_add(&w->wait, w->l->bound[i].fd, 1);
	os_wait_add(&w->wait, w->b->drain[0], 0);
}

void
worker(struct listen *l, const struct board *b, size_t place)
{
	struct work w = { .env = *l->env, .l = l, .b = b, .place = place,
	    .in = { .body = { .max = l->max_body } } };

	l->confine(l->ctx);
	w.env.ctx = &w;
	w.env.cancelled = cancelled;
	w.env.wakefd = b->cancel[0];
	w.in.env = l->relay->env = &w.env;
	watch_sockets(&w);
	while (await_client(&w))
		serve_connection(&w);
	_exit(0);
}
