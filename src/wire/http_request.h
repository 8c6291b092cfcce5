#ifndef WIRE_HTTP_REQUEST_H
#define WIRE_HTTP_REQUEST_H

/*
 * A push parser for HTTP/1.1 and HTTP/1.0 requests (RFC 9110, RFC 9112), for
 * a server that passes them on: what can be read in two ways is refused, so
 * that the next server cannot read another request than we did.
 *
 * Every line of the head ends with CRLF.  There are no folded lines, control
 * characters, or blanks before a colon; exactly one valid Host (HTTP/1.0: one
 * at most); one Content-Length, a single number, or one Transfer-Encoding,
 * chunked, never both.  Empty lines before a request are skipped (RFC 9112,
 * 2.2).
 *
 * {0} is a valid start.  After HTTP_BAD answer with .status and close; what is
 * known of the request is set, the rest is {0}.  After
 * HTTP_END the bytes left in *in, if any, are the next request's, sent without
 * waiting for the answer.  Slices point into the head and are valid until
 * http_request_free(), those of the content into the input.
 */

#include "wire/http_body.h"
#include "wire/http_field.h"
#include "wire/url.h"

/* The limit for the request line and fields. */
#define HTTP_REQUEST_MAX ((size_t)64 << 10)

struct http_request {
	struct slice method;	/* as sent: methods are case-sensitive */
	/*
	 * Where the request is for.  .host and .port come from a target with
	 * an authority, else from Host; .host.p is NULL if neither is there.
	 * .path is what to ask a server for: the target without scheme and
	 * authority, at least "/"; "*" as in OPTIONS *; empty for CONNECT.
	 */
	struct url url;
	int minor;		/* HTTP/1.minor */
	int keep;		/* the client would send another request */
	int expect;		/* it waits for 100 Continue to send content */
	long long length;	/* of the content; -1: in chunks */
	int status;		/* after HTTP_BAD: 400, 414, 417, 431, 501 or
				   505 */
	const char *why;	/* static text after HTTP_BAD */
	size_t got;		/* bytes of the head so far */
	struct http_field *field;
	size_t nfields;
	/* private */
	struct buf head, fields;
	size_t line, start;	/* sizes: the request line, all whole lines */
	int state;
	struct http_body body;
};

/* Consumes bytes from the front of *in; sets *out with HTTP_BODY only.  Call it
 * until it returns HTTP_MORE, HTTP_END or HTTP_BAD, even when *in is empty. */
enum http_ev http_request_push(struct http_request *q, struct slice *in,
    struct slice *out);

/* The value of the first field of that name, ignoring case; p is NULL if
 * there is none. */
struct slice http_request_field(const struct http_request *q,
    const char *name);

/* Wipes the head, which may hold a key, and frees it; q is {0} again. */
void http_request_free(struct http_request *q);

#endif
