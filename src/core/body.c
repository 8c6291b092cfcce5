#include "core/body.h"

#include <string.h>

#include "api/dialect.h"
#include "api/error.h"

#define STRETCHED "only signs of life for four times --idle-timeout"

/* How much of a text with a 200 is kept for the message. */
#define TEXT_MAX ((size_t)4096)

static msec
after(msec start, msec span)
{
	return span > MSEC_MAX - start ? MSEC_MAX : start + span;
}

/* The end of the stretched idle timeout that began then. */
static msec
stretched(const struct reader *r, msec start)
{
	msec idle = r->job->limit.idle;

	return idle > MSEC_MAX / IDLE_STRETCH ? MSEC_MAX :
	    after(start, idle * IDLE_STRETCH);
}

msec
body_deadline(struct reader *r)
{
	msec at = r->first, most;

	if (r->content == C_ERROR || r->content == C_PAGE) {
		at = r->error;
	} else if (r->tail) {
		at = after(r->last, TAIL_GRACE);
	} else if (r->last != MSEC_NONE) {
		at = after(r->sign, r->job->limit.idle);
		most = stretched(r, r->last);
		r->limit = at < most ? "--idle-timeout" : STRETCHED;
		if (at > most)
			at = most;
	}
	if (r->line != MSEC_NONE && r->line < at)
		at = r->line;
	return at < r->job->limit.end ? at : r->job->limit.end;
}

void
body_fail(struct reader *r, enum fclass class, int retry, const char *why)
{
	fault_set(&r->out->fault, class, retry, "%s", why);
	r->ended = 1;
}

static void
put_refused(struct reader *r)
{
	struct sink *s = r->job->sink;

	if (s->refused != NULL)
		s->refused(s, buf_slice(&r->body));
}

/* What a server does not have may be the path, not the model.  Many have Chat
 * Completions only. */
static void
name_path(const struct job *job, struct fault *f)
{
	struct slice target = job->exchange.target;
	struct fault said = *f;
	struct buf host = { 0 };

	if (job->dialect->encode == NULL || job->exchange.body.n == 0 ||
	    slice_ifind(slice_str(f->text), "model") >= 0)
		return;
	url_host(&job->to.url, &host);
	(void)str_printf(f->text, sizeof(f->text), "%s http%s://%.*s%.*s: "
	    "%.200s%s", job->exchange.method, job->to.url.https ? "s" : "",
	    SLICE_FMT(buf_slice(&host)), (int)slice_cut(&target, '?').n,
	    job->exchange.target.p, said.text,
	    job->dialect == &dialect_responses ? "; a server that has only "
	    "Chat Completions is asked with -m chat:MODEL" : "");
	buf_free(&host);
}

/* The body of an error, or as much of it as is read. */
static void
judge(struct reader *r)
{
	struct http *h = &r->got->http;
	struct reply reply = { h->status, h->field, h->nfields,
	    buf_slice(&r->body), r->dec.wall };

	mask_hide(r->job->mask, r->body.p, r->body.n, MASK_CUT);
	if (sniff_binary(buf_slice(&r->body),
	    http_field(h, "content-encoding", 0).n > 0)) {
		buf_clear(&r->body);
		reply.body = buf_slice(&r->body);
	}
	put_refused(r);
	classify(&reply, &r->out->fault);
	if (r->out->fault.class == F_NOT_FOUND)
		name_path(r->job, &r->out->fault);
	r->ended = 1;
}

/* What has come of an error's body by then is enough. */
static msec
error_deadline(const struct reader *r)
{
	msec at = after(r->now, ERROR_BODY_GRACE), idle = stretched(r, r->now);

	return idle < at ? idle : at;
}

/* What an event means for the attempt.  After a fault only another fault
 * counts, which may refine it: a [DONE] after an error is not an answer. */
static void
take(struct reader *r, enum decoded what)
{
	int tail = r->tail, idle = r->dec.bytes == r->bytes;

	r->bytes = r->dec.bytes;
	if ((what == DECODE_MORE && idle) || (r->ended &&
	    what != DECODE_FAULT))
		return;
	/* A continuation may have nothing to add. */
	if (what == DECODE_DONE && r->job->sink->delivered == 0)
		what = decode_void(&r->dec);
	if (r->bytes > r->job->max_answer && r->job->sink->raw == NULL) {
		body_fail(r, F_PROTO, 0, "the answer is larger than "
		    "--max-answer");
	} else if (what == DECODE_TAIL) {
		r->tail = 1;
	} else if (what == DECODE_MORE) {
		r->tail = tail = 0;
	} else if (what == DECODE_DONE) {
		r->out->fault = (struct fault){ .wait = MSEC_NONE };
		r->out->progress = P_DONE;
		r->ended = 1;
	} else if (what == DECODE_FAULT) {
		r->out->fault = r->dec.fault;
		r->ended = 1;
	}
	if (!tail)		/* or events could extend the grace for ever */
		r->last = r->now;
	if (r->dec.content && r->out->time.first == MSEC_NONE)
		r->out->time.first = r->now;
}

