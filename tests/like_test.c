#include "wire/json_like.h"

#include "tests/splits.h"
#include "tests/t.h"

enum { A, B, SUB, W_N };

static void
start(struct json_like *k)
{
	*k = (struct json_like){ 0 };
	k->want[A] = (struct json_want){ .key = "a" };
	k->want[B] = (struct json_want){ .key = "b", &k->want[SUB], 1 };
	k->want[SUB] = (struct json_want){ .key = "0" };
}

/* The values found in text, as words; "!" if it is invalid. */
static struct slice
look(struct json_like *k, struct buf *log, const char *text)
{
	struct slice doc = slice_str(text);
	char *copy = exact(doc);
	size_t i;

	buf_clear(log);
	if (json_pick_like(k, (struct slice){ copy, doc.n },
	    (struct slice){ 0 }, 2) < 0)
		buf_putc(log, '!');
	else
		for (i = 0; i < W_N; i++)
			buf_printf(log, "%s%.*s", i == 0 ? "" : "|",
			    SLICE_FMT(k->want[i].tok));
	free(copy);
	return buf_slice(log);
}

/* Each line is compared with the first of its group; same: whether it is
 * alike. */
static void
test_compare(void)
{
	static const struct {
		const char *doc, *found;
		int same;
	} cases[] = {
		{ "{\"a\":1,\"c\":\"\",\"b\":[\"x\"]}", "1|[\"x\"]|x", 0 },
		{ "{\"a\":1,\"c\":\"\",\"b\":[\"x\"]}", "1|[\"x\"]|x", 1 },
		{ "{\"a\":12,\"c\":\"\",\"b\":[\"x\"]}", "12|[\"x\"]|x", 1 },
		{ "{\"a\":12,\"c\":\"\",\"b\":[\"\"]}", "12|[\"\"]|", 1 },
		{ "{\"a\":-0.5e1,\"c\":\"q\",\"b\":[\"abc\"]}",
		    "-0.5e1|[\"abc\"]|abc", 1 },
		{ "{\"a\":3,\"c\":\"\\\"\",\"b\":[\"\\u0041\"]}",
		    "3|[\"\\u0041\"]|\\u0041", 1 },
		{ "{\"a\":3,\"c\":\"\",\"b\":[\"x\"]} ", "3|[\"x\"]|x", 0 },
		{ "{\"a\":3,\"c\":\"\",\"b\":[\"y\"]} ", "3|[\"y\"]|y", 1 },
		{ "{\"a\":3,\"c\":\"\",\"b\":[\"y\",1]} ",
		    "3|[\"y\",1]|y", 0 },
		{ "{\"a\":3,\"d\":\"\",\"b\":[\"y\",1]} ",
		    "3|[\"y\",1]|y", 0 },
		{ "{\"a\":3,\"d\":\"\",\"b\":[\"y\",null]} ",
		    "3|[\"y\",null]|y", 0 },
		{ "{\"a\":3,\"d\":\"\",\"b\":{\"0\":{}}}",
		    "3|{\"0\":{}}|{}", 0 },
		{ "{\"a\":3,\"d\":\"\",\"b\":\"0\"}", "3|0|", 0 },
		{ "{\"a\":3,\"d\":\"\",\"b\":\"10\"}", "3|10|", 1 },
		{ "{\"a\":3,\"d\":\"\",\"b\":10}", "3|10|", 0 },
		{ "{}", "||", 0 },
		{ "{}", "||", 1 },
	};
	struct buf log = { 0 }, seen = { 0 };
	struct json_like k;
	size_t i;

	start(&k);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		EQS(look(&k, &log, cases[i].doc), cases[i].found,
		    cases[i].doc);
		/* a document that is alike is not remembered itself */
		buf_clear(&log);
		buf_put(&log, buf_slice(&k.doc));
		if (cases[i].same)
			OK(slice_eq(buf_slice(&log), buf_slice(&seen)),
			    "looks like the one before");
		else
			EQS(buf_slice(&log), cases[i].doc, "remembered");
		buf_clear(&seen);
		buf_put(&seen, buf_slice(&log));
	}
	buf_free(&k.doc);
	buf_free(&log);
	buf_free(&seen);
}

/* After documents that have made a, c and b.0 slots. */
static void
test_refused(void)
{
	static const char *const cases[] = {
		"", "{", "{\"a\":", "{\"a\":7", "{\"a\":7,",
		"{\"a\":7,\"c\":\"", "{\"a\":7,\"c\":\"\",\"b\":[\"x\"]",
		"{\"a\":07,\"c\":\"\",\"b\":[\"x\"]}",
		"{\"a\":7.,\"c\":\"\",\"b\":[\"x\"]}",
		"{\"a\":7e,\"c\":\"\",\"b\":[\"x\"]}",
		"{\"a\":,\"c\":\"\",\"b\":[\"x\"]}",
		"{\"a\":7 7,\"c\":\"\",\"b\":[\"x\"]}",
		"{\"a\":7,\"c\":\"\\x\",\"b\":[\"x\"]}",
		"{\"a\":7,\"c\":\"\n\",\"b\":[\"x\"]}",
		"{\"a\":7,\"c\":\"\\\",\"b\":[\"x\"]}",
		"{\"a\":7,\"c\":\"\",\"b\":[\"x\"]}}",
		"{\"a\":7,\"c\":\"\",\"b\":[\"x\"}}",
		"{\"a\":7,\"c\":\"\",\"b\":[\"x\"]},",
	};
	struct buf log = { 0 };
	struct json_like k;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(&k);
		look(&k, &log, "{\"a\":1,\"c\":\"?\",\"b\":[\"?\"]}");
		look(&k, &log, "{\"a\":2,\"c\":\"\",\"b\":[\"\"]}");
		EQ(k.nslots, 3, "three slots");
		EQS(look(&k, &log, cases[i]), "!", cases[i]);
		EQS(look(&k, &log, "{\"a\":4,\"c\":\"\",\"b\":[5]}"),
		    "4|[5]|5", "and the next is read again");
		buf_free(&k.doc);
	}
	buf_free(&log);
}

