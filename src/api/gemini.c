/* Google's Gemini, also as Vertex AI serves it: providers.md section 4. */

#include "api/dialect.h"
#include "api/encode.h"
#include "api/gemini_call.h"
#include "wire/json.h"

/* -- the request ----------------------------------------------------------- */

/* Before Gemini 3 thinking is told by a number of tokens, and no function call
 * is asked for its signature. */
static int
is_old(const struct request *r)
{
	return slice_ifind(r->model, "gemini-2") >= 0;
}

/* What comes from outside of Gemini has no signature of its thoughts; this
 * one says so (ai.google.dev/gemini-api/docs/thought-signatures).  Without any
 * Gemini 3 refuses the whole conversation. */
#define UNSIGNED "skip_thought_signature_validator"

/* A JSON object; 0 where text is none. */
static int
encode_object(struct json_out *w, const char *key, struct slice text)
{
	json_key(w, key);
	text = slice_trim(text);
	return text.n > 0 && *text.p == '{' && json_raw(w, text) == 0;
}

/* Ids came late, and only here do the likes of take_id() mean nothing. */
static void
encode_id(struct json_out *w, const struct part *p)
{
	if (p->id.n > 0 && !slice_starts(p->id, "call_"))
		json_member(w, "id", p->id);
}

/* A result goes by its function's name, which other dialects leave out. */
static struct slice
name_of(const struct request *r, const struct part *result)
{
	const struct message *m;
	size_t i;

	if (result->name.n > 0)
		return result->name;
	for (m = r->messages + r->nmessages; m-- > r->messages;)
		for (i = m->nparts; i-- > 0;)
			if (m->parts[i].type == PART_CALL &&
			    slice_eq(m->parts[i].id, result->id))
				return m->parts[i].name;
	return result->name;
}

static void
encode_part(struct json_out *w, const struct request *r, const struct part *p)
{
	json_open(w, '{');
	switch (p->type) {
	case PART_TEXT:
		json_member(w, "text", p->text);
		break;
	case PART_IMAGE:
	case PART_FILE:
		encode_in(w, p->url.n > 0 ? "fileData" : "inlineData", '{');
		if (p->mime.n > 0)
			json_member(w, "mimeType", p->mime);
		if (p->url.n > 0) {
			json_member(w, "fileUri", p->url);
		} else {
			json_key(w, "data");
			json_b64(w, (struct slice){ 0 }, p->data);
		}
		json_close(w);
		break;
	case PART_CALL:
		encode_in(w, "functionCall", '{');
		encode_id(w, p);
		json_member(w, "name", p->name);
		if (!encode_object(w, "args", p->text))
			json_raw(w, SLICE("{}"));
		json_close(w);
		if (!is_old(r))
			json_member(w, "thoughtSignature", SLICE(UNSIGNED));
		break;
	case PART_RESULT:
		encode_in(w, "functionResponse", '{');
		encode_id(w, p);
		json_member(w, "name", name_of(r, p));
		if (!encode_object(w, "response", p->text)) {
			json_open(w, '{');
			json_member(w, "output", p->text);
			json_close(w);
		}
		json_close(w);
	}
	json_close(w);
}

static void
encode_parts(struct json_out *w, const struct request *r,
    const struct message *m)
{
	size_t i;

	for (i = 0; i < m->nparts; i++)
		encode_part(w, r, &m->parts[i]);
}

/* The system's messages, which have no turn here, behind the system text. */
static void
encode_system(struct json_out *w, const struct request *r)
{
	struct part text = { .type = PART_TEXT, .text = r->system };
	size_t i, n = r->system.n > 0;

	for (i = 0; i < r->nmessages; i++)
		n += r->messages[i].role == ROLE_SYSTEM;
	if (n == 0 || request_overrides(r, "systemInstruction"))
		return;
	encode_in(w, "systemInstruction", '{');
	encode_in(w, "parts", '[');
	if (r->system.n > 0)
		encode_part(w, r, &text);
	for (i = 0; i < r->nmessages; i++)
		if (r->messages[i].role == ROLE_SYSTEM)
			encode_parts(w, r, &r->messages[i]);
	json_close(w);
	json_close(w);
}

