#ifndef STATE_IDS_H
#define STATE_IDS_H

/*
 * A hash set of names with flags.  A name is stored as 15 bytes of its
 * SHA-256 and a byte of flags.
 *
 * Small sets (16,384 slots) are in memory, larger ones in an unlinked
 * temporary file, so that ten million names need only page cache.  The file
 * is accessed with pread() and pwrite() rather than mapped: a full disk is an
 * error then, not a SIGBUS.  If no file can be created, the set stays in
 * memory and takes between 21 and 85 bytes a name.
 *
 * {.fd = -1, .path} is an empty set.
 */

#include <stdint.h>

#include "base/buf.h"

#define IDS_HASH 15

enum {
	IDS_SEEN = 1,
	IDS_DONE = 2,
	IDS_FAILED = 4
};

struct ids {
	int fd;			/* of the file; -1: in memory */
	const char *path;	/* prefix of the temporary file's name */
	unsigned char *slots;	/* if in memory: hash and flags of each */
	uint64_t cap, n;	/* slots, and those in use */
};

void ids_hash(struct slice name, unsigned char hash[IDS_HASH]);

/* Adds flags to those of a name and returns what it had before: 0 if it is
 * new.  With flags 0 it is only looked up.  -1 with errno. */
int ids_mark(struct ids *s, const unsigned char hash[IDS_HASH], int flags);

void ids_free(struct ids *s);

#endif
