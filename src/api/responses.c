/* OpenAI's Responses API: providers.md section 1. */

#include "api/responses.h"

#include "api/encode.h"
#include "wire/json.h"

/* Between two polls of a background run. */
#define POLL_PAUSE ((msec)2000)

/* -- events ---------------------------------------------------------------- */

/* A response object: the first names the answer; anew: another one begins. */
static void
take_id(struct decode *d, struct slice response, int anew)
{
	struct json_want id = { .key = "id" };

	if ((d->id[0] != '\0' && !anew) || json_pick(response, &id, 1) < 0 ||
	    id.type != JSON_STRING)
		return;
	if (d->id[0] == '\0') {
		d->bytes += id.tok.n;
		d->names += id.tok.n;
	}
	decode_id(id.tok, d->id);
}

/* Nothing more will come of a background run. */
static void
end_run(struct decode *d)
{
	if (d->cursor != NULL)
		d->cursor->over = 1;
}

static int
is_failed(const struct json_want *status)
{
	return decode_is(status, "failed") || decode_is(status, "cancelled");
}

/* A response object in its final state.  json is the event it came in, word
 * the status if the object has none. */
static enum decoded
finish(struct decode *d, struct slice json, struct slice response,
    struct slice word, int streamed)
{
	enum { STATUS, ERROR, OUTPUT, USAGE, DETAILS, N };
	static const char keys[] = "status error output usage "
	    "incomplete_details";
	struct json_want w[N], reason = { .key = "reason" };
	enum finish fin = FIN_STOP;

	json_take(response, keys, w, N);
	end_run(d);
	if (decode_truthy(&w[ERROR]) || is_failed(&w[STATUS]))
		return decode_error(d, json);
	if (w[STATUS].type == JSON_STRING)
		word = w[STATUS].tok;
	if (responses_resumed(d))		/* the output has the pair */
		d->text_half = 0;
	decode_flush(d);
	if (w[OUTPUT].type == JSON_ARRAY &&
	    responses_output(d, w[OUTPUT].tok, streamed) == DECODE_FAULT)
		return DECODE_FAULT;
	decode_flush(d);
	decode_usage(d, w[USAGE].tok);
	if (json_is(word, "incomplete")) {
		fin = FIN_LENGTH;
		if (json_pick(w[DETAILS].tok, &reason, 1) == 0 &&
		    reason.type == JSON_STRING &&
		    decode_reason(d, reason.tok) == FIN_FILTER)
			fin = FIN_FILTER;
	} else {
		decode_put_calls(d, 0);
	}
	if (fin == FIN_STOP && d->refused)
		fin = FIN_REFUSAL;
	else if (fin == FIN_STOP && (d->ncalls > 0 || (d->cursor != NULL &&
	    d->cursor->calls > 0)))
		fin = FIN_TOOL_CALLS;
	d->finish = fin;
	return DECODE_DONE;
}

static enum decoded
whole(struct decode *d, struct slice body)
{
	struct json_want w[3];
	int begun, unfinished;

	body = slice_trim(body);
	if (json_take(body, "output status error", w, 3) < 0)
		return decode_no_answer(d, body);
	take_id(d, body, 0);
	begun = decode_is(&w[1], "in_progress");
	unfinished = (begun || decode_is(&w[1], "queued")) &&
	    !decode_truthy(&w[2]);
	if (is_failed(&w[1]) || (!unfinished && w[0].type == JSON_ARRAY &&
	    !decode_truthy(&w[2])))
		return finish(d, body, body, SLICE("completed"), 0);
	if (!unfinished)
		return decode_no_answer(d, body);
	/* A background run is polled again later. */
	if (d->cursor == NULL)
		return decode_fail(d, F_PROTO,
		    "the server's answer is not finished");
	d->cursor->begun |= begun;
	fault_set(&d->fault, F_TIMEOUT, 1, "the run is still %s", begun ?
	    "in progress" : "in the queue");
	d->fault.wait = POLL_PAUSE;
	d->failed = 1;
	return DECODE_FAULT;
}

/* The members of an event. */
enum {
	DELTA, TYPE, ERROR, SEQUENCE, INDEX, ITEM, RESPONSE, TEXT, REFUSAL,
	ARGUMENTS, INPUT, W_N
};

static int64_t
index_of(const struct json_want *w)
{
	return w[INDEX].type == JSON_NUMBER ? json_int(w[INDEX].tok, 0) : 0;
}

/* The call that an event is about; NULL if there is none to be put. */
static struct call *
call_of(struct decode *d, const struct json_want *w)
{
	struct call *c = decode_call(d, index_of(w));

	return c == NULL || c->put ? NULL : c;
}

static void
on_delta(struct decode *d, struct slice type, const struct json_want *w)
{
	const struct json_want *delta = &w[DELTA];
	struct call *c;

	if (delta->tok.n == 0)
		return;
	/* slice_eq() is faster: the length is known */
	if (slice_eq(type, SLICE("response.output_text.delta"))) {
		d->open = 1;
		decode_content(d, EV_TEXT, delta);
		d->text = DELTA;
		d->vary = d->cursor == NULL && w[TYPE].type == JSON_STRING ?
		    1 << DELTA | 1 << SEQUENCE : 0;
	} else if (slice_is(type, "response.refusal.delta")) {
		d->open = 1;
		d->refused = 1;
		decode_text(d, EV_TEXT, delta);
	} else if (slice_is(type, "response.reasoning_summary_text.delta") ||
	    slice_is(type, "response.reasoning_text.delta")) {
		decode_text(d, EV_REASONING, delta);
	} else if (slice_is(type, "response.function_call_arguments.delta") ||
	    slice_is(type, "response.custom_tool_call_input.delta")) {
		c = call_of(d, w);
		if (c != NULL)
			decode_args(d, c, delta);
	} else {		/* sound, the code of a server's tool */
		d->bytes += delta->tok.n;
	}
}

