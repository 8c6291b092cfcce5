#include "wire/json.h"

#include <stdlib.h>

#include "tests/splits.h"
#include "tests/t.h"

/* The tokens as letters; "" if the text is invalid. */
static struct slice
tokens(struct buf *log, const char *text)
{
	static const char letters[] = "!.0ft#skO}A]";
	struct slice doc = slice_str(text), tok;
	char *copy = exact(doc);
	enum json_type type;
	struct json j;

	buf_clear(log);
	json_init(&j, (struct slice){ copy, doc.n });
	do {
		type = json_next(&j, &tok);
		buf_putc(log, letters[type]);
		if (type == JSON_NUMBER || type == JSON_STRING ||
		    type == JSON_KEY)
			buf_put(log, tok);
	} while (type > JSON_END);
	/* both ends are sticky */
	if (json_next(&j, &tok) != type)
		buf_puts(log, "?");
	free(copy);
	return buf_slice(log);
}

static void
test_tokens(void)
{
	static const char *const cases[][2] = {
		{ "null", "0." },
		{ " true ", "t." },
		{ "\t\r\nfalse", "f." },
		{ "-0.5e+3", "#-0.5e+3." },
		{ "\"a\\\"b\"", "sa\\\"b." },
		{ "{}", "O}." },
		{ "[ ]", "A]." },
		{ "[1,[2],{\"a\":{}}]", "A#1A#2]OkaO}}]." },
		{ "{\"a\":1 , \"a\" :\"x\"}", "Oka#1kasx}." },
		{ "", "!" },
		{ " ", "!" },
		{ "nul", "!" },
		{ "nulll", "0!" },
		{ "1 2", "#1!" },
		{ "01", "#0!" },
		{ "-", "!" },
		{ "1.", "!" },
		{ ".5", "!" },
		{ "1e", "!" },
		{ "1e+", "!" },
		{ "+1", "!" },
		{ "[1,]", "A#1!" },
		{ "[,1]", "A!" },
		{ "[1 2]", "A#1!" },
		{ "[1}", "A#1!" },
		{ "[", "A!" },
		{ "[1", "A#1!" },
		{ "]", "!" },
		{ "{\"a\"}", "O!" },
		{ "{\"a\":}", "Oka!" },
		{ "{\"a\":1,}", "Oka#1!" },
		{ "{1:2}", "O!" },
		{ "{]", "O!" },
		{ "\"", "!" },
		{ "\"\\", "!" },
		{ "\"\\\"", "!" },
		{ "\"\\x\"", "!" },
		{ "\"\\u12g4\"", "!" },
		{ "\"\\u123", "!" },
		{ "\"12345678\n\"", "!" },
		{ "\"1234567\x1f\"", "!" },
		{ "\"123456789 \x7f \xc3\xa9\"",
		    "s123456789 \x7f \xc3\xa9." },
		{ "'a'", "!" },
		{ "\xef\xbb\xbf" "1", "!" },
	};
	struct buf log = { 0 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		EQS(tokens(&log, cases[i][0]), cases[i][1], cases[i][1]);
	buf_free(&log);
}

/* Every alignment and every length. */
static void
test_strings(void)
{
	static const char ends[] = "\"\\\n";
	char text[40], want[40];
	struct buf log = { 0 };
	size_t n, k;

	for (n = 0; n < 34; n++) {
		for (k = 0; k < 3; k++) {
			snprintf(text, sizeof(text), "\"%.*s%c", (int)n,
			    "!#[]~azAZ09!#[]~azAZ09!#[]~azAZ09!#[]~", ends[k]);
			snprintf(want, sizeof(want), "s%.*s.", (int)n,
			    text + 1);
			EQS(tokens(&log, text), k == 0 ? want : "!", want);
		}
	}
	buf_free(&log);
}

static void
test_depth(void)
{
	char text[2 * JSON_DEPTH + 3];
	struct json_want want = { .key = "a" };
	struct json_want in = { .key = "a", &want, 1 };
	struct buf doc = { 0 };
	size_t n;

	for (n = JSON_DEPTH; n <= JSON_DEPTH + 1; n++) {
		memset(text, '[', n);
		memset(text + n, ']', n);
		text[2 * n] = '\0';
		EQ(json_valid(slice_str(text)), n == JSON_DEPTH, "arrays");
		buf_clear(&doc);
		buf_printf(&doc, "{\"a\":%s}", text + 1);
		doc.p[doc.n - 2] = '}';
		doc.n--;
		EQ(json_valid(buf_slice(&doc)), n == JSON_DEPTH, "mixed");
		EQ(json_pick(buf_slice(&doc), &want, 1),
		    n == JSON_DEPTH ? 0 : -1, "pick");
		want.key = "0";
		EQ(json_pick(buf_slice(&doc), &in, 1),
		    n == JSON_DEPTH ? 0 : -1, "pick inside");
		want.key = "a";
	}
	buf_free(&doc);
	OK(json_valid(SLICE("[{\"a\":[{}]},[]]")), "kinds are kept apart");
	OK(!json_valid(SLICE("[{\"a\":[{}}],[]]")), "and told apart");
	OK(json_valid(SLICE("\"\xe2\x82\xac\"")), "UTF-8");
	OK(!json_valid(SLICE("\"\xe2\x82\"")), "not UTF-8");
	OK(!json_valid((struct slice){ 0 }), "nothing at all");
}

static void
test_pick(void)
{
	struct json_want want[] = { { .key = "type" }, { .key = "delta" },
		{ .key = "a" }, { .key = "none" }, { .key = "" } };
	static const char *const bad[] = {
		"", " ", "[]", "[{}]", "\"a\"", "{\"a\":1}x", "{\"a\":1",
		"{\"a\":1}}", "{\"a\":[}", "{\"a\":nul}", "{\"b\":1 \"a\":2}",
		"{,\"a\":1}", "{\"a\":1,}", "{\"x\":[1,{\"y\":01}]}", "{",
		"{\"a\":{\"b\":[1,2}}}",
	};
	size_t i;

	EQ(json_pick(SLICE(" {\"type\":1,\"delt\":0,\"t\\u0079pe\" : \"x\","
	    "\"delta\":[1,{\"type\":2}] ,\"deltas\":0,\"a\\n\":1,"
	    "\"\":null} "), want, 5), 0, "object");
	EQ(want[0].type, JSON_STRING, "the last of equal names");
	EQS(want[0].tok, "x", "without quotes");
	EQ(want[1].type, JSON_ARRAY, "container");
	EQS(want[1].tok, "[1,{\"type\":2}]", "with its brackets");
	EQ(want[2].type, JSON_BAD, "an escape is not plain");
	EQ(want[3].type, JSON_BAD, "missing");
	EQ(want[4].type, JSON_NULL, "empty name");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		EQ(json_pick(slice_str(bad[i]), want, 3), -1, bad[i]);
	EQ(json_pick(SLICE("{}"), want, 3), 0, "empty object");
	EQ(want[0].type, JSON_BAD, "forgets what was there");
}

static void
test_pick_inside(void)
{
	struct json_want c[] = { { .key = "x" }, { .key = "y" } };
	struct json_want b[] = { { .key = "0", c, 2 }, { .key = "1" } };
	struct json_want a = { .key = "a", b, 2 };
	static const char *const bad[] = {
		"{\"a\":[}", "{\"a\":[{\"x\":1]}", "{\"a\":[{\"x\":1}}",
		"{\"a\":[{\"x\":1},]}", "{\"a\":[{\"x\":1,}]}",
		"{\"a\":[{\"x\":1}", "{\"a\":[{\"x\":1} {}]}",
		"{\"a\":[{\"x\":1}]]",
	};
	size_t i;

	EQ(json_pick(SLICE("{\"a\" : [ {\"y\":[2],\"x\":\"1\"}, {\"x\":3} ]}"),
	    &a, 1), 0, "inside");
	EQ(a.type, JSON_ARRAY, "the array itself");
	EQS(a.tok, "[ {\"y\":[2],\"x\":\"1\"}, {\"x\":3} ]", "is whole");
	EQ(b[0].type, JSON_OBJECT, "its first element");
	EQS(b[0].tok, "{\"y\":[2],\"x\":\"1\"}", "is whole");
	EQS(c[0].tok, "1", "a member of that");
	EQS(c[1].tok, "[2]", "another");
	EQ(b[1].type, JSON_BAD, "only the first has a name");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		EQ(json_pick(slice_str(bad[i]), &a, 1), -1, bad[i]);
	EQ(json_pick(SLICE("{\"a\":[{\"x\":1}],\"a\":{\"1\":2}}"), &a, 1), 0,
	    "twice");
	EQ(b[0].type, JSON_BAD, "the last of equal names");
	EQS(b[1].tok, "2", "and what is in it");
	EQ(json_pick(SLICE("{\"a\":[]}"), &a, 1), 0, "empty");
	EQ(b[0].type, JSON_BAD, "has no first");
	EQ(json_pick(SLICE("{\"a\":\"[\"}"), &a, 1), 0, "no container");
	EQ(a.type, JSON_STRING, "is none");
}

static void
test_each(void)
{
	struct slice doc = SLICE(" { \"a\" : [ ] , \"b\":{\"c\":2} } ");
	struct slice key, tok;
	size_t at = 0;

	EQ(json_each(doc, &at, &key, &tok), JSON_ARRAY, "first");
	EQS(key, "a", "its name");
	EQS(tok, "[ ]", "its value");
	EQ(json_each(doc, &at, &key, &tok), JSON_OBJECT, "second");
	EQS(key, "b", "its name");
	EQS(tok, "{\"c\":2}", "its value");
	EQ(json_each(doc, &at, &key, &tok), JSON_END, "end");
	EQ(json_each(doc, &at, &key, &tok), JSON_END, "stays so");
	doc = SLICE("[1,\"x\",]");
	at = 0;
	EQ(json_each(doc, &at, &key, &tok), JSON_NUMBER, "element");
	EQ(key.n, 0, "has no name");
	EQ(json_each(doc, &at, &key, &tok), JSON_STRING, "string");
	EQS(tok, "x", "without quotes");
	EQ(json_each(doc, &at, &key, &tok), JSON_BAD, "comma before the end");
	EQ(json_each(doc, &at, &key, &tok), JSON_BAD, "stays so");
	at = 0;
	EQ(json_each(SLICE("[1"), &at, &key, &tok), JSON_NUMBER, "cut");
	EQ(json_each(SLICE("[1"), &at, &key, &tok), JSON_BAD, "is no end");
	at = 0;
	EQ(json_each(SLICE("[] ]"), &at, &key, &tok), JSON_BAD, "tail");
	at = 0;
	EQ(json_each(SLICE("7"), &at, &key, &tok), JSON_BAD, "no container");
}

static void
test_find(void)
{
	struct slice doc = SLICE("{\"a\":[{\"b\":1},{\"b\":\"two\"}],"
	    "\"a.b\":0,\"n\":null,\"a\\\"\":3,\"0\":4}");
	struct slice tok;

	EQ(json_find(doc, "a.1.b", &tok), JSON_STRING, "path");
	EQS(tok, "two", "its value");
	EQ(json_find(doc, "a.0", &tok), JSON_OBJECT, "container");
	EQS(tok, "{\"b\":1}", "whole");
	EQ(json_find(doc, "0", &tok), JSON_NUMBER, "a name of digits");
	EQ(json_find(doc, "a.2", &tok), JSON_BAD, "past the end");
	EQ(json_find(doc, "a.b", &tok), JSON_BAD, "no index");
	EQ(json_find(doc, "a.", &tok), JSON_ARRAY, "a dot at the end");
	EQ(json_find(doc, "n.x", &tok), JSON_BAD, "null has no members");
	EQ(json_find(SLICE("{\"a\":1"), "a", &tok), JSON_BAD, "broken text");
	EQ(json_find(SLICE("{\"a\":{}}x"), "a", &tok), JSON_BAD, "tail");
}

static void
test_is(void)
{
	OK(json_is(SLICE("stop"), "stop"), "plain");
	OK(json_is(SLICE("s\\u0074op"), "stop"), "escaped");
	OK(json_is(SLICE("a\\/b\\n"), "a/b\n"), "short escapes");
	OK(json_is(SLICE(""), ""), "empty");
	OK(!json_is(SLICE("stop"), "sto"), "longer");
	OK(!json_is(SLICE("sto"), "stop"), "shorter");
	OK(!json_is(SLICE("\\u0000"), ""), "NUL is a character");
	OK(!json_is(SLICE("\\u0173top"), "stop"), "code units are compared");
}

static void
test_numbers(void)
{
	static const struct {
		const char *text;
		long long whole;
	} cases[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "12", 12 },
		{ "-12.9", -12 },
		{ "0.0001", 0 },
		{ "6.379", 6 },
		{ "6.3790", 6 },
		{ "6.3791", 6 },
		{ "1.5e3", 1500 },
		{ "1500E-3", 1 },
		{ "1e-7", 0 },
		{ "-0.1e-9", 0 },
		{ "-0.0", 0 },
		{ "1e9", 1000000000 },
		{ "1000000000.001", 1000000000 },
		{ "1000000000.0001", 1000000000 },
		{ "9223372036854775807", INT64_MAX },
		{ "9223372036854775808", -7 },
		{ "-9223372036854775808", INT64_MIN },
		{ "-9223372036854775809", -7 },
		{ "1e18", 1000000000000000000 },
		{ "1e19", -7 },
		{ "1e99999999999999999999", -7 },
		{ "0e99999999999999999999", 0 },
		{ "1e-99999999999999999999", 0 },
		{ "00000", -7 },
		{ "", -7 },
		{ "x", -7 },
		{ "1 ", -7 },
		{ " 1", -7 },
		{ "1,", -7 },
		{ "null", -7 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		EQ(json_int(slice_str(cases[i].text), -7), cases[i].whole,
		    cases[i].text);
}

#define BAD "\xef\xbf\xbd"

static void
test_unescape(void)
{
	/* Strings as deltas split them, and their combined text. */
	static const struct {
		const char *piece[3], *want;
	} cases[] = {
		{ { "plain" }, "plain" },
		{ { "\\\"\\\\\\/\\b\\f\\n\\r\\t" }, "\"\\/\b\f\n\r\t" },
		{ { "\\u0041\\u00e9\\u20ac" }, "A\xc3\xa9\xe2\x82\xac" },
		{ { "\\uFFFF\\u07ff\\u0800" },
		    "\xef\xbf\xbf\xdf\xbf\xe0\xa0\x80" },
		{ { "x\\ud83d\\ude00y" }, "x\xf0\x9f\x98\x80y" },
		{ { "\\udbff\\udfff" }, "\xf4\x8f\xbf\xbf" },
		{ { "x\\ud83d", "\\ude00y" }, "x\xf0\x9f\x98\x80y" },
		{ { "\\ud83d", "", "\\ude00" }, "\xf0\x9f\x98\x80" },
		{ { "\\ud83d", "x" }, BAD "x" },
		{ { "\\ud83d", "\\n" }, BAD "\n" },
		{ { "\\ud83d", "\\ud83d", "\\ude00" }, BAD "\xf0\x9f\x98\x80" },
		{ { "\\ude00x" }, BAD "x" },
		{ { "\\ude00", "\\ud83d" }, BAD BAD },
		{ { "a\\ud83d" }, "a" BAD },
		/* invalid, and never passed on by the tokenizer */
		{ { "\\", "\\u12" }, "\\\\u12" },
		{ { "\\q\\n" }, "\\q\n" },
	};
	struct buf out = { 0 };
	uint16_t half = 0;
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&out);
		for (k = 0; k < 3; k++)
			if (cases[i].piece[k] != NULL)
				json_unescape(slice_str(cases[i].piece[k]),
				    &out, &half);
		json_unescape_end(&out, &half);
		EQS(buf_slice(&out), cases[i].want, cases[i].piece[0]);
		EQ(half, 0, "nothing is held back");
	}
	buf_clear(&out);
	json_unescape(SLICE("\\ud83d"), &out, NULL);
	json_unescape(SLICE("\\ude00\\u0000"), &out, NULL);
	OK(slice_eq(buf_slice(&out), SLICE(BAD BAD "\0")),
	    "each string alone, and NUL");
	OK(json_plain(SLICE("a\xc3\xa9")) && json_plain(SLICE("")), "plain");
	OK(!json_plain(SLICE("a\\n")), "not plain");
	buf_free(&out);
}

