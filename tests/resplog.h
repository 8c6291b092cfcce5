#ifndef TESTS_RESPLOG_H
#define TESTS_RESPLOG_H

/* The events of the RESP2 parser as a log that does not depend on how the
 * input is cut: for its tests and the fuzzer. */

#include "tests/splits.h"
#include "wire/resp.h"

static inline void
resplog(struct buf *log, struct slice in, struct cut cut)
{
	struct resp r = { 0 };
	enum resp_ev ev = RESP_MORE;
	struct slice piece, rest;
	char *copy;

	while (ev != RESP_BAD && in.n > 0) {
		piece = cut_next(&in, &cut);
		copy = exact(piece);
		rest = (struct slice){ copy, piece.n };
		while ((ev = resp_push(&r, &rest)) != RESP_MORE &&
		    ev != RESP_BAD) {
			if (ev == RESP_INT || ev == RESP_ARRAY)
				buf_printf(log, "%c%lld", ev == RESP_INT ?
				    ':' : '*', (long long)r.number);
			else
				buf_puts(log, ev == RESP_NULL ? "null" :
				    ev == RESP_ERROR ? "-" : "");
			if (ev == RESP_TEXT || ev == RESP_ERROR)
				log_text(log, buf_slice(&r.text));
			buf_putc(log, r.whole ? '\n' : ' ');
		}
		free(copy);
	}
	if (ev == RESP_BAD)
		buf_puts(log, "bad");
	else if (r.state != 0 || r.depth > 0)
		buf_puts(log, "more");
	resp_free(&r);
}

#endif