/* Replaces the data of an event by a copy without the secrets, if any. */
static void
mask_event(struct reader *r, struct sse_event *e)
{
	const struct mask *m = r->job->mask;

	if (mask_finds(m, e->data, MASK_ANSWER)) {
		buf_clear(&r->body);
		buf_put(&r->body, e->data);
		mask_hide(m, r->body.p, r->body.n, MASK_ANSWER);
		e->data = buf_slice(&r->body);
		e->block = (struct slice){ 0 };
	}
}

static void
on_event(struct reader *r, struct sse_event *e)
{
	enum decoded what;

	r->events = 1;
	mask_event(r, e);
	r->dec.status = e->status;
	what = r->job->dialect->event(&r->dec, e);
	if (what == DECODE_MORE && !r->dec.content)
		what = decode_foreign(&r->dec, r->job->dialect, e->data);
	take(r, what);
}

/* Whether a body is passed on unread: there is no dialect for it, or it is
 * compressed and its reader may know how to inflate it. */
static int
passes(const struct reader *r, int compressed)
{
	return r->job->sink->raw != NULL &&
	    (compressed || r->job->dialect->whole == NULL);
}

/* How much has come of what somebody reads. */
static uint64_t
read_of(const struct reader *r)
{
	return r->dec.bytes - r->dec.names;
}

static void
tell_whole(struct reader *r, size_t rest, int carried)
{
	struct sink *s = r->job->sink;

	if (s->whole != NULL)
		s->whole(s, rest, carried);
}

/* Takes the events in bytes of the stream; also after a fault, which a later
 * event may refine. */
static void
on_events(struct reader *r, struct slice in)
{
	uint64_t bytes = read_of(r);
	const size_t n = in.n;
	size_t rest = n;
	struct sse_event e;
	enum sse_ev ev;

	/* sse_push() without input would forget that a block has ended */
	while (in.n > 0 && r->out->progress != P_DONE) {
		if (sse_at_block(&r->sse) &&
		    decode_alike(&r->dec, r->job->mask, &in)) {
			take(r, DECODE_MORE);
			rest = in.n;
			continue;
		}
		ev = sse_push(&r->sse, &in, &e);
		if (ev == SSE_MORE)
			break;
		if (ev == SSE_BAD) {
			body_fail(r, F_PROTO, 0, "an event of the stream is "
			    "larger than --max-answer");
			return;
		}
		on_event(r, &e);
		rest = in.n;
	}
	/* comments pass, too */
	if (r->out->progress == P_DONE || sse_between(&r->sse))
		rest = 0;
	/* else all of it is the middle of an event */
	if (rest < n)
		tell_whole(r, rest, read_of(r) != bytes);
	r->line = sse_lingers(&r->sse) ? after(r->now, LINE_GRACE) : MSEC_NONE;
}

static void decide_coding(struct reader *r);

void
body_begin(struct reader *r)
{
	struct http *h = &r->got->http;
	struct slice coding = http_field(h, "content-encoding", 0);

	if (h->status < 200 || h->status > 299) {
		r->content = C_ERROR;
		r->error = error_deadline(r);
	} else if (passes(r, 0)) {
		r->content = C_PASS;
	} else {
		r->coded = coding.n > 0 &&
		    !slice_ieq(coding, SLICE("identity"));
	}
}

