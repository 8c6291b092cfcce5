#include "net/conn.h"

#include <string.h>

#include "net/sock.h"
#include "net/tls.h"
#include "wire/b64.h"
#include "wire/http.h"

const struct net net_real = { conn_dial };

void
conn_proxy_auth(const struct url *proxy, struct buf *out)
{
	struct slice raw = proxy->userinfo;
	struct buf plain = { 0 };

	if (raw.n == 0)
		return;
	/* in one piece: growing would leave copies that nobody wipes */
	buf_room(&plain, raw.n + 1);
	if (url_unescape(raw, &plain) < 0) {
		plain.n = 0;
		buf_put(&plain, raw);
	}
	if (memchr(raw.p, ':', raw.n) == NULL)
		buf_putc(&plain, ':');	/* RFC 7617: the password is empty */
	buf_room(out, sizeof("Basic ") + 4 * (plain.n / 3 + 1));
	buf_puts(out, "Basic ");
	b64_put(out, buf_slice(&plain));
	buf_wipe(&plain);
}

/* host:port, the port always (RFC 9110 7.2 wants it in CONNECT). */
static void
put_authority(const struct url *u, struct buf *out)
{
	buf_printf(out, u->ipv6 ? "[%.*s]:%d" : "%.*s:%d", SLICE_FMT(u->host),
	    u->port);
}

/* Whose fault it was: front goes before the text. */
static void
blame(struct fault *f, const char *front)
{
	char was[sizeof(f->text)];

	if (f->class == F_CANCEL)
		return;
	memcpy(was, f->text, sizeof(was));
	(void)str_printf(f->text, sizeof(f->text), "%s%.*s", front,
	    (int)(sizeof(was) / 2), was);
}

static int
tunnel_ask(struct conn *c, const struct endpoint *to, msec deadline,
    struct fault *f)
{
	struct buf req = { 0 };
	struct slice s;
	int rc;

	buf_room(&req, 2 * to->url.host.n + 2 * to->proxy->userinfo.n + 256);
	buf_puts(&req, "CONNECT ");
	put_authority(&to->url, &req);
	buf_puts(&req, " HTTP/1.1\r\nHost: ");
	put_authority(&to->url, &req);
	if (to->proxy->userinfo.n > 0) {
		buf_puts(&req, "\r\nProxy-Authorization: ");
		conn_proxy_auth(to->proxy, &req);
	}
	buf_puts(&req, "\r\n\r\n");
	s = buf_slice(&req);
	rc = c->ops->write(c, &s, deadline, f);
	buf_wipe(&req);
	return rc < 0 ? -1 : 0;
}

/* What the proxy's status means, where it is not 2xx. */
static int
tunnel_refused(const struct endpoint *to, int status, struct fault *f)
{
	struct slice host = to->url.host;

	if (status == 407 && to->proxy->userinfo.n == 0)
		fault_set(f, F_PERMISSION, 0, "wants a user and password "
		    "(407): HTTPS_PROXY takes them as "
		    "http://USER:PASSWORD@HOST:PORT");
	else if (status == 407)
		fault_set(f, F_PERMISSION, 0,
		    "refuses the user and password in HTTPS_PROXY (407)");
	else if (status == 403 || status == 405)
		fault_set(f, F_PERMISSION, 0,
		    "does not allow a connection to %.*s:%d (%d)",
		    SLICE_FMT(host), to->url.port, status);
	else if ((status >= 500 && status != 501 && status != 505) ||
	    status == 408 || status == 429)
		fault_set(f, F_CONNECT, 1, "cannot connect to %.*s:%d (%d)",
		    SLICE_FMT(host), to->url.port, status);
	else
		fault_set(f, F_CONNECT, 0,
		    "answers CONNECT with status %d: no such proxy there",
		    status);
	f->status = status;
	return -1;
}

static int
tunnel_answer(struct conn *c, struct http *h, const struct endpoint *to,
    msec deadline, struct fault *f)
{
	char space[4096];
	struct slice in, out;
	enum http_ev ev;
	ssize_t n;

	do {
		n = c->ops->read(c, space, sizeof(space), deadline, f);
		if (n < 0)
			return -1;
		if (n == 0)
			return fault_set(f, F_CONNECT, 1,
			    "closed without an answer to CONNECT");
		in = (struct slice){ space, (size_t)n };
		ev = http_push(h, &in, &out);
	} while (ev == HTTP_MORE);
	if (ev != HTTP_HEAD)
		return fault_set(f, F_PROTO, 0, "does not speak HTTP (%s)",
		    h->why);
	if (h->status / 100 != 2)
		return tunnel_refused(to, h->status, f);
	if (in.n > 0)	/* the peer in the tunnel must not speak first */
		return fault_set(f, F_PROTO, 0, "sent more than its answer");
	return 0;
}

static int
tunnel(struct conn *c, const struct endpoint *to, msec deadline,
    struct fault *f)
{
	struct http h = { .no_body = 1 };
	struct buf front = { 0 };
	int rc;

	rc = tunnel_ask(c, to, deadline, f);
	if (rc == 0)
		rc = tunnel_answer(c, &h, to, deadline, f);
	http_free(&h);
	if (rc < 0) {
		buf_puts(&front, "proxy ");
		put_authority(to->proxy, &front);
		buf_puts(&front, ": ");
		buf_putc(&front, '\0');
		blame(f, front.p);
		buf_free(&front);
	}
	return rc;
}

static struct conn *
dial_proxy(const struct env *env, const struct endpoint *to, msec deadline,
    struct dial_times *times, struct fault *f)
{
	const struct url *p = to->proxy;
	struct conn *c;

	c = sock_open(env, p->host, p->port, deadline, times, f);
	if (c != NULL && p->https)
		c = tls_open(env, c, p->host, to->trust, deadline, f);
	if (c == NULL)
		blame(f, "proxy ");
	if (c != NULL && to->url.https && tunnel(c, to, deadline, f) < 0) {
		c->ops->close(c);
		c = NULL;
	}
	return c;
}

struct conn *
conn_dial(const struct env *env, const struct endpoint *to, msec deadline,
    struct dial_times *times, struct fault *f)
{
	const struct url *u = &to->url;
	struct conn *c;
	msec start;

	*times = (struct dial_times){ MSEC_NONE, MSEC_NONE, MSEC_NONE };
	if (to->proxy != NULL)
		c = dial_proxy(env, to, deadline, times, f);
	else
		c = sock_open(env, u->host, u->port, deadline, times, f);
	if (c == NULL || !u->https)
		return c;
	start = env_mono(env);
	c = tls_open(env, c, u->host, to->trust, deadline, f);
	if (c != NULL)
		times->tls = env_mono(env) - start;
	return c;
}
