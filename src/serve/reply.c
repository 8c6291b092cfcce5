#include "serve/reply.h"

#include <string.h>

#include "serve/broken.h"
#include "serve/fields.h"

/* What is kept of a response's memory for the next one: the growing of it costs
 * more than the copying. */
#define HELD_KEPT ((size_t)4 << 10)

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

/* The number of the last of some events, by which clients put them in order;
 * -1: there is none near their end. */
static int64_t
last_sequence(struct slice events)
{
	static const char name[] = "\"sequence_number\":";
	const size_t len = sizeof(name) - 1, near = 4096;
	size_t i, from = events.n > near ? events.n - near : 0;

	for (i = events.n; i >= from + len; i--) {
		if (memcmp(events.p + i - len, name, len) != 0)
			continue;
		slice_skip(&events, i);
		for (i = 0; i < events.n && events.p[i] >= '0' &&
		    events.p[i] <= '9'; i++)
			;
		return slice_dec(slice_sub(events, 0, i), INT64_MAX - 1);
	}
	return -1;
}

/* The first n bytes held.  A provider may quote its key, which is not the
 * client's to know. */
static void
put_held(struct reply *p, size_t n)
{
	struct slice s = slice_sub(buf_slice(&p->held), 0, n);
	struct buf told = { 0 };

	if (p->relay->client_keys.p != NULL && n > 0)
		mask_hide(p->job->mask, p->held.p, n, MASK_CUT);
	rest_events(&p->rest, s, &told);
	if (p->rest.lives > 0)
		s = buf_slice(&told);
	if (p->dialect == &dialect_responses && s.n > 0)
		p->sequence = last_sequence(s);
	reply_put(p, s);
	buf_free(&told);
}

/* Sends what is held of whole events. */
static int
send_events(struct reply *p)
{
	if (!p->begun) {
		reply_head(p, 0, SLICE(""));
		reply_schedule(p);
	}
	put_held(p, p->whole);
	buf_drop(&p->held, p->whole);
	p->sink.delivered += p->whole;
	p->whole = 0;
	return reply_send(p);
}

/* -- the sink -------------------------------------------------------------- */

static void
drop_held(struct reply *p)
{
	buf_clear(&p->held);
	p->whole = 0;
}

static void
begin_attempt(struct reply *p)
{
	p->attempt++;
	p->client->account.waited += now_of(p) - p->pause;
	p->status = p->stream = p->content = p->coded = 0;
	p->length = -1;
	buf_clear(&p->fields);
	drop_held(p);
}

static void
put(struct sink *s, const struct event *e)
{
	struct reply *p = reply_of(s);

	if (e->type == EV_START)
		begin_attempt(p);
	else if (e->type == EV_DONE)
		p->done = 1;
	else if (e->type == EV_USAGE)
		p->client->account.usage = *e->usage;
	if (e->type != EV_RETRY)
		return;
	p->pause = now_of(p);
	/* of a stream that will be repeated, nothing more goes out */
	if (e->discard)
		drop_held(p);
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

	/* the rest goes out with the end */
	if (p->whole == 0 || !p->content || p->hold || p->done ||
	    (p->rest.lives > 0 && !p->stream))
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
	p->sequence = -1;
	p->start = p->pause = p->sign = now_of(p);
	buf_clear(&p->relay->out);
	p->held = p->relay->held;
	p->relay->held = (struct buf){ 0 };
	buf_clear(&p->held);
}

void
reply_free(struct reply *p)
{
	buf_free(&p->fields);
	if (p->held.cap > HELD_KEPT)
		buf_free(&p->held);
	p->relay->held = p->held;
	rest_free(&p->rest);
}

/* -- the end --------------------------------------------------------------- */

/*
 * A stream may end with the terminal event but without its blank line, which a
 * reader needs; or with part of an event after the answer was whole.  Gives
 * the one its end, and drops the other.
 */
static void
complete_events(struct reply *p)
{
	struct slice rest = slice_sub(buf_slice(&p->held), p->whole,
	    p->held.n), line;
	int good = 0;

	while (rest.n > 0) {
		line = slice_cut(&rest, '\n');
		if (!slice_starts(line, "data:"))
			continue;
		slice_skip(&line, strlen("data:"));
		line = slice_trim(line);
		good = json_valid(line) || slice_is(line, "[DONE]");
	}
	if (!good)
		p->held.n = p->whole;
	else
		buf_puts(&p->held, p->held.p[p->held.n - 1] == '\n' ? "\n" :
		    "\n\n");
}

/* All of a response is there. */
static enum relayed
end_whole(struct reply *p, struct slice more)
{
	if (p->stream && p->whole < p->held.n)
		complete_events(p);
	if (!p->begun)
		reply_head(p, 1, more);
	put_held(p, p->held.n);
	if (p->framing == FRAME_CHUNKS)
		buf_puts(&p->relay->out, "0\r\n\r\n");
	if (reply_send(p) < 0)
		return RELAY_CLOSE;
	return p->client->keep ? RELAY_KEEP : RELAY_CLOSE;
}

/* Whether the upstream has said itself, in its stream, what is wrong. */
static int
says_so(const struct reply *p, const struct fault *f)
{
	return p->stream && (p->whole > 0 || p->content) &&
	    f->class >= F_RATE && f->class <= F_REQUEST;
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
		put_held(p, p->whole);
	if (p->signs && !said) {
		broken_event(p->dialect, f, res->wait, p->sequence < 0 ? -1 :
		    p->sequence + 1, p->manners->events, &event);
		reply_put(p, buf_slice(&event));
		buf_free(&event);
	}
	(void)reply_send(p);
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
		reply_head(p, 0, buf_slice(&more));
		put_held(p, p->held.n);
		p->client->account.broken = 1;
		(void)reply_send(p);
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
	if (f->class == F_NONE && (p->stream ||
	    (!p->client->account.committed && p->rest.lives == 0)))
		return end_whole(p, SLICE(""));
	if (p->begun)
		return end_broken(p, res);
	if (p->status != 0 && (p->status < 200 || p->status > 299 ||
	    f->class >= F_EMPTY) && f->class <= F_REQUEST)
		return pass_on(p, res);
	return refuse(p, res);
}