enum { CREATED, ITEM_ADDED, ITEM_DONE, PART_DONE, ARGS_DONE, END, FAILED };

static const struct {
	char type[39];
	unsigned char kind;
} types[] = {
	{ "response.created", CREATED },
	{ "response.output_item.added", ITEM_ADDED },
	{ "response.output_item.done", ITEM_DONE },
	{ "response.output_text.done", PART_DONE },
	{ "response.refusal.done", PART_DONE },
	{ "response.function_call_arguments.done", ARGS_DONE },
	{ "response.custom_tool_call_input.done", ARGS_DONE },
	{ "response.completed", END },
	{ "response.incomplete", END },
	{ "response.failed", FAILED },
	{ "response.cancelled", FAILED },
	{ "error", FAILED },
};

/* Any event but a delta. */
static enum decoded
on_other(struct decode *d, struct slice type, const struct json_want *w,
    struct slice data)
{
	const struct json_want *args = &w[ARGUMENTS];
	struct slice object;
	struct call *c;
	int kind = -1;
	size_t i;

	for (i = 0; i < COUNT(types) && kind < 0; i++)
		if (slice_is(type, types[i].type))
			kind = types[i].kind;
	if (w[RESPONSE].type == JSON_OBJECT)
		take_id(d, w[RESPONSE].tok, kind == CREATED);
	if (kind == FAILED) {
		if (slice_starts(type, "response."))
			end_run(d);
		return decode_error(d, data);
	}
	if (d->failed)
		return DECODE_FAULT;
	if (kind < 0 && slice_starts(type, "response."))
		return DECODE_MORE;
	if (kind < 0)	/* a response object alone, or an error */
		return json_find(data, "object", &object) == JSON_STRING &&
		    slice_is(object, "response") ? whole(d, data) :
		    decode_empty(d, data);
	switch (kind) {
	case CREATED:
		return decode_anew(d);
	case ITEM_ADDED:
		if (w[ITEM].type == JSON_OBJECT)
			return responses_added(d, w[ITEM].tok, index_of(w));
		break;
	case ITEM_DONE:
		if (w[ITEM].type == JSON_OBJECT)
			return responses_done(d, w[ITEM].tok, index_of(w));
		break;
	case PART_DONE:
		decode_flush(d);
		/* else the end has it */
		if (!d->open && !responses_resumed(d))
			responses_part(d, &w[TEXT], &w[REFUSAL]);
		d->parts++;
		d->open = 0;
		break;
	case ARGS_DONE:
		c = call_of(d, w);
		if (args->type != JSON_STRING)
			args = &w[INPUT];
		if (c != NULL && args->type == JSON_STRING)
			decode_set_args(d, c, args);
		break;
	case END:
		return finish(d, data, w[RESPONSE].type == JSON_OBJECT ?
		    w[RESPONSE].tok : SLICE("{}"),
		    decode_is(&w[TYPE], "response.incomplete") ?
		    SLICE("incomplete") : SLICE("completed"), 1);
	}
	return DECODE_MORE;
}

static enum decoded
event(struct decode *d, const struct sse_event *e)
{
	struct json_want *w = d->like.want;
	enum decoded r = DECODE_MORE;
	struct slice type = e->name;
	int64_t n;

	if (w[DELTA].key == NULL)
		json_keys(w, "delta type error sequence_number output_index "
		    "item response text refusal arguments input", W_N);
	if (slice_is(e->name, "error"))
		return decode_error(d, e->data);
	/* OpenAI sends no [DONE]; others end truncated streams with it. */
	if (decode_is_done(e->data))
		return decode_truncated(d);
	if (decode_pick(d, e, W_N) < 0)
		return decode_odd(d, &dialect_responses, e);
	if (decode_truthy(&w[ERROR]))
		return decode_error(d, e->data);
	if (w[TYPE].type == JSON_STRING)
		type = w[TYPE].tok;
	/* The events up to the cursor were seen already.  An error may come
	 * without a number. */
	n = d->cursor == NULL ? -1 : decode_count(&w[SEQUENCE]);
	if (n >= 0) {
		if (n <= d->cursor->sequence)
			return DECODE_MORE;
		d->cursor->sequence = n;
		if (!slice_is(type, "response.created") &&
		    !slice_is(type, "response.queued"))
			d->cursor->begun = 1;
	}
	if (w[DELTA].type > JSON_NULL && !d->failed)
		on_delta(d, type, w);
	else
		r = on_other(d, type, w, e->data);
	if (d->cursor != NULL)
		d->cursor->half = d->text_half;
	return r;
}

const struct dialect dialect_responses = {
	.name = "responses",
	.path = "/responses",
	.models = "/models",
	.encode = responses_body,
	.event = event,
	.whole = whole,
};
