/* Joining a continuation: the overlap, and event by event. */

#include "core/pipeline.h"
#include "tests/t.h"

static const struct {
	const char *name, *text, *head;
	size_t drop;
} rows[] = {
	{ "nothing before", "", "Hello", 0 },
	{ "nothing after", "Hello", "", 0 },
	{ "no overlap", "The quick", " brown fox", 0 },
	{ "the last words again", "The quick brown f", "quick brown fox", 13 },
	{ "all of it again", "The quick brown", "The quick brown fox", 15 },
	{ "all of it, though little", "Hey", "Hey you", 3 },
	{ "but not that little", "1.", "1.5", 0 },
	{ "the longest counts", "ab ab ab ab ab ", "ab ab ab ab ab c", 15 },
	{ "a few letters are chance", "banana", "anana split", 0 },
	{ "eight are none", "12345678", "12345678!", 8 },
	{ "a blank on both sides", "one ", " two", 1 },
	{ "blanks that differ", "one\n\n", " two", 0 },
	{ "some of the blanks", "one\n\n", "\ntwo", 1 },
	{ "more blanks after", "one ", "  two", 1 },
};

/* A sink that records its text. */
struct recorder {
	struct sink sink;
	struct buf text;
	int texts;		/* EV_TEXT events */
	int discard;
};

static void
rec_put(struct sink *s, const struct event *e)
{
	struct recorder *r = (struct recorder *)s;

	if (e->type == EV_TEXT) {
		buf_put(&r->text, e->text);
		r->texts++;
	}
	if (e->type == EV_RETRY)
		r->discard = e->discard;
}

static int
rec_flush(struct sink *s, struct fault *f)
{
	struct recorder *r = (struct recorder *)s;

	(void)f;
	s->delivered = r->text.n;
	return 0;
}

static void
text(struct pipeline *s, const char *t)
{
	s->sink.put(&s->sink, &(struct event){ .type = EV_TEXT,
	    .text = slice_str(t) });
}

static void
event(struct pipeline *s, enum ev_type type)
{
	struct fault f = { 0 };

	s->sink.put(&s->sink, &(struct event){ .type = type, .fault = &f,
	    .discard = 1 });
}

static void
test_events(void)
{
	struct recorder r = { .sink = { .put = rec_put, .flush = rec_flush },
	    .discard = -1 };
	struct pipeline s = { .answer = &r.sink, .joins = 1,
	    .each = 1 };
	struct fault f;
	int i;

	pipeline_init(&s);
	event(&s, EV_RETRY);
	EQ(r.discard, 1, "a break before any text discards the attempt");
	text(&s, "The quick ");
	text(&s, "brown f");
	event(&s, EV_RETRY);
	EQ(r.discard, 0, "one after some text does not");
	EQ(r.sink.delivered, 17, "and the text is written out");
	text(&s, "quick bro");
	EQS(buf_slice(&r.text), "The quick brown f", "a head is held back");
	text(&s, "wn fox");
	event(&s, EV_RETRY);
	EQS(buf_slice(&r.text), "The quick brown fox", "a second break joins");
	for (i = 0; i < 200; i++)
		text(&s, " jumps");
	OK(r.text.n > 1000, "a long head is passed on");
	event(&s, EV_DONE);
	EQ(r.text.n, 19 + 200 * 6, "nothing is lost");
	EQ(s.sink.flush(&s.sink, &f), 0, "flush");
	EQ(s.sink.delivered, r.text.n, "delivered is the sink's behind it");
	pipeline_free(&s);
	buf_free(&r.text);
}

/* A sink that holds the answer back has delivered nothing to continue. */
static int
hold_flush(struct sink *s, struct fault *f)
{
	(void)s;
	(void)f;
	return 0;
}

static void
test_held(void)
{
	struct recorder r = { .sink = { .put = rec_put, .flush = hold_flush } };
	struct pipeline s = { .answer = &r.sink, .joins = 1,
	    .each = 1 };

	pipeline_init(&s);
	text(&s, "The quick brown f");
	event(&s, EV_RETRY);
	EQ(r.discard, 1, "held: a break discards the attempt");
	EQ(s.text.n, 0, "held: and what was kept of it");
	buf_clear(&r.text);
	text(&s, "The quick brown fox");
	EQS(buf_slice(&r.text), "The quick brown fox", "held: once, whole");
	pipeline_free(&s);
	buf_free(&r.text);
}

static void
test_keep(void)
{
	struct recorder r = { .sink = { .put = rec_put, .flush = rec_flush } };
	struct pipeline s = { .answer = &r.sink, .joins = 1,
	    .each = 1 };
	size_t i;

	pipeline_init(&s);
	for (i = 0; i < SEAM_KEEP; i++)
		text(&s, "\xc3\xbc");
	EQ(r.text.n, 2 * SEAM_KEEP, "a long text goes through");
	OK(s.text.n >= SEAM_KEEP / 2 - 1 && s.text.n <= SEAM_KEEP,
	    "and its end is kept");
	EQ((unsigned char)s.text.p[0], 0xc3, "from a whole code point on");
	pipeline_free(&s);
	buf_free(&r.text);
}

/* Deltas reach the sinks together, in order, and before any other event. */
static void
test_gathered(void)
{
	struct recorder r = { .sink = { .put = rec_put, .flush = rec_flush } };
	struct pipeline s = { .answer = &r.sink };
	struct buf big = { 0 };
	struct fault f;

	pipeline_init(&s);
	text(&s, "a");
	text(&s, "b");
	EQ(r.texts, 0, "deltas wait for a flush");
	EQ(s.sink.flush(&s.sink, &f), 0, "flush");
	EQ(r.texts, 1, "and then are one");
	EQ(s.sink.delivered, 2, "which is delivered");
	text(&s, "c");
	event(&s, EV_RETRY);
	EQ(r.texts, 2, "or they come before the next event");
	text(&s, "d");
	while (big.n < 100000)
		buf_puts(&big, "long ");
	buf_putc(&big, '\0');
	text(&s, big.p);
	EQ(r.texts, 4, "a long text is not copied");
	EQS(slice_sub(buf_slice(&r.text), 0, 9), "abcdlong ", "all in order");
	pipeline_free(&s);
	buf_free(&r.text);
	buf_free(&big);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		EQ(seam_overlap(slice_str(rows[i].text),
		    slice_str(rows[i].head)), rows[i].drop, rows[i].name);
	test_events();
	test_held();
	test_keep();
	test_gathered();
	return DONE();
}
