#include "core/consume.h"

#include <string.h>

#include "api/error.h"
#include "core/pace.h"
#include "wire/json.h"

#define READ_MAX ((size_t)65536)
#define BOM "\xef\xbb\xbf"

/* What the content turned out to be, by its first byte that is no blank:
 * Content-Type lies too often (providers.md 7.2). */
enum content {
	C_UNKNOWN,
	C_ERROR,		/* status not 2xx: whatever it is */
	C_STREAM,
	C_WHOLE,		/* JSON: a server that does not stream */
	C_PAGE			/* HTML: a portal, a proxy */
};

struct reader {
	struct job *job;
	struct outcome *out;
	struct consumed *got;
	struct sse sse;
	struct decode dec;
	struct buf body;
	enum content content;
	int ended;		/* the outcome is settled */
	int complete;		/* HTTP_END was seen */
	int tail;
	msec first, error, last;	/* deadlines; the last event's time */
	const char *limit;	/* the option behind .first */
	msec now;
	char *in;		/* READ_MAX bytes */
};

static msec
after(msec start, msec span)
{
	return span > MSEC_MAX - start ? MSEC_MAX : start + span;
}

static msec
deadline(struct reader *r)
{
	msec at = r->first;

	if (r->content == C_ERROR || r->content == C_PAGE) {
		at = r->error;
	} else if (r->tail) {
		at = after(r->last, TAIL_GRACE);
	} else if (r->last != MSEC_NONE) {
		at = after(r->last, r->job->limit.idle);
		r->limit = "--idle-timeout";
	}
	return at < r->job->limit.end ? at : r->job->limit.end;
}

/* Content without an event in it: a queue that moves.  It has four idle times,
 * and no more than the first event has anyway. */
static void
queued(struct reader *r)
{
	msec at;

	if (r->limit != NULL || r->job->limit.idle > MSEC_MAX / QUEUE_IDLES)
		return;
	r->limit = "--first-byte-timeout";
	at = after(r->now, r->job->limit.idle * QUEUE_IDLES);
	if (at < r->first) {
		r->first = at;
		r->limit = "four times --idle-timeout of comments";
	}
}

static void
refused(struct reader *r, struct slice body)
{
	struct sink *s = r->job->sink;

	if (s->refused != NULL)
		s->refused(s, body);
}

static void
judge(struct reader *r, struct slice body)
{
	struct http *h = &r->got->http;
	struct reply reply = { h->status, h->field, h->nfields, body,
	    r->dec.wall };

	refused(r, body);
	classify(&reply, &r->out->fault);
	r->ended = 1;
}

static void
whole(struct reader *r)
{
	r->out->fault = (struct fault){ .wait = MSEC_NONE };
	r->out->progress = P_DONE;
	r->ended = 1;
}

static void
broken(struct reader *r, enum fclass class, int retry, const char *why)
{
	fault_set(&r->out->fault, class, retry, "%s", why);
	r->ended = 1;
}

/* One event's meaning for the attempt.  After a fault only what refines it
 * counts: a [DONE] behind an error does not make it an answer. */
static void
take(struct reader *r, enum decoded what)
{
	int tail = r->tail;

	if (r->ended && what != DECODE_FAULT)
		return;
	switch (what) {
	case DECODE_IDLE:
		return;
	case DECODE_MORE:
		break;
	case DECODE_TAIL:
		r->tail = 1;
		break;
	case DECODE_DONE:
		whole(r);
		break;
	case DECODE_FAULT:
		r->out->fault = r->dec.fault;
		r->ended = 1;
		break;
	}
	if (!tail)		/* else the grace would have no end */
		r->last = r->now;
	if (r->dec.content && r->out->time.first == MSEC_NONE)
		r->out->time.first = r->now;
}

static void
take_event(struct reader *r, const struct sse_event *e)
{
	take(r, r->job->dialect->event(&r->dec, e));
}

/* Also after a fault: what else came with it may refine it. */
static void
on_stream(struct reader *r, struct slice in)
{
	struct sse_event e;
	enum sse_ev ev;

	while (r->out->progress != P_DONE &&
	    (ev = sse_push(&r->sse, &in, &e)) != SSE_MORE) {
		if (ev == SSE_BAD) {
			broken(r, F_PROTO, 0, "an event of the stream is too "
			    "large");
			return;
		}
		take_event(r, &e);
	}
}

