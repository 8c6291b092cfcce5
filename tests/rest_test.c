/*
 * bide proxy --on-break continue, in virtual time: an answer that breaks off at
 * any byte is one stream to the client, with one start, the ids of its first
 * part and no word twice; or it shows to be broken.
 */

#include "tests/relayed.h"
#include "tests/t.h"

#define FIRST "head ; created ; delta Hello\\x20there ; " \
    "delta ,\\x20dear\\x20world" \
    " ; completed ; end"
#define REST "head ; created ; delta \\x20and ; ping ; " \
    "delta \\x20all ; completed ; end"

static char name[256];

static const char *
called(const struct api *api, const char *what)
{
	snprintf(name, sizeof(name), "%s: %s", api->dialect->name, what);
	return name;
}

/* Writes b's ids anew: those of another answer. */
static void
rename_ids(struct buf *b)
{
	static const char *const ids[] = { "chatcmpl-1", "msg_1", "\"r1\"" };
	struct slice s;
	ptrdiff_t at;
	size_t i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		while (s = buf_slice(b), (at = slice_ifind(s, ids[i])) >= 0)
			*(char *)memchr(b->p + at, '1', strlen(ids[i])) = '2';
}

struct heard {
	struct sink sink;
	struct buf text;
	size_t calls;
};

static void
hear(struct sink *s, const struct event *e)
{
	struct heard *h = (struct heard *)s;

	if (e->type == EV_TEXT)
		buf_put(&h->text, e->text);
	h->calls += e->type == EV_TOOL_CALL;
}

/* What a client understands.  Whether the answer is complete. */
static int
understand(const struct relayed_one *t, struct heard *h)
{
	const struct dialect *d = t->up.dialect;
	struct decode dec = { .sink = &h->sink, .usage = USAGE_NONE };
	struct slice in = buf_slice(&t->body);
	struct sse sse = { 0 };
	struct sse_event e;
	enum decoded rc = DECODE_MORE;

	*h = (struct heard){ .sink = { .put = hear } };
	while (rc < DECODE_DONE && sse_push(&sse, &in, &e) == SSE_EVENT)
		rc = d->event(&dec, &e);
	if (rc < DECODE_DONE)
		rc = decode_end(&dec, d, NULL, 1);
	decode_free(&dec);
	sse_free(&sse);
	return rc == DECODE_DONE && t->complete;
}

static void
begin(struct relayed_one *t, const struct api *api, const char *more)
{
	static char body[512];

	relayed_init(t, api, 1);
	t->relay.on_break = BREAK_CONTINUE;
	t->script.most = 1;
	snprintf(body, sizeof(body), "{\"stream\":true,\"model\":\"m\",%s"
	    "\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],"
	    "\"contents\":[{\"parts\":[{\"text\":\"q\"}]}]}", more);
	t->client.body = slice_str(body);
}

static void
run_two(struct relayed_one *t, const struct api *api, const char *first,
    const char *second)
{
	struct buf bytes = { 0 };
	struct visit v[2] = { { .steps = slice_str(first) },
	    { .steps = SLICE("bytes ; eof") } };

	relayed_bytes(api->dialect, second, 1, &bytes);
	rename_ids(&bytes);
	v[1].bytes = buf_slice(&bytes);
	relayed_run(t, v, 2);
	buf_free(&bytes);
}

/* -- at every cut ---------------------------------------------------------- */

static int
is_one(const struct relayed_one *t, const struct heard *h)
{
	static const char texts[][40] = { " and all", "Hello there and all",
	    "Hello there, dear world and all", "Hello there, dear world" };
	size_t i, n = sizeof(texts) / sizeof(texts[0]);

	for (i = 0; i < n; i++)
		if (slice_is(buf_slice(&h->text), texts[i]))
			break;
	return i < n && count(buf_slice(&t->body), "message_start\"") ==
	    (t->up.dialect == &dialect_messages) &&
	    count(buf_slice(&t->body), "\"role\"") ==
	    (t->up.dialect == &dialect_chat) &&
	    (count(buf_slice(&t->body), "chatcmpl-1") == 0 ||
	    count(buf_slice(&t->body), "chatcmpl-2") == 0);
}

