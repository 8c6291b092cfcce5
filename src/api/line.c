#include "api/line.h"

#include <string.h>

#include "base/utf8.h"

static const struct {
	char name[12];
	unsigned char type;		/* enum json_type */
} members[LINE_MEMBERS] = {
	[L_ID] = { "custom_id", JSON_STRING },
	[L_METHOD] = { "method", JSON_STRING },
	[L_URL] = { "url", JSON_STRING },
	[L_BODY] = { "body", JSON_OBJECT },
	[L_PARAMS] = { "params", JSON_OBJECT },
	[L_PROMPT] = { "prompt", JSON_STRING },
	[L_MESSAGES] = { "messages", JSON_ARRAY },
	[L_MODEL] = { "model", JSON_STRING },
	[L_SYSTEM] = { "system", JSON_STRING },
	[L_MAX_TOKENS] = { "max_tokens", JSON_NUMBER },
	[L_TEMPERATURE] = { "temperature", JSON_NUMBER },
	[L_EFFORT] = { "effort", JSON_STRING },
	[L_SCHEMA] = { "schema", JSON_OBJECT },
	[L_TOOLS] = { "tools", JSON_ARRAY },
	[L_PARAM] = { "param", JSON_OBJECT },
};

static const char *
check_openai(const struct line *l)
{
	struct slice url = l->at[L_URL];
	size_t i;

	if (l->at[L_BODY].p == NULL)
		return "no body";
	if (l->at[L_METHOD].p != NULL && !json_is(l->at[L_METHOD], "POST"))
		return "the method is not POST";
	if (url.n == 0 || url.p[0] != '/')
		return "url is not a path";
	for (i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == '\\' ||
		    url.p[i] == '#' || url.p[i] == '{' ||
		    (unsigned char)url.p[i] >= 0x7f)
			return "url is not a path";
	return NULL;
}

static const char *
read_line(struct line *l, struct slice text)
{
	const char *unknown = NULL;
	struct slice key, value;
	enum json_type type;
	size_t at = 0, i;

	memset(l, 0, sizeof(*l));
	text = slice_trim(text);
	if (text.n == 0 || text.p[0] != '{')
		return "not a JSON object";
	while ((type = json_each(text, &at, &key, &value)) > JSON_END) {
		for (i = 0; i < LINE_MEMBERS; i++)
			if (key.n > 0 && (*key.p == *members[i].name ||
			    *key.p == '\\') && json_is(key, members[i].name))
				break;
		if (i == LINE_MEMBERS)
			unknown = "an unknown member";
		else if (type == members[i].type)
			l->at[i] = value;
		else if (type != JSON_NULL)
			unknown = "an option of the wrong type";
	}
	if (type != JSON_END || utf8_good(text) != text.n) {
		memset(l, 0, sizeof(*l));
		return "not valid JSON";
	}
	/* The providers' lines may have members that bide does not know. */
	if (l->at[L_PARAMS].p != NULL) {
		l->family = FAMILY_ANTHROPIC;
		return NULL;
	}
	if (l->at[L_BODY].p != NULL || l->at[L_URL].p != NULL) {
		l->family = FAMILY_OPENAI;
		return check_openai(l);
	}
	if (unknown != NULL)
		return unknown;
	if (l->at[L_PROMPT].n == 0 && l->at[L_MESSAGES].p == NULL)
		return "no prompt";
	return NULL;
}

const char *
line_read(struct line *l, struct slice text)
{
	return l->why = read_line(l, text);
}

void
line_text(const struct line *l, int member, struct buf *out)
{
	json_unescape(l->at[member], out, NULL);
}

void
line_id(const struct line *l, uint64_t number, uint64_t digest,
    struct buf *out)
{
	line_text(l, L_ID, out);
	if (out->n == 0)
		buf_printf(out, "line-%llu-%015llx",
		    (unsigned long long)number, (unsigned long long)digest);
}

struct slice
line_inner(const struct line *l)
{
	return l->at[l->family == FAMILY_OPENAI ? L_BODY : L_PARAMS];
}

/* Dropped members become blanks, with the comma on one side. */
void
line_body(const struct line *l, struct buf *out)
{
	struct slice body = line_inner(l), key, value;
	struct json_want stream = { .key = "stream" };
	size_t at = 0, end = 1, from = out->n, to;
	int drop, kept = 0;

	buf_put(out, body);
	if (json_pick(body, &stream, 1) < 0 || stream.type != JSON_TRUE)
		return;
	while (json_each(body, &at, &key, &value) > JSON_END) {
		drop = json_is(key, "stream") || json_is(key, "stream_options");
		to = drop ? at : (size_t)(key.p - 1 - body.p);
		if (drop || !kept)
			memset(out->p + from + end, ' ', to - end);
		kept |= !drop;
		end = at;
	}
}

/* -- bide's own lines ------------------------------------------------------ */

static void
set_text(const struct line *l, int member, struct slice *to, struct buf *text)
{
	size_t from = text->n;

	if (l->at[member].p == NULL)
		return;
	line_text(l, member, text);
	*to = slice_sub(buf_slice(text), from, text->n);
}

static void
set_json(const struct line *l, int member, struct slice *to)
{
	if (l->at[member].p != NULL)
		*to = l->at[member];
}

const char *
line_ask(const struct line *l, struct talk *t, struct request *r,
    struct param *params, struct buf *text)
{
	struct slice prompt = { 0 }, tokens = l->at[L_MAX_TOKENS], key, value;
	const char *why = NULL;
	size_t at = 0, all = 1, i;
	enum json_type type;

	/* Slices into text: it must not move.  Unescaped text is never longer
	 * than the JSON. */
	for (i = 0; i < LINE_MEMBERS; i++)
		all += l->at[i].n;
	(void)buf_room(text, all);
	set_text(l, L_SYSTEM, &r->system, text);
	set_text(l, L_EFFORT, &r->effort, text);
	set_text(l, L_PROMPT, &prompt, text);
	set_json(l, L_TEMPERATURE, &r->temperature);
	set_json(l, L_SCHEMA, &r->schema);
	set_json(l, L_TOOLS, &r->tools);
	if (tokens.p != NULL && (r->max_tokens = json_int(tokens, -1)) < 0)
		return "max_tokens is not a count";
	if (l->at[L_PARAM].p != NULL) {
		if (r->nparams > 0)
			memcpy(params, r->params, r->nparams * sizeof(*params));
		r->params = params;
		while ((type = json_each(l->at[L_PARAM], &at, &key,
		    &value)) > JSON_END) {
			if (r->nparams == LINE_PARAMS)
				return "too many members of param";
			if (type == JSON_STRING)	/* with its quotes */
				value = (struct slice){ value.p - 1,
				    value.n + 2 };
			params[r->nparams++] = (struct param){ key, value };
		}
	}
	if (l->at[L_MESSAGES].p != NULL)
		why = talk_parse(t, l->at[L_MESSAGES]);
	if (why == NULL && prompt.n > 0)
		talk_user(t, prompt, NULL, 0);
	return why != NULL ? why : talk_end(t, r);
}
