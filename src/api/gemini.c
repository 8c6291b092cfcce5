/* Google's Gemini, also as Vertex AI serves it: providers.md section 4. */

#include <string.h>

#include "api/dialect.h"
#include "api/encode.h"
#include "wire/json.h"

/* -- function calls --------------------------------------------------------
 *
 * A call comes complete, in one part of one chunk.  Only Vertex AI, when a
 * param asks for it, streams the arguments as values with their paths
 * ({"jsonPath":"$.a[0].b","stringValue":"x"}), in the order in which they
 * stand in the JSON text that is built from them here.  If they are
 * inconsistent, that text is not valid JSON.
 */

/* Takes the next step of a path: ".name", "['name']" or "[0]". */
static struct slice
next_step(struct slice *path)
{
	struct slice rest = *path;
	size_t n;

	for (n = rest.n > 0; n < rest.n && rest.p[n] != '.' &&
	    rest.p[n] != '['; n++)
		;
	*path = slice_sub(rest, n, rest.n);
	return slice_sub(rest, 0, n);
}

static int
is_index(struct slice step)
{
	return step.n > 1 && step.p[0] == '[' && step.p[1] >= '0' &&
	    step.p[1] <= '9';
}

/* Closes the containers that the steps of a path have opened. */
static void
leave(struct buf *args, struct slice path)
{
	char close[JSON_DEPTH];
	size_t n = 0;

	while (path.n > 0 && n < sizeof(close))
		close[n++] = is_index(next_step(&path)) ? ']' : '}';
	while (n > 0)
		buf_putc(args, close[--n]);
}

static void
end_string(struct decode *d, struct call *c)
{
	if (d->open)
		buf_putc(&c->args, '"');
	d->open = 0;
}

/* Moves from the path of the last value to another one: closes the containers
 * that end, opens those that begin. */
static void
move(struct decode *d, struct call *c, struct slice path)
{
	struct slice from = buf_slice(&d->path), to = path, step = { 0 };
	int first = from.n == 0;

	end_string(d, c);
	while (from.n > 0 && to.n > 0) {
		step = next_step(&to);
		if (!slice_eq(step, next_step(&from)))
			break;
	}
	if (first) {
		step = next_step(&to);
	} else {
		leave(&c->args, from);
		buf_putc(&c->args, ',');
	}
	for (; step.n > 0; step = next_step(&to), first = 1) {
		if (first)
			buf_putc(&c->args, is_index(step) ? '[' : '{');
		if (is_index(step))
			continue;
		step = slice_sub(step, 1, step.n);
		if (step.n > 2 && step.p[0] == '\'')
			step = slice_sub(step, 1, step.n - 3);
		json_str(&(struct json_out){ .out = &c->args }, step);
		buf_putc(&c->args, ':');
	}
	buf_clear(&d->path);
	buf_put(&d->path, path);
}

/* A value of the arguments, or a piece of a string. */
static void
take_value(struct decode *d, struct call *c, struct slice value)
{
	static const char keys[] = "jsonPath stringValue numberValue "
	    "boolValue nullValue";
	struct json_want w[5];
	struct slice path;
	size_t i = 1;

	if (json_take(value, keys, w, 5) < 0 || w[0].type != JSON_STRING)
		return;
	while (i < 4 && w[i].type == JSON_BAD)
		i++;
	buf_clear(&d->scratch);
	json_unescape(w[0].tok, &d->scratch, NULL);
	path = slice_sub(buf_slice(&d->scratch), 1, d->scratch.n);
	if (!slice_eq(path, buf_slice(&d->path)))
		move(d, c, path);
	if (w[i].type == JSON_STRING && i == 1) {
		if (!d->open)
			buf_putc(&c->args, '"');
		d->open = 1;
		buf_put(&c->args, w[i].tok);
	} else {
		buf_put(&c->args, i < 4 ? w[i].tok : SLICE("null"));
	}
}

/* The call whose end has not come yet; NULL. */
static struct call *
open_call(struct decode *d)
{
	struct call *c = d->ncalls == 0 ? NULL : &d->calls[d->ncalls - 1];

	return c == NULL || c->put ? NULL : c;
}

/* Puts the open call, if any. */
static enum decoded
end_call(struct decode *d)
{
	struct call *c = open_call(d);

	if (c == NULL)
		return DECODE_MORE;
	end_string(d, c);
	leave(&c->args, buf_slice(&d->path));
	buf_clear(&d->path);
	if (c->args.n == 0)
		buf_puts(&c->args, "{}");
	if (*c->args.p != '{' || !json_valid(buf_slice(&c->args)))
		return decode_fail(d, F_PROTO,
		    "a tool call's arguments are not an object");
	decode_put_call(d, c);
	return DECODE_MORE;
}