/* The results of parallel calls have to be one turn, however many messages
 * they are elsewhere. */
static void
encode_contents(struct json_out *w, const struct request *r)
{
	const struct message *m = r->messages, *end = m + r->nmessages;
	enum role role;

	if (request_overrides(r, "contents"))
		return;
	encode_in(w, "contents", '[');
	while (m < end) {
		role = m->role;
		if (role == ROLE_SYSTEM || m->nparts == 0) {
			m++;
			continue;
		}
		json_open(w, '{');
		json_member(w, "role", role == ROLE_ASSISTANT ?
		    SLICE("model") : SLICE("user"));
		encode_in(w, "parts", '[');
		for (; m < end && m->role == role; m++)
			encode_parts(w, r, m);
		json_close(w);
		json_close(w);
	}
	json_close(w);
}

/* Whether a schema needs the members for JSON Schema: "responseSchema" and
 * "parameters", which all models know, take OpenAPI's words only and answer
 * others with 400. */
static int
is_beyond(struct slice schema)
{
	static const char words[][23] = { "\"$", "\"additionalProperties\"",
	    "\"const\"", "\"null\"", "\"oneOf\"", "\"prefixItems\"" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_ifind(schema, words[i]) >= 0)
			return 1;
	return 0;
}

/* The figures are those of Google's own imitation of chat. */
static void
encode_thinking(struct json_out *w, const struct request *r)
{
	static const struct {
		char effort[8], level[8];
		short budget;
	} efforts[] = {
		{ "none", "minimal", 0 },
		{ "minimal", "minimal", 1024 },
		{ "low", "low", 1024 },
		{ "medium", "medium", 8192 },
		{ "high", "high", 24576 },
		{ "xhigh", "high", 24576 },
		{ "max", "high", 24576 },
	};
	struct slice level = r->effort;
	size_t i, n = sizeof(efforts) / sizeof(efforts[0]);

	for (i = 0; i < n; i++)
		if (slice_is(r->effort, efforts[i].effort))
			break;
	encode_in(w, "thinkingConfig", '{');
	if (i < n)
		level = slice_str(efforts[i].level);
	if (i < n && is_old(r))
		json_member_num(w, "thinkingBudget", efforts[i].budget);
	else
		json_member(w, "thinkingLevel", level);
	json_close(w);
}

static void
encode_config(struct json_out *w, const struct request *r)
{
	if ((r->max_tokens == 0 && r->temperature.n == 0 && r->schema.n == 0 &&
	    r->effort.n == 0) || request_overrides(r, "generationConfig"))
		return;
	encode_in(w, "generationConfig", '{');
	encode_num(w, r, "maxOutputTokens", r->max_tokens);
	encode_json(w, r, "temperature", r->temperature);
	if (r->schema.n > 0) {
		json_member(w, "responseMimeType", SLICE("application/json"));
		encode_raw(w, is_beyond(r->schema) ? "responseJsonSchema" :
		    "responseSchema", r->schema);
	}
	if (r->effort.n > 0)
		encode_thinking(w, r);
	json_close(w);
}

static void
encode_declaration(struct json_out *w, struct slice tool)
{
	struct json_want v[] = { { .key = "name" }, { .key = "description" },
	    { .key = "parameters" } };

	if (json_pick(tool, v, 3) < 0)
		return;
	json_open(w, '{');
	encode_given(w, "name", &v[0]);
	encode_given(w, "description", &v[1]);
	encode_given(w, is_beyond(v[2].tok) ? "parametersJsonSchema" :
	    "parameters", &v[2]);
	json_close(w);
}

