#ifndef TESTS_REQUESTLOG_H
#define TESTS_REQUESTLOG_H

/* The same as httplog.h for requests. */

#include "tests/httplog.h"
#include "wire/http_request.h"

static inline void
requestlog_head(struct buf *log, const struct http_request *q)
{
	log_text(log, q->method);
	buf_puts(log, " path ");
	log_text(log, q->url.path);
	if (q->url.host.p != NULL) {
		buf_puts(log, q->url.https ? " https host " : " host ");
		log_text(log, q->url.host);
		buf_printf(log, " port %d", q->url.port);
	}
	buf_printf(log, " HTTP/1.%d length %lld%s%s\n", q->minor, q->length,
	    q->keep ? " keep" : "", q->expect ? " expect" : "");
	httplog_fields(log, q->field, q->nfields);
}

static inline void
requestlog(struct buf *log, struct slice in, struct cut cut)
{
	struct http_request q = { 0 };
	struct buf body = { 0 };
	struct slice piece, rest, out;
	enum http_ev ev = HTTP_MORE;
	char *copy;

	while (ev == HTTP_MORE && in.n > 0) {
		piece = cut_next(&in, &cut);
		copy = exact(piece);
		rest = (struct slice){ copy, piece.n };
		while ((ev = http_request_push(&q, &rest, &out)) == HTTP_HEAD ||
		    ev == HTTP_BODY)
			if (ev == HTTP_HEAD)
				requestlog_head(log, &q);
			else
				buf_put(&body, out);
		in = (struct slice){ in.p - rest.n, in.n + rest.n };
		free(copy);
	}
	httplog_body(log, &body);
	if (ev == HTTP_END)
		buf_printf(log, "end, %zu bytes left\n", in.n);
	else if (ev == HTTP_BAD)
		buf_printf(log, "bad %d: %s\n", q.status, q.why);
	else
		buf_puts(log, "more\n");
	http_request_free(&q);
	buf_free(&body);
}

#endif
