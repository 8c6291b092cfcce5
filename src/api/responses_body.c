/* Requests to the Responses API: providers.md 1.1 and 1.3. */

#include "api/bodies.h"
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
		/* "required", and some imitators mean it */
		json_member(w, "detail", SLICE("auto"));
		encode_url(w, "image_url", p);
	} else {
		encode_type(w, "input_file");
		if (p->name.n > 0 && p->url.n == 0)
			json_member(w, "filename", p->name);
		encode_url(w, p->url.n > 0 ? "file_url" : "file_data", p);
	}
}

/* Calls, their results, and items of the server's own stand for themselves. */
static void
encode_item(struct json_out *w, const struct part *p)
{
	if (encode_own(w, p, "responses"))
		return;
	json_open(w, '{');
	encode_type(w, p->type == PART_CALL ? "function_call" :
	    "function_call_output");
	json_member(w, "call_id", p->id);
	if (p->type == PART_CALL)
		json_member(w, "name", p->name);
	json_member(w, p->type == PART_CALL ? "arguments" : "output",
	    p->text);
	json_close(w);
}

/* Content between two items is a message; returns how many parts. */
static size_t
encode_run(struct json_out *w, enum role role, const struct part *p, size_t n)
{
	struct message run = { role, p, 0 };

	while (run.nparts < n && p[run.nparts].type < PART_CALL)
		run.nparts++;
	if (run.nparts > 0) {
		json_open(w, '{');
		encode_role(w, role);
		encode_content(w, &run, encode_part);
		json_close(w);
	}
	return run.nparts;
}

static void
encode_input(struct json_out *w, const struct request *r)
{
	const struct message *m;
	size_t i;

	if (!encode_begin(w, r, "input", '['))
		return;
	for (m = r->messages; m < r->messages + r->nmessages; m++)
		for (i = 0; i < m->nparts; i++) {
			i += encode_run(w, m->role, &m->parts[i],
			    m->nparts - i);
			if (i < m->nparts)
				encode_item(w, &m->parts[i]);
		}
	json_close(w);
}

static void
encode_format(struct json_out *w, const struct request *r)
{
	if (r->schema.n == 0 || !encode_begin(w, r, "text", '{'))
		return;
	encode_in(w, "format", '{');
	encode_type(w, "json_schema");
	encode_schema(w, r);
	json_close(w);
	json_close(w);
}

/* It alone is strict unless told otherwise, and then refuses schemas that
 * chat takes. */
static void
encode_function(struct json_out *w, const struct json_want *v)
{
	encode_type(w, "function");
	encode_tool(w, v, "parameters");
	if (v[TOOL_STRICT].type == JSON_BAD)
		encode_raw(w, "strict", SLICE("false"));
}

void
responses_body(const struct request *r, struct buf *body)
{
	struct json_out w;

	encode_open(&w, body);
	encode_head(&w, r);
	encode_text(&w, r, "instructions", r->system);
	encode_input(&w, r);
	/* Random padding of every delta otherwise: half of the bytes. */
	if (!(r->quirks & QUIRK_NO_STREAM_OPTIONS))
		encode_json(&w, r, "stream_options",
		    SLICE("{\"include_obfuscation\":false}"));
	encode_json(&w, r, "store", r->background ? SLICE("true") :
	    SLICE("false"));
	if (r->background)
		encode_json(&w, r, "background", SLICE("true"));
	encode_num(&w, r, "max_output_tokens", r->max_tokens);
	if (r->effort.n > 0 && encode_begin(&w, r, "reasoning", '{')) {
		json_member(&w, "effort", r->effort);
		json_close(&w);
		/* Newer servers send it unasked; models that do not reason
		 * refuse to be asked. */
		encode_json(&w, r, "include",
		    SLICE("[\"reasoning.encrypted_content\"]"));
	}
	encode_format(&w, r);
	encode_tools(&w, r, "tools", encode_function);
	encode_close(&w, r);
}
