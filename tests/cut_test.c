/*
 * What no list of cases has room for: recorded streams (tests/flow/NAME.raw,
 * with their HTTP framing) whose connection dies after byte k, for every k (of
 * ends and outputs that add little, for every seventh); a signal at every
 * millisecond; and faults in any order.  Whatever happens, the reader gets the
 * whole answer and gets it once.
 */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/script_run.h"
#include "tests/t.h"
#include "wire/json.h"

struct stream {
	const char *path;
	const struct dialect *dialect;
	const char *last;	/* part of the event that completes it */
	const char *out;	/* what the reader gets */
	const char *text;	/* the text alone */
};

static const struct stream streams[] = {
	{ "tests/flow/responses.raw", &dialect_responses,
	    "\"response.completed\"",
	    "The answer \xe2\x80\x94 whole: 42.\n",
	    "The answer \xe2\x80\x94 whole: 42.\n" },
	{ "tests/flow/responses-call.raw", &dialect_responses,
	    "\"response.completed\"",
	    "{\"id\":\"call_1\",\"name\":\"search\",\"arguments\":"
	    "\"{\\\"query\\\":\\\"x\\\"}\"}\n", "" },
	{ "tests/flow/chat.raw", &dialect_chat,
	    "\"finish_reason\":\"stop\"",
	    "The answer \xe2\x80\x94 whole: \xf0\x9f\x98\x80 42.\n",
	    "The answer \xe2\x80\x94 whole: \xf0\x9f\x98\x80 42.\n" },
	{ "tests/flow/chat-close.raw", &dialect_chat,
	    "\"finish_reason\":\"stop\"",
	    "The answer \xe2\x80\x94 whole: 42.\n",
	    "The answer \xe2\x80\x94 whole: 42.\n" },
	{ "tests/flow/messages.raw", &dialect_messages,
	    "\"message_stop\"",
	    "The answer \xe2\x80\x94 whole: 42.\n",
	    "The answer \xe2\x80\x94 whole: 42.\n" },
	{ "tests/flow/messages-call.raw", &dialect_messages,
	    "{\"type\":\"message_stop\"",
	    "{\"id\":\"call_1\",\"name\":\"search\",\"arguments\":"
	    "\"{\\\"query\\\":\\\"x\\\"}\"}\n", "" },
	{ "tests/flow/gemini.raw", &dialect_gemini,
	    "\"finishReason\":\"STOP\"",
	    "The answer \xe2\x80\x94 whole: 42.\n",
	    "The answer \xe2\x80\x94 whole: 42.\n" },
};

/* How the connection dies. */
static const char *const ends[] = { "bytes ; eof", "bytes ; reset",
    "bytes ; hold" };

enum way { HOLD, LIVE, LIVE_FAIL, JSON, WAYS };
static const char *const ways[] = { "held", "live", "live, on-break fail",
    "json" };

static void
read_file(const char *path, struct buf *out)
{
	FILE *fp = fopen(path, "r");

	if (fp == NULL)
		abort();
	out->n = fread(buf_room(out, 65536), 1, 65536, fp);
	fclose(fp);
}

/* How many bytes make the answer complete. */
static size_t
needed(struct slice raw, const struct stream *s, int end)
{
	ptrdiff_t at = slice_ifind(raw, s->last);
	struct slice rest = slice_sub(raw, (size_t)at, raw.n);
	ptrdiff_t n = slice_ifind(rest, "}\n\n");

	if (at < 0)
		abort();
	/* the last blank line may be missing at the end, or in the silence
	 * after it; a reset leaves no time for that */
	if (n < 0)
		return (size_t)(at + slice_ifind(rest, "}\r\n\r\n")) +
		    (end == 1 ? 4 : (size_t)(end == 0 ? 1 : 2));
	return (size_t)(at + n) + (end == 1 ? 3 : (size_t)(end == 0 ? 1 : 2));
}

/* The answer's text as a reader of JSON lines has it; *done: and its end. */
static void
read_events(struct slice out, struct buf *text, int *done)
{
	struct slice line, type, value;

	*done = 0;
	while (out.n > 0) {
		line = slice_cut(&out, '\n');
		json_find(line, "type", &type);
		if (slice_is(type, "text") &&
		    json_find(line, "text", &value) == JSON_STRING)
			json_unescape(value, text, NULL);
		if (slice_is(type, "retry") &&
		    json_find(line, "discard", &value) == JSON_TRUE)
			buf_clear(text);
		*done += slice_is(type, "done");
	}
}

static int
json_right(const struct trial *t, const char *want)
{
	struct buf text = { 0 };
	int done, right;

	read_events(buf_slice(&t->out), &text, &done);
	right = done == 1 && slice_is(buf_slice(&text), want);
	buf_free(&text);
	return right;
}

