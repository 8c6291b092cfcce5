#define _GNU_SOURCE	/* MSG_DONTWAIT */

#include "serve/reply.h"

#include <errno.h>
#include <sys/socket.h>

#include "serve/broken.h"
#include "serve/fields.h"

/* How long a client may take to read what is written to it, in ms. */
#define WRITE_TIME ((msec)300000)

/* A comment, or an event where only those count, after so many ms without a byte. */
#define SIGN_TIME ((msec)15000)
#define SIGN_TIME_EVENTS ((msec)120000)

static struct reply *
reply_of(struct sink *s)
{
	return (struct reply *)s;
}

static msec
now_of(const struct reply *p)
{
	return env_mono(p->relay->env);
}

/* -- to the client --------------------------------------------------------- */

/* Writes what is gathered.  0, or -1: the client is gone. */
static int
send_out(struct reply *p)
{
	struct buf *out = &p->relay->out;
	struct conn *c = p->client->conn;
	struct slice left = buf_slice(out);
	struct fault f;

	if (p->gone)
		return -1;
	if (left.n == 0)
		return 0;
	p->sign = now_of(p);
	if (c->ops->write(c, &left, p->sign + WRITE_TIME, &f) != 0)
		p->gone = 1;
	buf_clear(out);
	return p->gone ? -1 : 0;
}

/* Appends content in the framing of the response. */
static void
put_content(struct reply *p, struct slice s)
{
	struct buf *out = &p->relay->out;

	if (s.n == 0 || p->framing == FRAME_NONE)
		return;
	if (p->framing == FRAME_CHUNKS)
		buf_printf(out, "%zx\r\n", s.n);
	buf_put(out, s);
	if (p->framing == FRAME_CHUNKS)
		buf_puts(out, "\r\n");
	p->client->account.bytes += s.n;
}

/* How the content of the response ends.  all: it is all at hand. */
static enum framing
choose_framing(const struct reply *p, int all)
{
	if (slice_is(p->client->method, "HEAD") || p->status == 204 ||
	    p->status == 304)
		return FRAME_NONE;
	if (!p->stream && (all || p->length >= 0))
		return FRAME_LENGTH;
	return p->client->minor == 0 ? FRAME_CLOSE : FRAME_CHUNKS;
}

/* Appends the head.  all: the whole body is held; more: further lines. */
static void
put_head(struct reply *p, int all, struct slice more)
{
	struct buf *out = &p->relay->out;
	struct client *c = p->client;

	p->framing = choose_framing(p, all);
	if (p->framing == FRAME_CLOSE)
		c->keep = 0;
	buf_printf(out, "HTTP/1.1 %d %s\r\n", p->status,
	    client_phrase(p->status));
	buf_put(out, buf_slice(&p->fields));
	if (p->framing == FRAME_CHUNKS)
		buf_puts(out, "Transfer-Encoding: chunked\r\n");
	else if (p->framing == FRAME_LENGTH && all)
		buf_printf(out, "Content-Length: %zu\r\n", p->held.n);
	else if (p->length >= 0 && p->status != 204)
		buf_printf(out, "Content-Length: %lld\r\n", p->length);
	if (!c->keep)
		buf_puts(out, "Connection: close\r\n");
	else if (c->minor == 0)
		buf_puts(out, "Connection: keep-alive\r\n");
	buf_printf(out, "x-bide-attempts: %u\r\nx-bide-waited-ms: %lld\r\n%s",
	    p->attempt, (long long)c->account.waited,
	    p->coded ? "x-bide-passed: compressed\r\n" : "");
	buf_put(out, more);
	buf_put(out, c->extra);
	buf_puts(out, "\r\n");
	p->begun = 1;
	p->signs = p->stream;
	c->account.status = p->status;
}

/* Sends what is held of whole events. */
static int
send_events(struct reply *p)
{
	if (!p->begun)
		put_head(p, 0, SLICE(""));
	put_content(p, slice_sub(buf_slice(&p->held), 0, p->whole));
	buf_drop(&p->held, p->whole);
	p->sink.delivered += p->whole;
	p->whole = 0;
	return send_out(p);
}

/* -- the sink -------------------------------------------------------------- */

static void
begin_attempt(struct reply *p)
{
	p->attempt++;
	p->client->account.waited += now_of(p) - p->pause;
	p->status = p->stream = p->content = p->coded = 0;
	p->length = -1;
	buf_clear(&p->fields);
	buf_clear(&p->held);
	p->whole = 0;
}

static void
put(struct sink *s, const struct event *e)
{
	struct reply *p = reply_of(s);

	if (e->type == EV_START)
		begin_attempt(p);
	else if (e->type == EV_RETRY)
		p->pause = now_of(p);
	else if (e->type == EV_USAGE)
		p->client->account.usage = *e->usage;
}

