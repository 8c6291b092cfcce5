#ifndef WIRE_JSON_LIKE_H
#define WIRE_JSON_LIKE_H

/*
 * json_pick() for documents that are alike, such as the events of a stream.
 *
 * The last document read is remembered and the next one compared with it,
 * which is several times as fast as parsing.  Where a string or a number
 * differs, that value becomes a slot, and any valid value is accepted there
 * from then on.  Everything else must be the same byte by byte, so a document
 * that matches has the same tokens except for the slots, and is valid.  One
 * that does not match is parsed with json_pick() and remembered instead.
 *
 * What a stream has around its documents is mostly the same, too.  Where that
 * is remembered with the document, the next one is found in the input without
 * looking for its end first.
 */

#include "wire/json.h"

#define JSON_LIKE_SLOTS 8
#define JSON_LIKE_WANTS 17	/* including the end mark, .key == NULL */

/* Offsets of a value in the remembered document. */
struct json_slot {
	uint16_t from, to;
	unsigned char type;
};

struct json_spot {
	uint16_t from, to;
	unsigned char before, upto;	/* slots before from, and up to to */
};

/* {0} except for .want: .key and .sub of all that is wanted, at every level,
 * and the results of the last call, which must not be changed (a value that is
 * still missing is not reset).  The subs point into .want: set them again
 * after moving it. */
struct json_like {
	/* private */
	struct buf doc;		/* with its block, if it has one */
	size_t before, after;	/* what else the block has around it */
	unsigned char nslots, misses;
	struct json_slot slot[JSON_LIKE_SLOTS];
	/* how far the text after so many slots has moved in this one */
	ptrdiff_t shift[JSON_LIKE_SLOTS + 1];
	struct json_spot spot[JSON_LIKE_WANTS];	/* of each want */
	/* what is wanted */
	struct json_want want[JSON_LIKE_WANTS];
	unsigned vary;		/* a bit for each want with a slot in it */
};

/*
 * As json_pick(doc, k->want, n), except that a value may lie in k->doc instead
 * of doc; it is valid until the next call.  Free k->doc when done.  block is
 * what doc is the middle of, such as the lines of its event; or empty.
 */
int json_pick_like(struct json_like *k, struct slice doc, struct slice block,
    size_t n);

/* The length of a block at the front of in that is like that of the last
 * document, or 0: only the values in .vary can differ from those of that one.
 * Of all that is wanted, this sets want i alone. */
size_t json_like_block(struct json_like *k, struct slice in, unsigned i);

#endif
