#include "api/dialect.h"

#include <string.h>

#include "api/classify.h"
#include "base/utf8.h"
#include "wire/json.h"

static void
put(struct decode *d, enum ev_type type, struct slice text)
{
	struct event e;

	if (text.n == 0)
		return;
	e.type = type;		/* which says that the rest is not read */
	e.text = text;
	d->content = 1;
	if (type == EV_TEXT)
		d->text_bytes += text.n;
	d->sink->put(d->sink, &e);
}

static void
put_raw(struct decode *d, enum ev_type type, struct slice raw, uint16_t *half)
{
	struct buf fixed = { 0 };

	if (raw.n == 0)
		return;
	if (*half != 0 || !json_plain(raw)) {
		buf_clear(&d->scratch);
		json_unescape(raw, &d->scratch, half);
		raw = buf_slice(&d->scratch);
	}
	if (utf8_good(raw) == raw.n) {
		put(d, type, raw);
		return;
	}
	utf8_put(&fixed, raw);
	put(d, type, buf_slice(&fixed));
	buf_free(&fixed);
}

void
decode_text(struct decode *d, struct slice raw)
{
	put_raw(d, EV_TEXT, raw, &d->text_half);
}

void
decode_reasoning(struct decode *d, struct slice raw)
{
	put_raw(d, EV_REASONING, raw, &d->reasoning_half);
}

static void
flush_half(struct decode *d, enum ev_type type, uint16_t *half)
{
	buf_clear(&d->scratch);
	json_unescape_end(&d->scratch, half);
	put(d, type, buf_slice(&d->scratch));
}

void
decode_flush(struct decode *d)
{
	flush_half(d, EV_TEXT, &d->text_half);
	flush_half(d, EV_REASONING, &d->reasoning_half);
}

struct call *
decode_call(struct decode *d, int64_t index)
{
	size_t i;

	/* From the end: Gemini's imitation gives parallel calls one index. */
	for (i = d->ncalls; i > 0; i--)
		if (d->calls[i - 1].index == index)
			return &d->calls[i - 1];
	return NULL;
}

struct call *
decode_new_call(struct decode *d, int64_t index)
{
	struct call *c;

	if (d->ncalls == CALLS_MAX)
		return NULL;
	/* The pure layers allocate through a buf alone; what it holds is
	 * aligned as malloc's. */
	buf_room(&d->call_mem, sizeof(*c));
	d->call_mem.n += sizeof(*c);
	d->calls = (struct call *)(void *)d->call_mem.p;
	c = &d->calls[d->ncalls++];
	*c = (struct call){ .index = index };
	c->args.max = SSE_MAX_DEFAULT;
	return c;
}

void
decode_set(struct buf *field, struct slice raw)
{
	buf_clear(field);
	json_unescape(raw, field, NULL);
}

void
decode_args(struct call *c, struct slice raw)
{
	json_unescape(raw, &c->args, &c->half);
}

void
decode_put_call(struct decode *d, struct call *c)
{
	struct event e = { .type = EV_TOOL_CALL };

	if (c->put)
		return;
	json_unescape_end(&c->args, &c->half);
	c->put = 1;
	d->content = 1;
	e.id = buf_slice(&c->id);
	e.name = buf_slice(&c->name);
	e.text = buf_slice(&c->args);
	e.signature = buf_slice(&c->signature);
	d->sink->put(d->sink, &e);
}

void
decode_item(struct decode *d, const char *dialect, struct slice json)
{
	if (!json_valid(json))
		return;
	d->content = 1;
	d->sink->put(d->sink, &(struct event){ .type = EV_ITEM, .text = json,
	    .name = slice_str(dialect) });
}

void
decode_put_calls(struct decode *d)
{
	size_t i;

	for (i = 0; i < d->ncalls; i++)
		decode_put_call(d, &d->calls[i]);
}

int
decode_is(const struct json_want *w, const char *lit)
{
	return w->type == JSON_STRING && json_is(w->tok, lit);
}

int
decode_truthy(const struct json_want *w)
{
	switch (w->type) {
	case JSON_TRUE:
		return 1;
	case JSON_STRING:
		return w->tok.n > 0;
	case JSON_NUMBER:
		return json_int(w->tok, 1) != 0;
	case JSON_OBJECT:
	case JSON_ARRAY:
		return slice_trim(slice_sub(w->tok, 1, w->tok.n - 2)).n > 0;
	default:
		return 0;
	}
}

void
decode_finish(struct decode *d, struct slice raw, enum finish finish)
{
	slice_copy(raw, d->finish_word, sizeof(d->finish_word));
	d->finish = finish;
}

int64_t
decode_count(const struct json_want *w)
{
	return w->type == JSON_NUMBER ? json_int(w->tok, -1) : -1;
}

static int64_t
count(const struct json_want *a, const struct json_want *b)
{
	return decode_count(a->type == JSON_NUMBER ? a : b);
}

/* A count one level down, in the details of either name. */
static int64_t
count_in(const struct json_want *a, const struct json_want *b, const char *key)
{
	struct json_want w = { .key = key };

	if (a->type != JSON_OBJECT)
		a = b;
	if (a->type != JSON_OBJECT || json_pick(a->tok, &w, 1) < 0)
		return -1;
	return decode_count(&w);
}

