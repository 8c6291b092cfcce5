#ifndef CORE_PAGES_H
#define CORE_PAGES_H

/* Where the pages of shared limits are (limit/page.h). */

#include "limit/limit.h"

/* The ith of two folders for them, the preferred one first.  0, or -1 with
 * errno if there is no such folder. */
int pages_place(int i, char *path, size_t size);

/* Calls one() for each page of the ith folder that is open as fd, which is
 * closed. */
void pages_each(int fd, msec now, void (*one)(void *ctx, int folder,
    const char *name, struct page *page), void *ctx);

/* What a cell counts: "requests", "input_tokens". */
const char *pages_cell(size_t cell);

#endif
