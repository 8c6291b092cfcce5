/* Google's Gemini, also as Vertex AI serves it: providers.md section 4. */

#include "api/bodies.h"
#include "api/dialect.h"
#include "api/gemini_call.h"
#include "wire/json.h"

/* Counts may be missing; of thoughts they are where there are none. */
static void
take_usage(struct decode *d, struct slice json)
{
	enum { PROMPT, CANDIDATES, THOUGHTS, CACHED, N };
	static const char keys[] = "promptTokenCount candidatesTokenCount "
	    "thoughtsTokenCount cachedContentTokenCount";
	struct json_want w[N];
	struct usage *u = &d->usage;

	if (json_take(json, keys, w, N) < 0)
		return;
	buf_clear(&d->usage_raw);
	buf_put(&d->usage_raw, json);
	u->input = decode_count(&w[PROMPT]);
	u->output = decode_count(&w[CANDIDATES]);
	u->reasoning = decode_count(&w[THOUGHTS]);
	u->cached = decode_count(&w[CACHED]);
	if (u->output < 0)
		u->output = u->reasoning;
	else if (u->reasoning > 0 && u->output < INT64_MAX - u->reasoning)
		u->output += u->reasoning;
}

/* Of text: it belongs behind it, in a part by itself. */
static void
put_signature(struct decode *d, struct slice raw)
{
	buf_clear(&d->scratch);
	buf_printf(&d->scratch, "{\"text\":\"\",\"thoughtSignature\":"
	    "\"%.*s\"}", SLICE_FMT(raw));
	decode_item(d, "gemini", buf_slice(&d->scratch));
}

static enum decoded
take_parts(struct decode *d, struct slice parts)
{
	struct slice key, part;
	size_t at = 0;

	while (json_each(parts, &at, &key, &part) > JSON_END) {
		static const char keys[] = "text thought functionCall "
		    "thoughtSignature";
		struct json_want w[4];

		if (json_take(part, keys, w, 4) < 0)
			continue;
		if (w[0].type == JSON_STRING && w[1].type == JSON_TRUE)
			decode_reasoning(d, w[0].tok);
		else if (w[0].type == JSON_STRING)
			decode_text(d, w[0].tok);
		if (w[2].type == JSON_OBJECT) {
			if (gemini_call(d, w[2].tok, w[3].tok) == DECODE_FAULT)
				return DECODE_FAULT;
		} else if (decode_has_text(&w[3])) {
			put_signature(d, w[3].tok);
		}
	}
	return DECODE_MORE;
}

/* An end that is none: what the model wrote could not be made sense of.  The
 * next time it may write something else (providers.md 4: "worth one retry"),
 * unless something is MISSING. */
static enum decoded
take_failure(struct decode *d, struct slice word)
{
	int retry = slice_starts(word, "MISSING_") ? 0 : FAULT_ONCE;

	fault_set(&d->fault, retry ? F_SERVER : F_REQUEST, retry,
	    "the model's answer ended with %.*s", SLICE_FMT(word));
	slice_copy(word, d->fault.name, sizeof(d->fault.name));
	d->failed = 1;
	return DECODE_FAULT;
}

static enum decoded
take_finish(struct decode *d, const struct json_want *word, int usage)
{
	enum finish fin = FIN_FILTER;	/* SAFETY, RECITATION and many more */

	/* MALFORMED_FUNCTION_CALL, MALFORMED_RESPONSE, UNEXPECTED_TOOL_CALL,
	 * MISSING_THOUGHT_SIGNATURE */
	if (slice_starts(word->tok, "MALFORMED_") ||
	    slice_starts(word->tok, "UNEXPECTED_") ||
	    slice_starts(word->tok, "MISSING_"))
		return take_failure(d, word->tok);
	/* the second is what some imitators say behind a call */
	if (decode_is(word, "STOP") || decode_is(word, "FUNCTION_CALL")) {
		if (gemini_call_end(d) == DECODE_FAULT)
			return DECODE_FAULT;
		fin = d->ncalls > 0 ? FIN_TOOL_CALLS : FIN_STOP;
	} else if (decode_is(word, "MAX_TOKENS") ||
	    decode_is(word, "TOO_MANY_TOOL_CALLS")) {
		fin = FIN_LENGTH;
	} else if (decode_is(word, "CONTINUATION")) {
		fin = FIN_PAUSE;
	}
	decode_flush(d);
	decode_finish(d, word->tok, fin);
	d->tail = 1;
	/* There is no marker.  The usage comes with the last chunk; proxies
	 * that say STOP without it say so early, even before any text. */
	if (usage)
		return DECODE_DONE;
	return d->content || fin != FIN_STOP ? DECODE_TAIL : DECODE_MORE;
}

