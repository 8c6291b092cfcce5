/* Chat Completions, OpenAI's and its imitators': providers.md section 2. */

#include "api/dialect.h"
#include "api/encode.h"
#include "api/talk.h"
#include "api/thoughts.h"
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
	if (request_streams(r) && !(r->quirks & QUIRK_NO_STREAM_OPTIONS))
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

/* -- tool calls ------------------------------------------------------------
 *
 * A call comes in fragments: index, id and name, then pieces of its arguments.
 * Servers leave out the index or the id, give all calls one index, count the
 * tools in it, make up an id for every fragment or repeat the name in each.
 * What holds for all of them: a fragment without a name never begins a call;
 * complete arguments end one; the first id stays.
 */

enum { T_INDEX, T_ID, T_FUNCTION, T_EXTRA, T_OWN, T_N };

static int
is_field(struct decode *d, const struct buf *field, const struct json_want *w)
{
	buf_clear(&d->scratch);
	json_unescape(w->tok, &d->scratch, NULL);
	return decode_is_word(w) && slice_eq(buf_slice(&d->scratch),
	    buf_slice(field));
}

/* Whether a call's arguments are complete.  The bytes at their ends tell most
 * that are not. */
static int
is_whole(const struct call *c)
{
	struct slice args = buf_slice(&c->args);

	return args.n > 0 && (args.p[0] != '{' || args.p[args.n - 1] == '}') &&
	    json_valid(args);
}

/* The call that a fragment without a name continues; NULL: none. */
static struct call *
open_call(struct decode *d, int64_t index, const struct json_want *id)
{
	struct call *c = decode_call(d, index);
	size_t i;

	for (i = d->ncalls; decode_is_word(id) && i > 0; i--)
		if (is_field(d, &d->calls[i - 1].id, id))
			return &d->calls[i - 1];
	for (i = d->ncalls; c == NULL && i > 0; i--)
		if (!is_whole(&d->calls[i - 1]))
			c = &d->calls[i - 1];
	return c == NULL && d->ncalls > 0 ? &d->calls[d->ncalls - 1] : c;
}

/* Whether a fragment with a name continues c, which has its index, or is the
 * last one where fragments have none. */
static int
continues(struct decode *d, const struct call *c, const struct json_want *id,
    const struct json_want *name)
{
	if (is_field(d, &c->id, id))
		return 1;
	if (is_whole(c) || !is_field(d, &c->name, name))
		return 0;
	return c->args.n > 0 || c->index >= 0;
}

static void
keep_extra(struct call *c, const struct json_want *fragment)
{
	struct json_out w = { .out = &c->signature };

	if (c->signature.n > 0 || (fragment[T_EXTRA].type != JSON_OBJECT &&
	    fragment[T_OWN].type != JSON_OBJECT))
		return;
	json_open(&w, '{');
	thoughts_extra(&w, &fragment[T_EXTRA]);
	json_close(&w);
}

static enum decoded
take_fragment(struct decode *d, const struct json_want *fragment,
    struct slice function)
{
	struct json_want w[2], *name = &w[0], *args = &w[1];
	const struct json_want *id = &fragment[T_ID];
	int64_t index = fragment[T_INDEX].type == JSON_NUMBER ?
	    json_int(fragment[T_INDEX].tok, 0) : -1;
	struct call *c;

	json_take(function, "name arguments", w, 2);
	if (!decode_is_word(name)) {
		c = open_call(d, index, id);
		if (c == NULL)
			return DECODE_MORE;
	} else {
		c = index >= 0 ? decode_call(d, index) :
		    d->ncalls > 0 ? &d->calls[d->ncalls - 1] : NULL;
		if (c == NULL || !continues(d, c, id, name))
			c = decode_new_call(d, index);
		if (c == NULL)
			return DECODE_FAULT;
		if (c->name.n == 0)
			decode_set(d, &c->name, name->tok);
	}
	if (c->id.n == 0 && decode_is_word(id))
		decode_set(d, &c->id, id->tok);
	keep_extra(c, fragment);
	/* All of the arguments again, after {} or in the last chunk. */
	if (args->tok.n > 0 && (args->type == JSON_OBJECT ||
	    *args->tok.p == '{') && is_whole(c))
		decode_set_args(d, c, args);
	else
		decode_args(d, c, args);
	return DECODE_MORE;
}

/* An array of fragments, or one alone. */
static enum decoded
take_calls(struct decode *d, const struct json_want *calls)
{
	static const char keys[] = "index id function " THOUGHTS_EXTRA;
	struct json_want w[T_N];
	struct slice fragment;
	size_t at = 0;

	while (json_items(calls, &at, &fragment) > JSON_END)
		if (json_take(fragment, keys, w, T_N) == 0 &&
		    take_fragment(d, w, w[T_FUNCTION].type == JSON_OBJECT ?
		    w[T_FUNCTION].tok : fragment) == DECODE_FAULT)
			return DECODE_FAULT;
	return DECODE_MORE;
}

