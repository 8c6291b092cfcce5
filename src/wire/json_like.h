#ifndef WIRE_JSON_LIKE_H
#define WIRE_JSON_LIKE_H

/*
 * json_pick() for documents that look alike, as the events of a stream do.
 *
 * The last one that was picked apart is remembered.  The next is compared
 * with it, which is several times as fast as to read it: where a text or a
 * number differs, that value is a slot from then on, of which anything valid
 * is taken.  All else has to be the same byte by byte; so a document that
 * passes has the tokens of the one before, but for the slots, and is valid as
 * that was.  One that does not is picked apart, and remembered in turn.
 */

#include "wire/json.h"

#define JSON_LIKE_SLOTS 8
#define JSON_LIKE_WANTS 16	/* with one without a key that ends them */

/* Offsets of a value within the document remembered. */
struct json_slot {
	uint16_t from, to;
	unsigned char type;
};

struct json_spot {
	uint16_t from, to;
	unsigned char before, upto;	/* slots before from; to */
	unsigned char type, want;
};

/* {0} at first, but for the keys and subs of .want: all that is wanted at any
 * level, with the results of the last call; to be read only, since where
 * nothing is found nothing is written.  The subs are within .want: who moves
 * it has to set them again. */
struct json_like {
	/* private */
	struct buf doc;
	unsigned char nslots, nspots, misses;
	struct json_slot slot[JSON_LIKE_SLOTS];
	struct json_spot spot[JSON_LIKE_WANTS];
	/* what is wanted */
	struct json_want want[JSON_LIKE_WANTS];
};

/* As json_pick(doc, k->want, n).  Free k->doc at the end. */
int json_pick_like(struct json_like *k, struct slice doc, size_t n);

#endif
