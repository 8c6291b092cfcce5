#ifndef STATE_IDS_H
#define STATE_IDS_H

/*
 * A hash set of names, each with flags and a counter.  A name is stored as 12
 * bytes of its SHA-256, the counter in 3 and the flags in one.
 *
 * Small sets (16,384 slots) are in memory, larger ones in an unlinked
 * temporary file, of which one page is in memory, so that ten million names
 * need only page cache.  The file is read and written rather than mapped: a
 * full disk is an error then, not a SIGBUS.  If no file can be created, the
 * set stays in memory and takes between 21 and 43 bytes a name.
 *
 * {.fd = -1, .path} is an empty set.
 */

#include <stdint.h>

#include "base/buf.h"

#define IDS_HASH 12

enum {
	IDS_SEEN = 1,
	IDS_DONE = 2,
	IDS_FAILED = 4,
	IDS_GOOD = 8
};

struct ids {
	int fd;			/* of the file; -1: in memory */
	const char *path;	/* prefix of the temporary file's name */
	uint64_t cap, n;	/* slots, and those in use */
	/* private */
	unsigned bits;		/* cap is two to the power of these */
	unsigned char *slots;	/* hash and flags of each; of a page */
	uint64_t page;		/* which page of the file that is */
	int changed;		/* it is not written yet */
};

void ids_hash(struct slice name, unsigned char hash[IDS_HASH]);

/* Adds flags to those of a name and returns what it had before: 0 if it is
 * new.  With flags 0 it is only looked up.  -1 with errno. */
int ids_mark(struct ids *s, const unsigned char hash[IDS_HASH], int flags);

/* Adds one to a name's counter, marking it as done, or takes one from it if
 * there is one.  Returns what it was before; -1 with errno. */
int ids_count(struct ids *s, const unsigned char hash[IDS_HASH], int by);

void ids_free(struct ids *s);

#endif
