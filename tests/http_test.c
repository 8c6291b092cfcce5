/* Limits, connection reuse and the interface.  Parsing itself is tested with
 * tests/wire/http-*. */

#include "wire/http.h"

#include <stdio.h>
#include <string.h>

#include "tests/t.h"

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

/* Pushes in, step bytes at a time, and returns the last event other than
 * HTTP_BODY; *body is the size of the content. */
static enum http_ev
push_all(struct http *h, struct slice in, size_t step, size_t *body)
{
	enum http_ev ev = HTTP_MORE;
	struct slice part, out;
	size_t off;

	for (off = 0; off < in.n && ev != HTTP_BAD; off += step) {
		part = slice_sub(in, off, step);
		while ((ev = http_push(h, &part, &out)) == HTTP_HEAD ||
		    ev == HTTP_BODY)
			if (ev == HTTP_BODY)
				*body += out.n;
	}
	return ev;
}

static enum http_ev
verdict(struct slice in, size_t step)
{
	struct http h = { 0 };
	size_t body = 0;
	enum http_ev ev = push_all(&h, in, step, &body);

	http_free(&h);
	return ev;
}

/* Pushes in at once, in pieces of several sizes, and byte by byte. */
static void
same_verdict(struct slice in, enum http_ev want, const char *name)
{
	EQ(verdict(in, in.n), want, name);
	EQ(verdict(in, 7), want, name);
	EQ(verdict(in, 1), want, name);
}

static void
repeat(struct buf *b, const char *s, size_t times)
{
	while (times-- > 0)
		buf_puts(b, s);
}

/* A head of n bytes, to show that the limit is exact. */
static void
test_head_size(size_t n, enum http_ev want, const char *name)
{
	struct buf b = { 0 };

	buf_puts(&b, "HTTP/1.1 204 No Content\r\nX: ");
	repeat(&b, "x", n - b.n - 4);
	buf_puts(&b, "\r\n\r\n");
	same_verdict(buf_slice(&b), want, name);
	buf_free(&b);
}

static void
test_interim_flood(void)
{
	struct buf b = { 0 };

	repeat(&b, "HTTP/1.1 102 Processing\r\n\r\n", 9000);
	buf_puts(&b, "HTTP/1.1 204 No Content\r\n\r\n");
	same_verdict(buf_slice(&b), HTTP_END, "9000 interim heads");
	buf_clear(&b);
	repeat(&b, "HTTP/1.1 102 Processing\r\n\r\n", 10000);
	same_verdict(buf_slice(&b), HTTP_BAD, "interim heads for ever");
	buf_free(&b);
}

static void
test_fields(size_t n, enum http_ev want, const char *name)
{
	struct buf b = { 0 };

	buf_puts(&b, "HTTP/1.1 204 No Content\r\n");
	repeat(&b, "a: b\r\n", n);
	buf_puts(&b, "\r\n");
	same_verdict(buf_slice(&b), want, name);
	buf_free(&b);
}

static void
test_framing_flood(void)
{
	struct buf b = { 0 }, line = { 0 };
	size_t i;

	buf_puts(&b, CHUNKED);
	repeat(&b, "1\r\nx\r\n", 100000);
	buf_puts(&b, "0\r\n\r\n");
	same_verdict(buf_slice(&b), HTTP_END, "each byte a chunk");

	repeat(&line, "x", 1000);
	buf_clear(&b);
	buf_puts(&b, CHUNKED);
	for (i = 0; i < 400; i++)
		buf_printf(&b, "1;%.*s\r\nx\r\n", SLICE_FMT(buf_slice(&line)));
	same_verdict(buf_slice(&b), HTTP_BAD, "extensions without content");

	buf_clear(&b);
	buf_puts(&b, CHUNKED "1;");
	repeat(&b, "x", HTTP_HEAD_MAX + 1);
	same_verdict(buf_slice(&b), HTTP_BAD, "an extension without an end");

	buf_clear(&b);
	buf_puts(&b, CHUNKED "0\r\n");
	repeat(&b, "a: b\r\n", 40000);
	buf_puts(&b, "\r\n");
	same_verdict(buf_slice(&b), HTTP_END, "40000 trailers");
	buf_clear(&b);
	buf_puts(&b, CHUNKED "0\r\n");
	repeat(&b, "a: b\r\n", HTTP_HEAD_MAX / 6 + 1);
	same_verdict(buf_slice(&b), HTTP_BAD, "trailers without an end");
	buf_free(&line);
	buf_free(&b);
}