/* -- chunks ---------------------------------------------------------------- */

/* The members of a chunk, level by level. */
enum {
	CHOICES, ERROR, USAGE, ID,
	CHOICE,			/* the first of them */
	DELTA, FINISH, CHOICE_ERROR, INDEX,
	CONTENT, REASONING, REASONING_CONTENT, DETAILS, TOOL_CALLS, REFUSAL,
	ROLE,
	W_N,
	CHOICE_N = CONTENT - DELTA,
	DELTA_N = W_N - CONTENT,
	/* as bits: where a chunk's text is, and what else may be beside it */
	WITH_CONTENT = 1 << CHOICES | 1 << CHOICE | 1 << DELTA | 1 << CONTENT,
	IN_PLAIN = WITH_CONTENT | 1 << ID | 1 << INDEX | 1 << ROLE
};

/* Members of a delta that are not known by name.  They are part of the answer
 * too, unless they are empty. */
static enum decoded
take_rest(struct decode *d, struct slice delta)
{
	struct json_want any = { 0 }, none[T_N] = { { 0 } };
	uint64_t before = d->bytes;
	struct slice key;
	size_t at = 0;

	while (d->bytes == before &&
	    (any.type = json_each(delta, &at, &key, &any.tok)) > JSON_END) {
		if (json_is(key, "role") || json_is(key, "content") ||
		    json_is(key, "tool_calls") || !decode_truthy(&any))
			continue;
		/* the only call, before there were several */
		if (json_is(key, "function_call") && any.type == JSON_OBJECT)
			return take_fragment(d, none, any.tok);
		d->bytes += any.tok.n;
	}
	return DECODE_MORE;
}

/* A delta or a message, whose members are in w already. */
static enum decoded
take_delta(struct decode *d, struct slice delta, const struct json_want *w)
{
	uint64_t before = d->bytes;

	/* A server that sends both sends the same text in each. */
	decode_text(d, EV_REASONING, decode_has_text(&w[REASONING_CONTENT]) ?
	    &w[REASONING_CONTENT] : &w[REASONING]);
	thoughts_take(d, &w[REASONING_CONTENT], &w[DETAILS]);
	decode_content(d, EV_TEXT, &w[CONTENT]);
	if (decode_has_text(&w[REFUSAL])) {
		d->refused = 1;
		decode_text(d, EV_TEXT, &w[REFUSAL]);
	}
	if (take_calls(d, &w[TOOL_CALLS]) == DECODE_FAULT)
		return DECODE_FAULT;
	return d->bytes == before ? take_rest(d, delta) : DECODE_MORE;
}

/*
 * A message instead of a delta: each holds all of the text so far, or the next
 * piece.  Beside deltas with text it says nothing new.
 */
static enum decoded
take_message(struct decode *d, struct slice message, int last)
{
	struct json_want *w = d->like.want;
	struct slice *text = &w[CONTENT].tok, said = buf_slice(&d->block);

	json_pick(message, &w[CONTENT], DELTA_N);
	buf_clear(&d->like.doc);	/* w was overwritten */
	if (d->text_bytes > 0 && said.n == 0 && !d->whole)
		return DECODE_MORE;
	if (w[CONTENT].type == JSON_STRING) {
		if (slice_eq(slice_sub(*text, 0, said.n), said) &&
		    (last || text->n > said.n))
			slice_skip(text, said.n);
		if (!d->whole)		/* nothing follows that repeats it */
			buf_put(&d->block, *text);
	}
	return take_delta(d, message, w);
}

/* A choice without a delta that says something. */
static enum decoded
take_other(struct decode *d, struct slice choice, struct json_want *finish)
{
	struct json_want w[3];

	json_take(choice, "message text finishReason", w, 3);
	if (!decode_has_text(finish))
		*finish = w[2];
	if (w[0].type == JSON_OBJECT)
		return take_message(d, w[0].tok, decode_has_text(finish));
	decode_content(d, EV_TEXT, &w[1]);	/* of the older API */
	return DECODE_MORE;
}

static enum decoded
take_finish(struct decode *d, struct slice choice, struct slice word)
{
	enum finish fin = decode_reason(d, word);

	if (fin == FIN_NONE) {
		if (!d->failed) {
			decode_error(d, choice);
			if (d->fault.name[0] == '\0')
				slice_copy(word, d->fault.name,
				    sizeof(d->fault.name));
		}
		return DECODE_FAULT;
	}
	decode_flush(d);
	return decode_finish(d, fin);
}