static void
on_head(struct sink *s, const struct http *h)
{
	struct reply *p = reply_of(s);
	struct slice coding = http_field(h, "content-encoding", 0);

	p->status = h->status;
	p->coded = p->dialect != NULL && h->status < 300 && coding.n > 0 &&
	    !slice_ieq(coding, SLICE("identity"));
	p->length = slice_dec(http_field(h, "content-length", 0), INT64_MAX);
	fields_answer(h, &p->fields);
}

static void
on_raw(struct sink *s, struct slice bytes)
{
	buf_put(&reply_of(s)->held, bytes);
}

static void
on_whole(struct sink *s, size_t rest, int carried)
{
	struct reply *p = reply_of(s);

	p->whole = p->held.n - rest;
	p->stream = p->dialect != NULL && !p->coded;
	if (carried && !p->content) {
		p->content = 1;
		/* what the client would bear was a wait without an answer */
		p->job->limit.end = MSEC_MAX;
	}
}

static int
flush(struct sink *s, struct fault *f)
{
	struct reply *p = reply_of(s);

	if (p->whole == 0 || !p->content || p->hold)
		return 0;
	if (p->client->account.first == MSEC_NONE)
		p->client->account.first = now_of(p) - p->start;
	if (send_events(p) == 0)
		return 0;
	return fault_set(f, F_OUTPUT, 0, "the client left");
}

void
reply_init(struct reply *p)
{
	p->sink = (struct sink){ .put = put, .flush = flush, .head = on_head,
	    .raw = on_raw, .whole = on_whole };
	p->start = p->pause = p->sign = now_of(p);
	buf_clear(&p->relay->out);
}

void
reply_free(struct reply *p)
{
	buf_free(&p->fields);
	buf_free(&p->held);
}

/* -- while nothing comes --------------------------------------------------- */

/* Whether the client has closed its side; what it sends early waits. */
static int
has_left(struct watch *w)
{
	char c;
	ssize_t n = recv(w->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	if (n > 0)
		w->fd = -1;
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK &&
	    errno != EINTR);
}

/* Whether the client has asked for a stream of events, as far as can be
 * told. */
static int
asks_stream(struct reply *p)
{
	const struct client *c = p->client;
	struct json_want w = { .key = "stream" };

	if (p->asked == 0)
		p->asked = p->dialect != NULL &&
		    (slice_ifind(client_field(c, "Accept"),
		    "text/event-stream") >= 0 || path_streams(c->target) ||
		    (json_pick(c->body, &w, 1) == 0 && w.type == JSON_TRUE)) ?
		    1 : -1;
	return p->asked > 0;
}

/* Whether the head goes out early.  One who waits for it without end, and then
 * for events, does better without. */
static int
commits(struct reply *p)
{
	return p->commit > 0 && !p->manners->events && asks_stream(p);
}

/* When the client leaves that has got no more than that; 0: never. */
static void
set_end(struct reply *p, msec bears)
{
	p->job->limit.end = bears == 0 ? MSEC_MAX :
	    p->start + manners_within(bears);
}

void
reply_after(void *ctx, struct outcome *out, unsigned n)
{
	struct reply *p = ctx;
	struct fault *f = &out->fault;

	if (f->class == F_NONE)
		return;
	p->client->account.faults[f->class][out->progress]++;
	if (f->class == F_TIMEOUT && out->time.end >= p->job->limit.end)
		fault_set(f, F_TIMEOUT, 1, "no answer before the client would "
		    "leave");
	if (n == 1 && !p->begun)
		set_end(p, commits(p) ? p->manners->comments :
		    p->manners->head);
}

/* The head of a stream, though there is no answer yet. */
static void
commit(struct reply *p)
{
	if (p->status != 200 || !p->stream) {
		p->status = 200;
		p->stream = 1;
		buf_clear(&p->fields);
		buf_puts(&p->fields, "Content-Type: text/event-stream\r\n"
		    "Cache-Control: no-cache\r\n");
	}
	put_head(p, 0, SLICE(""));
	p->client->account.committed = 1;
	set_end(p, p->manners->comments);
}

/* Sets when to do something next. */
static void
schedule(const struct reply *p, struct watch *w)
{
	if (p->begun)
		w->at = !p->signs ? MSEC_MAX : p->sign +
		    (p->manners->events ? SIGN_TIME_EVENTS : SIGN_TIME);
	else
		w->at = p->commit == 0 || p->manners->events || p->asked < 0 ?
		    MSEC_MAX : p->start + p->commit;
}

static int
beat(struct watch *w, int readable)
{
	struct reply *p = w->ctx;

	if (readable && has_left(w)) {
		p->gone = 1;
		return -1;
	}
	schedule(p, w);
	if (now_of(p) >= w->at && (p->begun || commits(p))) {
		if (!p->begun)
			commit(p);
		put_content(p, p->manners->events ?
		    SLICE("event: keepalive\n"
		    "data: {\"type\":\"keepalive\"}\n\n") :
		    SLICE(": \n"));
		if (send_out(p) < 0)
			return -1;
	}
	schedule(p, w);
	return 0;
}