/* Blocks in a stream, each with what is left after it and .vary. */
static void
test_blocks(void)
{
	static const struct {
		const char *in;
		size_t left;		/* NONE: it is not alike */
		unsigned vary;
	} cases[] = {
#define NONE SIZE_MAX
		{ "<{\"a\":1,\"c\":1,\"b\":[\"x\"]}>", 0, 0 },
		{ "<{\"a\":1,\"c\":2,\"b\":[\"x\"]}><", 1, 0 },
		{ "<{\"a\":1,\"c\":2,\"b\":[\"yy\"]}>", 0,
		    1 << B | 1 << SUB },
		{ "<{\"a\":12,\"c\":2,\"b\":[\"y\"]}>..", 2,
		    1 << A | 1 << B | 1 << SUB },
		{ "<{\"a\":12,\"c\":2,\"b\":[\"y\"]}", NONE, 0 },
		{ "<{\"a\":12,\"c\":2,\"b\":[\"y", NONE, 0 },
		{ "<{\"a\":12,\"c\":2,\"b\":[2]}>", NONE, 0 },
		{ "<{\"a\":12", NONE, 0 },
		{ "<{\"a\":12,\"c\":\"", NONE, 0 },
		{ "<", NONE, 0 },
		{ "", NONE, 0 },
		{ "({\"a\":12,\"c\":2,\"b\":[\"y\"]}>", NONE, 0 },
		{ "<{\"a\":12,\"c\":2,\"b\":[\"y\"]}\n", NONE, 0 },
	};
	struct slice block = slice_str(cases[0].in), in;
	struct buf log = { 0 };
	struct json_like k;
	char *copy;
	size_t i, n;

	start(&k);
	EQ(json_like_block(&k, block, A), 0, "nothing to compare with");
	look(&k, &log, "{\"a\":1,\"c\":1,\"b\":[\"x\"]}");
	EQ(json_like_block(&k, block, A), 0, "without a block");
	json_pick_like(&k, slice_sub(block, 1, block.n - 2), block, 2);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = slice_str(cases[i].in);
		copy = exact(in);
		n = json_like_block(&k, (struct slice){ copy, in.n }, A);
		if (cases[i].left == NONE) {
			EQ(n, 0, cases[i].in);
		} else {
			EQ(in.n - n, cases[i].left, cases[i].in);
			EQ(k.vary, cases[i].vary, "what varies");
			OK(slice_is(k.want[A].tok, k.vary & 1 << A ? "12" :
			    "1"), "a value");
		}
		free(copy);
	}
	EQ(k.nslots, 3, "no slots where the input ends");
	EQS(look(&k, &log, "{\"a\":4,\"c\":2,\"b\":[\"z\"]}"), "4|[\"z\"]|z",
	    "the document alone is alike, too");
	EQ(k.nslots, 3, "as before");
	buf_free(&k.doc);
	buf_free(&log);
}

/* More values differ than there are slots, and no shape comes twice. */
static void
test_limits(void)
{
	struct buf log = { 0 }, doc = { 0 }, want = { 0 };
	struct json_like k;
	int i, j;

	start(&k);
	for (i = 0; i < 100; i++) {
		buf_clear(&doc);
		buf_clear(&want);
		buf_puts(&doc, "{\"b\":[");
		for (j = 0; j < 20; j++)
			buf_printf(&doc, "%d,", i + j);
		buf_printf(&doc, "0],\"a\":%d}", i);
		buf_putc(&doc, '\0');
		buf_printf(&want, "%d", i);
		look(&k, &log, doc.p);
		OK(k.want[SUB].tok.n == want.n && k.nslots <= JSON_LIKE_SLOTS,
		    "the right one");
	}
	EQ(k.doc.n, 0, "too many misses: not remembered");
	buf_free(&k.doc);
	buf_clear(&doc);
	buf_puts(&doc, "{\"a\":\"");
	while (doc.n < 10000)
		buf_putc(&doc, 'x');
	buf_puts(&doc, "\"}");
	buf_free(&k.doc);
	start(&k);
	EQ(json_pick_like(&k, buf_slice(&doc), (struct slice){ 0 }, 2), 0,
	    "a large document");
	EQ(k.want[A].tok.n, 10000 - 6, "is parsed");
	EQ(k.doc.n, 0, "but not remembered");
	buf_free(&k.doc);
	buf_free(&doc);
	buf_free(&want);
	buf_free(&log);
}

int
main(void)
{
	test_compare();
	test_refused();
	test_blocks();
	test_limits();
	return DONE();
}
