/* OpenAI's Responses API: providers.md section 1. */

#include <string.h>

#include "api/bodies.h"
#include "api/dialect.h"
#include "api/responses_item.h"
#include "wire/json.h"

/* Between two looks at a kept run. */
#define POLL_PAUSE ((msec)2000)

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
	static const char keys[] = "status error output usage "
	    "incomplete_details id";
	struct json_want w[6];
	enum finish fin = FIN_STOP;

	json_take(response, keys, w, sizeof(w) / sizeof(w[0]));
	if (decode_truthy(&w[1]) || decode_is(&w[0], "failed") ||
	    decode_is(&w[0], "cancelled"))
		return decode_error(d, json);
	if (w[0].type == JSON_STRING)
		word = w[0].tok;
	if (responses_late(d))		/* the output has it whole */
		d->text_half = 0;
	decode_flush(d);
	if (w[2].type == JSON_ARRAY &&
	    responses_output(d, w[2].tok, streamed) == DECODE_FAULT)
		return DECODE_FAULT;
	decode_flush(d);
	if (w[3].type == JSON_OBJECT)
		decode_usage(d, w[3].tok);
	if (w[5].type == JSON_STRING)
		slice_copy(w[5].tok, d->id, sizeof(d->id));
	if (json_is(word, "incomplete"))
		fin = reason_incomplete(&w[4]);
	else
		decode_put_calls(d, 0);
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
	static const char keys[] = "response type";
	struct json_want w[2];
	struct slice word = SLICE("completed");

	json_take(data, keys, w, 2);
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
		return responses_item_added(d, data);
	case ITEM_DONE:
		return responses_item_done(d, data);
	case PART_DONE:
		return responses_part_done(d, data);
	case ARGS_DONE:
		return responses_args_done(d, data);
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
	return decode_other(d, data);
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
		return responses_args(d, data, delta);
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
	static const char keys[] = "output status error";
	struct json_want w[3];

	body = slice_trim(body);
	if (json_take(body, keys, w, 3) < 0 || w[0].type != JSON_ARRAY ||
	    decode_truthy(&w[2]))
		return decode_no_answer(d, body);
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
