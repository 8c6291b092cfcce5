/* Limits and the interface.  Parsing itself is tested with
 * tests/wire/http-request-*. */

#include "wire/http_request.h"

#include <stdio.h>

#include "tests/t.h"

#define HOST "Host: a\r\n"

/* Pushes in, step bytes at a time; the last event other than HTTP_BODY, and
 * after HTTP_BAD the status. */
static enum http_ev
verdict(struct slice in, size_t step, int *status)
{
	struct http_request q = { 0 };
	enum http_ev ev = HTTP_MORE;
	struct slice part, out;
	size_t off;

	for (off = 0; off < in.n && ev != HTTP_BAD; off += step) {
		part = slice_sub(in, off, step);
		while ((ev = http_request_push(&q, &part, &out)) ==
		    HTTP_HEAD || ev == HTTP_BODY)
			;
	}
	*status = q.status;
	http_request_free(&q);
	return ev;
}

/* Pushes in at once, in pieces, and byte by byte.  Wants HTTP_END, or HTTP_BAD
 * with the status. */
static void
same_verdict(struct slice in, int want, const char *name)
{
	static const size_t steps[] = { SIZE_MAX / 2, 4096, 7, 1 };
	enum http_ev ev;
	size_t i;
	int status;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		ev = verdict(in, steps[i], &status);
		EQ(ev, want == 0 ? HTTP_END : HTTP_BAD, name);
		EQ(status, want, name);
	}
}

static void
repeat(struct buf *b, const char *s, size_t times)
{
	while (times-- > 0)
		buf_puts(b, s);
}

/* A head of n bytes, to show that the limit is exact. */
static void
test_head_size(const char *line, size_t n, const char *end, int want,
    const char *name)
{
	struct buf b = { 0 };

	buf_puts(&b, line);
	repeat(&b, "x", n - b.n - strlen(end));
	buf_puts(&b, end);
	same_verdict(buf_slice(&b), want, name);
	buf_free(&b);
}

static void
test_sizes(void)
{
	size_t most = (size_t)64 << 10;

	test_head_size("GET / HTTP/1.1\r\n" HOST "X: ", most, "\r\n\r\n", 0,
	    "the largest head");
	test_head_size("GET / HTTP/1.1\r\n" HOST "X: ", most + 1, "\r\n\r\n",
	    431, "one byte more");
	test_head_size("GET /", most, " HTTP/1.1\r\n" HOST "\r\n", 0,
	    "the longest target");
	test_head_size("GET /", most + 1, " HTTP/1.1\r\n" HOST "\r\n", 431,
	    "one byte more with its fields");
	test_head_size("GET /", most + 1, " HTTP/1.1\r\n", 414,
	    "one byte more alone");
	test_head_size("GET /", most * 2, "", 414, "a target without end");
	test_head_size("\r\nGET / HTTP/1.1\r\n" HOST "X: ", most + 1,
	    "\r\n\r\n", 431, "an empty line before it counts");
}

static void
test_fields(size_t n, int want, const char *name)
{
	struct buf b = { 0 };

	buf_puts(&b, "GET / HTTP/1.1\r\n" HOST);
	repeat(&b, "a: b\r\n", n - 1);
	buf_puts(&b, "\r\n");
	same_verdict(buf_slice(&b), want, name);
	buf_free(&b);
}

static void
test_framing_flood(void)
{
	struct buf b = { 0 };

	buf_puts(&b, "POST / HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked\r\n\r\n");
	repeat(&b, "1\r\nx\r\n", 100000);
	buf_puts(&b, "0\r\n\r\n");
	same_verdict(buf_slice(&b), 0, "each byte a chunk");
	b.n -= 2;
	repeat(&b, "a: b\r\n", HTTP_FRAMING_MAX / 6 + 1);
	same_verdict(buf_slice(&b), 400, "trailers without an end");
	buf_free(&b);
}

/* Content is not copied, and bytes after the request are not consumed. */
static void
test_slices(void)
{
	static const char bytes[] = "POST /v1/x?y=z HTTP/1.1\r\n" HOST
	    "Content-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhelloGET /";
	struct slice in = { bytes, sizeof(bytes) - 1 }, out;
	struct http_request q = { 0 };

	EQ(http_request_push(&q, &in, &out), HTTP_HEAD, "head");
	EQS(q.method, "POST", "method");
	EQS(q.url.path, "/v1/x?y=z", "path");
	EQS(q.url.host, "a", "host");
	EQ(q.length, 5, "length");
	EQ(q.keep, 1, "keep");
	EQS(http_request_field(&q, "X-a"), "1", "the first of a name");
	OK(http_request_field(&q, "X").p == NULL, "no match of a prefix");
	EQ(http_request_push(&q, &in, &out), HTTP_BODY, "body");
	OK(out.p == bytes + sizeof(bytes) - 1 - 10 && out.n == 5,
	    "a slice of the input");
	EQ(http_request_push(&q, &in, &out), HTTP_END, "end");
	EQ(http_request_push(&q, &in, &out), HTTP_END, "end, again");
	EQS(in, "GET /", "the next request is not consumed");
	http_request_free(&q);
	EQ(q.got, 0, "{0} again");
	in = SLICE("GET / HTTP/1.1\r\n" HOST "\r\n");
	EQ(http_request_push(&q, &in, &out), HTTP_HEAD, "the next one");
	EQ(http_request_push(&q, &in, &out), HTTP_END, "end on empty input");
	http_request_free(&q);
}

static void
test_bad_sticks(void)
{
	struct slice in = SLICE("GET / HTTP/2.0\r\n"), out;
	struct http_request q = { 0 };

	EQ(http_request_push(&q, &in, &out), HTTP_BAD, "bad");
	in = SLICE("GET / HTTP/1.1\r\n" HOST "\r\n");
	EQ(http_request_push(&q, &in, &out), HTTP_BAD, "still bad");
	EQ(q.status, 505, "status");
	OK(q.why != NULL, "says why");
	http_request_free(&q);
}

int
main(void)
{
	test_sizes();
	test_fields(256, 0, "the most fields");
	test_fields(257, 431, "one field more");
	test_framing_flood();
	test_slices();
	test_bad_sticks();
	return DONE();
}
