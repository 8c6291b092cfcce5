/* What is written to the journal, and synced, before anybody sees it. */

#include "tests/t.h"

#include <signal.h>
#include <stdlib.h>

#include "state/journal.h"

/* What happens, in order: w(types) a write of records, s a sync, p(type) an
 * event that is passed on, f a flush, b that the journal is told broken. */
static struct buf story;
static struct buf file;
static int full;		/* writes fail */

static int
fake_append(struct journal *j, struct slice records)
{
	struct slice line;

	if (full || j->error != 0) {
		j->error = 28;
		buf_puts(&story, "w! ");
		return -1;
	}
	buf_put(&file, records);
	buf_puts(&story, "w(");
	while (records.n > 0) {
		line = slice_cut(&records, '\n');
		buf_put(&story, slice_sub(line, 9, 10));
	}
	buf_puts(&story, ") ");
	return 0;
}

static int
fake_sync(struct journal *j, int folder)
{
	if (j->error != 0)
		return -1;
	buf_puts(&story, folder ? "S " : "s ");
	return 0;
}

#define journal_append fake_append
#define journal_sync fake_sync
#define keep_init tested_init
#define keep_free tested_free
#include "src/core/keep.c"
#include "core/pipeline.h"

static msec now;

static msec
fake_mono(void *ctx)
{
	(void)ctx;
	return now;
}

static msec
fake_wall(void *ctx)
{
	(void)ctx;
	return 1767225600000 + now;
}

static const struct env env = { .mono = fake_mono, .wall = fake_wall,
    .wakefd = -1 };

static void
next_put(struct sink *s, const struct event *e)
{
	(void)s;
	buf_printf(&story, "p(%c) ", "stgTFrwudxe"[e->type]);
}

static int
next_flush(struct sink *s, struct fault *f)
{
	(void)f;
	s->delivered += 3;
	buf_puts(&story, "f ");
	return 0;
}

static void
on_broken(void *ctx)
{
	(void)ctx;
	buf_puts(&story, "b ");
}

static struct journal journal;
static struct cursor cursor;
static struct sink next = { .put = next_put, .flush = next_flush };
static struct keep k;
static struct pipeline pipe;

static void
begin_test(int live)
{
	journal_none(&journal);
	cursor = (struct cursor){ .sequence = -1 };
	next.delivered = 0;
	full = 0;
	buf_clear(&file);
	buf_clear(&story);
	k = (struct keep){ .env = &env, .journal = &journal,
	    .cursor = &cursor, .live = live, .provider = "openai",
	    .model = "gpt-4o", .turn = 3, .broken = on_broken };
	keep_init(&k);
	pipe = (struct pipeline){ .journal = &k.sink, .answer = &next,
	    .each = 1 };
	pipeline_init(&pipe);
}

static void
put_event(struct event e)
{
	pipe.sink.put(&pipe.sink, &e);
}

static void
put_string(const char *text)
{
	put_event((struct event){ .type = EV_TEXT, .text = slice_str(text) });
}

static void
flush_all(void)
{
	struct fault f;

	(void)pipe.sink.flush(&pipe.sink, &f);
}

/* Checks and clears the story. */
static void
then(const char *want, const char *what)
{
	EQS(slice_trim(buf_slice(&story)), want, what);
	buf_clear(&story);
}

static struct slice
last_record(void)
{
	size_t at = file.n - 1;

	while (at > 0 && file.p[at - 1] != '\n')
		at--;
	return slice_sub(buf_slice(&file), at, file.n - 1);
}

static void
has(const char *json, const char *what)
{
	OK(slice_ifind(last_record(), json) >= 0, what);
	if (slice_ifind(last_record(), json) < 0)
		printf("# %.*s\n", SLICE_FMT(last_record()));
}

static void
live(void)
{
	begin_test(1);
	put_event((struct event){ .type = EV_START, .attempt = 1 });
	then("p(s)", "an attempt begins");
	put_string("Hel");
	put_string("lo");
	then("p(t) p(t)", "text is not flushed yet");
	flush_all();
	then("w(attempt\",\"text\",\"tur) f",
	    "it is written before it is shown");
	has("\"turn\":3,\"from\":0,\"text\":\"Hello\"", "in one piece");
	EQ(pipe.sink.delivered, 3, "what is shown is told");
	flush_all();
	then("f", "nothing new, nothing written");
	put_string("!");
	flush_all();
	then("p(t) w(text\",\"tur) f", "each flush");
	has("\"from\":5,\"text\":\"!\"", "where it was");
	put_event((struct event){ .type = EV_USAGE,
	    .usage = &(struct usage){ 7, 8, -1, 0, 0 } });
	put_event((struct event){ .type = EV_DONE, .finish = FIN_STOP,
	    .attempt = 1, .request_id = "req_1" });
	then("p(u) w(answer\",\"t) s p(d)",
	    "the end is synced before it is shown");
	has("\"finish\":\"stop\",\"usage\":{\"input\":7,\"output\":8,"
	    "\"reasoning\":0},\"text_bytes\":6,\"items\":0,\"attempts\":1,"
	    "\"request_id\":\"req_1\"", "what it says");
	keep_free(&k);
}