static void
test_cuts(const struct api *api, const char *end)
{
	struct buf bytes = { 0 }, rest = { 0 }, steps = { 0 };
	struct relayed_one t;
	struct heard h;
	struct visit v[2];
	size_t k, wrong = 0, joined = 0;
	int ok;

	relayed_bytes(api->dialect, FIRST, 1, &bytes);
	relayed_bytes(api->dialect, REST, 1, &rest);
	rename_ids(&rest);
	buf_printf(&steps, "bytes ; %s", end);
	v[1] = (struct visit){ SLICE("bytes ; eof"), buf_slice(&rest) };
	for (k = 1; k <= bytes.n; k++) {
		begin(&t, api, "");
		v[0] = (struct visit){ buf_slice(&steps),
		    slice_sub(buf_slice(&bytes), 0, k) };
		relayed_run(&t, v, 2);
		ok = understand(&t, &h) ? is_one(&t, &h) :
		    t.client.account.broken && !t.complete &&
		    count(buf_slice(&t.body), "end_turn") == 1;
		joined += h.text.n > 23 || (h.text.n > 11 && h.text.n < 23);
		if ((!ok || t.script.amiss) && wrong++ < 3)
			printf("# at %zu: %.*s\n", k, SLICE_FMT(t.got));
		buf_free(&h.text);
		relayed_free(&t);
	}
	EQ(wrong, 0, called(api, end));
	OK(joined > bytes.n / 8, called(api, "many were gone on from"));
	buf_free(&bytes);
	buf_free(&rest);
	buf_free(&steps);
}

/* -- the seam -------------------------------------------------------------- */

#define BROKEN "head ; created ; delta The\\x20quick\\x20brown ; " \
    "delta \\x20fox\\x20jum ; reset"

static void
test_text(const struct api *api, const char *first, const char *second,
    const char *want)
{
	struct relayed_one t;
	struct heard h;

	begin(&t, api, "");
	run_two(&t, api, first, second);
	OK(understand(&t, &h), called(api, want));
	EQS(buf_slice(&h.text), want, called(api, "the text"));
	EQ(t.client.account.healed, 1, called(api, "counted"));
	if (!t.complete)
		printf("# %.*s\n", SLICE_FMT(t.got));
	buf_free(&h.text);
	relayed_free(&t);
}

static void
test_seam(const struct api *api)
{
	test_text(api, BROKEN, "head ; created ; delta ps. ; completed ; end",
	    "The quick brown fox jumps.");
	/* it says again what has arrived */
	test_text(api, BROKEN, "head ; created ; delta brown\\x20fox ; "
	    "delta \\x20jumps. ; completed ; end",
	    "The quick brown fox jumps.");
	test_text(api, BROKEN, "head ; created ; "
	    "delta The\\x20quick\\x20brown\\x20fox ; "
	    "delta \\x20jumps\\x20over. ; completed ; end",
	    "The quick brown fox jumps over.");
	/* quotes, and what is not ASCII */
	test_text(api, "head ; created ; "
	    "delta a\\x20\"b\"\\\\\\x20\xc3\xa9 ; reset",
	    "head ; created ; delta \xe2\x82\xac\"\\n\" ; completed ; end",
	    "a \"b\"\\ \xc3\xa9\xe2\x82\xac\"\n\"");
}

/* More than the start of the rest is held back; and it breaks again. */
static void
test_long(const struct api *api)
{
	struct buf one = { 0 }, want = { 0 };
	struct relayed_one t;
	struct heard h;
	struct visit v[3];
	int i;

	buf_puts(&one, "head ; created");
	buf_puts(&want, "Begin:");
	for (i = 0; i < 300; i++) {
		buf_printf(&one, " ; delta \\x20%d", i);
		buf_printf(&want, " %d", i);
	}
	buf_puts(&want, ".");
	buf_puts(&one, " ; reset");
	begin(&t, api, "");
	v[0].steps = SLICE("head ; created ; delta Begin: ; eof");
	v[1].steps = buf_slice(&one);
	v[2].steps = SLICE("head ; created ; delta . ; completed ; end");
	relayed_run(&t, v, 3);
	OK(understand(&t, &h), called(api, "broken twice"));
	OK(slice_eq(buf_slice(&h.text), buf_slice(&want)),
	    called(api, "with all of it"));
	EQ(t.client.account.attempts, 3, called(api, "in three requests"));
	buf_free(&h.text);
	relayed_free(&t);
	buf_free(&one);
	buf_free(&want);
}

/* A tool call that follows in the rest. */
static void
test_call(const struct api *api)
{
	struct relayed_one t;
	struct heard h;

	begin(&t, api, "");
	run_two(&t, api, BROKEN, "head ; created ; delta ps. ; call f {\"a\":1}"
	    " ; completed ; end");
	OK(understand(&t, &h), called(api, "calls a tool"));
	EQS(buf_slice(&h.text), "The quick brown fox jumps.",
	    called(api, "after the text"));
	EQ(h.calls, 1, called(api, "the call"));
	buf_free(&h.text);
	relayed_free(&t);
}

/* Ids of another type in the rest. */
static void
test_types(void)
{
	struct relayed_one t;
	struct heard h;
	struct slice rest, line;
	int good = 1;

	begin(&t, &apis[1], "");
	run_two(&t, &apis[1], BROKEN, "head ; data {\"id\":null,\"created\":"
	    "\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
	    "\"ps.\"}}]} ; completed ; end");
	OK(understand(&t, &h), "chat: ids of another type");
	EQS(buf_slice(&h.text), "The quick brown fox jumps.", "joined");
	rest = buf_slice(&t.body);
	while (rest.n > 0) {
		line = slice_cut(&rest, '\n');
		if (slice_starts(line, "data: {"))
			good &= json_valid(slice_sub(line, 6, line.n));
	}
	OK(good, "and valid");
	buf_free(&h.text);
	relayed_free(&t);
}

