/* Anthropic's Messages API: providers.md section 3. */

#include <string.h>

#include "api/dialect.h"
#include "api/encode.h"
#include "wire/json.h"

/* The members of an event, level by level. */
enum {
	TYPE, INDEX, ERROR, MESSAGE, BLOCK, USAGE, DELTA,
	DELTA_TYPE, TEXT, JSON, THINKING, SIGNATURE, STOP_REASON,
	W_N,
	TOP_N = DELTA_TYPE,
	DELTA_N = W_N - DELTA_TYPE
};

/* The index of a call whose block has ended: no delta finds it any more. */
#define CLOSED (-1)

/*
 * A thinking block is sent back unchanged, so its raw strings are joined here:
 * first the thinking, then the signature, without which the API would refuse
 * it.
 */
static void
think(struct decode *d, const struct json_want *w)
{
	decode_text(d, EV_REASONING, w);
	if (d->block.n > 0 && !d->open)
		buf_put(&d->block, w->tok);
}

static void
sign(struct decode *d, const struct json_want *w)
{
	if (d->block.n == 0 || !decode_has_text(w))
		return;
	if (!d->open)
		buf_puts(&d->block, "\",\"signature\":\"");
	d->open = 1;
	d->bytes += w->tok.n;
	buf_put(&d->block, w->tok);
}

static void
drop_thinking(struct decode *d)
{
	buf_clear(&d->block);
	d->open = 0;
}

/*
 * Faulty gateways send a second message_start.  With the same id it means
 * nothing, unless blocks begin anew; with another one it begins another answer.
 */
static enum decoded
on_start(struct decode *d, struct slice message)
{
	struct json_want w[2];
	char id[sizeof(d->id)];

	json_take(message, "id usage", w, 2);
	slice_copy(w[0].tok, id, sizeof(id));
	if (d->begun && strcmp(id, d->id) == 0) {
		d->ids = d->content ? IDS_DOUBT : IDS_ONE;
		return DECODE_MORE;
	}
	if (decode_anew(d) == DECODE_FAULT)
		return DECODE_FAULT;
	if (!d->begun) {
		d->bytes += w[0].tok.n;
		d->names += w[0].tok.n;
	}
	d->begun = 1;
	memcpy(d->id, id, sizeof(id));
	decode_usage(d, w[1].tok);
	return DECODE_MORE;
}

/* content_block_start, or a block of a complete answer.  The tools that the
 * server runs itself have types of their own. */
static enum decoded
on_block(struct decode *d, int64_t index, struct slice block)
{
	enum { B_TYPE, B_ID, B_NAME, B_INPUT, B_TEXT, B_THINKING, B_SIGNATURE,
	    B_N };
	static const char keys[] = "type id name input text thinking signature";
	struct json_want w[B_N];
	struct call *c;

	if (json_take(block, keys, w, B_N) < 0)
		return DECODE_MORE;
	if (d->ids == IDS_DOUBT)
		return decode_anew(d);
	if (decode_is(&w[B_TYPE], "tool_use")) {
		c = decode_new_call(d, index);
		if (c == NULL)
			return DECODE_FAULT;
		if (decode_is_word(&w[B_ID]))
			decode_set(d, &c->id, w[B_ID].tok);
		decode_set(d, &c->name, w[B_NAME].tok);
		/* {} where deltas will bring it; complete in calls that the
		 * server's own code makes */
		if (decode_truthy(&w[B_INPUT])) {
			decode_args(d, c, &w[B_INPUT]);
			c->given = 1;
		}
	} else if (decode_is(&w[B_TYPE], "text")) {
		decode_text(d, EV_TEXT, &w[B_TEXT]);
	} else if (decode_is(&w[B_TYPE], "redacted_thinking")) {
		decode_item(d, "messages", block);
	} else if (!decode_is(&w[B_TYPE], "thinking")) {
		d->bytes += block.n;
		d->other = d->running = 1;
	} else if (w[B_THINKING].type == JSON_STRING) {
		drop_thinking(d);
		buf_puts(&d->block, "{\"type\":\"thinking\","
		    "\"thinking\":\"");
		think(d, &w[B_THINKING]);
		sign(d, &w[B_SIGNATURE]);
	}
	return DECODE_MORE;
}

static void
end_block(struct decode *d, int64_t index)
{
	struct call *c = decode_call(d, index);

	decode_flush(d);
	d->running = 0;
	buf_puts(&d->block, "\"}");
	if (d->open)
		decode_item(d, "messages", buf_slice(&d->block));
	drop_thinking(d);
	if (c == NULL)
		return;
	c->index = CLOSED;
	/* Put here to keep the order of the blocks.  A call without valid
	 * arguments waits for the stop reason. */
	if (c->args.n > 0 && json_valid(buf_slice(&c->args)))
		decode_put_call(d, c);
}

