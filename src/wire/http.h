#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

/*
 * A push parser for HTTP/1.1 responses (RFC 9110, RFC 9112).
 *
 * Interim (1xx) responses are skipped; 101 is an error, since bide never asks
 * to upgrade.  A bare LF ends a line; a folded line is joined with one SP.
 * Anything ambiguous is refused with HTTP_BAD and a reason in .why:
 * contradictory lengths, transfer codings other than chunked, a blank before a
 * field's colon, NUL or a bare CR in a head.  Transfer-Encoding overrides
 * Content-Length; a connection that sent both is not reused.
 *
 * This module decides whether the message is complete; whether the answer is
 * complete is decided by the dialect.
 *
 * {0} is a valid start for a response to POST or GET; set .no_body for HEAD.
 * Body slices point into the input.
 */

#include "wire/http_body.h"
#include "wire/http_field.h"

/* The limit for status line and fields, including interim responses. */
#define HTTP_HEAD_MAX ((size_t)256 << 10)

struct http {
	int no_body;			/* the request was HEAD */
	int status;			/* 200..999 from HTTP_HEAD on */
	int minor;			/* HTTP/1.minor */
	int keep;			/* the connection can be reused after
					   HTTP_END */
	const char *why;		/* static text after HTTP_BAD */
	struct http_field *field;
	size_t nfields;
	/* private */
	struct buf head, fields;
	size_t heads;			/* bytes of heads */
	int state;
	struct http_body body;
};

/* Consumes bytes from the front of *in; sets *out with HTTP_BODY only.  Call it
 * until it returns HTTP_MORE, HTTP_END or HTTP_BAD, even when *in is empty. */
enum http_ev http_push(struct http *h, struct slice *in, struct slice *out);

/* The peer has closed the connection: HTTP_END if the message is complete (by
 * length, last chunk, or the close itself), else HTTP_BAD. */
enum http_ev http_eof(struct http *h);

/* The value of the nth (from 0) field of that name, ignoring case; p is NULL
 * if there is none. */
struct slice http_field(const struct http *h, const char *name, size_t nth);

/* Frees the memory; h is {0} again, but .no_body stays. */
void http_free(struct http *h);

#endif
