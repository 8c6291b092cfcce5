#include "api/responses_item.h"

#include "wire/json.h"

int
responses_late(const struct decode *d)
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
	static const char keys[] = "text refusal";
	struct json_want w[2];

	if (json_take(part, keys, w, 2) < 0)
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

enum decoded
responses_part_done(struct decode *d, struct slice data)
{
	decode_flush(d);
	if (!d->open && !responses_late(d))	/* else the end has it */
		put_part(d, data);
	d->parts++;
	d->open = 0;
	return DECODE_MORE;
}

/* Summary and text of a reasoning item, of an answer that was not streamed. */
static void
put_reasoning(struct decode *d, struct slice item)
{
	static const char keys[] = "summary content";
	struct json_want w[2];
	struct json_want text = { .key = "text" };
	struct slice key, part;
	size_t i, at;

	if (json_take(item, keys, w, 2) < 0)
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
	static const char keys[] = "type call_id name arguments input status "
	    "encrypted_content";

	if (json_take(item, keys, w, I_N) < 0)
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

enum decoded
responses_args(struct decode *d, struct slice data, struct slice delta)
{
	struct call *c = decode_call(d, output_index(data));

	if (c == NULL || c->put)
		return DECODE_MORE;
	decode_args(c, delta);
	if (c->args.full)
		return decode_bad(d, "a tool call is too large");
	return DECODE_MORE;
}

enum decoded
responses_args_done(struct decode *d, struct slice data)
{
	static const char keys[] = "arguments input";
	struct json_want w[2];
	struct call *c = decode_call(d, output_index(data));

	if (c == NULL || c->put || json_take(data, keys, w, 2) < 0)
		return DECODE_MORE;
	if (w[0].type != JSON_STRING)
		w[0] = w[1];
	if (w[0].type == JSON_STRING) {
		c->half = 0;
		decode_set(&c->args, w[0].tok);
	}
	return DECODE_MORE;
}

enum decoded
responses_item_added(struct decode *d, struct slice data)
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

enum decoded
responses_item_done(struct decode *d, struct slice data)
{
	struct json_want item = { .key = "item" }, w[I_N];
	int64_t index = output_index(data);

	if (json_pick(data, &item, 1) < 0 || item.type != JSON_OBJECT)
		return DECODE_MORE;
	if (pick_call(item.tok, w))
		return put_call(d, decode_call(d, index), w, index);
	if (decode_is(&w[I_TYPE], "message") && responses_late(d))
		decode_flush(d);
	else if (decode_is(&w[I_TYPE], "message"))
		put_message(d, item.tok);
	else
		put_item(d, item.tok, w);
	return DECODE_MORE;
}

/*
 * What the last event, or an answer that was not streamed, has.
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

	if ((c != NULL && c->put) ||
	    (responses_late(d) && n < d->cursor->calls))
		return DECODE_MORE;
	return put_call(d, c, w, -1);
}

static void
put_output_reasoning(struct decode *d, struct slice item,
    const struct json_want *w, size_t n)
{
	if (!responses_late(d))
		put_reasoning(d, item);
	if (!responses_late(d) || n >= d->cursor->items)
		put_item(d, item, w);
}

/* What the output of the last event has beyond what was put: of a run that was
 * taken up, all but as much text as there was. */
enum decoded
responses_output(struct decode *d, struct slice output, int streamed)
{
	struct slice key, item;
	struct json_want w[I_N];
	size_t at = 0, n = 0, seen = d->messages, calls = 0, items = 0;
	enum json_type type;

	if (responses_late(d)) {
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