static void
hold(void)
{
	struct buf big = { 0 };
	size_t i;

	begin_test(0);
	put_event((struct event){ .type = EV_START, .attempt = 1 });
	flush_all();
	then("p(s) w(attempt\",\") f", "an attempt is written at once");
	put_string("a");
	flush_all();
	now += KEEP_SPAN - 1;
	flush_all();
	then("p(t) f f", "text that is not shown is not written");
	now += 1;
	flush_all();
	then("w(text\",\"tur) f", "for a second");
	put_string("b");
	flush_all();
	then("p(t) f", "and again");
	for (i = 0; i < KEEP_TEXT - 1; i++)
		buf_putc(&big, 'x');
	put_event((struct event){ .type = EV_TEXT, .text = buf_slice(&big) });
	flush_all();
	then("w(text\",\"tur) p(t) f", "or for 64 KiB");
	put_string("c");
	put_event((struct event){ .type = EV_DONE, .request_id = "" });
	then("p(t) w(text\",\"turanswer\",\"t) s p(d)",
	    "the rest is written with the end");
	has("\"text_bytes\":65538", "whose size it says");
	keep_free(&k);
	begin_test(0);
	put_event((struct event){ .type = EV_START, .attempt = 1 });
	buf_clear(&story);
	for (i = 0; i < 3; i++)
		put_event((struct event){ .type = EV_TEXT,
		    .text = buf_slice(&big) });
	then("p(t) w(attempt\",\"text\",\"tur) p(t) p(t)",
	    "what comes in one read is not collected either");
	put_event((struct event){ .type = EV_DONE, .request_id = "" });
	has("\"text_bytes\":196605", "nor lost");
	keep_free(&k);
	begin_test(0);
	put_event((struct event){ .type = EV_START, .attempt = 1 });
	cursor.sequence = 7;
	buf_clear(&story);
	for (i = 0; i < 3; i++)
		put_event((struct event){ .type = EV_TEXT,
		    .text = buf_slice(&big) });
	then("p(t) p(t) p(t)", "unless it has a position in a stream");
	buf_free(&big);
	keep_free(&k);
}

static void
items(void)
{
	begin_test(0);
	put_event((struct event){ .type = EV_START, .attempt = 1 });
	put_string("so ");
	cursor.sequence = 7;
	cursor.half = 0xd83d;
	put_event((struct event){ .type = EV_TOOL_CALL, .id = SLICE("c1"),
	    .name = SLICE("get"), .text = SLICE("{\"a\":\"\\n\"}") });
	then("p(s) p(t) w(attempt\",\"text\",\"turitem\",\"tur) s p(T)",
	    "a call is synced first, and the text before it");
	has("\"id\":\"c1\",\"name\":\"get\",\"arguments\":"
	    "\"{\\\"a\\\":\\\"\\\\n\\\"}\",\"seq\":7,\"half\":55357",
	    "what it says");
	put_event((struct event){ .type = EV_ITEM, .name = SLICE("responses"),
	    .text = SLICE("{\"type\":\"reasoning\"}") });
	then("w(item\",\"tur) p(F)", "an item does not, but is written");
	has("\"dialect\":\"responses\",\"json\":\"{\\\"type\\\"",
	    "which is kept as text");
	put_event((struct event){ .type = EV_DONE, .request_id = "" });
	has("\"text_bytes\":3,\"items\":2", "they are counted");
	keep_free(&k);
}

static void put_failure(enum ev_type type, enum fclass class, int code,
    int retry, msec wait);

static void
response(void)
{
	begin_test(1);
	put_event((struct event){ .type = EV_START, .attempt = 1 });
	slice_copy(SLICE("resp_1"), cursor.id, sizeof(cursor.id));
	put_string("a");
	buf_clear(&story);
	flush_all();
	then("w(attempt\",\"response\",) s w(text\",\"tur) f",
	    "the response's id is synced before anything is shown");
	flush_all();
	then("f", "and is written once");
	put_event((struct event){ .type = EV_START, .attempt = 2 });
	slice_copy(SLICE("resp_2"), cursor.id, sizeof(cursor.id));
	buf_clear(&story);
	put_event((struct event){ .type = EV_ITEM, .name = SLICE("x"),
	    .text = SLICE("{}") });
	then("w(attempt\",\"response\",item\",\"tur) s p(F)",
	    "before an item too, or a kill after it would ask again");
	slice_copy(SLICE("resp_3"), cursor.id, sizeof(cursor.id));
	put_failure(EV_RETRY, F_IO, 0, 1, 5);
	then("w(response\",fault\",\"tu) s p(r)", "and before a fault");
	keep_free(&k);
}