static void
on_text(struct reader *r, struct slice in, size_t max)
{
	r->body.max = max;
	if (in.n > max - r->body.n)
		in.n = max - r->body.n;
	buf_put(&r->body, in);
	if (r->content == C_WHOLE)
		r->last = r->now;
	else if (r->body.n == max)
		judge(r, buf_slice(&r->body));
	if (r->content == C_WHOLE && r->body.n == max)
		broken(r, F_PROTO, 0, "the answer is too large");
}

static struct slice
sniff(struct reader *r, struct slice in)
{
	if (slice_starts(in, BOM) && in.n > strlen(BOM) &&
	    memchr("{[<", in.p[strlen(BOM)], 3) != NULL)
		in = slice_sub(in, strlen(BOM), in.n);
	while (in.n > 0 && memchr(" \t\r\n", in.p[0], 4) != NULL)
		in = slice_sub(in, 1, in.n);
	if (in.n == 0)
		return in;
	r->error = after(r->now, ERROR_BODY_GRACE);
	switch (in.p[0]) {
	case '{':
	case '[':
		r->content = C_WHOLE;
		break;
	case '<':
		r->content = C_PAGE;
		break;
	default:
		r->content = C_STREAM;
	}
	return in;
}

static void
on_body(struct reader *r, struct slice in)
{
	if (r->content == C_UNKNOWN)
		in = sniff(r, in);
	queued(r);
	switch (r->content) {
	case C_UNKNOWN:
		break;
	case C_STREAM:
		on_stream(r, in);
		break;
	case C_WHOLE:
		on_text(r, in, WHOLE_BODY_MAX);
		break;
	case C_ERROR:
	case C_PAGE:
		on_text(r, in, ERROR_BODY_MAX);
		break;
	}
}

static void
on_head(struct reader *r)
{
	struct http *h = &r->got->http;
	struct slice coding = http_field(h, "content-encoding", 0);

	r->out->progress = P_HEAD;
	r->out->status = h->status;
	r->out->time.head = r->now;
	r->dec.wall = r->job->env->wall(r->job->env->ctx);
	pace_head(r->job, h);
	r->got->location = http_field(h, "location", 0);
	slice_copy(reply_request_id(h->field, h->nfields), r->out->request_id,
	    sizeof(r->out->request_id));
	if (h->status < 200 || h->status > 299) {
		r->content = C_ERROR;
		r->error = after(r->now, ERROR_BODY_GRACE);
	} else if (coding.n > 0 && !slice_ieq(coding, SLICE("identity"))) {
		broken(r, F_PROTO, 0, "the server compressed its answer "
		    "though it was not asked to (Content-Encoding); bide "
		    "does not inflate: look for a proxy that does this");
	}
}

/* HTTP itself is broken.  Before a head: no HTTP server, which a repetition
 * does not change; after one: damage on the way. */
static void
on_bad(struct reader *r)
{
	const char *why = r->got->http.why;

	if (r->out->progress < P_HEAD)
		broken(r, F_PROTO, 0, why);
	else
		broken(r, F_IO, 1, why);
}

/* No more content will come; complete: the message says so itself. */
static void
on_end(struct reader *r)
{
	struct sse_event e;
	int pending;

	switch (r->content) {
	case C_STREAM:
		pending = sse_eof(&r->sse, &e) == SSE_EVENT;
		take(r, decode_end(&r->dec, r->job->dialect,
		    pending ? &e : NULL));
		break;
	case C_WHOLE:
		if (r->complete)
			take(r, r->job->dialect->whole(&r->dec,
			    buf_slice(&r->body)));
		if (r->complete && r->out->progress != P_DONE)
			refused(r, buf_slice(&r->body));
		break;
	case C_ERROR:
	case C_PAGE:
		judge(r, buf_slice(&r->body));
		break;
	case C_UNKNOWN:
		break;
	}
	if (!r->ended)
		broken(r, F_IO, 1, r->out->progress < P_HEAD ?
		    "the server closed the connection without an answer" :
		    "the stream ended before the answer did");
}

/* What one read brought; of a whole answer, its message's end is still worth
 * to be seen. */