void
reply_watch(struct reply *p)
{
	struct watch *w = p->relay->env->watch;

	*w = (struct watch){ .fd = p->client->fd, .beat = beat, .ctx = p };
	schedule(p, w);
}

void
reply_unwatch(struct reply *p)
{
	*p->relay->env->watch = (struct watch){ .fd = -1, .at = MSEC_MAX };
}

/* -- the end --------------------------------------------------------------- */

/* All of a response is there. */
static enum relayed
end_whole(struct reply *p, struct slice more)
{
	p->whole = p->held.n;
	if (!p->begun)
		put_head(p, 1, more);
	put_content(p, buf_slice(&p->held));
	if (p->framing == FRAME_CHUNKS)
		buf_puts(&p->relay->out, "0\r\n\r\n");
	if (send_out(p) < 0)
		return RELAY_CLOSE;
	return p->client->keep ? RELAY_KEEP : RELAY_CLOSE;
}

/* Whether the upstream has said itself, in its stream, what is wrong. */
static int
says_so(const struct reply *p, const struct fault *f)
{
	return p->stream && p->whole > 0 && f->class >= F_RATE &&
	    f->class <= F_REQUEST;
}

/* Part of a response went out; its end must not look like one. */
static enum relayed
end_broken(struct reply *p, const struct result *res)
{
	const struct fault *f = &res->last.fault;
	struct buf event = { 0 };
	int said = says_so(p, f);

	p->client->account.broken = 1;
	if (p->content || said)
		put_content(p, slice_sub(buf_slice(&p->held), 0, p->whole));
	if (p->signs && !said) {
		broken_event(p->dialect, f, res->wait,
		    p->manners->events, &event);
		put_content(p, buf_slice(&event));
		buf_free(&event);
	}
	(void)send_out(p);
	return p->framing == FRAME_CLOSE ? RELAY_RESET : RELAY_CLOSE;
}

/* What a client that asks again should know. */
static void
put_advice(const struct reply *p, const struct result *res, struct buf *out)
{
	const struct fault *f = &res->last.fault;

	if (!f->retry && p->status >= 400)
		buf_puts(out, "x-should-retry: false\r\n");
	else if (f->retry && res->verdict != RETRY_FATAL && res->wait >= 0)
		buf_printf(out, "Retry-After: %lld\r\n",
		    (long long)(res->wait + 999) / 1000);
}

/* The upstream's last word. */
static enum relayed
pass_on(struct reply *p, const struct result *res)
{
	struct buf more = { 0 };
	enum relayed rc = RELAY_CLOSE;

	put_advice(p, res, &more);
	if (more.n > 0) {
		fields_drop(&p->fields, "Retry-After");
		fields_drop(&p->fields, "Retry-After-Ms");
		fields_drop(&p->fields, "X-Should-Retry");
	}
	if (res->last.complete && !p->stream) {
		rc = end_whole(p, buf_slice(&more));
	} else {	/* and where it broke off */
		p->client->keep = 0;
		put_head(p, 0, buf_slice(&more));
		put_content(p, buf_slice(&p->held));
		p->client->account.broken = 1;
		(void)send_out(p);
		if (p->framing == FRAME_CLOSE)
			rc = RELAY_RESET;
	}
	buf_free(&more);
	return rc;
}

static enum relayed
refuse(struct reply *p, const struct result *res)
{
	const struct fault *f = &res->last.fault;
	struct buf more = { 0 };
	int rc;

	p->status = f->class == F_TIMEOUT ? 504 : f->class == F_RATE ? 429 :
	    f->class == F_CANCEL ? 503 : 502;
	put_advice(p, res, &more);
	buf_printf(&more, "x-bide-attempts: %u\r\nx-bide-waited-ms: %lld\r\n",
	    p->attempt, (long long)p->client->account.waited);
	buf_putc(&more, '\0');
	rc = client_refuse(p->client, p->relay->env, p->status,
	    broken_kind(f), more.p, "%s", f->text);
	buf_free(&more);
	return rc == 0 && p->client->keep ? RELAY_KEEP : RELAY_CLOSE;
}

enum relayed
reply_end(struct reply *p, const struct result *res)
{
	const struct fault *f = &res->last.fault;

	if (p->gone) {
		p->client->account.gone = 1;
		return RELAY_CLOSE;
	}
	if (f->class == F_NONE && (!p->client->account.committed || p->stream))
		return end_whole(p, SLICE(""));
	if (p->begun)
		return end_broken(p, res);
	if (p->status != 0 && (p->status < 200 || p->status > 299 ||
	    f->class >= F_EMPTY) && f->class <= F_REQUEST)
		return pass_on(p, res);
	return refuse(p, res);
}
