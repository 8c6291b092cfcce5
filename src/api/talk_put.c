/* Messages in the form of Chat Completions: providers.md 2.1. */

#include "api/talk.h"

#include "api/encode.h"
#include "wire/json.h"

static void
put_part(struct json_out *w, enum role role, const struct part *p)
{
	const char *type = p->type == PART_IMAGE ? "image_url" : "file";

	(void)role;
	if (p->type == PART_TEXT) {
		encode_type(w, "text");
		json_member(w, "text", p->text);
		return;
	}
	encode_type(w, type);
	encode_in(w, type, '{');
	if (p->type == PART_FILE && p->name.n > 0)
		json_member(w, "filename", p->name);
	encode_url(w, p->type == PART_IMAGE ? "url" : "file_data", p);
	json_close(w);
}

static void
put_call(struct json_out *w, const struct part *p)
{
	json_open(w, '{');
	json_member(w, "id", p->id);
	encode_type(w, "function");
	encode_in(w, "function", '{');
	json_member(w, "name", p->name);
	json_member(w, "arguments", p->text);
	json_close(w);
	json_close(w);
}

static void
put_turn(struct json_out *w, const struct message *m)
{
	size_t i, calls = message_calls(m);

	if (calls == 0 && message_content(m) == 0)
		return;		/* nothing but other dialects' own parts */
	json_open(w, '{');
	encode_role(w, m->role);
	encode_content(w, m, put_part);
	if (calls > 0) {
		encode_in(w, "tool_calls", '[');
		for (i = 0; i < m->nparts; i++)
			if (m->parts[i].type == PART_CALL)
				put_call(w, &m->parts[i]);
		json_close(w);
	}
	json_close(w);
}

/* A message for each. */
static void
put_results(struct json_out *w, const struct message *m)
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

void
talk_put(struct json_out *w, const struct message *m, size_t n)
{
	for (; n > 0; n--, m++)
		if (m->role == ROLE_TOOL)
			put_results(w, m);
		else
			put_turn(w, m);
}