static void
put_failure(enum ev_type type, enum fclass class, int code, int retry,
    msec wait)
{
	struct fault f;

	fault_set(&f, class, retry, "%s", " it broke\x1b\n");
	f.code = code;
	f.status = 429;
	put_event((struct event){ .type = type, .fault = &f, .wait = wait,
	    .discard = 1 });
}

static void
faults(void)
{
	begin_test(1);
	put_event((struct event){ .type = EV_START, .attempt = 1 });
	put_string("void");
	buf_clear(&story);
	put_failure(EV_RETRY, F_RATE, 0, 1, 1500);
	then("w(attempt\",\"text\",\"turfault\",\"tu) p(r)",
	    "a wait is written before it begins");
	has("\"class\":\"rate_limit\",\"status\":429,\"message\":\"it broke"
	    "\\u001b\",\"not_before\":\"2026-01-01T00:00:02.500Z\",\"crc\"",
	    "until when");
	put_event((struct event){ .type = EV_START, .attempt = 2 });
	put_string("new");
	flush_all();
	has("\"from\":0,\"text\":\"new\"", "the answer starts over");
	put_failure(EV_ERROR, F_CANCEL, SIGINT, 0, 0);
	has("\"end\":\"dropped\"", "SIGINT drops it");
	put_failure(EV_ERROR, F_CANCEL, SIGTERM, 0, 0);
	has("\"end\":\"later\"", "SIGTERM does not");
	put_failure(EV_ERROR, F_RATE, 0, 1, 9000);
	has("\"end\":\"later\"", "nor a temporary fault");
	put_failure(EV_ERROR, F_OUTPUT, 28, 0, 0);
	has("\"end\":\"later\"", "nor an answer that could not be printed");
	put_failure(EV_ERROR, F_AUTH, 0, 0, 0);
	has("\"end\":\"failed\"", "a permanent one fails it");
	k.detach = 1;
	put_failure(EV_ERROR, F_CANCEL, SIGINT, 0, 0);
	has("\"end\":\"later\"", "SIGINT leaves a detached run");
	keep_free(&k);
}

/* The journal fails at its nth write: it is told once, and the answer goes on
 * as if nothing had been. */
static void
broken(int nth)
{
	begin_test(1);
	full = nth == 0;
	put_event((struct event){ .type = EV_START, .attempt = 1 });
	put_string("Hello");
	flush_all();
	full |= nth == 1;
	put_event((struct event){ .type = EV_TOOL_CALL, .id = SLICE("c") });
	full |= nth == 2;
	put_event((struct event){ .type = EV_DONE, .request_id = "" });
	flush_all();
	then(nth == 0 ? "p(s) p(t) w! b f w! p(T) w! p(d) f" : nth == 1 ?
	    "p(s) p(t) w(attempt\",\"text\",\"tur) f w! b p(T) w! p(d) f" :
	    "p(s) p(t) w(attempt\",\"text\",\"tur) f w(item\",\"tur) s p(T) "
	    "w! b p(d) f", "told once, and the answer goes on");
	keep_free(&k);
}

/* What an earlier run had is shown first, and counted; of an answer that the
 * server has not kept, its text alone. */
static void
earlier(int stored)
{
	struct part parts[] = { { .type = PART_TEXT, .text = SLICE("Hello") },
	    { .type = PART_CALL, .id = SLICE("c") },
	    { .type = PART_OWN, .text = SLICE("{}") } };
	struct buf b = { 0 };

	buf_put(&b, (struct slice){ (const char *)parts, sizeof(parts) });
	begin_test(1);
	pipe.earlier = &b;
	pipe.calls = stored;
	k.from = 5;
	k.items = 2;
	cursor.resuming = stored;
	slice_copy(stored ? SLICE("r") : SLICE(""), cursor.id, 2);
	put_event((struct event){ .type = EV_START, .attempt = 1 });
	then(stored ? "p(s) p(t) p(T)" : "p(s) p(t)",
	    "shown after the start");
	put_string("!");
	flush_all();
	has("\"from\":5,\"text\":\"!\"", "continued");
	put_event((struct event){ .type = EV_DONE, .request_id = "" });
	has(stored ? "\"text_bytes\":6,\"items\":2" :
	    "\"text_bytes\":6,\"items\":0", "counted");
	buf_free(&b);
	keep_free(&k);
}

int
main(void)
{
	live();
	hold();
	items();
	response();
	faults();
	broken(0);
	broken(1);
	broken(2);
	earlier(1);
	earlier(0);
	buf_free(&story);
	buf_free(&file);
	return DONE();
}