static void
feed(struct reader *r, struct slice in)
{
	struct slice body;

	for (;;) {
		switch (http_push(&r->got->http, &in, &body)) {
		case HTTP_BAD:
			if (!r->ended)
				on_bad(r);
			return;
		case HTTP_MORE:
			return;
		case HTTP_HEAD:
			on_head(r);
			if (r->ended)
				return;
			break;
		case HTTP_BODY:
			on_body(r, body);
			break;
		case HTTP_END:
			r->complete = 1;
			if (!r->ended)
				on_end(r);
			r->got->keep = r->got->http.keep && in.n == 0;
			return;
		}
	}
}

/* The read failed: what has come may still be enough. */
static void
on_fault(struct reader *r, const struct fault *f)
{
	if (f->class != F_CANCEL && (r->tail || r->content == C_ERROR ||
	    r->content == C_PAGE)) {
		on_end(r);
		return;
	}
	r->out->fault = *f;
	r->ended = 1;
	if (f->class == F_TIMEOUT && r->now < r->job->limit.end)
		fault_set(&r->out->fault, F_TIMEOUT, 1, "no event of the "
		    "answer came in time (%s)", r->limit != NULL ? r->limit :
		    "--first-byte-timeout");
}

/* Where the connection's end is the body's, only the JSON itself can tell
 * whether it is all there. */
static void
on_eof(struct reader *r)
{
	enum http_ev ev = http_eof(&r->got->http);

	if (ev == HTTP_END && (r->content != C_WHOLE ||
	    json_valid(buf_slice(&r->body))))
		r->complete = 1;
	on_end(r);
}

/* The rest of a whole answer's message, if it comes at once. */
static void
drain(struct reader *r, struct conn *c)
{
	msec until = after(r->now, REUSE_GRACE);
	struct fault ignored;
	ssize_t n = 1;

	while (n > 0 && r->out->progress == P_DONE && !r->complete) {
		n = c->ops->read(c, r->in, READ_MAX, until, &ignored);
		if (n > 0)
			feed(r, (struct slice){ r->in, (size_t)n });
	}
}

static void
settle(struct reader *r)
{
	struct outcome *out = r->out;

	if (out->progress == P_HEAD && r->dec.content)
		out->progress = P_CONTENT;
	if (out->fault.class != F_NONE && out->fault.request_id[0] == '\0')
		memcpy(out->fault.request_id, out->request_id,
		    sizeof(out->request_id));
	out->finish = r->dec.finish;
	out->usage = r->dec.usage;
	out->text_bytes = r->dec.text_bytes;
	if (r->dec.cursor != NULL)
		out->text_bytes = r->dec.cursor->text;
}

/* A run that is taken up goes on where it was; any other is a new one. */
static void
begin_cursor(struct reader *r)
{
	struct cursor *c = r->job->cursor;

	if (c == NULL)
		return;
	if (!c->resuming)
		*c = (struct cursor){ .sequence = -1 };
	r->dec.text_half = c->half;
	if (r->job->stored)
		r->dec.cursor = c;
}

/* The server's name for its answer, once it is known. */
static void
name(struct reader *r)
{
	struct cursor *c = r->job->cursor;

	if (c != NULL && c->id[0] == '\0')
		memcpy(c->id, r->dec.id, sizeof(c->id));
}

void
consume(struct job *job, struct conn *c, msec first, struct consumed *got,
    struct outcome *out)
{
	struct reader r;
	struct fault f;
	ssize_t n;

	memset(&r, 0, sizeof(r));
	r.in = buf_room(&job->space, READ_MAX);
	r.job = job;
	r.out = out;
	r.got = got;
	r.first = first;
	r.last = r.error = MSEC_NONE;
	r.dec.sink = job->sink;
	r.dec.usage = (struct usage){ -1, -1, -1, -1 };
	r.sse.error_field = r.sse.raw_json = 1;
	begin_cursor(&r);
	while (!r.ended) {
		if (job->sink->flush(job->sink, &out->fault) < 0)
			break;
		n = c->ops->read(c, r.in, READ_MAX, deadline(&r), &f);
		r.now = env_mono(job->env);
		if (n < 0)
			on_fault(&r, &f);
		else if (n == 0)
			on_eof(&r);
		else
			feed(&r, (struct slice){ r.in, (size_t)n });
		name(&r);
	}
	if (job->reuse)
		drain(&r, c);
	settle(&r);
	decode_free(&r.dec);
	sse_free(&r.sse);
	buf_free(&r.body);
}

void
consumed_free(struct consumed *got)
{
	http_free(&got->http);
}
