#include "api/line.h"

#include <string.h>

#include "base/utf8.h"

/* The type in a letter: s string, n number, o object, a array. */
static const struct member {
	char name[12], type;
} members[LINE_MEMBERS] = {
	[L_ID] = { "custom_id", 's' },
	[L_METHOD] = { "method", 's' },
	[L_URL] = { "url", 's' },
	[L_BODY] = { "body", 'o' },
	[L_PARAMS] = { "params", 'o' },
	[L_PROMPT] = { "prompt", 's' },
	[L_MESSAGES] = { "messages", 'a' },
	[L_MODEL] = { "model", 's' },
	[L_SYSTEM] = { "system", 's' },
	[L_MAX_TOKENS] = { "max_tokens", 'n' },
	[L_TEMPERATURE] = { "temperature", 'n' },
	[L_EFFORT] = { "effort", 's' },
	[L_SCHEMA] = { "schema", 'o' },
	[L_TOOLS] = { "tools", 'a' },
	[L_PARAM] = { "param", 'o' },
};

static char
letter(enum json_type type)
{
	switch (type) {
	case JSON_STRING: return 's';
	case JSON_NUMBER: return 'n';
	case JSON_OBJECT: return 'o';
	case JSON_ARRAY: return 'a';
	default: return '\0';
	}
}

static enum family
family(const struct line *l)
{
	if (l->at[L_PARAMS].p != NULL)
		return FAMILY_ANTHROPIC;
	if (l->at[L_BODY].p != NULL || l->at[L_URL].p != NULL)
		return FAMILY_OPENAI;
	return FAMILY_PLAIN;
}

/* All members; *odd: what is wrong with one, though the providers' lines may
 * have some that we know nothing of. */
static int
read_members(struct line *l, struct slice text, const char **odd)
{
	struct slice key, value;
	enum json_type type;
	size_t at = 0, i;

	while ((type = json_each(text, &at, &key, &value)) > JSON_END) {
		for (i = 0; i < LINE_MEMBERS; i++)
			if (key.n > 0 && (*key.p == *members[i].name ||
			    *key.p == '\\') && json_is(key, members[i].name))
				break;
		if (i == LINE_MEMBERS)
			*odd = "a member that is no option";
		else if (letter(type) == members[i].type)
			l->at[i] = value;
		else if (type != JSON_NULL)
			*odd = "an option of the wrong type";
	}
	return type == JSON_END ? 0 : -1;
}

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
		return "the url is no path";
	for (i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == '\\' ||
		    url.p[i] == '#' || url.p[i] == '{' ||
		    (unsigned char)url.p[i] >= 0x7f)
			return "the url is no path";
	return NULL;
}

static const char *
read_line(struct line *l, struct slice text)
{
	const char *odd = NULL;

	memset(l, 0, sizeof(*l));
	text = slice_trim(text);
	if (text.n == 0 || text.p[0] != '{')
		return "not a JSON object";
	if (read_members(l, text, &odd) < 0 ||
	    utf8_good(text) != text.n) {
		memset(l, 0, sizeof(*l));
		return "not valid JSON";
	}
	l->family = family(l);
	if (l->family == FAMILY_OPENAI)
		return check_openai(l);
	if (l->family == FAMILY_ANTHROPIC)
		return NULL;
	if (odd != NULL)
		return odd;
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
line_id(const struct line *l, uint64_t number, struct buf *out)
{
	line_text(l, L_ID, out);
	if (out->n == 0)
		buf_printf(out, "line-%llu", (unsigned long long)number);
}

struct slice
line_inner(const struct line *l)
{
	return l->at[l->family == FAMILY_OPENAI ? L_BODY : L_PARAMS];
}

/* What is dropped becomes blanks, with a comma at one side of it. */
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

/* -- lines of our own ------------------------------------------------------ */

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

static const char *
set_params(const struct line *l, struct request *r, struct param *params)
{
	struct slice key, value;
	enum json_type type;
	size_t at = 0, i = r->nparams;

	if (l->at[L_PARAM].p == NULL)
		return NULL;
	if (i > 0)
		memcpy(params, r->params, i * sizeof(*params));
	while ((type = json_each(l->at[L_PARAM], &at, &key, &value)) >
	    JSON_END) {
		if (i == LINE_PARAMS)
			return "too many members of param";
		/* a string's value is without its quotes */
		if (type == JSON_STRING)
			value = (struct slice){ value.p - 1, value.n + 2 };
		params[i++] = (struct param){ key, value };
	}
	r->params = params;
	r->nparams = i;
	return NULL;
}

const char *
line_ask(const struct line *l, struct talk *t, struct request *r,
    struct param *params, struct buf *text)
{
	struct slice prompt = { 0 }, tokens = l->at[L_MAX_TOKENS];
	const char *why = NULL;
	size_t all = 1;
	int i;

	/* unescaped it is never longer, and may not move */
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
		return "max_tokens is no count";
	why = set_params(l, r, params);
	if (why == NULL && l->at[L_MESSAGES].p != NULL)
		why = talk_parse(t, l->at[L_MESSAGES]);
	if (why == NULL && prompt.n > 0)
		talk_user(t, prompt, NULL, 0);
	return why != NULL ? why : talk_end(t, r);
}
