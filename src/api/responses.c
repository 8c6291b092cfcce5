/* OpenAI's Responses API: providers.md section 1. */

#include <string.h>

#include "api/bodies.h"
#include "api/dialect.h"
#include "wire/json.h"

/* Between two looks at a kept run. */
#define POLL_PAUSE ((msec)2000)

/* Whether this is the rest of a run whose beginning was put already. */
static int
late(const struct decode *d)
{
	return d->cursor != NULL && d->cursor->resuming;
}

/*
 * Text.  It comes as deltas; a server that sends none has it in the done
 * event of the part, in that of the item, or only in the last event.
 */

static void
put_part(struct decode *d, struct slice part)
{
	struct json_want w[] = { { .key = "text" }, { .key = "refusal" } };

	if (json_pick(part, w, 2) < 0)
		return;
	if (w[0].type == JSON_STRING)
		decode_text(d, w[0].tok);
	if (w[1].type == JSON_STRING && w[1].tok.n > 0) {
		decode_text(d, w[1].tok);
		d->refused = 1;
	}
}

/* A message item is over: what of it was not put yet. */
static void
put_message(struct decode *d, struct slice item)
{
	struct json_want w = { .key = "content" };
	size_t at = 0, n = 0, seen = d->parts + (d->open != 0);
	struct slice key, part;
	enum json_type type;

	decode_flush(d);
	d->messages++;
	d->parts = 0;
	d->open = 0;
	if (json_pick(item, &w, 1) < 0)
		return;
	if (w.type == JSON_STRING && seen == 0)
		decode_text(d, w.tok);
	if (w.type != JSON_ARRAY)
		return;
	while ((type = json_each(w.tok, &at, &key, &part)) > JSON_END)
		if (type == JSON_OBJECT && n++ >= seen)
			put_part(d, part);
}

static enum decoded
on_part_done(struct decode *d, struct slice data)
{
	decode_flush(d);
	if (!d->open && !late(d))	/* else the end has it */
		put_part(d, data);
	d->parts++;
	d->open = 0;
	return DECODE_MORE;
}

/* Summary and text of a reasoning item, of an answer that was not streamed. */
static void
put_reasoning(struct decode *d, struct slice item)
{
	struct json_want w[] = { { .key = "summary" }, { .key = "content" } };
	struct json_want text = { .key = "text" };
	struct slice key, part;
	size_t i, at;

	if (json_pick(item, w, 2) < 0)
		return;
	for (i = 0; i < 2; i++) {
		if (w[i].type != JSON_ARRAY)
			continue;
		for (at = 0; json_each(w[i].tok, &at, &key, &part) > JSON_END;)
			if (json_pick(part, &text, 1) == 0 &&
			    text.type == JSON_STRING)
				decode_reasoning(d, text.tok);
	}
}

/*
 * Tool calls.  Only an item that is done is a call (providers.md 7.5).
 */

enum {
	I_TYPE, I_ID, I_NAME, I_ARGUMENTS, I_INPUT, I_STATUS, I_SECRET, I_N
};

/* Picks a call item apart; 0 when it is none, or not one for us to make. */
static int
pick_call(struct slice item, struct json_want *w)
{
	const struct json_want want[I_N] = {
		{ .key = "type" }, { .key = "call_id" }, { .key = "name" },
		{ .key = "arguments" }, { .key = "input" }, { .key = "status" },
		{ .key = "encrypted_content" },
	};

	memcpy(w, want, sizeof(want));
	if (json_pick(item, w, I_N) < 0)
		return 0;
	if (decode_is(&w[I_TYPE], "custom_tool_call"))
		w[I_ARGUMENTS] = w[I_INPUT];
	return decode_is(&w[I_TYPE], "function_call") ||
	    decode_is(&w[I_TYPE], "custom_tool_call");
}

static void
fill_call(struct call *c, const struct json_want *w)
{
	if (w[I_ID].type == JSON_STRING)
		decode_set(&c->id, w[I_ID].tok);
	if (w[I_NAME].type == JSON_STRING)
		decode_set(&c->name, w[I_NAME].tok);
	if (w[I_ARGUMENTS].type != JSON_STRING)
		return;
	c->half = 0;
	decode_set(&c->args, w[I_ARGUMENTS].tok);
}

