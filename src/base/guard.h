#ifndef BASE_GUARD_H
#define BASE_GUARD_H

/*
 * Protects secrets.
 *
 * A secret is kept in memory of its own, locked if the system allows it and
 * excluded from core dumps.  It is copied into the head of a request and
 * nowhere else, and wiped on every exit.
 */

#include <stddef.h>

#include "base/buf.h"

struct secret {
	char *page;		/* NULL: no secret */
	size_t size;		/* of the mapping */
	size_t n;		/* bytes of the secret */
};

/* Zeroes n bytes at p; the compiler cannot optimise it away. */
void wipe(void *p, size_t n);

/* Copies s (at most 16 KiB) to *k.  0; or -1 with *k {0}, if s is too long or
 * there is no memory. */
int secret_set(struct secret *k, struct slice s);

/* The bytes; empty for {0}.  Copy them only to a buf that buf_wipe() frees. */
struct slice secret_slice(const struct secret *k);

/* Wipes and unmaps it; *k is {0} again. */
void secret_drop(struct secret *k);

/* Opens each of stdin, stdout and stderr that is closed, so that no other file
 * gets its number: reading gives the end of file, writing fails with EBADF.  0,
 * or -1 with errno. */
int guard_stdio(void);

/* Disables core dumps, and ptrace() by other processes of this user. */
void guard_process(void);

#endif