static void
on_delta(struct decode *d, int64_t index, const struct json_want *w)
{
	/* of the members from TEXT to SIGNATURE */
	static const char types[][17] = { "text_delta", "input_json_delta",
	    "thinking_delta", "signature_delta" };
	const struct json_want *type = &w[DELTA_TYPE];
	struct call *c;
	int i;

	for (i = TEXT; i <= SIGNATURE; i++)
		if (type->type != JSON_STRING ? w[i].type == JSON_STRING :
		    decode_is(type, types[i - TEXT]))
			break;
	if (i > SIGNATURE) {	/* citations; an empty delta has no type */
		if (type->type == JSON_STRING)
			d->bytes += w[DELTA].tok.n;
		return;
	}
	w = &w[i];
	if (w->type == JSON_STRING && w->tok.n == 0)
		return;
	switch (i) {
	case TEXT:
		decode_content(d, EV_TEXT, w);
		d->text = TEXT;
		d->vary = d->like.want[TYPE].type == JSON_STRING ?
		    1 << DELTA | 1 << TEXT : 0;
		break;
	case JSON:
		c = decode_call(d, index);
		if (c == NULL && !d->running && d->ncalls > 0 &&
		    d->calls[d->ncalls - 1].index != CLOSED)
			c = &d->calls[d->ncalls - 1];
		if (c == NULL) {	/* input of the server's own tools */
			d->other = 1;
			d->bytes += w->tok.n;
			break;
		}
		if (c->given)
			decode_set_args(d, c, w);
		else
			decode_args(d, c, w);
		c->given = 0;
		break;
	case THINKING:
		think(d, w);
		break;
	case SIGNATURE:
		sign(d, w);
		break;
	}
}

/* message_delta, of which one or more come before the end. */
static void
on_finish(struct decode *d, const struct json_want *reason,
    struct slice usage)
{
	if (reason->type == JSON_STRING && !decode_no_word(reason->tok))
		d->finish = decode_reason(d, reason->tok);
	decode_usage(d, usage);
}

static enum decoded
on_stop(struct decode *d)
{
	int truncated = d->finish != FIN_TOOL_CALLS && d->finish != FIN_STOP;
	size_t i;

	if (!d->begun || d->finish == FIN_NONE)
		return decode_truncated(d);
	decode_flush(d);
	/* No arguments at all stand for {}, unless they were cut off. */
	for (i = 0; i < d->ncalls; i++)
		if (d->calls[i].args.n == 0 && !truncated)
			buf_puts(&d->calls[i].args, "{}");
	decode_put_calls(d, truncated);
	return DECODE_DONE;
}

static enum decoded
event(struct decode *d, const struct sse_event *e)
{
	struct json_want *w = d->like.want;
	struct slice type = e->name;
	int64_t index;

	if (w[DELTA].sub != &w[DELTA_TYPE]) {	/* unset, or d was moved */
		json_keys(w, "type index error message content_block usage "
		    "delta type text partial_json thinking signature "
		    "stop_reason", W_N);
		json_want_in(&w[DELTA], &w[DELTA_TYPE], DELTA_N);
	}
	if (slice_is(e->name, "error"))
		return decode_error(d, e->data);
	/* Anthropic sends no [DONE]; others end truncated streams with it. */
	if (decode_is_done(e->data))
		return decode_truncated(d);
	if (decode_pick(d, e, TOP_N) < 0)
		return decode_odd(d, &dialect_messages, e);
	if (w[TYPE].type == JSON_STRING)
		type = w[TYPE].tok;
	if (decode_truthy(&w[ERROR]) || slice_is(type, "error"))
		return decode_error(d, e->data);
	if (d->failed)
		return DECODE_FAULT;
	index = w[INDEX].type == JSON_NUMBER ? json_int(w[INDEX].tok, 0) : 0;
	if (slice_is(type, "content_block_delta")) {
		if (w[DELTA].type == JSON_OBJECT)
			on_delta(d, index, w);
		return DECODE_MORE;
	}
	if (slice_is(type, "content_block_start"))
		return on_block(d, index, w[BLOCK].tok);
	if (slice_is(type, "message_start"))
		return on_start(d, w[MESSAGE].tok);
	if (slice_is(type, "message_stop"))
		return on_stop(d);
	if (slice_is(type, "content_block_stop"))
		end_block(d, index);
	else if (slice_is(type, "message_delta"))
		on_finish(d, &w[STOP_REASON], w[USAGE].tok);
	else		/* pings, and unknown types */
		return decode_empty(d, e->data);
	return DECODE_MORE;
}

static enum decoded
whole(struct decode *d, struct slice body)
{
	static const char keys[] = "content error stop_reason usage";
	struct json_want w[4];
	struct slice key, block;
	size_t at = 0;

	if (json_take(body, keys, w, 4) < 0 || decode_truthy(&w[1]) ||
	    (w[0].type != JSON_ARRAY && w[0].type != JSON_STRING))
		return decode_no_answer(d, body);
	on_start(d, body);
	decode_text(d, EV_TEXT, &w[0]);
	while (json_each(w[0].tok, &at, &key, &block) > JSON_END) {
		if (on_block(d, 0, block) == DECODE_FAULT)
			return DECODE_FAULT;
		end_block(d, 0);
	}
	on_finish(d, &w[2], w[3].tok);
	return on_stop(d);
}

const struct dialect dialect_messages = {
	.name = "messages",
	.path = "/v1/messages",
	.auth = "x-api-key",
	.fields = "anthropic-version: 2023-06-01\r\n",
	.models = "/v1/models?limit=1000",
	.prefill = messages_prefill,
	.encode = messages_body,
	.event = event,
	.whole = whole,
};
