#ifndef WIRE_MASK_H
#define WIRE_MASK_H

/*
 * Finds secrets in what a peer sends, and masks them.
 *
 * A peer may quote the key that it got: in a message, an ID, a field, an
 * answer.  All that comes from it is masked when it arrives, before it is
 * parsed or truncated, so that no copy of the key is left anywhere.  Only the
 * secrets in use are masked, not what merely looks like a key: that may be
 * somebody's custom_id.
 *
 * A secret is found as it is, with any of its characters escaped as in JSON (in
 * JSON within a JSON string, too) or in a URL, and in base64, of it alone or
 * among other bytes.
 */

#include "base/buf.h"

/*
 * How long a secret must be to be looked for.  Local servers take "none" or
 * "lm-studio" for a key: a model may well use such words, and a member of a
 * JSON object may have such a name.
 */
#define MASK_LEAST ((size_t)8)
#define MASK_LEAST_ANSWER ((size_t)12)
#define MASK_LEAST_MESSAGE ((size_t)4)

enum {
	MASK_ANSWER = 1,	/* the text is an answer */
	MASK_MESSAGE = 2,	/* it is a message for a person */
	MASK_CUT = 4		/* it may end in the middle of a secret */
};

/* {0} has no secrets. */
struct mask {
	/* private */
	struct buf text;		/* the forms, end to end */
	struct buf ends;		/* where each ends: size_t */
	size_t shortest, longest;	/* of the forms */
	struct buf skip;		/* how far it is from a block of bytes
					   to the end of the shortest length
					   of any form (Wu and Manber) */
	unsigned char first[256];	/* whether a form may begin with it */
};

/* Adds a secret, which is copied. */
void mask_add(struct mask *m, struct slice secret);

/* Whether there is a secret in s; mask_hide() overwrites each with asterisks,
 * in place.  m may be NULL. */
int mask_finds(const struct mask *m, struct slice s, unsigned flags);
void mask_hide(const struct mask *m, char *p, size_t n, unsigned flags);

/* Wipes it; m is {0} again. */
void mask_free(struct mask *m);

#endif