/* Whether out is a prefix of want and then all of it. */
static int
restarted(struct slice out, const char *want)
{
	size_t n = strlen(want);

	return out.n >= n &&
	    slice_is(slice_sub(out, out.n - n, n), want) &&
	    slice_eq(slice_sub(out, 0, out.n - n),
	    slice_sub(slice_str(want), 0, out.n - n));
}

static int
begun(struct slice out, const char *want)
{
	return slice_eq(out, slice_sub(slice_str(want), 0, out.n));
}

static int
right(const struct trial *t, const struct stream *s, enum way way, int whole)
{
	struct slice out = buf_slice(&t->out);
	int spent = way == LIVE_FAIL && !whole && out.n > 0 &&
	    t->res.attempts == 1;

	if (t->script.amiss || t->script.open != 0)
		return 0;
	if (spent)
		return t->res.verdict == RETRY_SPENT &&
		    t->res.last.fault.class != F_NONE && begun(out, s->out);
	if (t->res.last.fault.class != F_NONE ||
	    t->res.last.progress != P_DONE ||
	    t->res.attempts != (whole ? 1u : 2u))
		return 0;
	if (way == JSON)
		return json_right(t, s->text);
	return way == LIVE && !whole ? restarted(out, s->out) :
	    slice_is(out, s->out);
}

static void
set_way(struct trial *t, enum way way)
{
	t->mode = way == HOLD ? OUT_HOLD : way == JSON ? OUT_JSON : OUT_LIVE;
	t->on_break = way == LIVE_FAIL ? BREAK_FAIL : BREAK_RESTART;
}

static void
cut_everywhere(struct trial *t, const struct stream *s, struct slice raw,
    int end, enum way way)
{
	struct visit x[2] = { { slice_str(ends[end]), raw },
	    { SLICE("bytes ; hold"), raw } };
	size_t need = needed(raw, s, end), k, bad = 0, first = 0;
	size_t step = way <= LIVE && end < 2 ? 1 : 7;
	char name[200];

	t->script.dialect = s->dialect;
	t->script.visit = x;
	t->script.n = 2;
	set_way(t, way);
	for (k = 0; k <= raw.n; k += step) {
		x[0].bytes.n = k;
		t->script.most = k % 16 == 0 ? k % 50 : 0;
		trial_run(t);
		if (!right(t, s, way, k >= need) && bad++ == 0)
			first = k;
	}
	snprintf(name, sizeof(name), "%s, %s, cut by %s", s->path, ways[way],
	    ends[end] + 8);
	EQ(bad, 0, name);
	if (bad > 0)
		printf("# the first after %zu of %zu bytes\n", first, raw.n);
}

static void
test_cuts(void)
{
	struct trial t;
	struct buf raw;
	size_t i;
	int end;
	enum way way;

	trial_init(&t);
	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		raw = (struct buf){ 0 };
		read_file(streams[i].path, &raw);
		for (end = 0; end < 3; end++)
			for (way = HOLD; way < WAYS; way++)
				cut_everywhere(&t, &streams[i],
				    buf_slice(&raw), end, way);
		buf_free(&raw);
	}
	trial_free(&t);
}

/* A run of 340 ms through every phase. */
static const char *const phases[] = {
	"dial 20ms ; write 20ms ; stall 20ms ; status 503 retry-after-ms=20",
	"kept ; write 20ms ; stall 20ms ; head ; stall 20ms ; created ; "
	    "stall 20ms ; delta who ; stall 20ms ; "
	    "failed rate_limit_exceeded Please try again in 20ms",
	"dial 20ms ; head ; stall 20ms ; delta whole ; stall 20ms ; completed",
};

static void
test_cancel(void)
{
	struct visit x[3];
	struct trial t;
	msec at, end;
	int bad = 0;
	size_t i;

	trial_init(&t);
	for (i = 0; i < 3; i++)
		x[i] = (struct visit){ .steps = slice_str(phases[i]) };
	t.script.visit = x;
	t.script.n = 3;
	trial_run(&t);
	end = t.script.now;
	EQ(t.res.last.fault.class, F_NONE, "not interrupted: whole");
	OK(end > 300, "not interrupted: long enough");
	for (at = 0; at < end; at++) {
		t.script.cancel = at;
		trial_run(&t);
		bad += t.res.last.fault.class != F_CANCEL ||
		    t.res.last.fault.code != SIGINT || t.script.now != at ||
		    t.script.open != 0 || t.script.amiss || t.out.n > 0 ||
		    t.res.verdict != RETRY_FATAL;
	}
	EQ(bad, 0, "a signal at any time: at once, nothing left open");
	trial_free(&t);
}

/* Faults that pass; wait: what the server says; out: what a live reader gets
 * of them. */
