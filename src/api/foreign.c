/* Answers in the form of another API than the one that was asked. */

#include "api/dialect.h"

enum { TYPE, OBJECT, CHOICES, CANDIDATES, DONE, KEYS };

/* What tells an API's JSON: a member of the outermost object, and what its text
 * begins with, unless any value will do (providers.md 1-4; Ollama's docs). */
static const struct {
	int key;
	const char *starts;
	const struct dialect *dialect;	/* NULL: not one of ours */
	const char *name, *prefix, *more;
} forms[] = {
	{ TYPE, "response.", &dialect_responses, "OpenAI's Responses API",
	    "openai", "" },
	{ OBJECT, "response", &dialect_responses, "OpenAI's Responses API",
	    "openai", "" },
	{ CHOICES, NULL, &dialect_chat, "Chat Completions", "chat", "" },
	{ TYPE, "message", &dialect_messages, "Anthropic's Messages API",
	    "anthropic", "" },
	{ TYPE, "content_block_", &dialect_messages,
	    "Anthropic's Messages API", "anthropic", "" },
	{ CANDIDATES, NULL, &dialect_gemini, "Gemini's API", "gemini", "" },
	{ DONE, NULL, NULL, "Ollama's own API", "ollama",
	    " and a base URL that ends in /v1" },
};

enum decoded
decode_foreign(struct decode *d, const struct dialect *own, struct slice json)
{
	struct json_want w[KEYS], *got;
	size_t i;

	json_keys(w, "type object choices candidates done", KEYS);
	if (own->encode == NULL || json_pick(slice_trim(json), w, KEYS) < 0)
		return DECODE_MORE;
	for (i = 0; i < COUNT(forms); i++) {
		got = &w[forms[i].key];
		if (forms[i].starts != NULL ? got->type == JSON_STRING &&
		    slice_starts(got->tok, forms[i].starts) :
		    got->type > JSON_NULL)
			break;
	}
	if (i == COUNT(forms) ||
	    (forms[i].dialect != NULL && forms[i].dialect->event == own->event))
		return DECODE_MORE;
	fault_set(&d->fault, F_PROTO, 0, "the server answers in the form of "
	    "%s; ask it with -m %s:MODEL%s", forms[i].name, forms[i].prefix,
	    forms[i].more);
	d->failed = 1;
	return DECODE_FAULT;
}
