/* Requests to Gemini: providers.md section 4. */

#include "api/encode.h"
#include "wire/json.h"

/* Before Gemini 3 thinking is set by a number of tokens, and function calls
 * need no signature. */
static int
is_old(const struct request *r)
{
	return slice_ifind(r->model, "gemini-2") >= 0;
}

/* A JSON object as the member's value; 0 if text is none. */
static int
encode_object(struct json_out *w, const char *key, struct slice text)
{
	json_key(w, key);
	text = slice_trim(text);
	return text.n > 0 && *text.p == '{' && json_raw(w, text) == 0;
}

/* Gemini 3 wants its ids back, and no others. */
static void
encode_id(struct json_out *w, const struct part *p)
{
	if (p->id.n > 0 && !slice_starts(p->id, MADE_UP))
		json_member(w, "id", p->id);
}

/* first: no call precedes the part in its message. */
static void
encode_part(struct json_out *w, const struct request *r, const struct part *p,
    int first)
{
	if (encode_own(w, p, "gemini"))
		return;
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
		/* The first of parallel calls carries the signature.  Gemini 3
		 * refuses calls without one, but accepts this value for calls
		 * that it did not make itself (ai.google.dev/gemini-api/docs/
		 * thought-signatures). */
		if (p->signature.n > 0 && *p->signature.p != '{')
			json_member(w, "thoughtSignature", p->signature);
		else if (first && !is_old(r))
			json_member(w, "thoughtSignature",
			    SLICE("skip_thought_signature_validator"));
		break;
	case PART_RESULT:
		encode_in(w, "functionResponse", '{');
		encode_id(w, p);
		json_member(w, "name", p->name);
		if (!encode_object(w, "response", p->text)) {
			json_open(w, '{');
			json_member(w, "output", p->text);
			json_close(w);
		}
		json_close(w);
		break;
	case PART_OWN:
		break;
	}
	json_close(w);
}

static void
encode_parts(struct json_out *w, const struct request *r,
    const struct message *m)
{
	int first = 1;
	size_t i;

	for (i = 0; i < m->nparts; i++) {
		encode_part(w, r, &m->parts[i], first);
		first &= m->parts[i].type != PART_CALL;
	}
}

/* The system text, then all system messages, from wherever they are. */
static void
encode_system(struct json_out *w, const struct request *r)
{
	struct part text = { .type = PART_TEXT, .text = r->system };
	size_t i, n = r->system.n > 0;

	for (i = 0; i < r->nmessages; i++)
		n += r->messages[i].role == ROLE_SYSTEM;
	if (n == 0 || !encode_begin(w, r, "systemInstruction", '{'))
		return;
	encode_in(w, "parts", '[');
	if (r->system.n > 0)
		encode_part(w, r, &text, 0);
	for (i = 0; i < r->nmessages; i++)
		if (r->messages[i].role == ROLE_SYSTEM)
			encode_parts(w, r, &r->messages[i]);
	json_close(w);
	json_close(w);
}

/* Messages of one role that follow each other become one turn, as the results
 * of parallel calls must be. */
static void
encode_contents(struct json_out *w, const struct request *r)
{
	const struct message *m = r->messages, *end = m + r->nmessages;
	struct encode_mark mark;
	enum role role;

	if (!encode_begin(w, r, "contents", '['))
		return;
	while (m < end) {
		role = m->role;
		if (role == ROLE_SYSTEM) {
			m++;
			continue;
		}
		encode_turn(w, &mark, role == ROLE_ASSISTANT ? "model" :
		    "user", "parts");
		for (; m < end && m->role == role; m++)
			encode_parts(w, r, m);
		encode_turn_end(w, &mark);
	}
	json_close(w);
}

/* Whether a schema needs the members for JSON Schema: "responseSchema" and
 * "parameters", which all models know, take OpenAPI's keywords only and answer
 * others with 400. */
static int
is_json_schema(struct slice schema)
{
	return slice_says(schema, "\"$|\"additionalProperties\"|\"const\"|"
	    "\"null\"|\"oneOf\"|\"prefixItems\"");
}

/* The numbers are those of Google's own OpenAI-compatible API. */
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
	size_t i, n = COUNT(efforts);

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
encode_declaration(struct json_out *w, const struct json_want *v)
{
	encode_given(w, "name", &v[TOOL_NAME]);
	encode_given(w, "description", &v[TOOL_DESCRIPTION]);
	encode_given(w, is_json_schema(v[TOOL_PARAMETERS].tok) ?
	    "parametersJsonSchema" : "parameters", &v[TOOL_PARAMETERS]);
}

void
gemini_body(const struct request *r, struct buf *body)
{
	struct json_out w;

	encode_open(&w, body);
	encode_system(&w, r);
	encode_contents(&w, r);
	if ((r->max_tokens != 0 || r->temperature.n > 0 || r->schema.n > 0 ||
	    r->effort.n > 0) && encode_begin(&w, r, "generationConfig", '{')) {
		encode_num(&w, r, "maxOutputTokens", r->max_tokens);
		encode_json(&w, r, "temperature", r->temperature);
		if (r->schema.n > 0) {
			json_member(&w, "responseMimeType",
			    SLICE("application/json"));
			encode_raw(&w, is_json_schema(r->schema) ?
			    "responseJsonSchema" : "responseSchema",
			    r->schema);
		}
		if (r->effort.n > 0)
			encode_thinking(&w, r);
		json_close(&w);
	}
	if (r->tools.n > 0 && encode_begin(&w, r, "tools", '[')) {
		json_open(&w, '{');
		encode_tools(&w, r, "functionDeclarations",
		    encode_declaration);
		json_close(&w);
		json_close(&w);
	}
	encode_close(&w, r);
}