static void
test_writer(void)
{
	struct buf out = { 0 };
	struct json_out w = { .out = &out };
	struct buf back = { 0 };
	char all[256];
	size_t i;

	json_open(&w, '{');
	json_member(&w, "a\"", SLICE("x\n\x01\x7f\"\\"));
	json_member_num(&w, "n", INT64_MIN);
	json_key(&w, "list");
	json_open(&w, '[');
	json_bool(&w, 1);
	json_bool(&w, 0);
	json_null(&w);
	json_open(&w, '{');
	json_close(&w);
	json_open(&w, '[');
	json_close(&w);
	json_close(&w);
	json_key(&w, "raw");
	EQ(json_raw(&w, SLICE("{\n \"a\" : [1, \"\\ud83d\"],\"b\":{ }}\n")),
	    0, "raw");
	json_close(&w);
	EQS(buf_slice(&out), "{\"a\\\"\":\"x\\n\\u0001\\u007f\\\"\\\\\","
	    "\"n\":-9223372036854775808,\"list\":[true,false,null,{},[]],"
	    "\"raw\":{\"a\":[1,\"\\ud83d\"],\"b\":{}}}", "document");
	OK(json_valid(buf_slice(&out)), "valid");

	for (i = 0; i < 256; i++)
		all[i] = (char)(i < 128 ? i : i * 7);
	buf_clear(&out);
	w = (struct json_out){ .out = &out };
	json_str(&w, (struct slice){ all, 256 });
	OK(json_valid(buf_slice(&out)), "any bytes");
	json_unescape(slice_sub(buf_slice(&out), 1, out.n - 2), &back, NULL);
	OK(slice_eq(slice_sub(buf_slice(&back), 0, 128),
	    (struct slice){ all, 128 }), "ASCII comes back");
	buf_free(&back);
	buf_free(&out);
}

