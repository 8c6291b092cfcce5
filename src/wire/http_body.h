#ifndef WIRE_HTTP_BODY_H
#define WIRE_HTTP_BODY_H

/*
 * The content of a request or a response as it is framed (RFC 9112, sections 6
 * and 7): by a length, in chunks, or by the end of the connection.  This is
 * the second half of both parsers, http.h and http_request.h.
 *
 * The data of a chunk must be followed by CRLF.  Extensions and trailers are
 * skipped, but may hold no control characters.  The other lines of chunk
 * framing may end with a bare LF, and a size may be followed by blanks, unless
 * .strict is set.
 */

#include <stdint.h>

#include "base/buf.h"

/* The limit for chunk framing (extensions, trailers) in excess of the
 * content. */
#define HTTP_FRAMING_MAX ((size_t)256 << 10)

/* What the parsers of requests, responses and content return. */
enum http_ev {
	HTTP_BAD,		/* .why says what; sticky */
	HTTP_MORE,		/* all input was consumed */
	HTTP_HEAD,		/* the head is complete; once */
	HTTP_BODY,		/* *out is some of the content, not empty */
	HTTP_END		/* the message is complete; sticky */
};

enum http_framing { HTTP_BY_LENGTH, HTTP_BY_CHUNKS, HTTP_BY_EOF };

struct http_body {
	enum http_framing framing;
	int strict;
	uint64_t left;		/* of the content or the chunk; its length at
				   the start of HTTP_BY_LENGTH */
	const char *why;	/* static text after HTTP_BAD */
	/* private */
	size_t excess;		/* bytes of chunk framing */
	int state;
	unsigned char digits;
};

/* Consumes bytes from the front of *in; sets *out with HTTP_BODY only.  Call it
 * until it returns HTTP_MORE, HTTP_END or HTTP_BAD, even when *in is empty. */
enum http_ev http_body_push(struct http_body *b, struct slice *in,
    struct slice *out);

/* The peer has closed the connection: HTTP_END if the content is complete,
 * else HTTP_BAD. */
enum http_ev http_body_eof(struct http_body *b);

#endif
