/*
 * The output items of the Responses API: providers.md 1.3.
 *
 * Text comes as deltas.  A server that sends none has it in the done event of
 * the part, in that of the item, or only in the last event: d->messages,
 * d->parts and d->open say how much of it was put.
 */

#include "api/responses.h"

void
responses_part(struct decode *d, const struct json_want *text,
    const struct json_want *refusal)
{
	decode_text(d, EV_TEXT, text);
	if (decode_has_text(refusal)) {
		decode_text(d, EV_TEXT, refusal);
		d->refused = 1;
	}
}

/* A finished message item: puts what was not put yet. */
static void
put_message(struct decode *d, struct slice item)
{
	struct json_want w = { .key = "content" }, v[2];
	size_t at = 0, n = 0, seen = d->parts + (d->open != 0);
	struct slice part;
	enum json_type type;

	decode_flush(d);
	d->messages++;
	d->parts = 0;
	d->open = 0;
	if (json_pick(item, &w, 1) < 0)
		return;
	if (seen == 0)
		decode_text(d, EV_TEXT, &w);
	while ((type = json_items(&w, &at, &part)) > JSON_END)
		if (type == JSON_OBJECT && n++ >= seen &&
		    json_take(part, "text refusal", v, 2) == 0)
			responses_part(d, &v[0], &v[1]);
}

enum {
	I_TYPE, I_ID, I_NAME, I_ARGUMENTS, I_INPUT, I_STATUS, I_ENCRYPTED,
	I_SUMMARY, I_CONTENT, I_N
};

/* Looks up an item's members.  Whether it is a call for the client. */
static int
pick_call(struct decode *d, struct slice item, struct json_want *w)
{
	static const char keys[] = "type call_id name arguments input status "
	    "encrypted_content summary content";

	if (json_take(item, keys, w, I_N) < 0)
		return 0;
	if (decode_is(&w[I_TYPE], "custom_tool_call"))
		w[I_ARGUMENTS] = w[I_INPUT];
	if (decode_is(&w[I_TYPE], "function_call") ||
	    decode_is(&w[I_TYPE], "custom_tool_call"))
		return 1;
	d->other |= !decode_is(&w[I_TYPE], "message") &&
	    !decode_is(&w[I_TYPE], "reasoning");
	return 0;
}

static void
set_call(struct decode *d, struct call *c, const struct json_want *w)
{
	if (decode_is_word(&w[I_ID]))
		decode_set(d, &c->id, w[I_ID].tok);
	if (w[I_NAME].type == JSON_STRING)
		decode_set(d, &c->name, w[I_NAME].tok);
	if (w[I_ARGUMENTS].type == JSON_STRING ||
	    w[I_ARGUMENTS].type == JSON_OBJECT)
		decode_set_args(d, c, &w[I_ARGUMENTS]);
}

/* A finished call item; only such an item is a call (providers.md 7.5).  c is
 * the call that its earlier events made, or NULL. */
static enum decoded
put_call(struct decode *d, struct call *c, const struct json_want *w,
    int64_t index)
{
	if (decode_is(&w[I_STATUS], "incomplete"))
		return DECODE_MORE;
	if (c == NULL || c->put)
		c = decode_new_call(d, index);
	if (c == NULL)
		return DECODE_FAULT;
	set_call(d, c, w);
	decode_put_call(d, c);
	return DECODE_MORE;
}

/* Encrypted reasoning has to be sent back, as the server stores nothing.  Only
 * the finished item is complete (providers.md 1.3). */
static void
put_item(struct decode *d, struct slice item, const struct json_want *w)
{
	if (!decode_is(&w[I_TYPE], "reasoning"))
		d->bytes += item.n;	/* the call of a server's own tool */
	else if (decode_has_text(&w[I_ENCRYPTED]) &&
	    !decode_is(&w[I_STATUS], "incomplete"))
		decode_item(d, "responses", item);
}

enum decoded
responses_added(struct decode *d, struct slice item, int64_t index)
{
	struct json_want w[I_N];
	struct call *c;

	if (pick_call(d, item, w)) {
		c = decode_new_call(d, index);
		if (c == NULL)
			return DECODE_FAULT;
		set_call(d, c, w);
		/* the deltas repeat them */
		decode_set(d, &c->args, SLICE(""));
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
responses_done(struct decode *d, struct slice item, int64_t index)
{
	struct json_want w[I_N];

	if (pick_call(d, item, w))
		return put_call(d, decode_call(d, index), w, index);
	if (!decode_is(&w[I_TYPE], "message"))
		put_item(d, item, w);
	else if (responses_resumed(d))
		decode_flush(d);
	else
		put_message(d, item);
	return DECODE_MORE;
}

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

enum decoded
responses_output(struct decode *d, struct slice output, int streamed)
{
	struct slice key, item;
	struct json_want w[I_N];
	size_t at = 0, n = 0, seen = d->messages, calls = 0, items = 0;
	int resumed = responses_resumed(d);
	enum json_type type;
	struct call *c;

	if (resumed) {
		seen = d->parts = 0;
		d->open = 0;
		d->skip = d->cursor->text;
	}
	while ((type = json_each(output, &at, &key, &item)) > JSON_END) {
		if (type != JSON_OBJECT)
			continue;
		if (pick_call(d, item, w)) {
			c = decode_is_word(&w[I_ID]) ?
			    call_of_id(d, w[I_ID].tok) :
			    calls < d->ncalls ? &d->calls[calls] : NULL;
			if ((c == NULL || !c->put) &&
			    (!resumed || calls >= d->cursor->calls) &&
			    put_call(d, c, w, -1) == DECODE_FAULT)
				return DECODE_FAULT;
			calls++;
		} else if (decode_is(&w[I_TYPE], "message") && n++ >= seen) {
			put_message(d, item);
		} else if (decode_is(&w[I_TYPE], "reasoning") && !streamed) {
			if (!resumed) {
				decode_content(d, EV_REASONING, &w[I_SUMMARY]);
				decode_content(d, EV_REASONING, &w[I_CONTENT]);
			}
			if (!resumed || items >= d->cursor->items)
				put_item(d, item, w);
			items++;
		}
	}
	return DECODE_MORE;
}
