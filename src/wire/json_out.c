#include "wire/json.h"

#include <string.h>

#include "base/bug.h"
#include "base/utf8.h"
#include "wire/b64.h"
#include "base/scan.h"

static int
in_object(const struct json_out *w)
{
	return w->depth > 0 && (w->arrays >> (w->depth - 1) & 1) == 0;
}

/* What stands before a value. */
static void
begin(struct json_out *w)
{
	must(in_object(w) ? w->named : w->depth > 0 || !w->comma);
	if (w->comma && !w->named)
		buf_putc(w->out, ',');
	w->named = 0;
	w->comma = 1;
}

void
json_open(struct json_out *w, char bracket)
{
	uint64_t bit;

	must(w->depth < JSON_DEPTH && (bracket == '{' || bracket == '['));
	begin(w);
	buf_putc(w->out, bracket);
	bit = UINT64_C(1) << w->depth++;
	w->arrays = bracket == '[' ? w->arrays | bit : w->arrays & ~bit;
	w->comma = 0;
}

void
json_close(struct json_out *w)
{
	must(w->depth > 0 && !w->named);
	buf_putc(w->out, in_object(w) ? '}' : ']');
	w->depth--;
	w->comma = 1;
}

/* Control characters, quote and backslash. */
static void
put_escape(struct buf *out, char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = memchr(from, c, sizeof(from) - 1);

	if (at == NULL) {
		buf_printf(out, "\\u%04x", (unsigned)c);
		return;
	}
	buf_putc(out, '\\');
	buf_putc(out, to[at - from]);
}

/* How many ASCII characters come first, in whole steps, that need nothing
 * done to them. */
static size_t
plain_run(const char *p, size_t n)
{
	struct scan s;
	size_t i;

	for (i = 0; n - i >= SCAN_STEP; i += SCAN_STEP) {
		s = scan_load(p + i);
		if ((scan_string(s) | scan_odd(s)) != 0)
			break;
	}
	return i;
}

/* Text between quotes. */
static void
put_text(struct buf *out, struct slice s)
{
	size_t i, n, from = 0;
	int bad;

	for (i = 0; i < s.n; i += n) {
		n = plain_run(s.p + i, s.n - i);
		if (n > 0)
			continue;
		n = utf8_length(slice_sub(s, i, s.n), &bad);
		if (!bad && s.p[i] != '"' && s.p[i] != '\\' &&
		    (unsigned char)s.p[i] >= ' ')
			continue;
		buf_put(out, slice_sub(s, from, i - from));
		from = i + n;
		if (bad)
			buf_puts(out, "\xEF\xBF\xBD");
		else
			put_escape(out, s.p[i]);
	}
	buf_put(out, slice_sub(s, from, s.n));
}

/* raw: its escapes are made already. */
static void
put_string(struct json_out *w, struct slice s, int raw)
{
	buf_putc(w->out, '"');
	if (raw)
		utf8_put(w->out, s);
	else
		put_text(w->out, s);
	buf_putc(w->out, '"');
}

static void
put_name(struct json_out *w, struct slice name, int raw)
{
	must(in_object(w) && !w->named);
	if (w->comma)
		buf_putc(w->out, ',');
	put_string(w, name, raw);
	buf_putc(w->out, ':');
	w->named = 1;
}

void
json_key(struct json_out *w, const char *key)
{
	put_name(w, slice_str(key), 0);
}

void
json_str(struct json_out *w, struct slice text)
{
	begin(w);
	put_string(w, text, 0);
}

void
json_b64(struct json_out *w, struct slice mime, struct slice data)
{
	begin(w);
	buf_putc(w->out, '"');
	if (mime.n > 0) {
		buf_puts(w->out, "data:");
		put_text(w->out, mime);
		buf_puts(w->out, ";base64,");
	}
	b64_put(w->out, data);
	buf_putc(w->out, '"');
}

void
json_num(struct json_out *w, int64_t v)
{
	begin(w);
	buf_printf(w->out, "%lld", (long long)v);
}

void
json_bool(struct json_out *w, int v)
{
	begin(w);
	buf_puts(w->out, v ? "true" : "false");
}

void
json_null(struct json_out *w)
{
	begin(w);
	buf_puts(w->out, "null");
}

/* One token of a text that is known to be valid. */
static void
put_token(struct json_out *w, enum json_type type, struct slice tok)
{
	switch (type) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		json_open(w, *tok.p);
		break;
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
		json_close(w);
		break;
	case JSON_KEY:
		put_name(w, tok, 1);
		break;
	case JSON_STRING:
		begin(w);
		put_string(w, tok, 1);
		break;
	default:
		begin(w);
		buf_put(w->out, tok);
	}
}

/* Whether doc is valid, and not too deep here. */
static int
fits(const struct json_out *w, struct slice doc)
{
	enum json_type type;
	unsigned depth = 0;
	struct slice tok;
	struct json j;

	json_init(&j, doc);
	while ((type = json_next(&j, &tok)) > JSON_END)
		if (j.depth > depth)
			depth = j.depth;
	return type == JSON_END && depth <= JSON_DEPTH - w->depth;
}

/* Token by token, so that no line break comes along: what is written here
 * often is one line of many. */
int
json_raw(struct json_out *w, struct slice doc)
{
	enum json_type type;
	struct slice tok;
	struct json j;

	if (!fits(w, doc))
		return -1;
	json_init(&j, doc);
	while ((type = json_next(&j, &tok)) > JSON_END)
		put_token(w, type, tok);
	return 0;
}

int
json_line(struct json_out *w, struct slice doc)
{
	doc = slice_trim(doc);
	if (doc.n == 0 || memchr(doc.p, '\n', doc.n) != NULL ||
	    memchr(doc.p, '\r', doc.n) != NULL || utf8_good(doc) < doc.n)
		return json_raw(w, doc);
	if (!fits(w, doc))
		return -1;
	begin(w);
	buf_put(w->out, doc);
	return 0;
}

void
json_member(struct json_out *w, const char *key, struct slice text)
{
	json_key(w, key);
	json_str(w, text);
}

void
json_member_num(struct json_out *w, const char *key, int64_t v)
{
	json_key(w, key);
	json_num(w, v);
}