/* A functionCall and the signature beside it, a raw JSON string. */
static enum decoded
take_call(struct decode *d, struct slice call, struct slice signature)
{
	enum { NAME, ID, ARGS, VALUES, CONTINUES, N };
	struct json_want w[N];
	struct json_out args = { 0 };
	struct slice value;
	size_t at = 0, n;
	struct call *c;

	if (json_take(call, "name id args partialArgs willContinue", w, N) < 0)
		return DECODE_MORE;
	if (w[NAME].type == JSON_STRING && end_call(d) == DECODE_FAULT)
		return DECODE_FAULT;
	c = open_call(d);
	if (c == NULL) {
		c = decode_new_call(d, 0);
		if (c == NULL)
			return DECODE_FAULT;
		if (w[NAME].type == JSON_STRING)
			decode_set(d, &c->name, w[NAME].tok);
		if (decode_is_word(&w[ID]))
			decode_set(d, &c->id, w[ID].tok);
	}
	if (signature.n > 0)
		decode_set(d, &c->signature, signature);
	args.out = &c->args;
	n = c->args.n;
	if (w[ARGS].type == JSON_OBJECT && c->args.n == 0)
		json_raw(&args, w[ARGS].tok);
	else if (w[ARGS].type == JSON_STRING && c->args.n == 0)
		json_unescape(w[ARGS].tok, &c->args, NULL);
	while (json_items(&w[VALUES], &at, &value) > JSON_END)
		take_value(d, c, value);
	d->bytes += c->args.n - n;
	return w[CONTINUES].type == JSON_TRUE ? DECODE_MORE : end_call(d);
}

/* -- chunks ---------------------------------------------------------------- */

/* Absent counts are unknown, but the output includes the thoughts. */
void
gemini_usage(struct decode *d, struct slice json)
{
	enum { PROMPT, CANDIDATES, THOUGHTS, CACHED, N };
	static const char keys[] = "promptTokenCount candidatesTokenCount "
	    "thoughtsTokenCount cachedContentTokenCount";
	struct json_want w[N];
	struct usage *u = &d->usage;

	if (json_take(json, keys, w, N) < 0)
		return;
	u->input = decode_count(&w[PROMPT]);
	u->output = decode_count(&w[CANDIDATES]);
	u->reasoning = decode_count(&w[THOUGHTS]);
	u->cached = decode_count(&w[CACHED]);
	if (u->output < 0)
		u->output = u->reasoning;
	else if (u->reasoning > 0 && u->output < INT64_MAX - u->reasoning)
		u->output += u->reasoning;
}

static enum decoded
take_part(struct decode *d, struct slice part)
{
	static const char keys[] = "text thought functionCall "
	    "thoughtSignature executableCode";
	struct json_want w[5];

	if (json_take(part, keys, w, 5) < 0)
		return DECODE_MORE;
	d->running = w[4].type == JSON_OBJECT;
	decode_text(d, w[1].type == JSON_TRUE ? EV_REASONING : EV_TEXT, &w[0]);
	if (w[2].type == JSON_OBJECT)
		return take_call(d, w[2].tok, w[3].tok);
	if (decode_has_text(&w[3])) {
		/* The text's signature goes back after it, in a part of its
		 * own. */
		buf_clear(&d->scratch);
		buf_printf(&d->scratch, "{\"text\":\"\","
		    "\"thoughtSignature\":\"%.*s\"}", SLICE_FMT(w[3].tok));
		decode_item(d, "gemini", buf_slice(&d->scratch));
	} else if (w[0].type == JSON_BAD && w[1].type == JSON_BAD &&
	    part.n > strlen("{}")) {
		d->bytes += part.n;	/* a picture, a tool's code */
	}
	return DECODE_MORE;
}

static enum decoded
take_finish(struct decode *d, const struct json_want *word)
{
	enum finish fin = FIN_FILTER;	/* SAFETY, RECITATION and many more */
	int missing = slice_starts(word->tok, "MISSING_");

	slice_copy(word->tok, d->word, sizeof(d->word));
	/* MALFORMED_FUNCTION_CALL, MALFORMED_RESPONSE, UNEXPECTED_TOOL_CALL,
	 * MISSING_THOUGHT_SIGNATURE: Google could not use what the model
	 * wrote.  "Worth one retry" (providers.md 4), unless the request lacks
	 * something. */
	if (missing || slice_starts(word->tok, "MALFORMED_") ||
	    slice_starts(word->tok, "UNEXPECTED_")) {
		fault_set(&d->fault, missing ? F_REQUEST : F_SERVER,
		    missing ? 0 : FAULT_ONCE, "the model's answer ended with "
		    "%.*s", SLICE_FMT(word->tok));
		slice_copy(word->tok, d->fault.name, sizeof(d->fault.name));
		d->failed = 1;
		return DECODE_FAULT;
	}
	/* FUNCTION_CALL: some imitators, after a call */
	if (decode_is(word, "STOP") || decode_is(word, "FUNCTION_CALL")) {
		if (end_call(d) == DECODE_FAULT)
			return DECODE_FAULT;
		fin = d->ncalls > 0 ? FIN_TOOL_CALLS : FIN_STOP;
	} else if (decode_is(word, "MAX_TOKENS") ||
	    decode_is(word, "TOO_MANY_TOOL_CALLS")) {
		fin = FIN_LENGTH;
	} else if (decode_is(word, "CONTINUATION")) {
		fin = FIN_PAUSE;
	}
	decode_flush(d);
	return decode_finish(d, fin);
}

