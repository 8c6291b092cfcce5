#ifndef BASE_GUARD_H
#define BASE_GUARD_H

/*
 * What keeps secrets secret.
 *
 * A secret lives in one page that is locked into memory where the system
 * allows it and left out of core dumps; it is written into a request head
 * and nowhere else, and wiped on every way out.
 */

#include <stddef.h>

#include "base/buf.h"

struct secret {
	char *page;		/* NULL: no secret */
	size_t size;		/* of the mapping */
	size_t n;		/* bytes of the secret */
};

/* Overwrites n bytes at p; the compiler may not drop it. */
void wipe(void *p, size_t n);

/* Makes a private copy of s (at most 16 KiB).  0, or -1 when s is too long or
 * there is no page to be had; *k is {0} then. */
int secret_set(struct secret *k, struct slice s);

/* Borrows the bytes; empty for {0}.  Do not copy them but into a buf that is
 * given to buf_wipe(). */
struct slice secret_slice(const struct secret *k);

/* Wipes, unmaps; {0} again. */
void secret_drop(struct secret *k);

/* Opens /dev/null for whichever of stdin, stdout and stderr is closed, so that
 * no file of ours takes its number. */
void guard_stdio(void);

/* No core files, no other process of this user reading our memory. */
void guard_process(void);

#endif
