#include "wire/json.h"

#include <string.h>

#include "base/bug.h"
#include "base/clean.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "wire/b64.h"

static int
in_object(const struct json_out *w)
{
	return w->depth > 0 && (w->arrays >> (w->depth - 1) & 1) == 0;
}

/* Checks that a value may come here, and writes the comma before it. */
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

/* The code point of a character that is escaped although JSON does not ask for
 * it: what acts on a terminal, lest JSON that is shown on one can drive it, and
 * what many readers of JSON lines take for the end of one.  Else 0. */
static unsigned
escaped(struct slice c)
{
	if (slice_is(c, "\xe2\x80\xa8"))
		return 0x2028;
	return slice_is(c, "\xe2\x80\xa9") ? 0x2029 : clean_acts(c);
}

/* Appends s as the content of a string; raw: it is escaped already, or a
 * document. */
static void
put_text(struct buf *out, struct slice s, int raw)
{
	static const char special[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	size_t i = 0, n, from = 0;
	unsigned acts;
	const char *at;
	struct scan x;
	int bad;

	for (;;) {
		/* plain ASCII is copied as it is, in whole steps */
		for (; s.n - i >= SCAN_STEP; i += SCAN_STEP) {
			x = scan_load(s.p + i);
			if (((raw ? 0 : scan_string(x)) | scan_high(x)) != 0)
				break;
		}
		if (i == s.n)
			break;
		n = utf8_length(slice_sub(s, i, s.n), &bad);
		acts = bad ? 0 : escaped(slice_sub(s, i, n));
		if (!bad && acts == 0 && (raw || (s.p[i] != '"' &&
		    s.p[i] != '\\' && (unsigned char)s.p[i] >= ' '))) {
			i += n;
			continue;
		}
		buf_put(out, slice_sub(s, from, i - from));
		at = memchr(special, s.p[i], sizeof(special) - 1);
		if (bad) {
			buf_puts(out, "\xEF\xBF\xBD");
		} else if (at == NULL) {
			buf_printf(out, "\\u%04x", acts != 0 ? acts :
			    (unsigned)s.p[i]);
		} else {
			buf_putc(out, '\\');
			buf_putc(out, letter[at - special]);
		}
		i += n;
		from = i;
	}
	buf_put(out, slice_sub(s, from, s.n));
}

static void
put_string(struct json_out *w, struct slice s, int raw)
{
	buf_putc(w->out, '"');
	put_text(w->out, s, raw);
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
		put_text(w->out, mime, 0);
		buf_puts(w->out, ";base64,");
	}
	b64_put(w->out, data);
	buf_putc(w->out, '"');
}

void
json_num(struct json_out *w, int64_t v)
{
	begin(w);
	buf_put_num(w->out, v);
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

/* Whether doc is valid and not nested too deeply to be written here. */
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

int
json_raw(struct json_out *w, struct slice doc)
{
	enum json_type type;
	struct slice tok;
	struct json j;

	if (!fits(w, doc))
		return -1;
	/* by token, so that line breaks between them are left out */
	json_init(&j, doc);
	while ((type = json_next(&j, &tok)) > JSON_END) {
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
	return 0;
}

int
json_line(struct json_out *w, struct slice doc)
{
	doc = slice_trim(doc);
	if (doc.n == 0 || memchr(doc.p, '\n', doc.n) != NULL ||
	    memchr(doc.p, '\r', doc.n) != NULL)
		return json_raw(w, doc);
	if (!fits(w, doc))
		return -1;
	begin(w);
	put_text(w->out, doc, 1);	/* none of it is outside a string */
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
