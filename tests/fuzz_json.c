/* All ways to read a text agree on whether it is valid JSON, and writing it
 * and reading it back gives the same. */

#include <assert.h>
#include <stdint.h>

#include "base/utf8.h"
#include "tests/splits.h"
#include "wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unescaping, writing and unescaping again gives the same text, also from two
 * pieces. */
static void
check_string(struct slice raw)
{
	struct buf text = { 0 }, again = { 0 }, line = { 0 }, clean = { 0 };
	struct json_out w = { .out = &line };
	uint16_t half = 0, unit;
	size_t at, n;

	json_unescape(raw, &text, NULL);
	utf8_put(&clean, buf_slice(&text));
	json_str(&w, buf_slice(&text));
	json_unescape(slice_sub(buf_slice(&line), 1, line.n - 2), &again,
	    NULL);
	assert(slice_eq(buf_slice(&clean), buf_slice(&again)));
	assert(!json_plain(raw) || slice_eq(raw, buf_slice(&text)));

	for (at = 0; at < raw.n / 2; at += n) {
		n = json_escape(slice_sub(raw, at, raw.n), &unit);
		n = n == 0 ? 1 : n;
	}
	buf_clear(&again);
	json_unescape(slice_sub(raw, 0, at), &again, &half);
	json_unescape(slice_sub(raw, at, raw.n), &again, &half);
	json_unescape_end(&again, &half);
	assert(slice_eq(buf_slice(&text), buf_slice(&again)));
	buf_free(&text);
	buf_free(&again);
	buf_free(&line);
	buf_free(&clean);
}

static void
check_number(struct slice lexeme)
{
	int64_t v = json_int(lexeme, -1);

	/* digits alone are what slice_dec() reads */
	assert(slice_dec(lexeme, INT64_MAX) < 0 ||
	    slice_dec(lexeme, INT64_MAX) == v);
}

/* Reads all tokens; JSON_END or JSON_BAD. */
static enum json_type
check_tokens(struct slice doc, enum json_type *first)
{
	enum json_type type;
	struct slice tok;
	struct json j;

	json_init(&j, doc);
	*first = type = json_next(&j, &tok);
	for (; type > JSON_END; type = json_next(&j, &tok)) {
		assert(tok.p >= doc.p && tok.n <= doc.n &&
		    tok.p + tok.n <= doc.p + doc.n);
		if (type == JSON_STRING || type == JSON_KEY)
			check_string(tok);
		else if (type == JSON_NUMBER)
			check_number(tok);
	}
	return type;
}

/* The output of json_raw() is valid, one line, and its own copy. */
static void
check_raw(struct slice doc, int good)
{
	struct buf once = { 0 }, twice = { 0 };
	struct json_out w = { .out = &once }, v = { .out = &twice };

	assert((json_raw(&w, doc) == 0) == good);
	if (good) {
		assert(json_valid(buf_slice(&once)));
		assert(memchr(once.p, '\n', once.n) == NULL);
		assert(json_raw(&v, buf_slice(&once)) == 0);
		assert(slice_eq(buf_slice(&once), buf_slice(&twice)));
	}
	buf_free(&once);
	buf_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_want in[] = { { .key = "type" } };
	struct json_want first_of[] = { { .key = "0", in, 1 } };
	struct json_want want[] = { { .key = "a", first_of, 1 },
	    { .key = "type" } };
	struct slice doc = { (const char *)data, size }, key, tok, last;
	enum json_type first, end = check_tokens(doc, &first), type;
	int good = end == JSON_END;
	size_t at = 0;

	assert(json_valid(doc) == (good && utf8_good(doc) == size));
	assert((json_pick(doc, want, 2) == 0) ==
	    (good && first == JSON_OBJECT));
	last = (struct slice){ 0 };
	while ((type = json_each(doc, &at, &key, &tok)) > JSON_END)
		if (key.n > 0 && json_is(key, "a"))
			last = tok;
	assert((type == JSON_END) ==
	    (good && (first == JSON_OBJECT || first == JSON_ARRAY)));
	if (good && first == JSON_OBJECT)
		assert(want[0].tok.p == last.p && want[0].tok.n == last.n);
	type = json_find(doc, "a.0.type", &tok);
	if (good && first == JSON_OBJECT && type != JSON_BAD)
		assert(in[0].type == type && in[0].tok.p == tok.p &&
		    in[0].tok.n == tok.n);
	check_raw(doc, good);
	return 0;
}
