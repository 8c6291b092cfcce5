#ifndef TESTS_HTTPLOG_H
#define TESTS_HTTPLOG_H

/* The events of the HTTP parser as a log, one line each, that does not depend
 * on how the input is cut: for golden files and the fuzzer.  Each piece is in
 * memory of exactly its size, so that ASan sees an overrun. */

#include <stdlib.h>
#include <string.h>

#include "tests/splits.h"
#include "wire/http.h"

static inline void
httplog_fields(struct buf *log, const struct http_field *field, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		buf_puts(log, "field ");
		log_text(log, field[i].name);
		buf_puts(log, ": ");
		log_text(log, field[i].value);
		buf_putc(log, '\n');
	}
}

static inline void
httplog_head(struct buf *log, const struct http *h)
{
	buf_printf(log, "head %d HTTP/1.%d%s\n", h->status, h->minor,
	    h->keep ? " keep" : "");
	httplog_fields(log, h->field, h->nfields);
}

static inline void
httplog_body(struct buf *log, struct buf *body)
{
	if (body->n == 0)
		return;
	buf_puts(log, "body ");
	log_text(log, buf_slice(body));
	buf_putc(log, '\n');
	buf_clear(body);
}

/* Logs the events of one piece; HTTP_MORE, HTTP_END or HTTP_BAD. */
static inline enum http_ev
httplog_piece(struct buf *log, struct http *h, struct slice *in,
    struct buf *body)
{
	enum http_ev ev;
	struct slice out;

	while ((ev = http_push(h, in, &out)) == HTTP_HEAD || ev == HTTP_BODY)
		if (ev == HTTP_HEAD)
			httplog_head(log, h);
		else
			buf_put(body, out);
	return ev;
}

static inline void
httplog(struct buf *log, int no_body, struct slice in, struct cut cut)
{
	struct http h = { .no_body = no_body };
	struct buf body = { 0 };
	struct slice piece, rest;
	enum http_ev ev = HTTP_MORE;
	int at_eof = 0;
	char *copy;

	while (ev == HTTP_MORE && in.n > 0) {
		piece = cut_next(&in, &cut);
		copy = exact(piece);
		rest = (struct slice){ copy, piece.n };
		ev = httplog_piece(log, &h, &rest, &body);
		in = (struct slice){ in.p - rest.n, in.n + rest.n };
		free(copy);
	}
	if (ev == HTTP_MORE) {
		ev = http_eof(&h);
		at_eof = 1;
	}
	httplog_body(log, &body);
	if (ev == HTTP_END)
		buf_printf(log, "end%s, %zu bytes left\n",
		    at_eof ? " at eof" : "", in.n);
	else
		buf_printf(log, "bad%s: %s\n", at_eof ? " at eof" : "",
		    h.why);
	http_free(&h);
	buf_free(&body);
}

#endif
