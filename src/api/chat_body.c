/* Requests to Chat Completions: providers.md 2.1. */

#include "api/bodies.h"
#include "api/encode.h"
#include "api/talk.h"
#include "wire/json.h"

static void
encode_messages(struct json_out *w, const struct request *r)
{
	struct part text = { .type = PART_TEXT, .text = r->system };
	struct message system = { ROLE_SYSTEM, &text, 1 };

	if (!encode_begin(w, r, "messages", '['))
		return;
	talk_put(w, &system, r->system.n > 0);
	talk_put(w, r->messages, r->nmessages);
	json_close(w);
}

static void
encode_format(struct json_out *w, const struct request *r)
{
	if (r->schema.n == 0 || !encode_begin(w, r, "response_format", '{'))
		return;
	encode_type(w, "json_schema");
	encode_in(w, "json_schema", '{');
	encode_schema(w, r);
	json_close(w);
	json_close(w);
}

static void
encode_function(struct json_out *w, const struct json_want *v)
{
	encode_type(w, "function");
	encode_in(w, "function", '{');
	encode_tool(w, v, "parameters");
	json_close(w);
}

void
chat_body(const struct request *r, struct buf *body)
{
	struct json_out w;

	encode_open(&w, body);
	encode_head(&w, r);
	encode_messages(&w, r);
	if (!(r->quirks & QUIRK_NO_STREAM_OPTIONS))
		encode_json(&w, r, "stream_options",
		    SLICE("{\"include_usage\":true}"));
	encode_num(&w, r, r->quirks & QUIRK_MAX_TOKENS ? "max_tokens" :
	    "max_completion_tokens", r->max_tokens);
	encode_text(&w, r, "reasoning_effort", r->effort);
	encode_format(&w, r);
	encode_tools(&w, r, "tools", encode_function);
	encode_close(&w, r);
}
