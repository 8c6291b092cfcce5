#ifndef TESTS_SSELOG_H
#define TESTS_SSELOG_H

/* The events of the SSE parser as a log, as httplog.h for HTTP. */

#include "tests/splits.h"
#include "wire/sse.h"

static inline void
sselog_event(struct buf *log, const struct sse_event *e)
{
	buf_puts(log, "event ");
	if (e->status != 0)
		buf_printf(log, "status %d ", e->status);
	log_text(log, e->name);
	buf_printf(log, " retry %lld id ", e->retry);
	log_text(log, e->id);
	buf_puts(log, " data ");
	log_text(log, e->data);
	buf_putc(log, '\n');
}

/* s has max and the options set; it is freed at the end. */
static inline void
sselog(struct buf *log, struct sse *s, struct slice in, struct cut cut)
{
	enum sse_ev ev = SSE_MORE;
	struct sse_event e;
	struct slice piece, rest;
	char *copy;

	while (ev != SSE_BAD && in.n > 0) {
		piece = cut_next(&in, &cut);
		copy = exact(piece);
		rest = (struct slice){ copy, piece.n };
		while ((ev = sse_push(s, &rest, &e)) == SSE_EVENT) {
			sselog_event(log, &e);
			if (e.block.n > 0 && (e.block.p < copy ||
			    e.block.p > e.data.p || e.data.p + e.data.n >
			    rest.p || e.block.p + e.block.n != rest.p))
				abort();
		}
		free(copy);
	}
	if (ev == SSE_BAD) {
		buf_puts(log, "bad\n");
	} else if (sse_eof(s, &e) == SSE_EVENT) {
		buf_puts(log, "at eof ");
		sselog_event(log, &e);
	}
	sse_free(s);
}

#endif
