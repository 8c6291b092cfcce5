/* The interface: copying, limits, the end of a stream.  Parsing itself is
 * tested with tests/wire/sse-*. */

#include "wire/sse.h"

#include "tests/sselog.h"
#include "tests/t.h"

static int
inside(struct slice part, struct slice whole)
{
	return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

static void
test_in_place(void)
{
	struct slice all = SLICE("event: a\r\ndata: {}\r\n\r\ndata: x\n\n"
	    "data: 1\ndata: 2\n\nevent: b\ndata: cut");
	struct slice in = all;
	struct sse s = { 0 };
	struct sse_event e;

	EQ(sse_push(&s, &in, &e), SSE_EVENT, "first");
	OK(inside(e.data, all) && inside(e.name, all), "nothing is copied");
	EQS(e.name, "a", "name");
	EQS(e.data, "{}", "data");
	EQS(slice_sub(in, 0, 5), "data:", "consumes one event");
	EQ(sse_push(&s, &in, &e), SSE_EVENT, "second");
	OK(inside(e.data, all), "nothing is copied");
	EQS(e.name, "message", "the next event has no name");
	EQ(s.data.cap + s.name.cap + s.id.cap + s.value.cap, 0,
	    "no memory was needed");
	EQ(sse_push(&s, &in, &e), SSE_EVENT, "third");
	EQS(e.data, "1\n2", "lines are joined");
	EQ(sse_push(&s, &in, &e), SSE_MORE, "all consumed");
	EQ(in.n, 0, "all consumed");
	in = SLICE(" here\n\n");
	EQ(sse_push(&s, &in, &e), SSE_EVENT, "the rest");
	EQS(e.name, "b", "a name from before the cut");
	EQS(e.data, "cut here", "data from both sides");
	in = (struct slice){ 0 };
	EQ(sse_push(&s, &in, &e), SSE_MORE, "no input at all");
	EQ(sse_eof(&s, &e), SSE_MORE, "nothing is pending");
	sse_free(&s);
}

/* The bytes of each event, where they are all in the input. */
static void
test_block(void)
{
	static const char *const events[][2] = {
		{ "data: 1\n\n", "" },		/* may begin before */
		{ "data: 2\n\n", "data: 2\n\n" },
		{ "event: e\r\ndata: 3\r\n\r\n",
		    "event: e\r\ndata: 3\r\n\r\n" },
		{ "data: 4\r\r", "data: 4\r\r" },
		{ ": ping\n\ndata: 5\n\n", "" },
		{ "id: 7\ndata: 5\n\n", "id: 7\ndata: 5\n\n" },
		{ "data: 6\ndata: 6\n\n", "" },
		{ ": HTTP_STATUS/500\ndata: {}\n\n", "" },
		{ "data: {\"a\":1}\n", "" },	/* ended by the next line */
		{ "data: 8\n\n", "data: 8\n\n" },
		{ "data: 9\r\n\r", "" },	/* a LF may follow */
	};
	size_t i, n = sizeof(events) / sizeof(events[0]);
	struct sse s = { .raw_json = 1 };
	struct buf all = { 0 };
	struct sse_event e;
	struct slice in;

	for (i = 0; i < n; i++)
		buf_puts(&all, events[i][0]);
	in = buf_slice(&all);
	for (i = 0; i < n; i++) {
		EQ(sse_push(&s, &in, &e), SSE_EVENT, events[i][0]);
		EQS(e.block, events[i][1], "its block");
	}
	OK(!sse_at_block(&s), "a LF may follow");
	in = SLICE("\ndata: 10");
	EQ(sse_push(&s, &in, &e), SSE_MORE, "part of an event");
	OK(!sse_at_block(&s), "in the middle of a block");
	in = SLICE("\n\n");
	EQ(sse_push(&s, &in, &e), SSE_EVENT, "the rest");
	EQS(e.block, "", "no block");
	OK(sse_at_block(&s), "at the start of the next");
	sse_free(&s);
	buf_free(&all);
}

static void
test_limit(void)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "data: 12345678\n\n",
		    "event message retry -1 id  data 12345678\n" },
		{ "data: 123456789\n\n", "bad\n" },
		{ "data: 1234\ndata: 567\n\n",
		    "event message retry -1 id  data 1234\\n567\n" },
		{ "data: 1234\ndata: 5678\n\n", "bad\n" },
		{ "data: 1234567\ndata\n\n",
		    "event message retry -1 id  data 1234567\\n\n" },
		{ "data: 12345678\ndata\n\n", "bad\n" },
		{ "data: 12345678", "at eof "
		    "event message retry -1 id  data 12345678\n" },
		{ "data: 123456789", "bad\n" },
		{ "event: 123456789\n", "bad\n" },
		{ "id: 123456789\n", "bad\n" },
		{ "data: 1\n\nretry: 000000001\ndata: x\n\n",
		    "event message retry -1 id  data 1\nbad\n" },
		{ ": a comment may be long\nunknown: this one too\ndata\n\n",
		    "event message retry -1 id  data \n" },
	};
	struct slice in, rest = SLICE("data: 123456789\ndata: 1\n\n");
	struct buf log = { 0 };
	struct sse s = { .max = 8 };
	struct sse_event e;
	size_t i, step;

	EQ(sse_push(&s, &rest, &e), SSE_BAD, "over the limit");
	rest = SLICE("\n\ndata: x\n\n");
	EQ(sse_push(&s, &rest, &e), SSE_BAD, "over the limit is sticky");
	EQ(sse_eof(&s, &e), SSE_BAD, "also at the end");
	sse_free(&s);
	EQ(s.max, 8, "sse_free() keeps the limit");
	rest = SLICE("data: x\n\n");
	EQ(sse_push(&s, &rest, &e), SSE_EVENT, "sse_free() resets");
	sse_free(&s);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = slice_str(cases[i].in);
		for (step = 1; step <= in.n; step++) {
			buf_clear(&log);
			sselog(&log, &s, in, (struct cut){ step, step });
			EQS(buf_slice(&log), cases[i].want, "limit");
		}
	}
	buf_free(&log);
}

