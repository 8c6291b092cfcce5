/* Chat Completions, OpenAI's and its imitators': providers.md section 2. */

#include "api/dialect.h"
#include "api/encode.h"
#include "api/talk.h"
#include "wire/json.h"

static void
encode_function(struct json_out *w, const struct json_want *v)
{
	encode_type(w, "function");
	encode_in(w, "function", '{');
	encode_tool(w, v, "parameters");
	json_close(w);
}

static void
encode(const struct request *r, struct buf *body)
{
	struct part text = { .type = PART_TEXT, .text = r->system };
	struct message system = { ROLE_SYSTEM, &text, 1 };
	struct json_out w;

	encode_open(&w, body);
	encode_head(&w, r);
	if (encode_begin(&w, r, "messages", '[')) {
		talk_put(&w, &system, r->system.n > 0);
		talk_put(&w, r->messages, r->nmessages);
		json_close(&w);
	}
	if (!(r->quirks & QUIRK_NO_STREAM_OPTIONS))
		encode_json(&w, r, "stream_options",
		    SLICE("{\"include_usage\":true}"));
	encode_num(&w, r, r->quirks & QUIRK_MAX_TOKENS ? "max_tokens" :
	    "max_completion_tokens", r->max_tokens);
	encode_text(&w, r, "reasoning_effort", r->effort);
	if (r->schema.n > 0 && encode_begin(&w, r, "response_format", '{')) {
		encode_type(&w, "json_schema");
		encode_in(&w, "json_schema", '{');
		encode_schema(&w, r);
		json_close(&w);
		json_close(&w);
	}
	encode_tools(&w, r, "tools", encode_function);
	encode_close(&w, r);
}

/* -- the answer ------------------------------------------------------------ */

/* Content as an array of parts: text, or Mistral's thinking, which is an
 * array of text parts or a string. */
static void
put_parts(struct decode *d, struct slice parts)
{
	static const char keys[] = "text thinking";
	struct json_want w[2], text = { .key = "text" };
	struct slice key, part, inner;
	size_t at = 0, in;

	while (json_each(parts, &at, &key, &part) > JSON_END) {
		if (json_take(part, keys, w, 2) < 0)
			continue;
		decode_text(d, EV_TEXT, &w[0]);
		decode_text(d, EV_REASONING, &w[1]);
		if (w[1].type != JSON_ARRAY)
			continue;
		for (in = 0; json_each(w[1].tok, &in, &key, &inner) >
		    JSON_END;)
			if (json_pick(inner, &text, 1) == 0)
				decode_text(d, EV_REASONING, &text);
	}
}

enum { T_INDEX, T_ID, T_FUNCTION, T_N };

/*
 * The call that a fragment belongs to.  The index says so, but some servers
 * send none, or the same one for parallel calls: there a new id, or without
 * ids a repeated name, begins another call.
 */
static struct call *
call_of(struct decode *d, const struct json_want *w,
    const struct json_want *name)
{
	int has_id = decode_has_text(&w[T_ID]);
	int has_name = decode_has_text(name);
	int64_t index = -1;
	struct call *c;

	if (w[T_INDEX].type == JSON_NUMBER) {
		index = json_int(w[T_INDEX].tok, 0);
		c = decode_call(d, index);
	} else {
		c = d->ncalls == 0 ? NULL : &d->calls[d->ncalls - 1];
		if (c != NULL && !has_id && has_name && c->name.n > 0)
			c = NULL;
	}
	if (c != NULL && has_id && c->id.n > 0 &&
	    (has_name || w[T_INDEX].type != JSON_NUMBER)) {
		buf_clear(&d->scratch);
		json_unescape(w[T_ID].tok, &d->scratch, NULL);
		if (!slice_eq(buf_slice(&d->scratch), buf_slice(&c->id)))
			c = NULL;
	}
	return c == NULL ? decode_new_call(d, index) : c;
}

static enum decoded
take_calls(struct decode *d, struct slice calls)
{
	static const char keys[] = "index id function";
	static const char f_keys[] = "name arguments";
	struct json_want w[T_N], f[2];
	struct slice key, fragment, function;
	struct call *c;
	size_t at = 0;

	while (json_each(calls, &at, &key, &fragment) > JSON_END) {
		if (json_take(fragment, keys, w, T_N) < 0)
			continue;
		function = (struct slice){ 0 };
		if (w[T_FUNCTION].type == JSON_OBJECT)
			function = w[T_FUNCTION].tok;
		json_take(function, f_keys, f, 2);
		c = call_of(d, w, &f[0]);
		if (c == NULL)
			return DECODE_FAULT;
		/* Later fragments may have empty ones. */
		if (decode_has_text(&w[T_ID]))
			decode_set(d, &c->id, w[T_ID].tok);
		if (decode_has_text(&f[0]))
			decode_set(d, &c->name, f[0].tok);
		decode_args(d, c, &f[1]);
	}
	return DECODE_MORE;
}

/* The members of a chunk, level by level. */
enum {
	CHOICES, ERROR, USAGE, ID,
	CHOICE,			/* the first of them */
	DELTA, FINISH, CHOICE_ERROR, INDEX, MESSAGE,
	CONTENT, REASONING, REASONING_CONTENT, TOOL_CALLS, REFUSAL,
	W_N,
	CHOICE_N = CONTENT - DELTA,
	DELTA_N = W_N - CONTENT
};