static void
test_field(void)
{
	struct slice in = SLICE("HTTP/1.1 200 OK\r\nRetry-After: 3\r\n"
	    "X-Empty:\r\nretry-after: 20 \r\nContent-Length: 0\r\n\r\n"), out;
	struct http h = { 0 };

	EQ(http_push(&h, &in, &out), HTTP_HEAD, "head");
	EQS(http_field(&h, "RETRY-AFTER", 0), "3", "first field of the name");
	EQS(http_field(&h, "Retry-After", 1), "20", "second, trimmed");
	OK(http_field(&h, "Retry-After", 2).p == NULL, "no third");
	OK(http_field(&h, "Retry", 0).p == NULL, "no match of a prefix");
	OK(http_field(&h, "X-Empty", 0).p != NULL, "empty is not missing");
	http_free(&h);
}

/* Content is not copied, and bytes after the message are not consumed. */
static void
test_slices(void)
{
	static const char bytes[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1";
	struct slice in = { bytes, sizeof(bytes) - 1 }, out;
	struct http h = { 0 };

	EQ(http_push(&h, &in, &out), HTTP_HEAD, "head");
	EQ(http_push(&h, &in, &out), HTTP_BODY, "body");
	OK(out.p == bytes + 38 && out.n == 5, "a slice of the input");
	EQ(http_push(&h, &in, &out), HTTP_END, "end");
	EQ(http_push(&h, &in, &out), HTTP_END, "end, again");
	EQS(in, "HTTP/1.1", "the next message is not consumed");
	EQ(http_eof(&h), HTTP_END, "eof after the end");
	http_free(&h);
}

/* HTTP_END comes without waiting for another byte. */
static void
test_end_at_once(void)
{
	struct slice in = SLICE(CHUNKED "1\r\nx\r\n0\r\n\r\n"), out;
	struct http h = { .no_body = 1 };

	EQ(http_push(&h, &in, &out), HTTP_HEAD, "HEAD: head");
	EQ(http_push(&h, &in, &out), HTTP_END, "HEAD: end");
	http_free(&h);
	EQ(h.no_body, 1, "no_body stays");
	h.no_body = 0;
	in = SLICE(CHUNKED "1\r\nx\r\n0\r\n\r\n");
	http_push(&h, &in, &out);
	EQ(http_push(&h, &in, &out), HTTP_BODY, "body");
	EQ(http_push(&h, &in, &out), HTTP_END, "the last chunk's line end");
	http_free(&h);
	in = SLICE("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	EQ(http_push(&h, &in, &out), HTTP_HEAD, "head");
	EQ(in.n, 0, "all consumed");
	EQ(http_push(&h, &in, &out), HTTP_END, "end on empty input");
	http_free(&h);
}

static void
test_bad_sticks(void)
{
	struct slice in = SLICE("nonsense\r\n"), out;
	struct http h = { 0 };

	EQ(http_push(&h, &in, &out), HTTP_BAD, "bad");
	in = SLICE("HTTP/1.1 204 OK\r\n\r\n");
	EQ(http_push(&h, &in, &out), HTTP_BAD, "still bad");
	EQ(http_eof(&h), HTTP_BAD, "bad at eof");
	OK(h.why != NULL, "says why");
	http_free(&h);
}

/* RFC 9110 section 5.6.2. */
static void
test_token(void)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";
	int i, want, wrong = 0;
	char c;

	for (i = 0; i < 256; i++) {
		c = (char)i;
		want = (i >= '0' && i <= '9') || (i >= 'A' && i <= 'Z') ||
		    (i >= 'a' && i <= 'z') || (i > 0 && strchr(marks, i));
		wrong += http_token((struct slice){ &c, 1 }) != want;
	}
	EQ(wrong, 0, "the characters of a token");
	EQ(http_token(SLICE("")), 0, "nothing is no token");
}

int
main(void)
{
	test_head_size((size_t)256 << 10, HTTP_END, "the largest head");
	test_head_size(((size_t)256 << 10) + 1, HTTP_BAD, "one byte more");
	test_interim_flood();
	test_fields(256, HTTP_END, "the most fields");
	test_fields(257, HTTP_BAD, "one field more");
	test_framing_flood();
	test_field();
	test_slices();
	test_end_at_once();
	test_bad_sticks();
	test_token();
	return DONE();
}