/* A finished call item.  c is what the stream brought of it, or NULL. */
static enum decoded
put_call(struct decode *d, struct call *c, const struct json_want *w,
    int64_t index)
{
	if (decode_is(&w[I_STATUS], "incomplete"))
		return DECODE_MORE;
	if (c == NULL || c->put)
		c = decode_new_call(d, index);
	if (c == NULL)
		return decode_bad(d, "too many tool calls");
	fill_call(c, w);
	decode_put_call(d, c);
	return DECODE_MORE;
}

/* Reasoning that no one but the server can read, which wants it back: it keeps
 * none of it itself.  Only a finished item has all (providers.md 1.3). */
static void
put_item(struct decode *d, struct slice item, const struct json_want *w)
{
	if (decode_is(&w[I_TYPE], "reasoning") &&
	    decode_has_text(&w[I_SECRET]) &&
	    !decode_is(&w[I_STATUS], "incomplete"))
		decode_item(d, "responses", item);
}

static int64_t
output_index(struct slice data)
{
	struct json_want w = { .key = "output_index" };

	if (json_pick(data, &w, 1) < 0 || w.type != JSON_NUMBER)
		return 0;
	return json_int(w.tok, 0);
}

static enum decoded
on_args(struct decode *d, struct slice data, struct slice delta)
{
	struct call *c = decode_call(d, output_index(data));

	if (c == NULL || c->put)
		return DECODE_MORE;
	decode_args(c, delta);
	if (c->args.full)
		return decode_bad(d, "a tool call is too large");
	return DECODE_MORE;
}

static enum decoded
on_args_done(struct decode *d, struct slice data)
{
	struct json_want w[] = { { .key = "arguments" }, { .key = "input" } };
	struct call *c = decode_call(d, output_index(data));

	if (c == NULL || c->put || json_pick(data, w, 2) < 0)
		return DECODE_MORE;
	if (w[0].type != JSON_STRING)
		w[0] = w[1];
	if (w[0].type == JSON_STRING) {
		c->half = 0;
		decode_set(&c->args, w[0].tok);
	}
	return DECODE_MORE;
}

static enum decoded
on_item_added(struct decode *d, struct slice data)
{
	struct json_want item = { .key = "item" }, w[I_N];
	struct call *c;

	if (json_pick(data, &item, 1) < 0 || item.type != JSON_OBJECT)
		return DECODE_MORE;
	if (pick_call(item.tok, w)) {
		c = decode_new_call(d, output_index(data));
		if (c == NULL)
			return decode_bad(d, "too many tool calls");
		fill_call(c, w);
		buf_clear(&c->args);	/* the deltas bring it all */
	} else if (decode_is(&w[I_TYPE], "message") &&
	    (d->parts > 0 || d->open)) {
		decode_flush(d);
		d->messages++;
		d->parts = 0;
		d->open = 0;
	}
	return DECODE_MORE;
}

static enum decoded
on_item_done(struct decode *d, struct slice data)
{
	struct json_want item = { .key = "item" }, w[I_N];
	int64_t index = output_index(data);

	if (json_pick(data, &item, 1) < 0 || item.type != JSON_OBJECT)
		return DECODE_MORE;
	if (pick_call(item.tok, w))
		return put_call(d, decode_call(d, index), w, index);
	if (decode_is(&w[I_TYPE], "message") && late(d))
		decode_flush(d);
	else if (decode_is(&w[I_TYPE], "message"))
		put_message(d, item.tok);
	else
		put_item(d, item.tok, w);
	return DECODE_MORE;
}

/*
 * The end.
 */

static struct call *
call_of_id(struct decode *d, struct slice raw)
{
	size_t i;

	buf_clear(&d->scratch);
	json_unescape(raw, &d->scratch, NULL);
	for (i = 0; i < d->ncalls; i++)
		if (slice_eq(buf_slice(&d->calls[i].id),
		    buf_slice(&d->scratch)))
			return &d->calls[i];
	return NULL;
}

/* A call of the last event's output, the nth. */
static enum decoded
put_output_call(struct decode *d, const struct json_want *w, size_t n)
{
	struct call *c = call_of_id(d, w[I_ID].tok);

	if ((c != NULL && c->put) || (late(d) && n < d->cursor->calls))
		return DECODE_MORE;
	return put_call(d, c, w, -1);
}

static void
put_output_reasoning(struct decode *d, struct slice item,
    const struct json_want *w, size_t n)
{
	if (!late(d))
		put_reasoning(d, item);
	if (!late(d) || n >= d->cursor->items)
		put_item(d, item, w);
}

/* What the output of the last event has beyond what was put: of a run that was
 * taken up, all but as much text as there was. */
