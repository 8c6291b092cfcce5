/* How a stream ends, in all the ways that the dialects share: once each, where
 * decode.c looks at every event. */

#include "api/dialect.h"

#include "api/error.h"
#include "wire/json.h"

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
	static const char keys[] = "input_tokens prompt_tokens output_tokens "
	    "completion_tokens input_tokens_details prompt_tokens_details "
	    "output_tokens_details completion_tokens_details";
	struct json_want w[8];

	if (json_take(json, keys, w, sizeof(w) / sizeof(w[0])) < 0)
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
	static const char keys[] = "error object message detail";
	struct json_want w[4];
	struct slice key;
	size_t at = 0;

	/* Gemini's imitation of chat sends [{"error":{...}}]. */
	if (json.n > 0 && json.p[0] == '[' &&
	    json_each(json, &at, &key, &json) != JSON_OBJECT)
		return 0;
	if (json_take(json, keys, w, sizeof(w) / sizeof(w[0])) < 0)
		return 0;
	return decode_truthy(&w[0]) || w[2].type == JSON_STRING ||
	    decode_is(&w[1], "error") || decode_truthy(&w[3]);
}

enum decoded
decode_other(struct decode *d, struct slice json)
{
	return decode_complaint(json) ? decode_error(d, json) : DECODE_IDLE;
}

enum decoded
decode_no_answer(struct decode *d, struct slice body)
{
	return decode_other(d, body) == DECODE_FAULT ? DECODE_FAULT :
	    decode_bad(d, "the server's JSON holds no answer");
}

enum decoded
decode_empty(struct decode *d, struct slice json,
    const struct json_want *choices, const struct json_want *usage)
{
	if (choices->type == JSON_BAD && decode_complaint(json))
		return decode_error(d, json);
	if (d->tail)
		return DECODE_TAIL;
	return usage->type == JSON_OBJECT ? DECODE_MORE : DECODE_IDLE;
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

enum finish
decode_word(struct slice word)
{
	static const struct {
		char begin[15], finish;
	} words[] = {
		{ "length", FIN_LENGTH },
		{ "max_tokens", FIN_LENGTH },
		{ "model_length", FIN_LENGTH },		/* Mistral */
		{ "model_context", FIN_LENGTH },	/* _window_exceeded */
		{ "content_filter", FIN_FILTER },
		{ "sensitive", FIN_FILTER },		/* Z.ai */
		{ "tool_use", FIN_TOOL_CALLS },
		{ "refusal", FIN_REFUSAL },
		{ "pause_turn", FIN_PAUSE },
		{ "error", FIN_NONE },			/* OpenRouter */
		{ "network_error", FIN_NONE },		/* Z.ai */
		{ "insufficient_", FIN_NONE },		/* DeepSeek */
		{ "abort", FIN_NONE },			/* vLLM, SGLang */
		{ "function_call_", FIN_NONE },		/* Google: filter */
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_starts(word, words[i].begin))
			return (enum finish)words[i].finish;
	return FIN_STOP;
}
