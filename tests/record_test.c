/* Journal records: writing them, and recovering them from damage. */

#include "tests/t.h"

#include <stdlib.h>
#include <time.h>

#include "wire/record.h"

static struct crc32 crc;

static void
put(struct buf *b, const char *type, const char *text)
{
	struct json_out w;
	size_t start = record_open(&w, b, type);

	json_member(&w, "text", slice_str(text));
	record_close(&w, &crc, start);
}

/* Whether rec is a line of all, without its newline. */
static int
written(struct slice all, struct slice rec)
{
	struct slice line;

	while (all.n > 0) {
		line = slice_cut(&all, '\n');
		if (slice_eq(line, rec))
			return 1;
	}
	return 0;
}

static void
form(void)
{
	struct buf b = { 0 };
	struct slice in, rec;

	EQ(crc32_add(&crc, 0, SLICE("123456789")), 0xcbf43926,
	    "the check value of CRC-32");
	EQ(crc32_add(&crc, crc32_add(&crc, 0, SLICE("1234")), SLICE("56789")),
	    0xcbf43926, "the same in two pieces");
	put(&b, "text", "Hello");
	in = buf_slice(&b);
	EQS(in, "{\"type\":\"text\",\"text\":\"Hello\",\"crc\":\"60df39a8\"}\n",
	    "a record");
	EQ(record_next(&crc, &in, &rec), RECORD_ONE, "a record is read");
	OK(json_valid(rec), "is JSON");
	OK(record_is(rec, "text"), "has its type");
	OK(!record_is(rec, "tex") && !record_is(rec, "texts"),
	    "has no other type");
	EQ(in.n, 0, "newline consumed");
	EQ(record_next(&crc, &in, &rec), RECORD_END, "then the end");
	buf_free(&b);
}

static void
raw_newlines(void)
{
	struct buf b = { 0 };
	struct json_out w;
	size_t start = record_open(&w, &b, "turn");
	struct slice in, rec;

	json_key(&w, "tools");
	EQ(json_raw(&w, SLICE("[\n{\"name\":\"a\\nb\"}\r\n]")), 0, "raw JSON");
	record_close(&w, &crc, start);
	in = buf_slice(&b);
	EQ(record_next(&crc, &in, &rec), RECORD_ONE, "a record is one line");
	OK(json_valid(rec), "that line is JSON");
	buf_free(&b);
}

static void
three(struct buf *b)
{
	put(b, "turn", "{\"type\":\"text\"} \"crc\":\"00000000\"}");
	put(b, "text", "two");
	put(b, "answer", "");
}

/* Every record read from a damaged journal was written, and all records that
 * the damage does not touch are read. */
static void
flips(void)
{
	struct buf b = { 0 };
	struct slice all, in, rec;
	size_t i, n, ones = 0, lost = 0, invented = 0;
	enum record_ev ev;
	char *copy;
	int bit;

	three(&b);
	all = buf_slice(&b);
	copy = malloc(all.n);
	for (i = 0; i < all.n; i++) {
		for (bit = 0; bit < 8; bit++) {
			memcpy(copy, all.p, all.n);
			copy[i] = (char)(copy[i] ^ (1 << bit));
			in = (struct slice){ copy, all.n };
			for (n = 0; (ev = record_next(&crc, &in, &rec)) !=
			    RECORD_END;) {
				n += ev == RECORD_ONE;
				if (ev == RECORD_ONE && !written(all, rec))
					invented++;
			}
			ones += n;
			lost += n < 2;
		}
	}
	EQ(invented, 0, "a flipped bit invents no record");
	EQ(lost, 0, "a flipped bit loses at most one");
	OK(ones >= all.n * 8 * 2, "the others are found");
	free(copy);
	buf_free(&b);
}

