#include "base/clean.h"
#include "base/utf8.h"
#include "tests/t.h"

/* SLICE() is not a constant expression. */
#define BYTES(lit) { "" lit, sizeof(lit) - 1 }

static const struct {
	const char *name;
	struct slice in;
	const char *flat, *layout;
} rows[] = {
	{ "plain", BYTES("a b~"), "a b~", "a b~" },
	{ "nothing", BYTES(""), "", "" },
	{ "lines", BYTES("a\nb\tc"), "a b c", "a\nb\tc" },
	{ "C0", BYTES("\0\001\033[31m\r\a"), "^@^A^[[31m^M^G",
	    "^@^A^[[31m^M^G" },
	{ "DEL", BYTES("a\x7f"), "a^?", "a^?" },
	{ "C1", BYTES("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0"),
	    "\\u0080\\u009b\\u009f\xc2\xa0",
	    "\\u0080\\u009b\\u009f\xc2\xa0" },
	{ "an embedding", BYTES("a\u202e\u202ab"), "a\\u202e\\u202ab",
	    "a\\u202e\\u202ab" },
	{ "an isolate", BYTES("\u2066a\u2069"), "\\u2066a\\u2069",
	    "\\u2066a\\u2069" },
	{ "marks of direction", BYTES("\u200e\u200f\u061c"),
	    "\\u200e\\u200f\\u061c", "\\u200e\\u200f\\u061c" },
	{ "their neighbours", BYTES("\u200d\u2010\u2029\u202f\u2065\u206a"
	    "\u061b\u061d\u05d0"), "\u200d\u2010\u2029\u202f\u2065\u206a"
	    "\u061b\u061d\u05d0", "\u200d\u2010\u2029\u202f\u2065\u206a"
	    "\u061b\u061d\u05d0" },
	{ "UTF-8", BYTES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
	    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
	{ "a bare C1 byte", BYTES("\x9b" "31m"), "\\x9b31m", "\\x9b31m" },
	{ "cut", BYTES("a\xe2\x82"), "a\\xe2\\x82", "a\\xe2\\x82" },
	{ "overlong", BYTES("\xc0\x9b\xe0\x82\x9b"),
	    "\\xc0\\x9b\\xe0\\x82\\x9b", "\\xc0\\x9b\\xe0\\x82\\x9b" },
	{ "surrogate", BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80",
	    "\\xed\\xa0\\x80" },
	{ "past the end", BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80",
	    "\\xf4\\x90\\x80\\x80" },
	{ "an escape in a broken sequence", BYTES("\xe2\033[1m"),
	    "\\xe2^[[1m", "\\xe2^[[1m" },
};

static void
test_rows(void)
{
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&out);
		clean_put(&out, rows[i].in, 0);
		EQS(buf_slice(&out), rows[i].flat, rows[i].name);
		buf_clear(&out);
		clean_put(&out, rows[i].in, 1);
		EQS(buf_slice(&out), rows[i].layout, rows[i].name);
	}
	buf_free(&out);
}

/* For every string of three bytes, also truncated, the result has no control
 * character and is UTF-8. */
static void
test_all(void)
{
	static const unsigned char bytes[] = { 0, 9, 10, 27, 'a', 0x7f, 0x80,
	    0x9b, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe2, 0xed, 0xf0, 0xf4,
	    0xf5, 0xff };
	enum { N = sizeof(bytes) };
	struct buf out = { 0 };
	char in[3];
	size_t i, j;
	int bad = 0;

	for (i = 0; i < N * N * N; i++) {
		in[0] = (char)bytes[i % N];
		in[1] = (char)bytes[i / N % N];
		in[2] = (char)bytes[i / N / N];
		buf_clear(&out);
		clean_put(&out, (struct slice){ in, 3 }, 0);
		bad += out.n < 1 || utf8_good(buf_slice(&out)) != out.n;
		for (j = 0; j < out.n; j++)
			bad += (unsigned char)out.p[j] < 0x20 ||
			    out.p[j] == 0x7f || (out.p[j] == '\xc2' &&
			    (unsigned char)out.p[j + 1] < 0xa0);
	}
	EQ(bad, 0, "nothing is left that can drive a terminal");
	buf_free(&out);
}

int
main(void)
{
	test_rows();
	test_all();
	return DONE();
}