/* The members of a chunk, level by level. */
enum {
	CANDIDATES, ERROR, FEEDBACK, USAGE, ID,
	BLOCKED,		/* in the feedback */
	CANDIDATE,		/* the first of them */
	CONTENT, FINISH, INDEX,
	PARTS,
	W_N
};

/* Fills d->like.want; -1 where the data is no object. */
static int
pick(struct decode *d, const struct sse_event *e)
{
	struct json_want *w = d->like.want;

	if (w[CONTENT].sub != &w[PARTS]) {	/* unset, or d was moved */
		json_keys(w, "candidates error promptFeedback usageMetadata "
		    "responseId blockReason 0 content finishReason index "
		    "parts", W_N);
		json_want_in(&w[CANDIDATES], &w[CANDIDATE], 1);
		json_want_in(&w[FEEDBACK], &w[BLOCKED], 1);
		json_want_in(&w[CANDIDATE], &w[CONTENT], PARTS - CONTENT);
		json_want_in(&w[CONTENT], &w[PARTS], 1);
	}
	return decode_pick(d, e, ID + 1);
}

/* Whether the candidate in d->like.want has parts. */
static int
has_parts(const struct json_want *w)
{
	return w[CONTENT].type == JSON_OBJECT && w[PARTS].type >= JSON_OBJECT;
}

/* That candidate. */
static enum decoded
take_candidate(struct decode *d, struct slice candidate)
{
	struct json_want *w = d->like.want;
	struct slice part;
	size_t at = 0;

	(void)candidate;
	/* Only --param can ask for more than one. */
	if (w[INDEX].type == JSON_NUMBER && !slice_is(w[INDEX].tok, "0") &&
	    decode_several(d, "generationConfig.candidateCount"))
		return DECODE_MORE;
	if (!has_parts(w))
		decode_content(d, EV_TEXT, &w[CONTENT]);
	while (has_parts(w) && json_items(&w[PARTS], &at, &part) > JSON_END)
		if (take_part(d, part) == DECODE_FAULT)
			return DECODE_FAULT;
	if (decode_has_text(&w[FINISH]) && !decode_no_word(w[FINISH].tok))
		return take_finish(d, &w[FINISH]);
	return DECODE_MORE;
}

/* The chunk that pick() took apart. */
static enum decoded
take_picked(struct decode *d, struct slice json)
{
	struct json_want *w = d->like.want;
	int any = w[CANDIDATES].type == JSON_ARRAY &&
	    w[CANDIDATE].type == JSON_OBJECT;

	if (decode_truthy(&w[ERROR]))
		return decode_error(d, json);
	if (d->failed)
		return DECODE_FAULT;
	if (!decode_known(d, &w[ID]) && decode_life(d, w[ID].tok, any &&
	    has_parts(w)) == DECODE_FAULT)
		return DECODE_FAULT;
	if (w[USAGE].type == JSON_OBJECT)
		gemini_usage(d, w[USAGE].tok);
	if (!any) {
		if (w[FEEDBACK].type != JSON_OBJECT ||
		    w[BLOCKED].type != JSON_STRING)
			return decode_empty(d, json);
		d->finish = FIN_FILTER;
		slice_copy(w[BLOCKED].tok, d->word, sizeof(d->word));
		return DECODE_DONE;
	}
	return decode_list(d, w[CANDIDATES].tok, w[CANDIDATE].tok, CONTENT,
	    PARTS - CONTENT, take_candidate);
}

static enum decoded
event(struct decode *d, const struct sse_event *e)
{
	if (slice_is(e->name, "error"))
		return decode_error(d, e->data);
	if (decode_is_done(e->data))
		return d->finished ? decode_close(d) : decode_truncated(d);
	if (pick(d, e) < 0)
		return decode_odd(d, &dialect_gemini, e);
	return take_picked(d, e->data);
}

/* Without alt=sse the answer is an array of chunks. */
static enum decoded
whole(struct decode *d, struct slice body)
{
	struct sse_event one = { .name = SLICE("message") };
	struct json_want chunks = { .type = JSON_ARRAY };
	enum decoded r = DECODE_MORE;
	size_t at = 0;

	chunks.tok = body = slice_trim(body);
	if (body.n > 0 && *body.p == '{')
		chunks.type = JSON_OBJECT;
	while (r < DECODE_DONE && json_items(&chunks, &at, &one.data) >
	    JSON_END)
		r = event(d, &one);
	if (r == DECODE_FAULT || r == DECODE_DONE)
		return r;
	if (d->finished)
		return decode_close(d);
	return d->content ? decode_truncated(d) : decode_no_answer(d, body);
}

const struct dialect dialect_gemini = {
	.name = "gemini",
	.path = "/v1beta/models/{model}:streamGenerateContent?alt=sse",
	.auth = "x-goog-api-key",
	.models = "/v1beta/models?pageSize=1000",
	.encode = gemini_body,
	.event = event,
	.whole = whole,
};