static void
test_writer_utf8(void)
{
	static const char *const cases[][2] = {
		{ "12345678\xe2\x82\xac", "\"12345678\xe2\x82\xac\"" },
		{ "a\xe2\x82z", "\"a" BAD "z\"" },
		{ "\xe2\x82", "\"" BAD "\"" },
		{ "\xc0\xaf", "\"" BAD BAD "\"" },
		{ "\xed\xa0\x80", "\"" BAD BAD BAD "\"" },
		{ "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"" },
		{ "\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\"" },
		{ "\x80\xff", "\"" BAD BAD "\"" },
		{ "12345678901234\x7f""6", "\"12345678901234\\u007f6\"" },
		{ "\xc2\x9b\xc2\xa0", "\"\\u009b\xc2\xa0\"" },
		{ "\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f",
		    "\"\\u202e\\u2066\\u200f\"" },
	};
	struct buf out = { 0 }, doc = { 0 };
	struct json_out w;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&out);
		w = (struct json_out){ .out = &out };
		json_str(&w, slice_str(cases[i][0]));
		EQS(buf_slice(&out), cases[i][1], "text");
		buf_clear(&out);
		buf_clear(&doc);
		buf_printf(&doc, "\"%s\"", cases[i][0]);
		w = (struct json_out){ .out = &out };
		EQ(json_raw(&w, buf_slice(&doc)), 0, "raw text");
		EQS(buf_slice(&out), cases[i][1], "raw text");
		buf_clear(&out);
		w = (struct json_out){ .out = &out };
		EQ(json_line(&w, buf_slice(&doc)), 0, "a line");
		EQS(buf_slice(&out), cases[i][1], "a line");
	}
	buf_free(&out);
	buf_free(&doc);
}

static void
test_raw_refused(void)
{
	struct buf out = { 0 };
	struct json_out w = { .out = &out };
	char deep[2 * JSON_DEPTH];

	memset(deep, '[', JSON_DEPTH);
	memset(deep + JSON_DEPTH, ']', JSON_DEPTH);
	json_open(&w, '[');
	EQ(json_raw(&w, SLICE("1 2")), -1, "not valid");
	EQ(json_raw(&w, (struct slice){ 0 }), -1, "nothing");
	EQ(json_raw(&w, (struct slice){ deep, sizeof(deep) }), -1,
	    "too deep here");
	EQ(json_raw(&w, (struct slice){ deep + 1, sizeof(deep) - 2 }), 0,
	    "just fits");
	json_num(&w, 1);
	json_close(&w);
	EQ(out.n, sizeof(deep) + 2, "nothing of the others was written");
	buf_free(&out);
}

int
main(void)
{
	test_tokens();
	test_strings();
	test_depth();
	test_pick();
	test_pick_inside();
	test_each();
	test_find();
	test_is();
	test_numbers();
	test_unescape();
	test_writer();
	test_writer_utf8();
	test_raw_refused();
	return DONE();
}