/* -- passed on as broken --------------------------------------------------- */

static const struct {
	const char *steps, *more;
} broken[] = {
	{ "head ; created ; delta Hello ; call f {\"a\":1} ; reset", "" },
	{ "head ; created ; reasoning Hm ; delta Hello ; reset", "" },
	{ BROKEN, "\"n\":2,\"output_format\":{},\"generationConfig\":{"
	    "\"responseMimeType\":\"application/json\"}," },
	{ BROKEN, "\"broken," },
};

static void
test_broken(const struct api *api)
{
	struct relayed_one t;
	struct visit v;
	size_t i;

	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		begin(&t, api, broken[i].more);
		v = (struct visit){ .steps = slice_str(broken[i].steps) };
		relayed_run(&t, &v, 1);
		OK(!t.complete && t.client.account.broken && !t.script.amiss &&
		    t.script.requests == 1 &&
		    count(buf_slice(&t.body), "bide: ") > 0,
		    called(api, broken[i].steps));
		relayed_free(&t);
	}
}

/* The rest comes in one JSON text, which no reader of a stream takes. */
static void
test_whole(const struct api *api)
{
	struct buf steps = { 0 };
	struct relayed_one t;
	struct visit v[2] = { { .steps = SLICE(BROKEN) } };

	buf_printf(&steps, "status 200 Content-Type=application/json | %s",
	    api->answer);
	v[1].steps = buf_slice(&steps);
	begin(&t, api, "");
	relayed_run(&t, v, 2);
	OK(!t.complete && t.client.account.broken &&
	    slice_ifind(buf_slice(&t.body), "usage") < 0,
	    called(api, "no stream"));
	relayed_free(&t);
	buf_free(&steps);
}

/* -- blocks ---------------------------------------------------------------- */

#define BLOCK_START(i, type) "event content_block_start {\"type\":" \
    "\"content_block_start\",\"index\":" #i ",\"content_block\":" type "} ; "
#define BLOCK_STOP(i) "event content_block_stop {\"type\":" \
    "\"content_block_stop\",\"index\":" #i "} ; "
#define TEXT_BLOCK "{\"type\":\"text\",\"text\":\"\"}"
#define TOOL_BLOCK "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\"," \
    "\"input\":{}}"

/* The indexes of the blocks, as far as they begin and end, in order. */
static void
test_blocks(const char *first, const char *second, const char *want)
{
	const struct api *api = &apis[2];
	struct buf got = { 0 };
	struct relayed_one t;
	struct slice rest, line, tok;

	begin(&t, api, "");
	run_two(&t, api, first, second);
	rest = buf_slice(&t.body);
	while (rest.n > 0) {
		line = slice_cut(&rest, '\n');
		if (!slice_starts(line, "data: {\"type\":\"content_block_st"))
			continue;
		slice_skip(&line, 6);
		buf_puts(&got, slice_ifind(line, "_start") > 0 ? " +" : " -");
		(void)json_find(line, "index", &tok);
		buf_put(&got, tok);
	}
	OK(t.complete, called(api, first));
	EQS(buf_slice(&got), want, called(api, "the blocks"));
	buf_free(&got);
	relayed_free(&t);
}

int
main(void)
{
	size_t i;

	for (i = 1; i < APIS; i++) {
		test_cuts(&apis[i], "eof");
		test_cuts(&apis[i], "reset");
		test_seam(&apis[i]);
		test_long(&apis[i]);
		test_call(&apis[i]);
		test_broken(&apis[i]);
		test_whole(&apis[i]);
	}
	test_blocks("head ; created ; " BLOCK_START(0, TEXT_BLOCK)
	    "delta Hello ; reset", "head ; created ; "
	    BLOCK_START(0, TEXT_BLOCK)
	    "delta \\x20there ; " BLOCK_STOP(0) BLOCK_START(1, TOOL_BLOCK)
	    BLOCK_STOP(1) "completed ; end", " +0 -0 +1 -1");
	test_blocks("head ; created ; " BLOCK_START(0, TEXT_BLOCK)
	    "delta Hello ; " BLOCK_STOP(0) "reset", "head ; created ; "
	    BLOCK_START(0, TEXT_BLOCK) "delta \\x20there ; " BLOCK_STOP(0)
	    "completed ; end", " +0 -0 +1 -1");
	test_blocks("head ; created ; " BLOCK_START(0, TEXT_BLOCK)
	    "delta Hello ; reset", "head ; created ; "
	    BLOCK_START(0, TOOL_BLOCK)
	    BLOCK_STOP(0) "completed ; end", " +0 -0 +1 -1");
	test_types();
	test_broken(&apis[0]);
	return DONE();
}