static void
cuts(void)
{
	struct buf b = { 0 };
	struct slice all, in, rec;
	size_t i, n, bad = 0, want, cut;
	enum record_ev ev;

	three(&b);
	all = buf_slice(&b);
	for (i = 0; i <= all.n; i++) {
		in = record_lines(slice_sub(all, 0, i));
		cut = i - in.n;
		for (n = 0; (ev = record_next(&crc, &in, &rec)) != RECORD_END;
		    n++)
			bad += ev != RECORD_ONE || !written(all, rec);
		for (want = 0, rec = slice_sub(all, 0, i); rec.n > 0 &&
		    memchr(rec.p, '\n', rec.n) != NULL; want++)
			(void)slice_cut(&rec, '\n');
		bad += n != want || cut != rec.n;
	}
	EQ(bad, 0, "a truncated journal: whole lines, and the rest stays");
	buf_free(&b);
}

static void
glued(void)
{
	struct buf b = { 0 }, torn = { 0 };
	struct slice in, rec;

	put(&b, "text", "one");
	b.n--;			/* the newline */
	put(&b, "text", "two");
	in = buf_slice(&b);
	EQ(record_next(&crc, &in, &rec), RECORD_ONE,
	    "the first of two without a newline");
	EQ(record_next(&crc, &in, &rec), RECORD_ONE, "the second");
	EQ(record_next(&crc, &in, &rec), RECORD_END, "no more");

	buf_puts(&torn, "{\"type\":\"text\",\"te");
	buf_put(&torn, buf_slice(&b));
	in = buf_slice(&torn);
	EQ(record_next(&crc, &in, &rec), RECORD_DAMAGED,
	    "an incomplete record");
	EQ(record_next(&crc, &in, &rec), RECORD_ONE, "the intact one after it");
	EQ(record_next(&crc, &in, &rec), RECORD_ONE, "the next one");

	buf_clear(&torn);
	buf_puts(&torn, "rubbish\n\n\n");
	buf_put(&torn, buf_slice(&b));
	in = buf_slice(&torn);
	EQ(record_next(&crc, &in, &rec), RECORD_DAMAGED, "no record at all");
	EQ(record_next(&crc, &in, &rec), RECORD_ONE,
	    "damage ends with its line");
	buf_free(&b);
	buf_free(&torn);
}

/* Lines made to be slow: whatever begins does not end, or all is nested, or
 * every second record is intact.  Returns the CPU time for lines of that size.
 */
static clock_t
hostile(size_t size)
{
	static const struct {
		const char *text;
		int intact;		/* an intact record follows */
	} units[] = {
		{ "{\"type\":\"", 0 },
		{ "{\"type\":\"x\",\"a\":", 0 },
		{ "{\"type\":\"x\",\"a\":[", 0 },
		{ "{\"type\":\"x\",\"crc\":\"00000000\"}", 0 },
		{ "{\"type\":\"x\"},\"crc\":\"", 0 },
		{ "", 1 },
		{ "x", 1 },
		{ "{\"type\":\"", 1 },
	};
	struct buf b = { 0 };
	struct slice in, rec;
	clock_t start = clock();
	size_t i, n, ones;
	enum record_ev ev;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		buf_clear(&b);
		for (n = 0; b.n < size; ) {
			buf_puts(&b, units[i].text);
			if (!units[i].intact)
				continue;
			put(&b, "text", "x");
			b.n--;		/* the newline */
			n++;
		}
		buf_puts(&b, "\n");
		in = buf_slice(&b);
		for (ones = 0; (ev = record_next(&crc, &in, &rec)) !=
		    RECORD_END;)
			ones += ev == RECORD_ONE;
		EQ(ones, n, "all intact records of a hostile line are found");
	}
	buf_free(&b);
	return clock() - start;
}

static void
linear(void)
{
	clock_t once = hostile((size_t)256 << 10);

	OK(hostile((size_t)1 << 20) < 8 * once + CLOCKS_PER_SEC / 5,
	    "four times the line takes four times as long, not sixteen");
}

int
main(void)
{
	crc32_init(&crc);
	form();
	raw_newlines();
	flips();
	cuts();
	glued();
	linear();
	return DONE();
}
