/*
 * Chat Completions, OpenAI's and those of all that imitate it: providers.md
 * section 2.
 */

#include "api/bodies.h"
#include "api/dialect.h"
#include "wire/json.h"

/* Mistral's thinking: an array of text parts, or a string. */
static void
put_thinking(struct decode *d, const struct json_want *thinking)
{
	struct json_want w = { .key = "text" };
	struct slice key, part;
	size_t at = 0;

	if (thinking->type == JSON_STRING)
		decode_reasoning(d, thinking->tok);
	if (thinking->type != JSON_ARRAY)
		return;
	while (json_each(thinking->tok, &at, &key, &part) > JSON_END)
		if (json_pick(part, &w, 1) == 0 && w.type == JSON_STRING)
			decode_reasoning(d, w.tok);
}

/* Content as an array of parts. */
static void
put_parts(struct decode *d, struct slice parts)
{
	static const char keys[] = "text thinking";
	struct json_want w[2];
	struct slice key, part;
	size_t at = 0;

	while (json_each(parts, &at, &key, &part) > JSON_END) {
		if (json_take(part, keys, w, 2) < 0)
			continue;
		if (w[0].type == JSON_STRING)
			decode_text(d, w[0].tok);
		put_thinking(d, &w[1]);
	}
}

enum { T_INDEX, T_ID, T_FUNCTION, T_N };

/*
 * The call that a fragment belongs to.  The index says so, but some servers
 * send none, or one and the same for parallel calls: an id or, without ids,
 * a name that comes anew begins another call then.
 */