static void
encode_functions(struct json_out *w, const struct request *r)
{
	struct slice key, one;
	enum json_type type;
	size_t at = 0;

	if (r->tools.n == 0 || request_overrides(r, "tools"))
		return;
	encode_in(w, "tools", '[');
	json_open(w, '{');
	encode_in(w, "functionDeclarations", '[');
	while ((type = json_each(r->tools, &at, &key, &one)) > JSON_END)
		if (type == JSON_OBJECT)
			encode_declaration(w, one);
	json_close(w);
	json_close(w);
	json_close(w);
}

static void
encode(const struct request *r, struct buf *body)
{
	struct json_out w;

	encode_open(&w, body);
	encode_system(&w, r);
	encode_contents(&w, r);
	encode_config(&w, r);
	encode_functions(&w, r);
	encode_close(&w, r);
}

/* -- the answer ------------------------------------------------------------ */

/* Counts may be missing; of thoughts they are where there are none. */
static void
take_usage(struct decode *d, struct slice json)
{
	enum { PROMPT, CANDIDATES, THOUGHTS, CACHED, N };
	struct json_want w[N] = { { .key = "promptTokenCount" },
	    { .key = "candidatesTokenCount" }, { .key = "thoughtsTokenCount" },
	    { .key = "cachedContentTokenCount" } };
	struct usage *u = &d->usage;

	if (json_pick(json, w, N) < 0)
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

static enum decoded
take_parts(struct decode *d, struct slice parts)
{
	struct slice key, part;
	size_t at = 0;

	while (json_each(parts, &at, &key, &part) > JSON_END) {
		struct json_want w[] = { { .key = "text" },
		    { .key = "thought" }, { .key = "functionCall" } };

		if (json_pick(part, w, 3) < 0)
			continue;
		if (w[0].type == JSON_STRING && w[1].type == JSON_TRUE)
			decode_reasoning(d, w[0].tok);
		else if (w[0].type == JSON_STRING)
			decode_text(d, w[0].tok);
		if (w[2].type == JSON_OBJECT &&
		    gemini_call(d, w[2].tok) == DECODE_FAULT)
			return DECODE_FAULT;
	}
	return DECODE_MORE;
}

/* An end that is none: what the model wrote could not be made sense of.  The
 * next time it may write something else, unless something is MISSING. */
static enum decoded
take_failure(struct decode *d, struct slice word)
{
	int retry = !slice_starts(word, "MISSING_");

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

static enum decoded
take(struct decode *d, struct slice json)
{
	struct json_want w[W_N] = {
		[CANDIDATES] = { .key = "candidates", &w[CANDIDATE], 1 },
		[ERROR] = { .key = "error" },
		[FEEDBACK] = { .key = "promptFeedback", &w[BLOCKED], 1 },
		[USAGE] = { .key = "usageMetadata" },
		[ID] = { .key = "responseId" },
		[BLOCKED] = { .key = "blockReason" },
		[CANDIDATE] = { .key = "0", &w[CONTENT], 3 },
		[CONTENT] = { .key = "content", &w[PARTS], 1 },
		[FINISH] = { .key = "finishReason" },
		[INDEX] = { .key = "index" },
		[PARTS] = { .key = "parts" },
	};

	if (json_pick(json, w, ID + 1) < 0)
		return decode_odd(d, json);
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
	if (w[CANDIDATES].type == JSON_BAD && decode_complaint(json))
		return decode_error(d, json);
	if (d->tail)
		return DECODE_TAIL;
	return w[USAGE].type == JSON_OBJECT ? DECODE_MORE : DECODE_IDLE;
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
	return d->content ? decode_cut(d) :
	    decode_bad(d, "the server's JSON holds no answer");
}

const struct dialect dialect_gemini = {
	.name = "gemini",
	.path = "/v1beta/models/{model}:streamGenerateContent?alt=sse",
	.auth = "x-goog-api-key",
	.models = "/v1beta/models?pageSize=1000",
	.encode = encode,
	.event = event,
	.whole = whole,
};
