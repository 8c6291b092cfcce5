#include "api/line.h"

#include <string.h>

#include "base/utf8.h"

static const struct {
	char name[12];
	unsigned char type;		/* enum json_type; JSON_BAD: any */
} members[LINE_MEMBERS] = {
	[L_ID] = { "custom_id", JSON_STRING },
	[L_KEY] = { "key", JSON_STRING },
	[L_METHOD] = { "method", JSON_STRING },
	[L_URL] = { "url", JSON_STRING },
	[L_BODY] = { "body", JSON_OBJECT },
	[L_PARAMS] = { "params", JSON_OBJECT },
	[L_REQUEST] = { "request", JSON_OBJECT },
	[L_INPUT] = { "input", JSON_BAD },
	[L_CONTENTS] = { "contents", JSON_BAD },
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
	if (l->at[L_METHOD].p != NULL &&
	    !slice_ieq(l->at[L_METHOD], SLICE("POST")))
		return "the method is not POST";
	if (url.p == NULL)
		return NULL;
	if (*url.p != '/' && !slice_starts(url, "https://") &&
	    !slice_starts(url, "http://"))
		return "url is neither a path nor a URL";
	for (i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == '\\' ||
		    url.p[i] == '#' || url.p[i] == '{' ||
		    (unsigned char)url.p[i] >= 0x7f)
			return "url has characters that no path has";
	return NULL;
}

/* Whether a line is a request's body and nothing more. */
static int
is_bare(const struct line *l)
{
	return l->at[L_ID].p == NULL && l->at[L_KEY].p == NULL &&
	    l->at[L_PROMPT].p == NULL && (l->at[L_CONTENTS].p != NULL ||
	    (l->at[L_MODEL].p != NULL && (l->at[L_INPUT].p != NULL ||
	    l->at[L_MESSAGES].p != NULL)));
}

/* Sets .family and .inner of a line with valid members. */
static const char *
find_family(struct line *l, struct slice text, const char *unknown)
{
	const struct slice *at = l->at;

	/* The providers' lines may have members that bide does not know. */
	if (at[L_PARAMS].p != NULL) {
		l->family = FAMILY_ANTHROPIC;
		l->inner = at[L_PARAMS];
		return NULL;
	}
	if (at[L_BODY].p != NULL || at[L_URL].p != NULL) {
		l->family = FAMILY_OPENAI;
		l->inner = at[L_BODY];
		return check_openai(l);
	}
	if (at[L_REQUEST].p != NULL) {
		l->family = FAMILY_GEMINI;
		l->inner = at[L_REQUEST];
		return NULL;
	}
	if (is_bare(l)) {
		l->bare = 1;
		l->inner = text;
		l->family = at[L_CONTENTS].p != NULL ? FAMILY_GEMINI :
		    slice_starts(at[L_MODEL], "claude") ? FAMILY_ANTHROPIC :
		    FAMILY_OPENAI;
		return NULL;
	}
	if (at[L_KEY].p != NULL || at[L_INPUT].p != NULL ||
	    at[L_CONTENTS].p != NULL)
		return "an unknown member";
	if (unknown != NULL)
		return unknown;
	if (at[L_PROMPT].n == 0 && at[L_MESSAGES].p == NULL)
		return "no prompt";
	return NULL;
}

static const char *
read_line(struct line *l, struct slice text)
{
	const char *unknown = NULL, *why, *id = NULL;
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
		else if (type == JSON_NULL)
			continue;
		else if (type == members[i].type ||
		    members[i].type == JSON_BAD ||
		    (type == JSON_NUMBER && i <= L_KEY))
			l->at[i] = value;
		else if (i <= L_KEY)
			id = i == L_ID ? "custom_id is neither a string nor a "
			    "number" : "key is neither a string nor a number";
		else
			unknown = "an option of the wrong type";
	}
	if (type != JSON_END || utf8_good(text) != text.n) {
		memset(l, 0, sizeof(*l));
		return "not valid JSON";
	}
	why = find_family(l, text, unknown);
	if (l->family == FAMILY_GEMINI && l->at[L_ID].p == NULL)
		l->at[L_ID] = l->at[L_KEY];
	return id != NULL ? id : why;
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

int
line_url(const struct line *l, struct buf *out)
{
	enum { MESSAGES, INPUT, PROMPT, MODEL, N };
	struct json_want w[N];

	if (l->at[L_URL].p != NULL) {
		line_text(l, L_URL, out);
		return 0;
	}
	if (json_take(l->inner, "messages input prompt model", w, N) < 0)
		return -1;
	if (w[MESSAGES].type == JSON_ARRAY)
		buf_puts(out, "/v1/chat/completions");
	else if (w[INPUT].type != JSON_BAD)
		buf_puts(out, slice_ifind(w[MODEL].tok, "embed") >= 0 ?
		    "/v1/embeddings" : "/v1/responses");
	else if (w[PROMPT].type != JSON_BAD)
		buf_puts(out, "/v1/completions");
	else
		return -1;
	return 0;
}

