#include "serve/gate.h"

#include "wire/ip.h"

/* How long browsers may remember a preflight's answer, in seconds; they cut it
 * to two hours. */
#define PREFLIGHT_AGE "7200"

static int
same_host(struct slice host, struct slice name)
{
	unsigned char a[16], b[16];
	size_t n = ip_parse(host, a);

	if (n > 0)
		return ip_parse(name, b) == n && memcmp(a, b, n) == 0;
	return slice_ieq(host, name);
}

/* Whether one of the names is the URL's host, with its port if there is one in
 * the name. */
static int
listed(const struct url *u, const char *const *names, size_t n)
{
	struct url v;
	size_t i;

	for (i = 0; i < n; i++) {
		v = (struct url){ 0 };
		if (url_authority(slice_str(names[i]), &v) == NULL &&
		    same_host(u->host, v.host) &&
		    (!v.port_given || v.port == u->port))
			return 1;
	}
	return 0;
}

static int
host_is_ours(const struct listen *l, const struct bound *socket,
    const char *local, const struct url *u)
{
	const char *const names[] = { "127.0.0.1", "localhost", "[::1]",
	    local };

	/* HTTP/1.0 without Host: no browser sends that */
	if (socket->local || u->host.p == NULL)
		return 1;
	if (u->port == socket->port && listed(u, names, 4))
		return 1;
	return listed(u, l->hosts, l->nhosts);
}

/* Whether the page comes from where the request goes. */
static int
same_origin(const struct url *u, struct slice origin)
{
	struct url v;

	return url_parse(origin, &v) == NULL && v.https == u->https &&
	    u->host.p != NULL && same_host(u->host, v.host) &&
	    u->port == v.port;
}

static void
put_field(struct buf *out, const char *name, struct slice value)
{
	if (value.n > 0)
		buf_printf(out, "%s: %.*s\r\n", name, SLICE_FMT(value));
}

/* The fields that let a page of the origin read the response. */
static void
allow(struct buf *out, const struct http_request *q, struct slice origin,
    int preflight)
{
	put_field(out, "Access-Control-Allow-Origin", origin);
	put_field(out, "Vary", SLICE("Origin"));
	if (!preflight) {
		put_field(out, "Access-Control-Expose-Headers", SLICE("*"));
		return;
	}
	put_field(out, "Access-Control-Allow-Methods",
	    http_request_field(q, "access-control-request-method"));
	put_field(out, "Access-Control-Allow-Headers",
	    http_request_field(q, "access-control-request-headers"));
	if (http_request_field(q,
	    "access-control-request-private-network").n > 0)
		put_field(out, "Access-Control-Allow-Private-Network",
		    SLICE("true"));
	put_field(out, "Access-Control-Max-Age", SLICE(PREFLIGHT_AGE));
}

void
gate_check(struct gate *g, const struct listen *l, const struct bound *socket,
    const char *local, const struct http_request *q, struct buf *extra)
{
	struct slice origin = http_request_field(q, "origin");
	size_t i;

	*g = (struct gate){ .kind = "permission_error" };
	if (q->url.path.n == 0)
		return;		/* CONNECT, which relay() refuses */
	if (!host_is_ours(l, socket, local, &q->url)) {
		g->status = 421;
		(void)str_printf(g->why, sizeof(g->why), "the host %.*s, port "
		    "%d, is not served here (--allow-host)",
		    SLICE_FMT(q->url.host), q->url.port);
		return;
	}
	if (origin.p == NULL || same_origin(&q->url, origin))
		return;
	for (i = 0; i < l->norigins; i++)
		if (slice_is(origin, l->origins[i]) ||
		    slice_is(SLICE("*"), l->origins[i]))
			break;
	if (i == l->norigins) {
		g->status = 403;
		(void)str_printf(g->why, sizeof(g->why), "pages of %.*s are "
		    "not served (--allow-origin)", SLICE_FMT(origin));
		return;
	}
	g->preflight = slice_is(q->method, "OPTIONS") &&
	    http_request_field(q, "access-control-request-method").p != NULL;
	allow(extra, q, origin, g->preflight);
}
