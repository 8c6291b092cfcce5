#ifndef STATE_IDS_H
#define STATE_IDS_H

/*
 * A set of names, each by 15 bytes of its SHA-256, with some flags.
 *
 * Ten million of them take no memory: a few thousand stand in memory, more in
 * a file that has lost its name, in the page cache as long as nobody needs
 * that for something better.  It is read and written by calls, not mapped, so
 * that a full disk is an error and no signal.  Where no file can be made they
 * stay in memory, 16 bytes and some air for each.
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
	const char *path;	/* what the file's name begins with, while it
				   has one */
	unsigned char *slots;	/* in memory: a hash and its flags each */
	uint64_t cap, n;
};

void ids_hash(struct slice name, unsigned char hash[IDS_HASH]);

/* Adds to the flags of a name and returns those that it had, 0 for a new one;
 * with no flags it is only looked up.  -1 with errno. */
int ids_mark(struct ids *s, const unsigned char hash[IDS_HASH], int flags);

void ids_free(struct ids *s);

#endif
