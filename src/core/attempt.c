#include "core/attempt.h"

#include <string.h>

#include "core/consume.h"

/* A body of up to this size is sent in one write with the head. */
#define BODY_INLINE ((size_t)65536)

static msec
earlier(msec a, msec b)
{
	return a < b ? a : b;
}

/* Sends the head, and in the same write a body of usual size. */
static int
send_request(struct job *job, struct conn *c, msec deadline, struct fault *f)
{
	const struct exchange *x = &job->exchange;
	const struct url *proxy = job->to.url.https ? NULL : job->to.proxy;
	struct slice rest = x->body;
	struct buf b = { 0 };
	int rc;

	/* allocate once, or growing would leave a copy of the key; and no more
	 * than needed, since all of it is wiped */
	(void)buf_room(&b, 512 + 2 * job->to.url.host.n + x->target.n +
	    (proxy != NULL ? 2 * proxy->userinfo.n : 0) +
	    x->fields.n + (rest.n <= BODY_INLINE ? rest.n : 0));
	buf_puts(&b, x->method);
	buf_putc(&b, ' ');
	/* RFC 9112 section 3.2: absolute-form to a proxy, else origin-form */
	if (proxy != NULL) {
		buf_puts(&b, "http://");
		url_host(&job->to.url, &b);
	}
	buf_put(&b, x->target);
	buf_puts(&b, " HTTP/1.1\r\nHost: ");
	url_host(&job->to.url, &b);
	buf_puts(&b, "\r\n");
	if (proxy != NULL && proxy->userinfo.p != NULL) {
		buf_puts(&b, "Proxy-Authorization: ");
		conn_proxy_auth(proxy, &b);
		buf_puts(&b, "\r\n");
	}
	if (x->body.n > 0 && !x->ready)
		buf_printf(&b, "Content-Type: application/json\r\n"
		    "Accept: %s\r\nContent-Length: %zu\r\n",
		    job->dialect->encode == NULL ? "application/json" :
		    "text/event-stream", x->body.n);
	buf_put(&b, x->fields);
	buf_puts(&b, "\r\n");
	if (rest.n <= BODY_INLINE) {
		buf_put(&b, rest);
		rest.n = 0;
	}
	rc = c->ops->write(c, &(struct slice){ b.p, b.n }, deadline, f);
	if (rc == 0 && rest.n > 0)
		rc = c->ops->write(c, &rest, deadline, f);
	buf_wipe(&b);
	return rc;
}

/* Whether s may stand in a request line: visible ASCII, but no backslash, which
 * some servers take for a slash. */
static int
is_target(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '\\')
			return 0;
	return 1;
}

/* RFC 9110 section 15.4: 307 and 308 keep method and body.  Followed only on
 * the same host, since the request holds the key. */
static void
redirect(struct job *job, struct consumed *got, struct outcome *out)
{
	struct slice to = got->location, rest = to, path = { 0 };
	struct buf shown = { 0 };
	struct url u;
	int bad = !is_target(to);

	if (to.n > 0 && to.p[0] == '/' && !slice_starts(to, "//"))
		path = slice_cut(&rest, '#');
	else if (url_parse(to, &u) == NULL && u.https == job->to.url.https &&
	    u.port == job->to.url.port &&
	    slice_ieq(u.host, job->to.url.host))
		path = u.path.n > 0 ? u.path : SLICE("/");
	if ((out->status == 307 || out->status == 308) && path.n > 0 && !bad &&
	    job->redirects < REDIRECTS_MAX) {
		job->redirects++;
		buf_clear(&job->moved);
		buf_put(&job->moved, path);
		job->exchange.target = buf_slice(&job->moved);
		out->again = 1;
		return;
	}
	buf_put(&shown, to);
	mask_hide(job->mask, shown.p, shown.n, MASK_MESSAGE);
	fault_set(&out->fault, bad ? F_PROTO : F_REQUEST, 0, "redirected (%d) "
	    "to %.*s: %s", out->status, (int)earlier((msec)shown.n, 200),
	    shown.p == NULL ? "" : shown.p, bad ? "not a URL" :
	    "not followed; is the base URL right?");
	buf_free(&shown);
	out->fault.status = out->status;
}

void
attempt(struct job *job, struct outcome *out)
{
	struct conn *c = job->idle;
	struct consumed got = { 0 };
	struct fault wrote;
	msec now = env_mono(job->env), first = MSEC_MAX;
	int sent;

	job->idle = NULL;
	if (c != NULL && !c->ops->quiet(c)) {
		c->ops->close(c);
		c = NULL;
	}
	memset(out, 0, sizeof(*out));
	out->usage = (struct usage)USAGE_NONE;
	out->time = (struct timing){
		.dial = { MSEC_NONE, MSEC_NONE, MSEC_NONE },
		.start = now, .sent = MSEC_NONE, .head = MSEC_NONE,
		.first = MSEC_NONE, .reused = c != NULL,
	};
	if (c == NULL)
		c = job->net->dial(job->env, &job->to,
		    earlier(now + job->limit.connect, job->limit.end),
		    &out->time.dial, &out->fault);
	if (c == NULL)
		goto out;
	now = env_mono(job->env);
	if (job->limit.first_byte <= MSEC_MAX - now)
		first = now + job->limit.first_byte;
	first = earlier(first, job->limit.end);
	out->progress = P_SENT;
	sent = send_request(job, c, first, &out->fault);
	wrote = out->fault;
	now = out->time.sent = env_mono(job->env);
	if (sent < 0)
		first = earlier(first, now + LAST_WORDS_GRACE);
	/* A server that refuses a large request (413) may reset the connection
	 * before it has read all of it; its response explains the fault. */
	if (sent >= 0 || wrote.class == F_IO)
		consume(job, c, first, &got, out);
	if (sent < 0 && out->progress < P_HEAD)
		out->fault = wrote;
	if (out->time.reused && out->progress < P_HEAD &&
	    out->fault.class == F_IO)
		out->again = 1;
	if (out->status >= 300 && out->status < 400 &&
	    out->fault.class != F_CANCEL)
		redirect(job, &got, out);
	if (got.keep)
		job->idle = c;
	else
		c->ops->close(c);
	consumed_free(&got);
out:
	out->discard = out->progress == P_CONTENT;
	out->time.end = env_mono(job->env);
	if (out->fault.class == F_TIMEOUT && out->time.end >= job->limit.end)
		fault_set(&out->fault, F_TIMEOUT, 0, "--max-time is over");
}

void
job_release(struct job *job)
{
	if (job->idle != NULL)
		job->idle->ops->close(job->idle);
	job->idle = NULL;
}

void
job_close(struct job *job)
{
	job_release(job);
	buf_free(&job->moved);
	buf_free(&job->space);
}