static void
test_memory(void)
{
	struct buf event = { 0 };
	struct sse s = { 0 };
	struct sse_event e;
	struct slice in;
	size_t i;

	buf_puts(&event, "data: ");
	for (i = 0; i < (size_t)2 << 20; i++)
		buf_putc(&event, 'x');
	buf_puts(&event, "\n\n");
	in = slice_sub(buf_slice(&event), 0, event.n - 1);
	EQ(sse_push(&s, &in, &e), SSE_MORE, "a large event");
	in = SLICE("\n");
	EQ(sse_push(&s, &in, &e), SSE_EVENT, "its end");
	EQ(e.data.n, (size_t)2 << 20, "all of it");
	in = SLICE("");
	EQ(sse_push(&s, &in, &e), SSE_MORE, "then nothing");
	EQ(s.data.cap, 0, "its memory is not kept");
	sse_free(&s);
	buf_free(&event);
}

static void
test_eof(void)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "data: x\n", "x" },
		{ "data: x", "x" },
		{ "data: x\r", "x" },
		{ "data", "" },
		{ "data:", "" },
		{ "data: x\ndata: y", "x\ny" },
		{ "data: x\nevent: n", "x" },
		{ "data: x\n: ping", "x" },
		{ "data: x\n\n", NULL },
		{ "data: x\n\nevent: n\n", NULL },
		{ "dat", NULL },
		{ ": data: x", NULL },
		{ "\xef\xbb", NULL },
		{ "", NULL },
	};
	struct sse s = { 0 };
	struct sse_event e;
	struct slice in;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = slice_str(cases[i].in);
		while (sse_push(&s, &in, &e) == SSE_EVENT)
			;
		EQ(sse_eof(&s, &e), cases[i].want == NULL ? SSE_MORE :
		    SSE_EVENT, "the end");
		if (cases[i].want != NULL)
			EQS(e.data, cases[i].want, "the pending event");
		EQ(sse_eof(&s, &e), SSE_MORE, "pending only once");
		sse_free(&s);
	}
}

static void
test_error_field(void)
{
	struct slice in = SLICE("error: {\"code\":503}\n\ndata: x\n\n"
	    "errors: 1\n\nerror\ndata: y\n\n");
	const char *want = "event error retry -1 id  data {\"code\":503}\n"
	    "event message retry -1 id  data x\n"
	    "event error retry -1 id  data \\ny\n";
	struct buf log = { 0 };
	struct sse s = { .error_field = 1 };
	size_t step;

	for (step = 1; step <= in.n; step++) {
		buf_clear(&log);
		sselog(&log, &s, in, (struct cut){ step, step });
		EQS(buf_slice(&log), want, "as an event");
	}
	s.error_field = 0;
	buf_clear(&log);
	sselog(&log, &s, in, (struct cut){ in.n, in.n });
	EQS(buf_slice(&log), "event message retry -1 id  data x\n"
	    "event message retry -1 id  data y\n", "unknown by itself");
	buf_free(&log);
}

static void
test_raw_json(void)
{
	struct slice in = SLICE("data: x\n\n{\n  \"a\": {\r\n\t\"b\": 1\n  }\n}"
	    "\n\n \"c\"\n}\n\n[1,\n\"d\"]\ndata: y\nevent: n\n\n: {\n\n"
	    "z: {\n\n");
	const char *want = "event message retry -1 id  data x\n"
	    "event message retry -1 id  data "
	    "{\\n  \"a\": {\\n\\x09\"b\": 1\\n  }\\n}\n"
	    "event n retry -1 id  data [1,\\n\"d\"]\\ny\n";
	struct buf log = { 0 };
	struct sse s = { .raw_json = 1 };
	size_t step;

	for (step = 1; step <= in.n; step++) {
		buf_clear(&log);
		sselog(&log, &s, in, (struct cut){ step, step });
		EQS(buf_slice(&log), want, "lines of JSON");
	}
	s.raw_json = 0;
	buf_clear(&log);
	sselog(&log, &s, in, (struct cut){ in.n, in.n });
	EQS(buf_slice(&log), "event message retry -1 id  data x\n"
	    "event n retry -1 id  data y\n", "unknown by themselves");
	s = (struct sse){ .raw_json = 1, .max = 8 };
	buf_clear(&log);
	sselog(&log, &s, SLICE("{\"a\":1,\n{\n"), (struct cut){ 3, 3 });
	EQS(buf_slice(&log), "bad\n", "within the limit");
	buf_free(&log);
}

/* A stream of comments only, byte by byte, must not use memory. */
static void
test_comments(void)
{
	struct sse s = { 0 };
	struct sse_event e;
	struct slice in;
	int i, none = 1;

	for (i = 0; i < 100000; i++) {
		in = slice_str(i % 1000 == 999 ? "\n" : ":");
		none &= sse_push(&s, &in, &e) == SSE_MORE;
	}
	OK(none, "no events");
	EQ(s.data.cap + s.name.cap + s.id.cap + s.value.cap, 0, "no memory");
	in = SLICE("\ndata: ok\n\n");
	EQ(sse_push(&s, &in, &e), SSE_EVENT, "an event after comments");
	EQS(e.data, "ok", "an event after comments");
	sse_free(&s);
}

int
main(void)
{
	test_in_place();
	test_block();
	test_limit();
	test_memory();
	test_eof();
	test_error_field();
	test_raw_json();
	test_comments();
	return DONE();
}
