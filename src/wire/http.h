#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

/*
 * HTTP/1.1 responses by RFC 9110 and 9112, as a push parser.
 *
 * Interim (1xx) responses are skipped; 101 is an error, for bide never asks
 * to upgrade.  A bare LF ends a line, a folded line is joined with one SP, and
 * what could be read in two ways (Content-Length given twice and differently,
 * a Transfer-Encoding other than chunked, a space before a field's colon, NUL
 * or a bare CR in a head) is refused: HTTP_BAD with the reason in .why.
 * Transfer-Encoding outranks Content-Length, and such a connection is not
 * used again.
 *
 * Whether the message is complete is this module's to say; whether the answer
 * is, is the dialect's.
 *
 * {0} is a valid start for a response to POST or GET; set .no_body for HEAD.
 * Body slices point into the input.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Status line and fields, with those of interim responses; and the framing of
 * chunks that no content has paid for: extensions, trailers. */
#define HTTP_HEAD_MAX ((size_t)64 << 10)
#define HTTP_FIELDS_MAX 200

enum http_ev {
	HTTP_BAD,		/* .why says what; sticky */
	HTTP_MORE,		/* all of the input is used up */
	HTTP_HEAD,		/* .status and the fields are there; once */
	HTTP_BODY,		/* *out: some of the content, never empty */
	HTTP_END		/* the message is complete; sticky */
};

struct http_field {
	struct slice name, value;	/* value trimmed, folds undone */
};

struct http {
	int no_body;			/* the request was HEAD */
	int status;			/* 200..999 from HTTP_HEAD on */
	int minor;			/* HTTP/1.minor */
	int keep;			/* the connection may be used again once
					   HTTP_END was returned */
	const char *why;		/* static text after HTTP_BAD */
	size_t nfields;
	/* private */
	struct buf head;
	uint64_t left;			/* of the content or the chunk */
	size_t extra;			/* bytes of heads, or framing unpaid */
	int state;
	unsigned char framing, digits, bad;
	struct http_field field[HTTP_FIELDS_MAX];
};

/* Takes bytes from the front of *in.  *out is set with HTTP_BODY only.  Call
 * it until it says HTTP_MORE, HTTP_END or HTTP_BAD: the end may be told with
 * an empty *in. */
enum http_ev http_push(struct http *h, struct slice *in, struct slice *out);

/* The peer stops sending here: HTTP_END when that completes the message (by
 * length, last chunk, or a close-delimited body), else HTTP_BAD. */
enum http_ev http_eof(struct http *h);

/* The nth (from 0) field of that name, ASCII case folded; p is NULL where
 * there is none. */
struct slice http_field(const struct http *h, const char *name, size_t nth);

/* Frees; {0} again but for no_body. */
void http_free(struct http *h);

#endif