/* What a chunk has, level by level. */
enum {
	CANDIDATES, ERROR, FEEDBACK, USAGE, ID,
	BLOCKED,		/* in the feedback */
	CANDIDATE,		/* the first of them */
	CONTENT, FINISH, INDEX,
	PARTS,
	W_N
};

static enum decoded
take_candidate(struct decode *d, const struct json_want *w)
{
	/* Only a param can have asked for more than one. */
	if (w[INDEX].type == JSON_NUMBER && !slice_is(w[INDEX].tok, "0"))
		return DECODE_MORE;
	if (w[CONTENT].type == JSON_OBJECT && w[PARTS].type == JSON_ARRAY &&
	    take_parts(d, w[PARTS].tok) == DECODE_FAULT)
		return DECODE_FAULT;
	if (w[FINISH].type == JSON_STRING && w[FINISH].tok.n > 0 &&
	    !decode_is(&w[FINISH], "FINISH_REASON_UNSPECIFIED"))
		return take_finish(d, &w[FINISH],
		    w[USAGE].type == JSON_OBJECT);
	return d->tail ? DECODE_TAIL : DECODE_MORE;
}

/* In the order of the enum. */
static void
want(struct json_want *w)
{
	json_keys(w, "candidates error promptFeedback usageMetadata "
	    "responseId blockReason 0 content finishReason index parts", W_N);
	json_want_in(&w[CANDIDATES], &w[CANDIDATE], 1);
	json_want_in(&w[FEEDBACK], &w[BLOCKED], 1);
	json_want_in(&w[CANDIDATE], &w[CONTENT], 3);
	json_want_in(&w[CONTENT], &w[PARTS], 1);
}

static int
pick(struct decode *d, struct slice json)
{
	struct json_want *w = d->like.want;

	if (w[CONTENT].sub != &w[PARTS])	/* or moved */
		want(w);
	return json_pick_like(&d->like, json, ID + 1);
}

/* A chunk that was picked apart. */
static enum decoded
take_picked(struct decode *d, struct slice json)
{
	struct json_want *w = d->like.want;

	if (decode_truthy(&w[ERROR]))
		return decode_error(d, json);
	if (d->failed)
		return DECODE_FAULT;
	if (w[ID].type == JSON_STRING)
		slice_copy(w[ID].tok, d->id, sizeof(d->id));
	if (w[USAGE].type == JSON_OBJECT)
		take_usage(d, w[USAGE].tok);
	if (w[CANDIDATES].type == JSON_ARRAY &&
	    w[CANDIDATE].type == JSON_OBJECT)
		return take_candidate(d, w);
	if (w[FEEDBACK].type == JSON_OBJECT &&
	    w[BLOCKED].type == JSON_STRING) {
		decode_finish(d, w[BLOCKED].tok, FIN_FILTER);
		return DECODE_DONE;
	}
	return decode_empty(d, json, &w[CANDIDATES], &w[USAGE]);
}

static enum decoded
take(struct decode *d, struct slice json)
{
	return pick(d, json) < 0 ? decode_odd(d, json) : take_picked(d, json);
}

static enum decoded
event(struct decode *d, const struct sse_event *e)
{
	struct slice rest = e->data, chunk;
	enum decoded r;

	if (slice_is(e->name, "error"))
		return decode_error(d, e->data);
	if (decode_is_marker(e->data))
		return d->tail && !d->failed ? DECODE_DONE : decode_cut(d);
	if (pick(d, rest) == 0)
		return take_picked(d, rest);
	/* Chunks are at times told apart by single line ends only, which
	 * makes several of them one event (providers.md 7.1). */
	do {
		if (!decode_next(&rest, &chunk))
			return decode_odd(d, rest);
		r = take(d, chunk);
	} while (r < DECODE_DONE && rest.n > 0);
	return r;
}

/* An array of chunks is what comes without alt=sse. */
static enum decoded
whole(struct decode *d, struct slice body)
{
	enum decoded r = DECODE_IDLE;
	struct slice key, chunk;
	size_t at = 0;

	body = slice_trim(body);
	if (body.n == 0 || *body.p != '[')
		r = take(d, body);
	else
		while (r < DECODE_DONE &&
		    json_each(body, &at, &key, &chunk) > JSON_END)
			r = take(d, chunk);
	if (r == DECODE_FAULT || r == DECODE_DONE)
		return r;
	if (d->tail)
		return DECODE_DONE;
	return d->content ? decode_cut(d) : decode_no_answer(d, body);
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