void
decode_usage(struct decode *d, struct slice json)
{
	struct json_want w[] = {
		{ .key = "input_tokens" }, { .key = "prompt_tokens" },
		{ .key = "output_tokens" }, { .key = "completion_tokens" },
		{ .key = "input_tokens_details" },
		{ .key = "prompt_tokens_details" },
		{ .key = "output_tokens_details" },
		{ .key = "completion_tokens_details" },
	};

	if (json_pick(json, w, sizeof(w) / sizeof(w[0])) < 0)
		return;
	buf_clear(&d->usage_raw);
	buf_put(&d->usage_raw, json);
	d->usage.input = count(&w[0], &w[1]);
	d->usage.output = count(&w[2], &w[3]);
	d->usage.cached = count_in(&w[4], &w[5], "cached_tokens");
	d->usage.reasoning = count_in(&w[6], &w[7], "reasoning_tokens");
}

/* What a second report of one failure adds to the first. */
static void
refine(struct fault *f, const struct fault *more)
{
	struct fault first = *f;

	if (first.name[0] == '\0' && more->name[0] != '\0')
		*f = *more;
	if (f->wait == MSEC_NONE || f->wait < first.wait)
		f->wait = first.wait;
	if (f->wait == MSEC_NONE)
		f->wait = more->wait;
}

enum decoded
decode_error(struct decode *d, struct slice json)
{
	struct reply r = { .status = 200, .body = json, .wall = d->wall };
	struct fault f;

	classify(&r, &f);
	if (d->failed)
		refine(&d->fault, &f);
	else
		d->fault = f;
	d->failed = 1;
	return DECODE_FAULT;
}

static enum decoded
fail(struct decode *d, enum fclass class, const char *what)
{
	if (!d->failed)
		fault_set(&d->fault, class, 1, "%s", what);
	d->failed = 1;
	return DECODE_FAULT;
}

enum decoded
decode_bad(struct decode *d, const char *what)
{
	return fail(d, F_PROTO, what);
}

int
decode_complaint(struct slice json)
{
	struct json_want w[] = { { .key = "error" }, { .key = "object" },
	    { .key = "message" }, { .key = "detail" } };
	struct slice key;
	size_t at = 0;

	/* Gemini's imitation of chat sends [{"error":{...}}]. */
	if (json.n > 0 && json.p[0] == '[' &&
	    json_each(json, &at, &key, &json) != JSON_OBJECT)
		return 0;
	if (json_pick(json, w, sizeof(w) / sizeof(w[0])) < 0)
		return 0;
	return decode_truthy(&w[0]) || w[2].type == JSON_STRING ||
	    decode_is(&w[1], "error") || decode_truthy(&w[3]);
}

enum decoded
decode_odd(struct decode *d, struct slice data)
{
	data = slice_trim(data);
	if (data.n == 0)
		return d->failed ? DECODE_FAULT : DECODE_IDLE;
	if (data.p[0] == '[' && decode_complaint(data))
		return decode_error(d, data);
	return decode_bad(d, "an event of the stream is not a JSON object");
}

int
decode_next(struct slice *data, struct slice *json)
{
	struct slice rest = slice_trim(*data), tok;
	enum json_type type;
	struct json j;

	json_init(&j, rest);
	do
		type = json_next(&j, &tok);
	while (type > JSON_END && j.depth > 0);
	if (type != JSON_OBJECT_END && type != JSON_ARRAY_END)
		return 0;
	*json = slice_sub(rest, 0, (size_t)(j.p - rest.p));
	*data = slice_trim(slice_sub(rest, json->n, rest.n));
	return 1;
}

enum decoded
decode_cut(struct decode *d)
{
	return fail(d, F_IO, "the stream ended before the answer did");
}

enum decoded
decode_void(struct decode *d)
{
	return fail(d, F_IO, "another answer began inside of this one");
}

int
decode_is_marker(struct slice data)
{
	return data.n > 0 && data.p[0] != '{' &&
	    slice_starts(slice_trim(data), "[DONE]");
}

enum decoded
decode_end(struct decode *d, const struct dialect *dialect,
    const struct sse_event *e)
{
	struct slice rest = e == NULL ? SLICE("") : e->data;
	struct sse_event one;
	enum decoded r = DECODE_MORE;

	/* The last blank line is often left out, or all of them are; a cut
	 * event is none. */
	if (e != NULL && decode_is_marker(e->data))
		r = dialect->event(d, e);
	else if (e != NULL)
		for (one = *e; r < DECODE_DONE &&
		    decode_next(&rest, &one.data);)
			r = dialect->event(d, &one);
	if (r == DECODE_DONE || r == DECODE_FAULT)
		return r;
	return d->tail ? DECODE_DONE : decode_cut(d);
}

void
decode_free(struct decode *d)
{
	size_t i;

	for (i = 0; i < d->ncalls; i++) {
		buf_free(&d->calls[i].id);
		buf_free(&d->calls[i].name);
		buf_free(&d->calls[i].args);
		buf_free(&d->calls[i].signature);
	}
	buf_free(&d->call_mem);
	buf_free(&d->scratch);
	buf_free(&d->path);
	buf_free(&d->block);
	buf_free(&d->usage_raw);
	*d = (struct decode){ .sink = d->sink, .wall = d->wall };
}
