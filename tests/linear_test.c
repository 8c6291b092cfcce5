/* Conversations and sessions made to be slow: four times as many of anything
 * take about four times as long, not sixteen. */

#include "tests/t.h"

#include <stdlib.h>
#include <time.h>

#include "tests/historylog.h"

#define TURN(n) "'turn':%zu,'options':{},'messages':[{'role':'user'," \
    "'content':'q'}]"

static void
record(struct buf *b, const char *type, const char *members, size_t i)
{
	char text[200];

	(void)snprintf(text, sizeof(text), members, i, i);
	put(b, type, text);
}

/* n calls in one message, their results in one of these orders. */
static void
calls(struct buf *b, size_t n, size_t step)
{
	size_t i;

	buf_puts(b, "[{\"role\":\"assistant\",\"tool_calls\":[");
	for (i = 0; i < n; i++)
		buf_printf(b, "%s{\"id\":\"%zu\",\"function\":{\"name\":\"f\","
		    "\"arguments\":\"\"}}", i > 0 ? "," : "", i);
	buf_puts(b, "]}");
	for (i = 0; i < n; i++)
		buf_printf(b, ",{\"role\":\"tool\",\"tool_call_id\":\"%zu\","
		    "\"content\":\"\"}", (i + 1) * step % n);
	buf_puts(b, "]");
}

static void
in_order(struct buf *b, size_t n)
{
	calls(b, n, 1);
}

static void
backwards(struct buf *b, size_t n)
{
	calls(b, n, n - 1);
}

/* A turn continued so often, with a call and text each time. */
static void
attempts(struct buf *b, size_t n)
{
	size_t i;

	record(b, "turn", TURN(), 1);
	for (i = 0; i < n; i++) {
		record(b, "text", "'turn':1,'from':%zu,'text':'a'", i);
		record(b, "item", "'turn':1,'id':'%zu','name':'f',"
		    "'arguments':''", i);
	}
	for (i = 0; i < n; i++)
		record(b, "attempt", "'turn':1,'from':1", i);
}

/* Answers that do not end the turn, as records of it are lost. */
static void
answers(struct buf *b, size_t n)
{
	size_t i;

	record(b, "turn", TURN(), 1);
	for (i = 0; i < n; i++)
		record(b, "item", "'turn':1,'id':'%zu','name':'f',"
		    "'arguments':''", i);
	for (i = 0; i < n; i++)
		record(b, "answer", "'turn':1,'text_bytes':0,'items':0", i);
}

/* Turns that end with a call whose result is lost. */
static void
lost(struct buf *b, size_t n)
{
	size_t i;

	for (i = 1; i <= n; i++) {
		record(b, "turn", TURN(), i);
		record(b, "item", "'turn':%zu,'id':'%zu','name':'f',"
		    "'arguments':''", i);
		record(b, "answer", "'turn':%zu,'finish':'tool_calls',"
		    "'text_bytes':0,'items':1", i);
	}
	buf_puts(b, "x\n");
	record(b, "turn", TURN(), n + 1);
}

static const struct {
	const char *name;
	void (*make)(struct buf *b, size_t n);
	size_t n;
	int session;
} cases[] = {
	{ "calls with results in order", in_order, 2000, 0 },
	{ "calls with results backwards", backwards, 2000, 0 },
	{ "attempts", attempts, 2000, 1 },
	{ "answers", answers, 5000, 1 },
	{ "lost results", lost, 2000, 1 },
};

/* Reads a file of n things of a case, and returns the CPU time. */
static clock_t
take(size_t i, size_t n)
{
	struct buf b = { 0 };
	struct talk t = { 0 };
	struct request r;
	struct history h;
	clock_t start;

	cases[i].make(&b, n);
	start = clock();
	if (cases[i].session) {
		replay(&h, buf_slice(&b));
		OK(history_ask(&h) == NULL, cases[i].name);
		EQS(said(&h), "u(q)", cases[i].name);
		history_free(&h);
	} else {
		OK(talk_parse(&t, buf_slice(&b)) == NULL, cases[i].name);
		OK(talk_end(&t, &r) == NULL, cases[i].name);
		talk_free(&t);
	}
	buf_free(&b);
	return clock() - start;
}

int
main(void)
{
	clock_t once, four;
	size_t i;

	crc32_init(&crc);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		once = take(i, cases[i].n);
		four = take(i, 4 * cases[i].n);
		OK(four < 8 * once + CLOCKS_PER_SEC / 20, cases[i].name);
	}
	return DONE();
}