static const struct {
	const char *steps;
	msec wait;
	const char *out;
} faults[] = {
	{ "dns", 0, "" },
	{ "refused", 0, "" },
	{ "tls", 0, "" },
	{ "dial inf", 0, "" },
	{ "write inf", 0, "" },
	{ "write-reset ; hold", 0, "" },
	{ "eof", 0, "" },
	{ "reset", 0, "" },
	{ "hold", 0, "" },
	{ "stall 3s ; raw HTTP/1.1 2 ; eof", 0, "" },
	{ "status 503 connection=close", 0, "" },
	{ "status 500 retry-after-ms=1500 connection=close", 1500, "" },
	{ "status 429 retry-after=7 connection=close | {}", 7000, "" },
	{ "raw HTTP/1.1 502 No\\r\\n\\r\\n<html> ; hold", 0, "" },
	{ "head ; eof", 0, "" },
	{ "head ; raw zz\\r\\n", 0, "" },
	{ "head ; drip 20s 1000 comment", 0, "" },
	{ "head connection=close ; created ; end", 0, "" },
	{ "head ; created ; flat-error server_error Oops", 0, "" },
	{ "head ; created ; failed server_is_overloaded Busy", 0, "" },
	{ "head ; delta who ; reset", 0, "who" },
	{ "head-close ; delta wh ; text data: {\"ty ; eof", 0, "wh" },
	{ "head ; delta whole ; drip 5s 1000 ping", 0, "whole" },
	{ "head ; delta w ; error rate_limit_exceeded Please try again in "
	    "1m12.5s.", 72500, "w" },
	{ "head ; stall 9s ; delta wh ; failed rate_limit_exceeded "
	    "Limit 30000, Used 22999, Requested 12528", 0, "wh" },
};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

static int
survived(struct trial *t, unsigned seed)
{
	struct visit x[8];
	struct buf live = { 0 };
	size_t i, n = seed % 8, pick;
	msec least = 0;
	int ok;

	t->script.rnd = (int)seed;
	for (i = 0; i < n; i++) {
		seed = seed * 1103515245 + 12345;
		pick = seed / 65536 % FAULTS;
		x[i] = (struct visit){ slice_str(faults[pick].steps),
		    SLICE("") };
		least += faults[pick].wait;
		buf_puts(&live, faults[pick].out);
	}
	buf_puts(&live, "whole");
	if (t->mode == OUT_HOLD)
		buf_drop(&live, live.n - 5);
	x[n].steps = SLICE("dial 5ms ; head ; delta whole ; completed");
	t->script.visit = x;
	t->script.n = n + 1;
	trial_run(t);
	ok = t->res.last.fault.class == F_NONE && !t->script.amiss &&
	    t->res.attempts == n + 1 && t->res.waited >= least &&
	    t->script.open == 0;
	if (t->mode == OUT_JSON)
		ok &= json_right(t, "whole");
	else
		ok &= slice_eq(buf_slice(&t->out), buf_slice(&live));
	buf_free(&live);
	return ok;
}

static void
test_faults(void)
{
	struct trial t;
	unsigned seed;
	int bad = 0;

	trial_init(&t);
	t.policy = (struct policy){ MSEC_MAX, 1000 };
	for (seed = 1; seed <= 2000; seed++) {
		set_way(&t, seed % 3 == 0 ? HOLD : seed % 3 == 1 ? LIVE : JSON);
		t.script.most = seed % 5 == 0 ? 1 : 0;
		if (!survived(&t, seed) && bad++ == 0)
			printf("# seed %u\n", seed);
	}
	EQ(bad, 0, "faults in any order: the whole answer, once");
	trial_free(&t);
}

/* A failed write of the answer ends the run. */
static void
test_full(void)
{
	struct visit x = { .steps = SLICE("head ; delta one ; stall 1s ; "
	    "delta two ; completed") };
	struct trial t;
	int mode;

	for (mode = OUT_HOLD; mode <= OUT_JSON; mode++) {
		trial_init(&t);
		fclose(t.file);
		t.file = fopen("/dev/full", "w");
		if (t.file == NULL)
			abort();
		t.mode = (enum trial_out)mode;
		t.script.visit = &x;
		t.script.n = 1;
		trial_run(&t);
		EQ(t.res.last.fault.class, F_OUTPUT, "a full disk");
		EQ(t.res.last.fault.code, ENOSPC, "a full disk: the reason");
		EQ(t.res.attempts, 1, "a full disk: one request");
		EQ(t.script.open, 0, "a full disk: nothing left open");
		EQ(t.script.now, mode == OUT_HOLD ? 1000 : 0,
		    "a full disk: at once");
		trial_free(&t);
	}
}

int
main(void)
{
	test_cuts();
	test_full();
	test_cancel();
	test_faults();
	return DONE();
}
