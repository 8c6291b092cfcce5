#include "api/encode.h"

void
encode_open(struct json_out *w, struct buf *body)
{
	*w = (struct json_out){ .out = body };
	json_open(w, '{');
}

void
encode_head(struct json_out *w, const struct request *r)
{
	encode_text(w, r, "model", r->model);
	encode_json(w, r, "stream", request_streams(r) ? SLICE("true") :
	    SLICE("false"));
	encode_json(w, r, "temperature", r->temperature);
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
encode_in(struct json_out *w, const char *key, char bracket)
{
	json_key(w, key);
	json_open(w, bracket);
}

int
encode_begin(struct json_out *w, const struct request *r, const char *key,
    char bracket)
{
	if (request_overrides(r, key))
		return 0;
	encode_in(w, key, bracket);
	return 1;
}

void
encode_type(struct json_out *w, const char *type)
{
	json_member(w, "type", slice_str(type));
}

void
encode_raw(struct json_out *w, const char *key, struct slice json)
{
	json_key(w, key);
	/* It was validated before, so it can only be nested too deep. */
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
	size_t n = message_count(m, PART_TEXT, PART_FILE);
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
encode_turn(struct json_out *w, struct encode_mark *mark,
    const char *role, const char *parts)
{
	*mark = (struct encode_mark){ *w, w->out->n };
	json_open(w, '{');
	json_member(w, "role", slice_str(role));
	encode_in(w, parts, '[');
}

void
encode_turn_end(struct json_out *w, const struct encode_mark *mark)
{
	if (!w->comma) {
		*w = mark->before;
		w->out->n = mark->n;
		return;
	}
	json_close(w);
	json_close(w);
}

int
encode_own(struct json_out *w, const struct part *p, const char *dialect)
{
	if (p->type == PART_OWN && slice_is(p->name, dialect))
		(void)json_raw(w, p->text);
	return p->type == PART_OWN;
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
	if (r->quirks & QUIRK_NO_STRICT)
		return;
	json_key(w, "strict");
	json_bool(w, 1);
}

void
encode_given(struct json_out *w, const char *key, const struct json_want *v)
{
	if (v->type != JSON_BAD)
		encode_raw(w, key, json_text(v->type, v->tok));
}

void
encode_tool(struct json_out *w, const struct json_want *v, const char *key)
{
	encode_given(w, "name", &v[TOOL_NAME]);
	encode_given(w, "description", &v[TOOL_DESCRIPTION]);
	encode_given(w, key, &v[TOOL_PARAMETERS]);
	if (v[TOOL_PARAMETERS].type == JSON_BAD)
		encode_raw(w, key,
		    SLICE("{\"type\":\"object\",\"properties\":{}}"));
	encode_given(w, "strict", &v[TOOL_STRICT]);
}

void
encode_tools(struct json_out *w, const struct request *r, const char *key,
    void (*one)(struct json_out *, const struct json_want *))
{
	static const char keys[] = "name description parameters strict";
	struct json_want v[TOOL_N];
	struct slice name, json;
	size_t at = 0;

	if (r->tools.n == 0 || !encode_begin(w, r, key, '['))
		return;
	while (json_each(r->tools, &at, &name, &json) > JSON_END) {
		if (json_take(json, keys, v, TOOL_N) < 0)
			continue;
		json_open(w, '{');
		one(w, v);
		json_close(w);
	}
	json_close(w);
}
