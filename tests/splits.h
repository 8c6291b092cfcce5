#ifndef TESTS_SPLITS_H
#define TESTS_SPLITS_H

/* Cutting input into pieces and printing bytes readably, for golden tests and
 * fuzz targets. */

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* The size of the first piece, and of all that follow. */
struct cut {
	size_t first, step;
};

static inline struct slice
cut_next(struct slice *in, struct cut *cut)
{
	struct slice piece = slice_sub(*in, 0, cut->first);

	*in = slice_sub(*in, piece.n, in->n);
	cut->first = cut->step;
	return piece;
}

/* A copy in memory of exactly its size. */
static inline char *
exact(struct slice s)
{
	char *p = malloc(s.n == 0 ? 1 : s.n);

	if (p == NULL)
		abort();
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

/* Appends s with non-printable bytes and backslashes escaped, and runs of ten
 * or more equal bytes as {N}. */
static inline void
log_text(struct buf *log, struct slice s)
{
	size_t i, run;
	char c;

	for (i = 0; i < s.n; i += run) {
		c = s.p[i];
		for (run = 1; i + run < s.n && s.p[i + run] == c; run++)
			;
		if (run < 10)
			run = 1;
		if (c == '\n')
			buf_puts(log, "\\n");
		else if (c == '\r')
			buf_puts(log, "\\r");
		else if (c < ' ' || c >= 0x7f || c == '\\')
			buf_printf(log, "\\x%02x", (unsigned char)c);
		else
			buf_putc(log, c);
		if (run > 1)
			buf_printf(log, "{%zu}", run);
	}
}

#endif