static enum decoded
put_output(struct decode *d, struct slice output, int streamed)
{
	struct slice key, item;
	struct json_want w[I_N];
	size_t at = 0, n = 0, seen = d->messages, calls = 0, items = 0;
	enum json_type type;

	if (late(d)) {
		seen = d->parts = 0;
		d->open = 0;
		d->skip = d->cursor->text;
	}
	while ((type = json_each(output, &at, &key, &item)) > JSON_END) {
		if (type != JSON_OBJECT)
			continue;
		if (pick_call(item, w)) {
			if (put_output_call(d, w, calls++) == DECODE_FAULT)
				return DECODE_FAULT;
		} else if (decode_is(&w[I_TYPE], "message") && n++ >= seen) {
			put_message(d, item);
		} else if (decode_is(&w[I_TYPE], "reasoning") && !streamed) {
			put_output_reasoning(d, item, w, items++);
		}
	}
	return DECODE_MORE;
}

static enum finish
reason_incomplete(const struct json_want *details)
{
	struct json_want w = { .key = "reason" };

	if (details->type == JSON_OBJECT &&
	    json_pick(details->tok, &w, 1) == 0 &&
	    decode_is(&w, "content_filter"))
		return FIN_FILTER;
	return FIN_LENGTH;
}

static int
any_put(const struct decode *d)
{
	size_t i;

	for (i = 0; i < d->ncalls; i++)
		if (d->calls[i].put)
			return 1;
	return d->cursor != NULL && d->cursor->calls > 0;
}

/* A response object that is not going to change any more; json is what it
 * came in, word the status in case that it does not say. */
static enum decoded
finish(struct decode *d, struct slice json, struct slice response,
    struct slice word, int streamed)
{
	struct json_want w[] = {
		{ .key = "status" }, { .key = "error" }, { .key = "output" },
		{ .key = "usage" }, { .key = "incomplete_details" },
		{ .key = "id" },
	};
	enum finish fin = FIN_STOP;

	json_pick(response, w, sizeof(w) / sizeof(w[0]));
	if (decode_truthy(&w[1]) || decode_is(&w[0], "failed") ||
	    decode_is(&w[0], "cancelled"))
		return decode_error(d, json);
	if (w[0].type == JSON_STRING)
		word = w[0].tok;
	if (late(d))		/* the output has it whole */
		d->text_half = 0;
	decode_flush(d);
	if (w[2].type == JSON_ARRAY &&
	    put_output(d, w[2].tok, streamed) == DECODE_FAULT)
		return DECODE_FAULT;
	decode_flush(d);
	if (w[3].type == JSON_OBJECT)
		decode_usage(d, w[3].tok);
	if (w[5].type == JSON_STRING)
		slice_copy(w[5].tok, d->id, sizeof(d->id));
	if (json_is(word, "incomplete"))
		fin = reason_incomplete(&w[4]);
	else
		decode_put_calls(d);
	if (fin == FIN_STOP && d->refused)
		fin = FIN_REFUSAL;
	else if (fin == FIN_STOP && any_put(d))
		fin = FIN_TOOL_CALLS;
	decode_finish(d, word, fin);
	return DECODE_DONE;
}

static enum decoded
on_end(struct decode *d, struct slice data)
{
	struct json_want w[] = { { .key = "response" }, { .key = "type" } };
	struct slice word = SLICE("completed");

	json_pick(data, w, 2);
	if (w[0].type != JSON_OBJECT)
		w[0].tok = SLICE("{}");
	if (decode_is(&w[1], "response.incomplete"))
		word = SLICE("incomplete");
	return finish(d, data, w[0].tok, word, 1);
}

static enum decoded
on_created(struct decode *d, struct slice data)
{
	struct slice id;

	if (json_find(data, "response.id", &id) == JSON_STRING)
		slice_copy(id, d->id, sizeof(d->id));
	return DECODE_MORE;
}

enum kind { CREATED, ITEM_ADDED, ITEM_DONE, PART_DONE, ARGS_DONE, END, FAILED };