/* A delta or a message, whose members are in w already. */
static enum decoded
take_delta(struct decode *d, struct slice delta, const struct json_want *w)
{
	struct json_want any = { 0 };
	uint64_t before = d->bytes;
	struct slice key;
	size_t at = 0;

	/* A server that sends both sends the same text in each. */
	decode_text(d, EV_REASONING, decode_has_text(&w[REASONING_CONTENT]) ?
	    &w[REASONING_CONTENT] : &w[REASONING]);
	decode_text(d, EV_TEXT, &w[CONTENT]);
	if (w[CONTENT].type == JSON_ARRAY)
		put_parts(d, w[CONTENT].tok);
	if (decode_has_text(&w[REFUSAL])) {
		d->refused = 1;
		decode_text(d, EV_TEXT, &w[REFUSAL]);
	}
	if (w[TOOL_CALLS].type == JSON_ARRAY &&
	    take_calls(d, w[TOOL_CALLS].tok) == DECODE_FAULT)
		return DECODE_FAULT;
	/* Other members are part of the answer too, unless they are empty. */
	while (d->bytes == before &&
	    (any.type = json_each(delta, &at, &key, &any.tok)) > JSON_END)
		if (!json_is(key, "role") && !json_is(key, "content") &&
		    !json_is(key, "tool_calls") && decode_truthy(&any))
			d->bytes += any.tok.n;
	return DECODE_MORE;
}

static enum decoded
take_finish(struct decode *d, struct slice choice, struct slice word)
{
	enum finish fin = decode_reason(word);

	if (fin == FIN_NONE) {
		if (!d->failed) {
			decode_error(d, choice);
			if (d->fault.name[0] == '\0')
				slice_copy(word, d->fault.name,
				    sizeof(d->fault.name));
		}
		return DECODE_FAULT;
	}
	if (fin == FIN_STOP && d->refused)
		fin = FIN_REFUSAL;
	else if (fin == FIN_STOP && d->ncalls > 0)
		fin = FIN_TOOL_CALLS;
	decode_flush(d);
	decode_put_calls(d, fin == FIN_LENGTH || fin == FIN_FILTER);
	d->finish = fin;
	d->tail = 1;		/* the usage may still follow */
	return DECODE_TAIL;
}

/* A chunk, or a complete answer, which has a message for a delta. */
static enum decoded
take_chunk(struct decode *d, struct slice json)
{
	struct json_want *w = d->like.want, *delta = &w[DELTA];
	enum decoded r = DECODE_MORE;

	if (w[CHOICES].sub != &w[CHOICE]) {	/* unset, or d was moved */
		json_keys(w, "choices error usage id 0 delta finish_reason "
		    "error index message content reasoning reasoning_content "
		    "tool_calls refusal", W_N);
		json_want_in(&w[CHOICES], &w[CHOICE], 1);
		json_want_in(&w[CHOICE], &w[DELTA], CHOICE_N);
		json_want_in(&w[DELTA], &w[CONTENT], DELTA_N);
	}
	if (json_pick_like(&d->like, json, ID + 1) < 0)
		return decode_no_object(d, json);
	if (decode_truthy(&w[ERROR]))
		return decode_error(d, json);
	if (d->failed)
		return DECODE_FAULT;
	if (w[ID].type == JSON_STRING && d->id[0] == '\0')
		slice_copy(w[ID].tok, d->id, sizeof(d->id));
	if (w[USAGE].type == JSON_OBJECT)
		decode_usage(d, w[USAGE].tok);
	if (w[CHOICES].type != JSON_ARRAY || w[CHOICE].type != JSON_OBJECT)
		return decode_empty(d, json);

	/* Only --param can ask for more than one choice. */
	if (w[INDEX].type == JSON_NUMBER && !slice_is(w[INDEX].tok, "0"))
		return DECODE_MORE;
	if (decode_truthy(&w[CHOICE_ERROR]))
		return decode_error(d, w[CHOICE].tok);
	d->begun = 1;
	if (delta->type != JSON_OBJECT && !d->content &&
	    w[MESSAGE].type == JSON_OBJECT) {
		delta = &w[MESSAGE];
		json_pick(delta->tok, &w[CONTENT], DELTA_N);
		buf_clear(&d->like.doc);	/* w was overwritten */
	}
	if (delta->type == JSON_OBJECT)
		r = take_delta(d, delta->tok, w);
	if (r == DECODE_FAULT)
		return r;
	if (decode_has_text(&w[FINISH]))
		return take_finish(d, w[CHOICE].tok, w[FINISH].tok);
	return d->tail ? DECODE_TAIL : r;
}

static enum decoded
take_done(struct decode *d)
{
	if (d->failed)
		return DECODE_FAULT;
	/* Some proxies end a failed stream with [DONE] and nothing before. */
	if (!d->begun)
		return decode_truncated(d);
	decode_flush(d);
	decode_put_calls(d, d->finish != FIN_STOP &&
	    d->finish != FIN_TOOL_CALLS);
	if (d->finish == FIN_NONE)
		d->finish = d->refused ? FIN_REFUSAL :
		    d->ncalls > 0 ? FIN_TOOL_CALLS : FIN_STOP;
	return DECODE_DONE;
}

static enum decoded
event(struct decode *d, const struct sse_event *e)
{
	if (slice_is(e->name, "error"))
		return decode_error(d, e->data);
	if (decode_is_done(e->data))
		return take_done(d);
	return take_chunk(d, e->data);
}

static enum decoded
whole(struct decode *d, struct slice body)
{
	if (take_chunk(d, body) == DECODE_FAULT)
		return DECODE_FAULT;
	return d->begun ? take_done(d) : decode_no_answer(d, body);
}

const struct dialect dialect_chat = {
	.name = "chat",
	.path = "/chat/completions",
	.models = "/models",
	.encode = encode,
	.event = event,
	.whole = whole,
};
