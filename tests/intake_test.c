/* The limits of sizes and times, on a connection and a clock of the test. */

#include "serve/intake.h"

#include <stdio.h>

#include "tests/t.h"

#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

/* A client that sends text, piece bytes at a time with a pause before each,
 * times times; then it is silent, or leaves. */
struct feed {
	struct conn conn;
	msec now, pause;
	const char *text;
	size_t piece, times;
	int leaves;
	struct buf told;		/* what it was sent */
};

static msec
feed_mono(void *ctx)
{
	return ((struct feed *)ctx)->now;
}

static ssize_t
feed_read(struct conn *c, void *p, size_t n, msec deadline, struct fault *f)
{
	struct feed *d = (struct feed *)c;
	struct slice s = slice_sub(slice_str(d->text), 0, d->piece < n ?
	    d->piece : n);

	if (d->times == 0 && d->leaves)
		return 0;
	if (d->times == 0 || d->now + d->pause >= deadline) {
		d->now = deadline;
		return fault_set(f, F_TIMEOUT, 1, "late");
	}
	d->now += d->pause;
	memcpy(p, s.p, s.n);
	d->text += s.n;
	if (*d->text == '\0')
		d->times--;
	return (ssize_t)s.n;
}

static int
feed_write(struct conn *c, struct slice *s, msec deadline, struct fault *f)
{
	(void)deadline;
	(void)f;
	buf_put(&((struct feed *)c)->told, *s);
	return 0;
}

/* Reads a request; the last event, the status, and the time that took. */
static enum intake_ev
read_all(struct feed *d, struct intake *in, size_t max, msec *took)
{
	static const struct conn_ops ops = { feed_read, feed_write, NULL,
	    NULL };
	static char bytes[INTAKE_SIZE];
	static struct env env;
	enum intake_ev ev;

	env = (struct env){ .mono = feed_mono, .ctx = d, .wakefd = -1 };
	d->conn.ops = &ops;
	if (d->piece == 0)
		d->piece = 65536;
	*in = (struct intake){ .env = &env, .conn = &d->conn,
	    .bytes = bytes, .body = { .max = max } };
	intake_start(in);
	if ((ev = intake_next(in)) == INTAKE_HEAD)
		ev = intake_next(in);
	*took = d->now;
	return ev;
}

static void
check(struct feed d, enum intake_ev want, int status, msec least, msec most,
    const char *name)
{
	struct intake in;
	msec took;

	EQ(read_all(&d, &in, 100000, &took), want, name);
	EQ(in.status, status, name);
	OK(took >= least && took <= most, name);
	intake_end(&in);
	buf_free(&in.body);
	buf_free(&d.told);
}

static void
test_times(void)
{
	check((struct feed){ .text = POST "\r\n", .times = 1 }, INTAKE_DONE, 0,
	    0, 0, "at once");
	check((struct feed){ .text = POST "\r\n", .times = 1, .piece = 1,
	    .pause = 300 }, INTAKE_DONE, 0, 7000, 9999, "a slow head");
	check((struct feed){ .text = POST "\r\n", .times = 1, .piece = 1,
	    .pause = 500 }, INTAKE_BAD, 408, 10000, 10000, "too slow a head");
	check((struct feed){ .text = "", .times = 0 }, INTAKE_GONE, 0, 10000,
	    10000, "nothing at all");
	check((struct feed){ .text = POST, .times = 1, .leaves = 1 },
	    INTAKE_GONE, 0, 0, 0, "half a head, then it leaves");
	check((struct feed){ .text = POST "Content-Length: 9\r\n\r\nabc",
	    .times = 1 }, INTAKE_BAD, 408, 20000, 20000, "content stalls");
	check((struct feed){ .text = POST "Content-Length: 9\r\n\r\nabc",
	    .times = 1, .leaves = 1 }, INTAKE_GONE, 0, 0, 0, "or is cut");
}

/* Content may take as long as it likes at 500 bytes a second. */
static void
test_rate(void)
{
	struct buf text = { 0 };
	int i;

	buf_puts(&text, POST "Content-Length: 90000\r\n\r\n");
	for (i = 0; i < 90000; i++)
		buf_putc(&text, 'x');
	buf_putc(&text, '\0');
	check((struct feed){ .text = text.p, .times = 1, .piece = 1000,
	    .pause = 1900 }, INTAKE_DONE, 0, 170000, 175000, "526 bytes/s");
	check((struct feed){ .text = text.p, .times = 1, .piece = 1000,
	    .pause = 3000 }, INTAKE_BAD, 408, 50000, 70000, "333 bytes/s");
	buf_free(&text);
}

static void
test_sizes(void)
{
	struct feed d = { .text = POST "Content-Length: 5\r\n"
	    "Expect: 100-continue\r\n\r\n", .times = 1 };
	struct intake in;
	msec took;

	EQ(read_all(&d, &in, 4, &took), INTAKE_BAD, "one byte too many");
	EQ(in.status, 413, "413");
	OK(strstr(in.why, "bide proxy") != NULL, "that names bide");
	EQ(d.told.n, 0, "the content is not called for");
	intake_end(&in);
	d = (struct feed){ .text = POST "Content-Length: 5\r\n"
	    "Expect: 100-continue\r\n\r\n", .times = 1, .leaves = 1 };
	EQ(read_all(&d, &in, 5, &took), INTAKE_GONE, "as much as may be");
	EQS(buf_slice(&d.told), "HTTP/1.1 100 Continue\r\n\r\n",
	    "is called for");
	intake_end(&in);
	buf_free(&d.told);
	d = (struct feed){ .text = POST "Transfer-Encoding: chunked\r\n\r\n"
	    "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nGET", .times = 1 };
	EQ(read_all(&d, &in, 4, &took), INTAKE_BAD, "too many in chunks");
	EQ(in.status, 413, "413 then, too");
	intake_end(&in);
	buf_free(&in.body);
	d.text = POST "Transfer-Encoding: chunked\r\n\r\n"
	    "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nGET";
	d.times = 1;
	EQ(read_all(&d, &in, 5, &took), INTAKE_DONE, "just as many");
	EQS(buf_slice(&in.body), "abcde", "without framing");
	EQS(in.rest, "GET", "what comes too early is seen");
	intake_end(&in);
	buf_free(&in.body);
}

int
main(void)
{
	test_times();
	test_rate();
	test_sizes();
	return DONE();
}