static const struct {
	char type[39], kind;
} others[] = {
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

static enum decoded
on_kind(struct decode *d, enum kind kind, struct slice data)
{
	switch (kind) {
	case CREATED:
		return on_created(d, data);
	case ITEM_ADDED:
		return on_item_added(d, data);
	case ITEM_DONE:
		return on_item_done(d, data);
	case PART_DONE:
		return on_part_done(d, data);
	case ARGS_DONE:
		return on_args_done(d, data);
	case END:
		return on_end(d, data);
	default:
		return decode_error(d, data);
	}
}

/* Any event but a delta.  Types that nobody knows yet are skipped. */
static enum decoded
on_other(struct decode *d, struct slice type, struct slice data)
{
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (slice_is(type, others[i].type) &&
		    (!d->failed || others[i].kind == FAILED))
			return on_kind(d, (enum kind)others[i].kind, data);
	if (d->failed)
		return DECODE_FAULT;
	if (slice_starts(type, "response."))
		return DECODE_MORE;
	/* No type at all: only an error is worth anything. */
	return decode_complaint(data) ? decode_error(d, data) : DECODE_IDLE;
}

static enum decoded
on_delta(struct decode *d, struct slice type, struct slice data,
    struct slice delta)
{
	if (delta.n == 0)
		return DECODE_IDLE;
	if (slice_eq(type, SLICE("response.output_text.delta"))) {
		d->open = 1;
		decode_text(d, delta);
	} else if (slice_is(type, "response.refusal.delta")) {
		d->open = 1;
		d->refused = 1;
		decode_text(d, delta);
	} else if (slice_is(type, "response.reasoning_summary_text.delta") ||
	    slice_is(type, "response.reasoning_text.delta")) {
		decode_reasoning(d, delta);
	} else if (slice_is(type, "response.function_call_arguments.delta") ||
	    slice_is(type, "response.custom_tool_call_input.delta")) {
		return on_args(d, data, delta);
	}
	return DECODE_MORE;
}

/* Whether an event of a kept run is new; the cursor stands at it then.  An
 * error may be without a number. */
static int
is_new(struct decode *d, struct slice type, struct slice data)
{
	struct json_want w = { .key = "sequence_number" };
	int64_t n = json_pick(data, &w, 1) < 0 ? -1 : decode_count(&w);

	if (n < 0)
		return 1;
	if (n <= d->cursor->sequence)
		return 0;
	d->cursor->sequence = n;
	if (!slice_is(type, "response.created") &&
	    !slice_is(type, "response.queued"))
		d->cursor->begun = 1;
	return 1;
}

static enum decoded
event(struct decode *d, const struct sse_event *e)
{
	struct json_want *w = d->like.want;
	struct slice type = e->name;
	enum decoded r;

	w[0].key = "delta";
	w[1].key = "type";
	w[2].key = "error";

	if (slice_is(e->name, "error"))
		return decode_error(d, e->data);
	/* OpenAI sends none; who does ends with it. */
	if (decode_is_marker(e->data))
		return decode_cut(d);
	if (json_pick_like(&d->like, e->data, 3) < 0)
		return decode_odd(d, e->data);
	if (decode_truthy(&w[2]))
		return decode_error(d, e->data);
	if (w[1].type == JSON_STRING)
		type = w[1].tok;
	if (d->cursor != NULL && !is_new(d, type, e->data))
		return DECODE_MORE;
	if (w[0].type == JSON_STRING && !d->failed)
		r = on_delta(d, type, e->data, w[0].tok);
	else
		r = on_other(d, type, e->data);
	if (d->cursor != NULL)
		d->cursor->half = d->text_half;
	return r;
}

/* A kept run is looked at again later. */
static enum decoded
unfinished(struct decode *d, int begun)
{
	if (d->cursor == NULL)
		return decode_bad(d, "the server's answer is not finished");
	d->cursor->begun |= begun;
	fault_set(&d->fault, F_TIMEOUT, 1, "the run is still %s", begun ?
	    "in progress" : "in the queue");
	d->fault.wait = POLL_PAUSE;
	d->failed = 1;
	return DECODE_FAULT;
}

static enum decoded
whole(struct decode *d, struct slice body)
{
	struct json_want w[] = { { .key = "output" }, { .key = "status" },
	    { .key = "error" } };

	body = slice_trim(body);
	if (json_pick(body, w, 3) < 0)
		return decode_complaint(body) ? decode_error(d, body) :
		    decode_bad(d, "the answer is not a JSON object");
	if (w[0].type != JSON_ARRAY || decode_truthy(&w[2]))
		return decode_complaint(body) ? decode_error(d, body) :
		    decode_bad(d, "the server's JSON holds no answer");
	if (decode_is(&w[1], "in_progress") || decode_is(&w[1], "queued"))
		return unfinished(d, decode_is(&w[1], "in_progress"));
	return finish(d, body, body, SLICE("completed"), 0);
}

const struct dialect dialect_responses = {
	.name = "responses",
	.path = "/responses",
	.models = "/models",
	.encode = responses_body,
	.event = event,
	.whole = whole,
};
