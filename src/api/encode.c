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
encode_raw(struct json_out *w, const char *key, struct slice json)
{
	json_key(w, key);
	/* The command line checked it: what fails here is too deep. */
	if (json_raw(w, json) < 0)
		json_null(w);
}

void
encode_content(struct json_out *w, const struct message *m,
    void (*part)(struct json_out *, enum role, const struct part *))
{
	size_t i, n = message_content(m);
	const struct part *p;

	json_key(w, "content");
	if (n == 0) {
		json_null(w);
		return;
	}
	if (n > 1)
		json_open(w, '[');
	for (i = 0; i < m->nparts; i++) {
		p = &m->parts[i];
		if (p->type >= PART_CALL)
			continue;
		if (n == 1 && p->type == PART_TEXT) {
			json_str(w, p->text);
			return;
		}
		if (n == 1)
			json_open(w, '[');
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

static void
given(struct json_out *w, const struct json_want *v)
{
	struct slice json = v->tok;

	if (v->type == JSON_BAD)
		return;
	if (v->type == JSON_STRING)	/* its quotes too */
		json = (struct slice){ json.p - 1, json.n + 2 };
	encode_raw(w, v->key, json);
}

static void
tool(struct json_out *w, struct slice json, int flat)
{
	struct json_want v[] = { { .key = "name" }, { .key = "description" },
	    { .key = "parameters" }, { .key = "strict" } };

	if (json_pick(json, v, sizeof(v) / sizeof(v[0])) < 0)
		return;
	json_open(w, '{');
	json_member(w, "type", SLICE("function"));
	if (!flat) {
		json_key(w, "function");
		json_open(w, '{');
	}
	given(w, &v[0]);
	given(w, &v[1]);
	given(w, &v[2]);
	if (flat && v[2].type == JSON_BAD)
		encode_raw(w, "parameters",
		    SLICE("{\"type\":\"object\",\"properties\":{}}"));
	given(w, &v[3]);
	/* Responses alone is strict unless told otherwise, and then refuses
	 * schemas that chat takes. */
	if (flat && v[3].type == JSON_BAD) {
		json_key(w, "strict");
		json_bool(w, 0);
	}
	if (!flat)
		json_close(w);
	json_close(w);
}

void
encode_tools(struct json_out *w, const struct request *r, int flat)
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
			tool(w, one, flat);
	json_close(w);
}
