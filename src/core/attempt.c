#include "core/attempt.h"

#include <string.h>

#include "core/consume.h"

/* A body up to this goes out in one write with the head. */
#define BODY_INLINE ((size_t)65536)

static msec
earlier(msec a, msec b)
{
	return a < b ? a : b;
}

static void
put_number(struct buf *b, const char *name, size_t n)
{
	buf_printf(b, "%s: %zu\r\n", name, n);
}

/* RFC 9112 section 3.2: absolute-form to a proxy, else origin-form. */
static void
put_target(const struct job *job, struct buf *b)
{
	if (job->to.proxy != NULL && !job->to.url.https) {
		buf_puts(b, "http://");
		url_host(&job->to.url, b);
	}
	buf_put(b, job->path);
}

static void
put_head(const struct job *job, struct buf *b)
{
	size_t body = job->body.n <= BODY_INLINE ? job->body.n : 0;

	/* room for all of it: growing would leave a copy of the key; and no
	 * more, for all of it is wiped */
	(void)buf_room(b, 512 + 2 * job->to.url.host.n + job->path.n +
	    (job->to.proxy != NULL ? 2 * job->to.proxy->userinfo.n : 0) +
	    job->fields.n + body);
	buf_puts(b, job->body.n > 0 ? "POST " : "GET ");
	put_target(job, b);
	buf_puts(b, " HTTP/1.1\r\nHost: ");
	url_host(&job->to.url, b);
	buf_puts(b, "\r\n");
	if (job->to.proxy != NULL && !job->to.url.https &&
	    job->to.proxy->userinfo.p != NULL) {
		buf_puts(b, "Proxy-Authorization: ");
		conn_proxy_auth(job->to.proxy, b);
		buf_puts(b, "\r\n");
	}
	if (job->body.n > 0) {
		buf_printf(b, "Content-Type: application/json\r\n"
		    "Accept: %s\r\n", job->dialect->encode == NULL ?
		    "application/json" : "text/event-stream");
		put_number(b, "Content-Length", job->body.n);
	}
	buf_put(b, job->fields);
	buf_puts(b, "\r\n");
}

/*
 * One write for all of a usual request.  What the peer says before it has
 * read everything (a 413) counts, also when its reset comes with it.
 */
static int
send_request(struct job *job, struct conn *c, msec deadline, struct fault *f)
{
	struct buf head = { 0 };
	struct slice rest;
	int rc;

	put_head(job, &head);
	rest = job->body;
	if (rest.n <= BODY_INLINE) {
		buf_put(&head, rest);
		rest.n = 0;
	}
	rc = c->ops->write(c, &(struct slice){ head.p, head.n }, deadline, f);
	if (rc == 0 && rest.n > 0)
		rc = c->ops->write(c, &rest, deadline, f);
	buf_wipe(&head);
	return rc;
}

/* The connection to use: the one kept, or a new one. */
static struct conn *
take_conn(struct job *job, struct outcome *out)
{
	struct conn *c = job->idle;
	msec now = out->time.start;

	job->idle = NULL;
	out->time.reused = c != NULL;
	if (c != NULL)
		return c;
	c = job->net->dial(job->env, &job->to,
	    earlier(now + job->limit.connect, job->limit.end),
	    &out->time.dial, &out->fault);
	return c;
}

/* Whatever was waited for: all the time there was is over. */
static void
name_timeout(const struct job *job, struct outcome *out)
{
	if (out->fault.class == F_TIMEOUT && out->time.end >= job->limit.end)
		fault_set(&out->fault, F_TIMEOUT, 0, "--max-time is over");
}

/* RFC 9110 section 15.4: 307 and 308 keep method and body.  Only on the same
 * host: the key goes nowhere else. */
static int
follow(struct job *job, struct slice location)
{
	struct buf path = { 0 };
	struct url u;

	if (location.n > 0 && location.p[0] == '/' &&
	    !slice_starts(location, "//")) {
		buf_put(&path, location);
	} else if (url_parse(location, &u) == NULL &&
	    u.https == job->to.url.https && u.port == job->to.url.port &&
	    slice_ieq(u.host, job->to.url.host)) {
		buf_put(&path, u.path.n > 0 ? u.path : SLICE("/"));
	} else {
		return -1;
	}
	buf_free(&job->moved);
	job->moved = path;
	job->path = buf_slice(&job->moved);
	return 0;
}

static void
redirect(struct job *job, struct consumed *got, struct outcome *out)
{
	struct slice to = got->location;

	if ((out->status == 307 || out->status == 308) && to.n > 0 &&
	    job->redirects < REDIRECTS_MAX && follow(job, to) == 0) {
		job->redirects++;
		out->again = 1;
		return;
	}
	fault_set(&out->fault, F_REQUEST, 0, "redirected (%d) to %.*s: "
	    "not followed; is the base URL right?", out->status,
	    (int)earlier((msec)to.n, 200), to.p == NULL ? "" : to.p);
	out->fault.status = out->status;
}

/* What a failed write means is the peer's to say, if it still says a word. */
static int
last_words(struct outcome *out, int sent, msec now, msec *deadline)
{
	if (sent >= 0)
		return 1;
	if (out->fault.class != F_IO)
		return 0;
	*deadline = earlier(*deadline, now + LAST_WORDS_GRACE);
	return 1;
}

/* From the request on, over an open connection. */
static void
exchange(struct job *job, struct conn *c, struct outcome *out)
{
	struct consumed got = { 0 };
	struct fault wrote;
	msec now = env_mono(job->env), first;
	int sent;

	first = earlier(job->limit.end, job->limit.first_byte > MSEC_MAX - now
	    ? MSEC_MAX : now + job->limit.first_byte);
	out->progress = P_SENT;
	sent = send_request(job, c, first, &out->fault);
	wrote = out->fault;
	now = out->time.sent = env_mono(job->env);
	if (!last_words(out, sent, now, &first))
		goto out;
	consume(job, c, first, &got, out);
	if (sent < 0 && out->progress < P_HEAD)
		out->fault = wrote;
	if (out->time.reused && out->progress < P_HEAD &&
	    out->fault.class == F_IO)
		out->again = 1;
	if (out->status >= 300 && out->status < 400 &&
	    out->fault.class != F_CANCEL)
		redirect(job, &got, out);
out:
	if (got.keep)
		job->idle = c;
	else
		c->ops->close(c);
	consumed_free(&got);
}

void
attempt(struct job *job, struct outcome *out)
{
	struct conn *c;

	memset(out, 0, sizeof(*out));
	out->usage = (struct usage){ -1, -1, -1, -1 };
	out->time = (struct timing){
		.dial = { MSEC_NONE, MSEC_NONE, MSEC_NONE },
		.start = env_mono(job->env), .sent = MSEC_NONE,
		.head = MSEC_NONE, .first = MSEC_NONE,
	};
	c = take_conn(job, out);
	if (c != NULL)
		exchange(job, c, out);
	out->discard = out->progress == P_CONTENT;
	out->time.end = env_mono(job->env);
	name_timeout(job, out);
}

void
job_close(struct job *job)
{
	if (job->idle != NULL)
		job->idle->ops->close(job->idle);
	job->idle = NULL;
	buf_free(&job->moved);
	buf_free(&job->space);
}
