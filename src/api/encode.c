#include "api/encode.h"

void
encode_open(struct json_out *w, struct buf *body)
{
	*w = (struct json_out){ .out = body };
	json_open(w, '{');
}

void
encode_close(struct json_out *w, const struct request *r)
{
	request_params(r, w);
	json_close(w);
}

void
encode_text(struct json_out *w, const struct request *r, const char *key,
    struct slice v)
{
	if (v.n > 0 && !request_overrides(r, key))
		json_member(w, key, v);
}

void
encode_num(struct json_out *w, const struct request *r, const char *key,
    int64_t v)
{
	if (v != 0 && !request_overrides(r, key))
		json_member_num(w, key, v);
}

void
encode_json(struct json_out *w, const struct request *r, const char *key,
    struct slice v)
{
	if (v.n > 0 && !request_overrides(r, key))
		encode_raw(w, key, v);
}

void
encode_flag(struct json_out *w, const struct request *r, const char *key,
    int v)
{
	if (request_overrides(r, key))
		return;
	json_key(w, key);
	json_bool(w, v);
}

void
encode_in(struct json_out *w, const char *key, char bracket)
{
	json_key(w, key);
	json_open(w, bracket);
}

void
encode_raw(struct json_out *w, const char *key, struct slice json)
{
	json_key(w, key);
	/* The command line checked it: what fails here is too deep. */
	if (json_raw(w, json) < 0)
		json_null(w);
}

void
encode_role(struct json_out *w, enum role role)
{
	static const char names[][10] = { "system", "user", "assistant",
	    "tool" };

	json_member(w, "role", slice_str(names[role]));
}

void
encode_content(struct json_out *w, const struct message *m,
    void (*part)(struct json_out *, enum role, const struct part *))
{
	size_t n = message_content(m);
	const struct part *p;

	json_key(w, "content");
	if (n == 0) {
		json_null(w);
		return;
	}
	for (p = m->parts; p->type >= PART_CALL; p++)
		;
	if (n == 1 && p->type == PART_TEXT) {
		json_str(w, p->text);
		return;
	}
	json_open(w, '[');
	for (; p < m->parts + m->nparts; p++) {
		if (p->type >= PART_CALL)
			continue;
		json_open(w, '{');
		part(w, m->role, p);
		json_close(w);
	}
	json_close(w);
}

void
encode_url(struct json_out *w, const char *key, const struct part *p)
{
	json_key(w, key);
	if (p->url.n > 0)
		json_str(w, p->url);
	else
		json_b64(w, p->mime, p->data);
}

void
encode_schema(struct json_out *w, const struct request *r)
{
	json_member(w, "name", SLICE("answer"));
	encode_raw(w, "schema", r->schema);
	json_key(w, "strict");
	json_bool(w, 1);
}

void
encode_given(struct json_out *w, const char *key, const struct json_want *v)
{
	struct slice json = v->tok;

	if (v->type == JSON_BAD)
		return;
	if (v->type == JSON_STRING)	/* its quotes too */
		json = (struct slice){ json.p - 1, json.n + 2 };
	encode_raw(w, key, json);
}

static void
tool(struct json_out *w, struct slice json, enum tools form)
{
	struct json_want v[] = { { .key = "name" }, { .key = "description" },
	    { .key = "parameters" }, { .key = "strict" } };
	const char *schema = form == TOOLS_BARE ? "input_schema" :
	    "parameters";

	if (json_pick(json, v, sizeof(v) / sizeof(v[0])) < 0)
		return;
	json_open(w, '{');
	if (form != TOOLS_BARE)
		json_member(w, "type", SLICE("function"));
	if (form == TOOLS_NESTED) {
		json_key(w, "function");
		json_open(w, '{');
	}
	encode_given(w, v[0].key, &v[0]);
	encode_given(w, v[1].key, &v[1]);
	encode_given(w, schema, &v[2]);
	if (form != TOOLS_NESTED && v[2].type == JSON_BAD)
		encode_raw(w, schema,
		    SLICE("{\"type\":\"object\",\"properties\":{}}"));
	encode_given(w, v[3].key, &v[3]);
	/* Responses alone is strict unless told otherwise, and then refuses
	 * schemas that chat takes. */
	if (form == TOOLS_FLAT && v[3].type == JSON_BAD) {
		json_key(w, "strict");
		json_bool(w, 0);
	}
	if (form == TOOLS_NESTED)
		json_close(w);
	json_close(w);
}

void
encode_tools(struct json_out *w, const struct request *r, enum tools form)
{
	struct slice key, one;
	enum json_type type;
	size_t at = 0;

	if (r->tools.n == 0 || request_overrides(r, "tools"))
		return;
	json_key(w, "tools");
	json_open(w, '[');
	while ((type = json_each(r->tools, &at, &key, &one)) > JSON_END)
		if (type == JSON_OBJECT)
			tool(w, one, form);
	json_close(w);
}
