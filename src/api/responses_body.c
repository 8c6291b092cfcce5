/* Requests to the Responses API: providers.md 1.1 and 1.3. */

#include "api/encode.h"
#include "wire/json.h"

static void
encode_part(struct json_out *w, enum role role, const struct part *p)
{
	if (p->type == PART_TEXT) {
		encode_type(w, role == ROLE_ASSISTANT ? "output_text" :
		    "input_text");
		json_member(w, "text", p->text);
	} else if (p->type == PART_IMAGE) {
		encode_type(w, "input_image");
		/* "required", which some imitators enforce */
		json_member(w, "detail", SLICE("auto"));
		encode_url(w, "image_url", p);
	} else {
		encode_type(w, "input_file");
		if (p->name.n > 0 && p->url.n == 0)
			json_member(w, "filename", p->name);
		encode_url(w, p->url.n > 0 ? "file_url" : "file_data", p);
	}
}

/* Calls, results and items of the server's own are input items; the content
 * between two of them is a message. */
static void
encode_message(struct json_out *w, const struct message *m)
{
	const struct part *p = m->parts, *end = m->parts + m->nparts;
	struct message run = { m->role, NULL, 0 };

	while (p < end) {
		if (p->type < PART_CALL) {
			for (run.parts = p; p < end && p->type < PART_CALL;)
				p++;
			run.nparts = (size_t)(p - run.parts);
			json_open(w, '{');
			encode_role(w, m->role);
			encode_content(w, &run, encode_part);
			json_close(w);
			continue;
		}
		if (!encode_own(w, p, "responses")) {
			json_open(w, '{');
			encode_type(w, p->type == PART_CALL ?
			    "function_call" : "function_call_output");
			json_member(w, "call_id", p->id);
			if (p->type == PART_CALL)
				json_member(w, "name", p->name);
			json_member(w, p->type == PART_CALL ? "arguments" :
			    "output", p->text);
			json_close(w);
		}
		p++;
	}
}

/* Unlike chat, this API assumes strict, and then refuses schemas that chat
 * takes. */
static void
encode_function(struct json_out *w, const struct json_want *v)
{
	encode_type(w, "function");
	encode_tool(w, v, "parameters");
	if (v[TOOL_STRICT].type == JSON_BAD)
		encode_raw(w, "strict", SLICE("false"));
}

/* For a server that does not know "strict". */
static void
encode_lax_function(struct json_out *w, const struct json_want *v)
{
	encode_type(w, "function");
	encode_tool(w, v, "parameters");
}

void
responses_body(const struct request *r, struct buf *body)
{
	const struct message *m;
	struct json_out w;

	encode_open(&w, body);
	encode_head(&w, r);
	encode_text(&w, r, "instructions", r->system);
	if (encode_begin(&w, r, "input", '[')) {
		for (m = r->messages; m < r->messages + r->nmessages; m++)
			encode_message(&w, m);
		json_close(&w);
	}
	/* By default every delta is padded at random, to twice its size. */
	if (request_streams(r) && !(r->quirks & QUIRK_NO_STREAM_OPTIONS))
		encode_json(&w, r, "stream_options",
		    SLICE("{\"include_obfuscation\":false}"));
	if (r->background || !(r->quirks & QUIRK_NO_STORE))
		encode_json(&w, r, "store", r->background ? SLICE("true") :
		    SLICE("false"));
	if (r->background)
		encode_json(&w, r, "background", SLICE("true"));
	encode_num(&w, r, "max_output_tokens", r->max_tokens);
	if (r->effort.n > 0 && encode_begin(&w, r, "reasoning", '{')) {
		json_member(&w, "effort", r->effort);
		json_close(&w);
		/* Newer servers send it by default; models without reasoning
		 * refuse the request for it. */
		if (!(r->quirks & QUIRK_NO_INCLUDE))
			encode_json(&w, r, "include",
			    SLICE("[\"reasoning.encrypted_content\"]"));
	}
	if (r->schema.n > 0 && encode_begin(&w, r, "text", '{')) {
		encode_in(&w, "format", '{');
		encode_type(&w, "json_schema");
		encode_schema(&w, r);
		json_close(&w);
		json_close(&w);
	}
	encode_tools(&w, r, "tools", r->quirks & QUIRK_NO_STRICT ?
	    encode_lax_function : encode_function);
	encode_close(&w, r);
}