/* Sets the model of a body, which is .inner but for blanks. */
static void
put_model(const struct line *l, struct slice model, int instead,
    struct buf *body)
{
	struct json_want had = { .key = "model" };
	struct buf old = *body, name = { 0 };
	struct json_out w = { .out = body };
	size_t from = 1, to = 1;

	(void)json_pick(l->inner, &had, 1);
	/* Gemini's stands in the path, and here only in a copy */
	if (had.type == JSON_STRING ? !instead : l->family == FAMILY_GEMINI)
		return;
	if (had.type == JSON_STRING) {
		from = (size_t)(had.tok.p - l->inner.p);
		to = from-- + had.tok.n + 1;	/* with its quotes */
	}
	*body = (struct buf){ .max = old.max };
	buf_put(body, slice_sub(buf_slice(&old), 0, from));
	if (had.type != JSON_STRING)
		buf_puts(body, "\"model\":");
	buf_printf(&name, "%s%.*s", l->family == FAMILY_GEMINI ? "models/" :
	    "", SLICE_FMT(model));
	json_str(&w, buf_slice(&name));
	buf_free(&name);
	if (had.type != JSON_STRING && slice_trim(slice_sub(buf_slice(&old),
	    1, old.n)).n > 1)
		buf_putc(body, ',');
	buf_put(body, slice_sub(buf_slice(&old), to, old.n));
	buf_free(&old);
}

/* Dropped members become blanks, with the comma on one side. */
static void
drop_members(const struct line *l, struct buf *out)
{
	enum { STREAM, METADATA, N };
	struct slice body = l->inner, key, value;
	struct json_want w[N];
	size_t at = 0, end = 1, to;
	int drop, kept = 0, stream, metadata;

	if (json_take(body, "stream metadata", w, N) < 0)
		return;
	stream = w[STREAM].type == JSON_TRUE;
	metadata = w[METADATA].type != JSON_BAD && l->bare &&
	    l->family == FAMILY_OPENAI;
	if (!stream && !metadata)
		return;
	while (json_each(body, &at, &key, &value) > JSON_END) {
		drop = (stream && (json_is(key, "stream") ||
		    json_is(key, "stream_options"))) ||
		    (metadata && json_is(key, "metadata"));
		to = drop ? at : (size_t)(key.p - 1 - body.p);
		if (drop || !kept)
			memset(out->p + end, ' ', to - end);
		kept |= !drop;
		end = at;
	}
}

void
line_body(const struct line *l, struct slice model, int instead,
    struct buf *out)
{
	buf_put(out, l->inner);
	drop_members(l, out);
	if (model.n > 0)
		put_model(l, model, instead, out);
}

/* -- a file that is no batch ----------------------------------------------- */

const char *
line_foreign(struct slice first)
{
	static const struct {
		char bytes[5];
		const char *why;
	} magic[] = {
		{ "\x1f\x8b", "compressed: gzip -dc FILE | bide batch" },
		{ "(\xb5/\xfd", "compressed: zstd -dc FILE | bide batch" },
		{ "BZh", "compressed: bzip2 -dc FILE | bide batch" },
		{ "\xfd" "7zX", "compressed: xz -dc FILE | bide batch" },
		{ "PK\x03\x04", "an archive" },
		{ "\xff\xfe", "UTF-16: iconv -f UTF-16 -t UTF-8 FILE" },
		{ "\xfe\xff", "UTF-16: iconv -f UTF-16 -t UTF-8 FILE" },
	};
	struct slice text = slice_trim(first), key, value;
	size_t i, at = 0;

	for (i = 0; i < COUNT(magic); i++)
		if (slice_starts(first, magic[i].bytes))
			return magic[i].why;
	if (first.n > 1 && (first.p[0] == '\0' || first.p[1] == '\0'))
		return "UTF-16: iconv -f UTF-16LE -t UTF-8 FILE";
	if (text.n == 0 || (*text.p == '{' && text.n > 1))
		return NULL;
	if (*text.p == '{')
		return "JSON over several lines: jq -c . FILE | bide batch";
	if (*text.p == '[' && (!json_valid(text) ||
	    json_each(text, &at, &key, &value) == JSON_OBJECT))
		return "a JSON array: jq -c '.[]' FILE | bide batch";
	return json_valid(text) ? NULL : "neither JSON nor anything else that "
	    "it reads; a batch has one JSON object per line";
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
			params[r->nparams++] = (struct param){ key,
			    json_text(type, value) };
		}
	}
	if (l->at[L_MESSAGES].p != NULL)
		why = talk_parse(t, l->at[L_MESSAGES]);
	if (why == NULL && prompt.n > 0)
		talk_user(t, prompt, NULL, 0);
	return why != NULL ? why : talk_end(t, r);
}
