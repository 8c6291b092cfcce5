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
	/* room for all of it: growing would leave copies behind, unwiped */
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

/* host:port, always with the port: CONNECT needs it (RFC 9110 9.3.6). */
static void
put_authority(const struct url *u, struct buf *out)
{
	buf_printf(out, u->ipv6 ? "[%.*s]:%d" : "%.*s:%d", SLICE_FMT(u->host),
	    u->port);
}

/* Says that the proxy failed: puts front before the text. */
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

/* Fills *f for a status of the proxy other than 2xx. */
static void
tunnel_refused(const struct endpoint *to, int status, struct fault *f)
{
	struct slice host = to->url.host;

	if (status == 407 && to->proxy->userinfo.n == 0)
		fault_set(f, F_PERMISSION, 0, "needs a user and password "
		    "(407): HTTPS_PROXY takes them as "
		    "http://USER:PASSWORD@HOST:PORT");
	else if (status == 407)
		fault_set(f, F_PERMISSION, 0,
		    "rejects the user and password in HTTPS_PROXY (407)");
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
		    "status %d for CONNECT: not a proxy for https", status);
	f->status = status;
}

static int
tunnel(struct conn *c, const struct endpoint *to, msec deadline,
    struct fault *f)
{
	struct http h = { .no_body = 1 };
	struct buf b = { 0 };
	struct slice in, out;
	char space[4096];
	enum http_ev ev;
	int rc = -1;
	ssize_t n;

	buf_room(&b, 2 * to->url.host.n + 2 * to->proxy->userinfo.n + 256);
	buf_puts(&b, "CONNECT ");
	put_authority(&to->url, &b);
	buf_puts(&b, " HTTP/1.1\r\nHost: ");
	put_authority(&to->url, &b);
	if (to->proxy->userinfo.n > 0) {
		buf_puts(&b, "\r\nProxy-Authorization: ");
		conn_proxy_auth(to->proxy, &b);
	}
	buf_puts(&b, "\r\n\r\n");
	in = buf_slice(&b);
	n = c->ops->write(c, &in, deadline, f);
	buf_wipe(&b);
	if (n < 0)
		goto out;
	do {
		n = c->ops->read(c, space, sizeof(space), deadline, f);
		if (n < 0)
			goto out;
		if (n == 0) {
			fault_set(f, F_CONNECT, 1,
			    "closed without an answer to CONNECT");
			goto out;
		}
		in = (struct slice){ space, (size_t)n };
		ev = http_push(&h, &in, &out);
	} while (ev == HTTP_MORE);
	if (ev != HTTP_HEAD)
		fault_set(f, F_PROTO, 0, "does not speak HTTP (%s)", h.why);
	else if (h.status / 100 != 2)
		tunnel_refused(to, h.status, f);
	else if (in.n > 0)	/* in TLS the client speaks first */
		fault_set(f, F_PROTO, 0, "sent more than its answer");
	else
		rc = 0;
out:
	http_free(&h);
	if (rc < 0) {
		buf_puts(&b, "proxy ");
		put_authority(to->proxy, &b);
		buf_puts(&b, ": ");
		buf_putc(&b, '\0');
		blame(f, b.p);
		buf_free(&b);
	}
	return rc;
}

struct conn *
conn_dial(const struct env *env, const struct endpoint *to, msec deadline,
    struct dial_times *times, struct fault *f)
{
	const struct url *u = &to->url, *first = to->proxy != NULL ?
	    to->proxy : u;
	struct conn *c;
	msec start;

	*times = (struct dial_times){ MSEC_NONE, MSEC_NONE, MSEC_NONE };
	c = sock_open(env, first->host, first->port, deadline, times, f);
	if (to->proxy != NULL) {
		if (c != NULL && first->https)
			c = tls_open(env, c, first->host, to->trust, deadline,
			    f);
		if (c == NULL)
			blame(f, "proxy ");
		else if (u->https && tunnel(c, to, deadline, f) < 0) {
			c->ops->close(c);
			c = NULL;
		}
	}
	if (c == NULL || !u->https)
		return c;
	start = env_mono(env);
	c = tls_open(env, c, u->host, to->trust, deadline, f);
	if (c != NULL)
		times->tls = env_mono(env) - start;
	return c;
}
