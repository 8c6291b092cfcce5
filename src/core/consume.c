#include "core/consume.h"

#include <string.h>

#include "api/error.h"
#include "core/body.h"
#include "core/pace.h"
#include "wire/json.h"

/* The most that fits a block of musl's malloc(), which touches the end of a
 * block that is not full: a page for each worker of a proxy. */
#define READ_MAX ((size_t)65516)

/* The largest event, or answer in one JSON text. */
static size_t
event_max(const struct job *job)
{
	size_t extra = EVENT_EXTRA + job->exchange.body.n;

	return job->max_answer < SIZE_MAX - extra ? job->max_answer + extra :
	    SIZE_MAX;
}

/* Masks the fields but for a redirect's target, which must stay as it is. */
static void
mask_fields(const struct mask *m, struct http *h)
{
	struct slice value;
	size_t i;

	for (i = 0; i < h->nfields; i++) {
		value = h->field[i].value;
		if (!slice_ieq(h->field[i].name, SLICE("Location")))
			mask_hide(m, h->head.p + (value.p - h->head.p),
			    value.n, 0);
	}
}

static void
on_head(struct reader *r)
{
	struct http *h = &r->got->http;

	r->out->progress = P_HEAD;
	r->out->status = h->status;
	r->out->time.head = r->now;
	r->dec.wall = r->job->env->wall(r->job->env->ctx);
	mask_fields(r->job->mask, h);
	pace_head(r->job, h);
	if (r->job->sink->head != NULL)
		r->job->sink->head(r->job->sink, h);
	r->got->location = http_field(h, "location", 0);
	slice_copy(reply_request_id(h->field, h->nfields), r->out->request_id,
	    sizeof(r->out->request_id));
	body_begin(r);
}

/* Takes the bytes of one read. */
static void
feed(struct reader *r, struct slice in)
{
	struct http *h = &r->got->http;
	struct slice body;

	for (;;) {
		switch (http_push(h, &in, &body)) {
		case HTTP_BAD:
			/* before a head: not an HTTP server, and a retry does
			 * not help; after it: damaged in transit */
			if (!r->ended && r->out->progress < P_HEAD)
				body_fail(r, F_PROTO, 0, h->why);
			else if (!r->ended)
				body_fail(r, F_IO, 1, h->why);
			return;
		case HTTP_MORE:
			return;
		case HTTP_HEAD:
			on_head(r);
			if (r->ended)
				return;
			break;
		case HTTP_BODY:
			body_push(r, body);
			break;
		case HTTP_END:
			r->complete = 1;
			if (!r->ended)
				body_end(r);
			r->got->keep = h->keep && in.n == 0;
			return;
		}
	}
}

/* The read failed; what has come may be enough. */
static void
on_fault(struct reader *r, const struct fault *f)
{
	if (f->class == F_TIMEOUT && r->line != MSEC_NONE &&
	    r->now >= r->line && r->now < r->job->limit.end) {
		body_quiet(r);
		return;
	}
	if (f->class != F_CANCEL && (r->tail || r->content == C_ERROR ||
	    r->content == C_PAGE)) {
		body_end(r);
		return;
	}
	r->out->fault = *f;
	r->ended = 1;
	if (f->class == F_TIMEOUT && r->now < r->job->limit.end)
		fault_set(&r->out->fault, F_TIMEOUT, 1, "no event of the "
		    "answer came in time (%s)", r->limit != NULL ? r->limit :
		    "--first-byte-timeout");
}

void
consume(struct job *job, struct conn *c, msec first, struct consumed *got,
    struct outcome *out)
{
	struct cursor *cursor = job->cursor;
	struct reader r;
	struct fault f;
	msec until, renew;
	ssize_t n;

	memset(&r, 0, sizeof(r));
	got->http.no_body = strcmp(job->exchange.method, "HEAD") == 0;
	job->space.max = READ_MAX;
	r.in = buf_room(&job->space, READ_MAX);
	r.job = job;
	r.out = out;
	r.got = got;
	r.first = first;
	r.last = r.sign = r.error = r.line = MSEC_NONE;
	r.dec.sink = job->sink;
	r.dec.request = job->exchange.body;
	r.dec.usage = (struct usage)USAGE_NONE;
	r.dec.bytes = r.bytes = job->answer;
	r.sse.error_field = r.sse.raw_json = 1;
	r.sse.max = event_max(job);
	if (cursor != NULL) {
		if (!cursor->resuming)
			*cursor = (struct cursor){ .sequence = -1 };
		r.dec.text_half = cursor->half;
		r.dec.cursor = job->stored ? cursor : NULL;
	}
	renew = pace_renew(job);
	while (!r.ended) {
		if (job->sink->flush(job->sink, &out->fault) < 0)
			break;
		until = body_deadline(&r);
		n = c->ops->read(c, r.in, READ_MAX,
		    until < renew ? until : renew, &f);
		r.now = env_mono(job->env);
		if (r.now >= renew)
			renew = pace_renew(job);
		if (n < 0 && f.class == F_TIMEOUT && r.now < until)
			continue;
		if (n < 0) {
			on_fault(&r, &f);
		} else if (n == 0) {
			/* without a length only the JSON itself can tell
			 * whether it is complete */
			r.complete = http_eof(&got->http) == HTTP_END &&
			    (r.content != C_WHOLE ||
			    json_valid(buf_slice(&r.body)));
			body_end(&r);
		} else {
			feed(&r, (struct slice){ r.in, (size_t)n });
		}
		if (cursor != NULL && cursor->id[0] == '\0')
			memcpy(cursor->id, r.dec.id, sizeof(cursor->id));
	}
	/* the rest of the message of a complete answer, if it comes at once */
	n = job->reuse && out->progress == P_DONE && !r.complete &&
	    job->sink->flush(job->sink, &f) == 0;
	until = r.now + REUSE_GRACE;
	while (n > 0 && !r.complete) {
		n = c->ops->read(c, r.in, READ_MAX, until, &f);
		if (n > 0)
			feed(&r, (struct slice){ r.in, (size_t)n });
	}
	if (out->progress == P_HEAD && r.dec.content)
		out->progress = P_CONTENT;
	if (out->fault.class != F_NONE && out->fault.request_id[0] == '\0')
		memcpy(out->fault.request_id, out->request_id,
		    sizeof(out->request_id));
	out->complete = r.complete;
	job->answer = r.dec.bytes;
	out->finish = r.dec.finish;
	memcpy(out->word, r.dec.word, sizeof(out->word));
	out->usage = r.dec.usage;
	out->text_bytes = r.dec.cursor != NULL ? r.dec.cursor->text :
	    r.dec.text_bytes;
	decode_free(&r.dec);
	sse_free(&r.sse);
	buf_free(&r.body);
}

void
consumed_free(struct consumed *got)
{
	http_free(&got->http);
}