/* A choice, whose members are in d->like.want. */
static enum decoded
take_choice(struct decode *d, struct slice choice)
{
	struct json_want *w = d->like.want, *finish = &w[FINISH], other;
	enum decoded r = DECODE_MORE;
	uint64_t before = d->bytes;

	/* One answer may have any index: some count its chunks there. */
	if (w[INDEX].type == JSON_NUMBER && !slice_is(w[INDEX].tok, "0") &&
	    decode_several(d, "n"))
		return DECODE_MORE;
	if (decode_truthy(&w[CHOICE_ERROR]))
		return decode_error(d, choice);
	d->begun = 1;
	if (w[DELTA].type == JSON_OBJECT)
		r = take_delta(d, w[DELTA].tok, w);
	else
		decode_text(d, EV_TEXT, &w[DELTA]);
	if (r == DECODE_MORE && d->bytes == before) {
		other = *finish;
		finish = &other;
		r = take_other(d, choice, finish);
	}
	if (r != DECODE_FAULT && decode_has_text(finish) &&
	    !decode_no_word(finish->tok))
		return take_finish(d, choice, finish->tok);
	return r;
}

/* Whether the chunk has a role, as the first of an answer. */
static int
begins(const struct json_want *w)
{
	return w[CHOICES].type == JSON_ARRAY &&
	    w[CHOICE].type == JSON_OBJECT && w[DELTA].type == JSON_OBJECT &&
	    decode_has_text(&w[ROLE]);
}

/* Fills d->like.want; -1 where the data is no object. */
static int
pick(struct decode *d, const struct sse_event *e)
{
	struct json_want *w = d->like.want;

	if (w[CHOICES].sub != &w[CHOICE]) {	/* unset, or d was moved */
		json_keys(w, "choices error usage id 0 delta finish_reason "
		    "error index content reasoning reasoning_content "
		    "reasoning_details tool_calls refusal role", W_N);
		json_want_in(&w[CHOICES], &w[CHOICE], 1);
		json_want_in(&w[CHOICE], &w[DELTA], CHOICE_N);
		json_want_in(&w[DELTA], &w[CONTENT], DELTA_N);
	}
	return decode_pick(d, e, ID + 1);
}

/* Whether a chunk has no members with a value but these. */
static int
has_only(const struct json_want *w, unsigned bits)
{
	size_t i;

	for (i = 0; i < W_N; i++)
		if (w[i].type > JSON_NULL && (bits >> i & 1) == 0)
			return 0;
	return 1;
}

/* A chunk, or a complete answer, which has a message for a delta. */
static enum decoded
take_chunk(struct decode *d, struct slice json)
{
	struct json_want *w = d->like.want;
	uint64_t before = d->text_bytes;
	enum decoded r;

	if (decode_truthy(&w[ERROR]))
		return decode_error(d, json);
	if (d->failed)
		return DECODE_FAULT;
	if (!decode_known(d, &w[ID]) &&
	    decode_life(d, w[ID].tok, begins(w)) == DECODE_FAULT)
		return DECODE_FAULT;
	if (w[USAGE].type == JSON_OBJECT)
		decode_usage(d, w[USAGE].tok);
	if (w[CHOICES].type < JSON_OBJECT || w[CHOICE].type != JSON_OBJECT)
		return decode_empty(d, json);
	/* MiniMax says so beside the finish_reason of a truncated answer */
	if (decode_has_text(&w[FINISH]) && decode_is_failed(json))
		return decode_error(d, json);
	r = decode_list(d, w[CHOICES].tok, w[CHOICE].tok, DELTA, CHOICE_N,
	    take_choice);
	if (d->text_bytes > before && decode_known(d, &w[ID]) &&
	    has_only(w, IN_PLAIN)) {
		d->text = CONTENT;
		d->vary = WITH_CONTENT;
	}
	return r;
}

static enum decoded
event(struct decode *d, const struct sse_event *e)
{
	if (slice_is(e->name, "error"))
		return decode_error(d, e->data);
	/* Some proxies end a failed stream with [DONE] and nothing before. */
	if (decode_is_done(e->data))
		return d->begun ? decode_close(d) : decode_truncated(d);
	if (pick(d, e) < 0)
		return decode_odd(d, &dialect_chat, e);
	return take_chunk(d, e->data);
}

static enum decoded
whole(struct decode *d, struct slice body)
{
	struct sse_event e = { .data = body };

	d->whole = 1;
	if (pick(d, &e) == 0 && take_chunk(d, body) == DECODE_FAULT)
		return DECODE_FAULT;
	return d->begun ? decode_close(d) : decode_no_answer(d, body);
}

const struct dialect dialect_chat = {
	.name = "chat",
	.path = "/chat/completions",
	.models = "/models",
	.encode = encode,
	.event = event,
	.whole = whole,
};
