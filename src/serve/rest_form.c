#include "serve/rest_form.h"

static int
has(struct slice doc, const char *path, enum json_type type)
{
	struct slice tok;

	return json_find(doc, path, &tok) == type && tok.n > 0;
}

/* Whether a member says nothing: null, "", [] or {}. */
static int
is_empty(enum json_type type, struct slice tok)
{
	return type == JSON_NULL || tok.n == 0 || (tok.n == 2 &&
	    (type == JSON_ARRAY || type == JSON_OBJECT));
}

static unsigned
read_chat(struct slice data, struct slice *text)
{
	struct slice delta, key, tok;
	enum json_type type;
	unsigned kind = 0;
	size_t at = 0;

	if (decode_is_done(data))
		return PASS | OVER;
	if (!has(data, "choices.0", JSON_OBJECT))
		return PASS;	/* usage */
	if (has(data, "choices.1", JSON_OBJECT) ||
	    (json_find(data, "choices.0.index", &tok) == JSON_NUMBER &&
	    !slice_is(tok, "0")) ||
	    json_find(data, "choices.0.delta", &delta) != JSON_OBJECT)
		return PASS | OVER;
	if (has(data, "choices.0.finish_reason", JSON_STRING))
		kind = PASS | OVER;
	while ((type = json_each(delta, &at, &key, &tok)) > JSON_END) {
		if (is_empty(type, tok) || slice_is(key, "role"))
			continue;
		if (slice_is(key, "content") && type == JSON_STRING) {
			*text = tok;
			kind |= TEXT;
		} else {
			kind |= PASS | OVER;
		}
	}
	return kind;
}

static unsigned
read_gemini(struct slice data, struct slice *text)
{
	struct slice part = { 0 }, key, tok;
	enum json_type type;
	unsigned kind = 0;
	size_t at = 0;

	if (!has(data, "candidates.0", JSON_OBJECT))
		return PASS;
	if (has(data, "candidates.1", JSON_OBJECT) ||
	    has(data, "candidates.0.content.parts.1", JSON_OBJECT))
		return PASS | OVER;
	if (has(data, "candidates.0.finishReason", JSON_STRING))
		kind = PASS | OVER;
	(void)json_find(data, "candidates.0.content.parts.0", &part);
	while ((type = json_each(part, &at, &key, &tok)) > JSON_END) {
		if (slice_is(key, "text") && type == JSON_STRING) {
			*text = tok;
			kind |= tok.n > 0 ? TEXT : 0;
		} else if (slice_is(key, "thoughtSignature")) {
			kind |= PASS;
		} else {
			return PASS | OVER;
		}
	}
	return kind;
}

/*
 * What an event is whose type begins so, where "what path" follows, only if
 * that is at the path (null: or nothing).  The first that applies holds.
 */
struct rule {
	unsigned char kind;
	char when[45];
};

static const struct rule rules_messages[] = {
	{ 0, "message_start" },
	{ 0, "ping" },
	{ START, "content_block_start  content_block.text" },
	{ TEXT, "content_block_delta text_delta delta.type" },
	{ PASS | STOP, "content_block_stop" },
	{ PASS, "error" },
	{ PASS, "message_delta null delta.stop_reason" },
	{ PASS | OVER, "" },
};

/* Reasoning may come first; other items are calls of tools. */
static const struct rule rules_responses[] = {
	{ 0, "created" },
	{ 0, "queued" },
	{ 0, "in_progress" },
	{ 0, "keepalive" },
	{ START, "output_item.added message item.type" },
	{ PASS, "output_item.added reasoning item.type" },
	{ PASS | START | OVER, "output_item.added" },
	{ PASS | STOP, "output_item.done reasoning item.type" },
	{ PASS | STOP | OVER, "output_item.done" },
	{ PART, "content_part.added  part.text" },
	{ PASS, "content_part.done reasoning_text part.type" },
	{ TEXT, "output_text.delta null logprobs.0" },
	{ TEXT | PASS | OVER, "output_text.delta" },
	{ TEXT | PASS | OVER, "refusal.delta" },
	{ PASS, "reasoning" },
	{ PASS, "error" },
	{ PASS, "failed" },
	{ PASS | OVER, "" },
};

static unsigned
read_typed(const struct rule *rule, const char *where, struct slice data,
    struct slice *text)
{
	struct slice type, tok, path, what;

	if (json_find(data, "type", &type) != JSON_STRING)
		return PASS | OVER;
	if (slice_starts(type, "response."))
		slice_skip(&type, strlen("response."));
	for (;; rule++) {
		path = slice_str(rule->when);
		what = slice_cut(&path, ' ');
		if (!slice_eq(slice_sub(type, 0, what.n), what))
			continue;
		if (path.n == 0)
			break;
		what = slice_cut(&path, ' ');
		if (json_find(data, path.p, &tok) <= JSON_END)
			tok = SLICE("null");
		if (slice_eq(tok, what))
			break;
	}
	if ((rule->kind & TEXT) != 0 && (json_find(data, where, text) !=
	    JSON_STRING || text->n == 0))
		return 0;
	return rule->kind;
}

static unsigned
read_messages(struct slice data, struct slice *text)
{
	return read_typed(rules_messages, "delta.text", data, text);
}

static unsigned
read_responses(struct slice data, struct slice *text)
{
	return read_typed(rules_responses, "delta", data, text);
}

static const struct rest_form forms[] = {
	{ &dialect_chat, read_chat, "choices.0.delta.content", "message",
	    NULL, { "id", "created" }, "messages",
	    "{\"role\":\"user\",\"content\":", "}",
	    { "response_format.type", "n", "audio", NULL } },
	{ &dialect_messages, read_messages, "delta.text",
	    "content_block_delta", "index", { NULL, NULL }, "messages",
	    "{\"role\":\"user\",\"content\":", "}", { "output_format",
	    "output_config.format", NULL, NULL } },
	{ &dialect_gemini, read_gemini, "candidates.0.content.parts.0.text",
	    "message", NULL, { "responseId", NULL }, "contents",
	    "{\"role\":\"user\",\"parts\":[{\"text\":", "}]}",
	    { "generationConfig.responseMimeType",
	    "generationConfig.responseSchema",
	    "generationConfig.candidateCount", "generation_config" } },
	{ &dialect_responses, read_responses, "delta",
	    "response.output_text.delta", "output_index",
	    { "response.id", "response.created_at" }, "input",
	    "{\"role\":\"user\",\"content\":", "}",
	    { "text.format.type", "background", "conversation", NULL } },
};

const struct rest_form *
rest_form(const struct dialect *d)
{
	size_t i;

	for (i = 0; i < COUNT(forms); i++)
		if (forms[i].dialect == d)
			return &forms[i];
	return NULL;
}