static struct call *
call_of(struct decode *d, const struct json_want *w,
    const struct json_want *name)
{
	int has_id = w[T_ID].type == JSON_STRING && w[T_ID].tok.n > 0;
	int has_name = name->type == JSON_STRING && name->tok.n > 0;
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
take_call(struct decode *d, struct slice fragment)
{
	static const char keys[] = "index id function";
	static const char f_keys[] = "name arguments";
	struct json_want w[T_N], f[2];
	struct slice function = { 0 };
	struct call *c;

	if (json_take(fragment, keys, w, T_N) < 0)
		return DECODE_MORE;
	if (w[T_FUNCTION].type == JSON_OBJECT)
		function = w[T_FUNCTION].tok;
	json_take(function, f_keys, f, 2);
	c = call_of(d, w, &f[0]);
	if (c == NULL)
		return decode_bad(d, "too many tool calls");
	/* Later fragments may have empty ones. */
	if (w[T_ID].type == JSON_STRING && w[T_ID].tok.n > 0)
		decode_set(&c->id, w[T_ID].tok);
	if (f[0].type == JSON_STRING && f[0].tok.n > 0)
		decode_set(&c->name, f[0].tok);
	if (f[1].type == JSON_STRING)
		decode_args(c, f[1].tok);
	else if (f[1].type == JSON_OBJECT)	/* not yet a string */
		buf_put(&c->args, f[1].tok);
	if (c->args.full)
		return decode_bad(d, "a tool call is too large");
	return DECODE_MORE;
}

static enum decoded
take_calls(struct decode *d, struct slice calls)
{
	struct slice key, fragment;
	size_t at = 0;

	while (json_each(calls, &at, &key, &fragment) > JSON_END)
		if (take_call(d, fragment) == DECODE_FAULT)
			return DECODE_FAULT;
	return DECODE_MORE;
}

/* Whether a delta that brought none of what we know is a sign of life. */
static int
says_something(struct slice delta)
{
	struct json_want w = { 0 };
	struct slice key;
	size_t at = 0;

	while ((w.type = json_each(delta, &at, &key, &w.tok)) > JSON_END)
		if (!json_is(key, "role") && decode_truthy(&w))
			return 1;
	return 0;
}

/* What a chunk has, level by level. */
enum {
	CHOICES, ERROR, USAGE, ID,
	CHOICE,			/* the first of them */
	DELTA, FINISH, CHOICE_ERROR, INDEX, MESSAGE,
	CONTENT, REASONING, REASONING_CONTENT, TOOL_CALLS, REFUSAL,
	W_N,
	CHOICE_N = CONTENT - DELTA,
	DELTA_N = W_N - CONTENT
};

/* A delta or a message, picked apart. */
static enum decoded
take_delta(struct decode *d, struct slice delta, const struct json_want *w)
{
	/* Where both are, they say the same. */
	if (decode_has_text(&w[REASONING_CONTENT]))
		decode_reasoning(d, w[REASONING_CONTENT].tok);
	else if (decode_has_text(&w[REASONING]))
		decode_reasoning(d, w[REASONING].tok);
	if (decode_has_text(&w[CONTENT]))
		decode_text(d, w[CONTENT].tok);
	else if (w[CONTENT].type == JSON_ARRAY)
		put_parts(d, w[CONTENT].tok);
	if (decode_has_text(&w[REFUSAL])) {
		d->refused = 1;
		decode_text(d, w[REFUSAL].tok);
	}
	if (w[TOOL_CALLS].type == JSON_ARRAY &&
	    take_calls(d, w[TOOL_CALLS].tok) == DECODE_FAULT)
		return DECODE_FAULT;
	return decode_has_text(&w[CONTENT]) || says_something(delta) ?
	    DECODE_MORE : DECODE_IDLE;
}

static enum decoded
take_failure(struct decode *d, struct slice choice, struct slice word)
{
	if (!d->failed && decode_error(d, choice) == DECODE_FAULT &&
	    d->fault.name[0] == '\0')
		slice_copy(word, d->fault.name, sizeof(d->fault.name));
	return DECODE_FAULT;
}

static enum decoded
take_finish(struct decode *d, struct slice choice, struct slice word)
{
	enum finish fin = decode_word(word);

	if (fin == FIN_NONE)
		return take_failure(d, choice, word);
	if (fin == FIN_STOP && d->refused)
		fin = FIN_REFUSAL;
	else if (fin == FIN_STOP && d->ncalls > 0)
		fin = FIN_TOOL_CALLS;
	decode_flush(d);
	decode_put_calls(d, fin == FIN_LENGTH || fin == FIN_FILTER);
	decode_finish(d, word, fin);
	d->tail = 1;
	return DECODE_TAIL;
}

static enum decoded
take_choice(struct decode *d, struct json_want *w)
{
	const struct json_want *delta = &w[DELTA], *finish = &w[FINISH];
	enum decoded r = DECODE_IDLE;

	/* Only a param can have asked for more than one. */
	if (w[INDEX].type == JSON_NUMBER && !slice_is(w[INDEX].tok, "0"))
		return DECODE_MORE;
	if (decode_truthy(&w[CHOICE_ERROR]))
		return decode_error(d, w[CHOICE].tok);
	d->begun = 1;
	if (delta->type != JSON_OBJECT && !d->content &&
	    w[MESSAGE].type == JSON_OBJECT) {
		delta = &w[MESSAGE];
		json_pick(delta->tok, &w[CONTENT], DELTA_N);
		buf_clear(&d->like.doc);	/* w is not what it found */
	}
	if (delta->type == JSON_OBJECT)
		r = take_delta(d, delta->tok, w);
	if (r == DECODE_FAULT)
		return r;
	if (decode_has_text(finish))
		return take_finish(d, w[CHOICE].tok, finish->tok);
	return d->tail ? DECODE_TAIL : r;
}

/* The end is near: usage may still follow the finish_reason. */
static enum decoded
take_marker(struct decode *d)
{
	if (d->failed)
		return DECODE_FAULT;
	/* Nothing but the marker is how some proxies end a failure. */
	if (!d->begun)
		return decode_cut(d);
	decode_flush(d);
	decode_put_calls(d, d->finish != FIN_STOP &&
	    d->finish != FIN_TOOL_CALLS);
	if (d->finish == FIN_NONE)
		d->finish = d->refused ? FIN_REFUSAL :
		    d->ncalls > 0 ? FIN_TOOL_CALLS : FIN_STOP;
	return DECODE_DONE;
}

/* In the order of the enum. */
static void
want(struct json_want *w)
{
	json_keys(w, "choices error usage id 0 delta finish_reason error "
	    "index message content reasoning reasoning_content tool_calls "
	    "refusal", W_N);
	json_want_in(&w[CHOICES], &w[CHOICE], 1);
	json_want_in(&w[CHOICE], &w[DELTA], CHOICE_N);
	json_want_in(&w[DELTA], &w[CONTENT], DELTA_N);
}

/* A chunk, or a whole answer, which differs in names only. */
static enum decoded
take(struct decode *d, struct slice json)
{
	struct json_want *w = d->like.want;

	if (w[CHOICES].sub != &w[CHOICE])	/* or moved */
		want(w);
	if (json_pick_like(&d->like, json, ID + 1) < 0)
		return decode_odd(d, json);
	if (decode_truthy(&w[ERROR]))
		return decode_error(d, json);
	if (d->failed)
		return DECODE_FAULT;
	if (w[ID].type == JSON_STRING && d->id[0] == '\0')
		slice_copy(w[ID].tok, d->id, sizeof(d->id));
	if (w[USAGE].type == JSON_OBJECT)
		decode_usage(d, w[USAGE].tok);
	if (w[CHOICES].type == JSON_ARRAY && w[CHOICE].type == JSON_OBJECT)
		return take_choice(d, w);
	return decode_empty(d, json, &w[CHOICES], &w[USAGE]);
}

static enum decoded
event(struct decode *d, const struct sse_event *e)
{
	if (slice_is(e->name, "error"))
		return decode_error(d, e->data);
	if (decode_is_marker(e->data))
		return take_marker(d);
	return take(d, e->data);
}

static enum decoded
whole(struct decode *d, struct slice body)
{
	if (take(d, body) == DECODE_FAULT)
		return DECODE_FAULT;
	if (!d->begun)
		return decode_no_answer(d, body);
	return take_marker(d);
}

const struct dialect dialect_chat = {
	.name = "chat",
	.path = "/chat/completions",
	.models = "/models",
	.encode = chat_body,
	.event = event,
	.whole = whole,
};
