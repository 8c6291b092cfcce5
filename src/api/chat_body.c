/* Requests to Chat Completions: providers.md 2.1. */

#include "api/bodies.h"
#include "api/encode.h"
#include "wire/json.h"

static void
encode_part(struct json_out *w, enum role role, const struct part *p)
{
	(void)role;
	if (p->type == PART_TEXT) {
		json_member(w, "type", SLICE("text"));
		json_member(w, "text", p->text);
		return;
	}
	json_member(w, "type", p->type == PART_IMAGE ? SLICE("image_url") :
	    SLICE("file"));
	encode_in(w, p->type == PART_IMAGE ? "image_url" : "file", '{');
	if (p->type == PART_FILE && p->name.n > 0)
		json_member(w, "filename", p->name);
	encode_url(w, p->type == PART_IMAGE ? "url" : "file_data", p);
	json_close(w);
}

static void
encode_call(struct json_out *w, const struct part *p)
{
	json_open(w, '{');
	json_member(w, "id", p->id);
	json_member(w, "type", SLICE("function"));
	encode_in(w, "function", '{');
	json_member(w, "name", p->name);
	json_member(w, "arguments", p->text);
	json_close(w);
	json_close(w);
}

static void
encode_turn(struct json_out *w, const struct message *m)
{
	size_t i, calls = message_calls(m);

	if (calls == 0 && message_content(m) == 0)
		return;		/* nothing but other dialects' own parts */
	json_open(w, '{');
	encode_role(w, m->role);
	encode_content(w, m, encode_part);
	if (calls > 0) {
		encode_in(w, "tool_calls", '[');
		for (i = 0; i < m->nparts; i++)
			if (m->parts[i].type == PART_CALL)
				encode_call(w, &m->parts[i]);
		json_close(w);
	}
	json_close(w);
}

/* A message for each. */
static void
encode_results(struct json_out *w, const struct message *m)
{
	size_t i;

	for (i = 0; i < m->nparts; i++) {
		json_open(w, '{');
		encode_role(w, ROLE_TOOL);
		json_member(w, "tool_call_id", m->parts[i].id);
		json_member(w, "content", m->parts[i].text);
		json_close(w);
	}
}

static void
encode_messages(struct json_out *w, const struct request *r)
{
	struct part text = { .type = PART_TEXT, .text = r->system };
	struct message system = { ROLE_SYSTEM, &text, 1 };
	size_t i;

	if (request_overrides(r, "messages"))
		return;
	encode_in(w, "messages", '[');
	if (r->system.n > 0)
		encode_turn(w, &system);
	for (i = 0; i < r->nmessages; i++) {
		if (r->messages[i].role == ROLE_TOOL)
			encode_results(w, &r->messages[i]);
		else
			encode_turn(w, &r->messages[i]);
	}
	json_close(w);
}

static void
encode_format(struct json_out *w, const struct request *r)
{
	if (r->schema.n == 0 || request_overrides(r, "response_format"))
		return;
	encode_in(w, "response_format", '{');
	json_member(w, "type", SLICE("json_schema"));
	encode_in(w, "json_schema", '{');
	encode_schema(w, r);
	json_close(w);
	json_close(w);
}

void
chat_body(const struct request *r, struct buf *body)
{
	struct json_out w;

	encode_open(&w, body);
	encode_text(&w, r, "model", r->model);
	encode_messages(&w, r);
	encode_flag(&w, r, "stream", 1);
	if (!(r->quirks & QUIRK_NO_STREAM_OPTIONS))
		encode_json(&w, r, "stream_options",
		    SLICE("{\"include_usage\":true}"));
	encode_num(&w, r, r->quirks & QUIRK_MAX_TOKENS ? "max_tokens" :
	    "max_completion_tokens", r->max_tokens);
	encode_json(&w, r, "temperature", r->temperature);
	encode_text(&w, r, "reasoning_effort", r->effort);
	encode_format(&w, r);
	encode_tools(&w, r, TOOLS_NESTED);
	encode_close(&w, r);
}
