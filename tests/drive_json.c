#include "tests/drive.h"

#include <stdio.h>

#include "wire/b64.h"
#include "wire/json.h"

/* The path of a token: one step per container. */
struct step {
	int array;
	int64_t n;		/* elements so far */
	struct slice key;
};

struct place {
	struct step step[JSON_DEPTH];
	size_t depth;
};

static int
surrogate(uint16_t unit, unsigned from)
{
	return unit >= from && unit < from + 0x400;
}

/* Unescapes, but writes a lone surrogate as three bytes (WTF-8), which bide
 * never does.  Whether there was one. */
static int
put_wtf8(struct buf *out, struct slice raw)
{
	uint16_t unit = 0, low = 0;
	struct slice rest;
	int lone = 0;
	size_t n;

	for (; raw.n > 0; raw = slice_sub(raw, n, raw.n)) {
		n = json_escape(raw, &unit);
		rest = slice_sub(raw, n, raw.n);
		if (n == 0) {
			n = 1;
			buf_putc(out, *raw.p);
		} else if (surrogate(unit, 0xd800) &&
		    json_escape(rest, &low) == 6 && surrogate(low, 0xdc00)) {
			n = 12;
			json_unescape(slice_sub(raw, 0, n), out, NULL);
		} else if (surrogate(unit, 0xd800) ||
		    surrogate(unit, 0xdc00)) {
			lone = 1;
			buf_putc(out, (char)(0xe0 | unit >> 12));
			buf_putc(out, (char)(0x80 | (unit >> 6 & 0x3f)));
			buf_putc(out, (char)(0x80 | (unit & 0x3f)));
		} else {
			json_unescape(slice_sub(raw, 0, n), out, NULL);
		}
	}
	return lone;
}

static void
put_path(struct json_out *w, const struct place *at)
{
	struct buf key = { 0 };
	size_t i;

	json_open(w, '[');
	for (i = 0; i < at->depth; i++) {
		if (at->step[i].array) {
			json_num(w, at->step[i].n - 1);
			continue;
		}
		buf_clear(&key);
		if (put_wtf8(&key, at->step[i].key))
			json_str(w, SLICE("?lone"));
		else
			json_str(w, buf_slice(&key));
	}
	json_close(w);
	buf_free(&key);
}

static void
put_string(struct json_out *w, struct slice raw)
{
	struct buf text = { 0 }, b64 = { 0 };
	int lone = put_wtf8(&text, raw);

	b64_put(&b64, buf_slice(&text));
	json_open(w, '{');
	json_member(w, "s", buf_slice(&b64));
	if (lone) {
		json_key(w, "lone_surrogate");
		json_bool(w, 1);
	}
	json_close(w);
	buf_free(&text);
	buf_free(&b64);
}

static void
put_leaf(struct buf *out, const struct place *at, enum json_type type,
    struct slice tok)
{
	static const char *const kinds[] = {
		[JSON_NULL] = "null", [JSON_FALSE] = "false",
		[JSON_TRUE] = "true", [JSON_NUMBER] = "number",
		[JSON_STRING] = "string", [JSON_OBJECT] = "object",
		[JSON_ARRAY] = "array",
	};
	struct json_out w = { .out = out };

	json_open(&w, '[');
	put_path(&w, at);
	json_str(&w, slice_str(kinds[type]));
	if (type == JSON_STRING)
		put_string(&w, tok);
	else if (type == JSON_NUMBER)
		json_str(&w, tok);
	else
		json_null(&w);
	json_close(&w);
	buf_putc(out, '\n');
}

static void
put_token(struct buf *out, struct place *at, enum json_type type,
    struct slice tok)
{
	struct step *top = &at->step[at->depth == 0 ? 0 : at->depth - 1];

	if (type == JSON_KEY) {
		top->key = tok;
		return;
	}
	if (type == JSON_OBJECT_END || type == JSON_ARRAY_END) {
		at->depth--;
		if (top->n == 0)
			put_leaf(out, at, type == JSON_OBJECT_END ?
			    JSON_OBJECT : JSON_ARRAY, tok);
		return;
	}
	if (at->depth > 0)
		top->n++;
	if (type == JSON_OBJECT || type == JSON_ARRAY)
		at->step[at->depth++] = (struct step){ type == JSON_ARRAY, 0,
		    { NULL, 0 } };
	else
		put_leaf(out, at, type, tok);
}

int
drive_json(int argc, char **argv)
{
	struct buf in = { 0 }, out = { 0 };
	struct place at = { .depth = 0 };
	enum json_type type;
	struct slice tok;
	struct json j;
	int valid;

	(void)argc;
	(void)argv;
	drive_slurp(&in);
	valid = json_valid(buf_slice(&in));
	json_init(&j, buf_slice(&in));
	while (valid && (type = json_next(&j, &tok)) > JSON_END)
		put_token(&out, &at, type, tok);
	if (valid)
		fwrite(out.p, 1, out.n, stdout);
	buf_free(&in);
	buf_free(&out);
	return !valid;
}