/* Takes bytes of the body that the sink has seen. */
static void
take_bytes(struct reader *r, struct slice in)
{
	if (r->coded) {
		buf_put(&r->body, in);
		if (r->body.n >= SNIFF_MAX)
			decide_coding(r);
		return;
	}
	if (r->content == C_UNKNOWN)
		r->content = sniff(&in);
	/* Bytes without an event are the comments of a server's queue: not
	 * past the deadline of the first event either. */
	if (r->sign == MSEC_NONE && stretched(r, r->now) < r->first) {
		r->first = stretched(r, r->now);
		r->limit = STRETCHED;
	}
	r->sign = r->now;
	if (r->content == C_UNKNOWN)
		return;
	if (r->content == C_PASS) {
		r->last = r->now;
		r->dec.content = 1;
		tell_whole(r, 0, 1);
		return;
	}
	if (r->error == MSEC_NONE)
		r->error = error_deadline(r);
	if (r->content != C_STREAM) {	/* parsed as a whole */
		r->body.max = r->content == C_WHOLE ? r->sse.max :
		    ERROR_BODY_MAX;
		if (in.n > r->body.max - r->body.n)
			in.n = r->body.max - r->body.n;
		buf_put(&r->body, in);
		/* The object that ends may be a chunk, in an array of them;
		 * the rest has to follow as an event's would. */
		if (r->content == C_WHOLE && (r->last == MSEC_NONE ||
		    memchr(in.p, '}', in.n) != NULL)) {
			r->last = r->now;
			r->line = after(r->now, LINE_GRACE);
		}
		if (r->body.n == r->body.max && r->content == C_WHOLE)
			body_fail(r, F_PROTO, 0, "the answer is larger than "
			    "--max-answer");
		else if (r->body.n == r->body.max && r->job->sink->raw == NULL)
			judge(r);
		return;
	}
	/* until there is an event it may be a text about what is wrong */
	if (!r->events && r->body.n < TEXT_MAX)
		buf_put(&r->body, slice_sub(in, 0, TEXT_MAX - r->body.n));
	on_events(r, in);
}

void
body_push(struct reader *r, struct slice in)
{
	if (r->job->sink->raw != NULL)
		r->job->sink->raw(r->job->sink, in);
	take_bytes(r, in);
}

/* Content-Encoding lies as often as Content-Type: what is text is not
 * compressed. */
static void
decide_coding(struct reader *r)
{
	struct buf held = r->body;

	r->coded = 0;
	r->body = (struct buf){ 0 };
	if (!sniff_binary(buf_slice(&held), 1)) {
		take_bytes(r, buf_slice(&held));
	} else if (passes(r, 1)) {
		r->content = C_PASS;
		take_bytes(r, buf_slice(&held));
	} else {
		body_fail(r, F_PROTO, 0, "the server compressed its answer "
		    "though it was not asked to (Content-Encoding); bide "
		    "does not inflate: look for a proxy that does this");
	}
	buf_free(&held);
}

/* What began as JSON is several texts, or an error, then a stream. */
static void
on_texts(struct reader *r)
{
	struct buf held = r->body;

	r->body = (struct buf){ 0 };
	r->content = C_STREAM;
	on_events(r, buf_slice(&held));
	buf_free(&held);
}

static void
end_events(struct reader *r)
{
	struct sse_event e;
	int pending = sse_eof(&r->sse, &e) == SSE_EVENT;

	if (pending)
		mask_event(r, &e);
	r->dec.status = pending ? e.status : 0;
	if (!pending && !r->events && sniff_text(buf_slice(&r->body)))
		judge(r);
	else
		take(r, decode_end(&r->dec, r->job->dialect,
		    pending ? &e : NULL, r->complete));
}

void
body_end(struct reader *r)
{
	struct slice rest, first = { 0 };

	if (r->coded)
		decide_coding(r);
	if (r->ended)
		return;
	rest = buf_slice(&r->body);
	switch (r->content) {
	case C_STREAM:
		end_events(r);
		break;
	case C_WHOLE:
		if (decode_next(&rest, &first) && rest.n > 0) {
			on_texts(r);
			end_events(r);
		} else if (first.n > 0 || r->complete) {
			mask_hide(r->job->mask, r->body.p, r->body.n,
			    MASK_ANSWER);
			take(r, r->job->dialect->whole(&r->dec,
			    buf_slice(&r->body)));
			if (r->out->fault.class == F_PROTO)
				take(r, decode_foreign(&r->dec, r->job->dialect,
				    buf_slice(&r->body)));
		}
		if (r->out->progress != P_DONE)
			put_refused(r);
		break;
	case C_ERROR:
	case C_PAGE:
		judge(r);
		break;
	case C_PASS:
		if (r->complete)
			take(r, DECODE_DONE);
		break;
	case C_UNKNOWN:
		break;
	}
	if (!r->ended)
		body_fail(r, F_IO, 1, r->out->progress < P_HEAD ?
		    "the server closed the connection without an answer" :
		    "the stream ended before the answer did");
}

void
body_quiet(struct reader *r)
{
	struct slice rest = buf_slice(&r->body), first;
	uint64_t bytes = read_of(r);
	struct sse_event e;

	r->line = MSEC_NONE;
	if (r->content == C_STREAM) {
		if (sse_linger(&r->sse, &e) == SSE_EVENT)
			on_event(r, &e);
		tell_whole(r, 0, read_of(r) != bytes);
	} else if (decode_next(&rest, &first)) {
		if (rest.n == 0)
			body_end(r);
		else
			on_texts(r);
	}
}
