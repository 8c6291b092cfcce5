#ifndef WIRE_RECORD_H
#define WIRE_RECORD_H

/*
 * A journal's records: JSON objects, one a line, whose first member is "type"
 * and whose last is "crc", eight hexadecimal digits: the CRC-32 (ISO 3309, as
 * gzip and zlib have it) of all bytes of the line before the crc's own name.
 *
 *	{"type":"text","text":"Hello","crc":"0a1b2c3d"}
 *
 * jq reads such a file as it is; who finds it damaged can tell to the record
 * what is whole.
 */

#include "wire/json.h"

struct crc32 {
	uint32_t table[4][256];
};

void crc32_init(struct crc32 *c);

/* The CRC of what came before (0 at first) and s. */
uint32_t crc32_add(const struct crc32 *c, uint32_t crc, struct slice s);

/* Begins a record at the end of b; its members follow.  Returns where in b it
 * begins, for record_close(), which ends it with crc and newline. */
size_t record_open(struct json_out *w, struct buf *b, const char *type);
void record_close(struct json_out *w, const struct crc32 *c, size_t start);

enum record_ev {
	RECORD_END,		/* nothing is left, or a line without its end,
				   which stays: a write that was torn */
	RECORD_ONE,		/* a whole record, in *rec */
	RECORD_DAMAGED		/* bytes that are no record were passed over */
};

/*
 * Takes a record from the front of a journal.  Whole ones inside of a damaged
 * line are found too: two that lost the newline between them, or one behind a
 * write that was torn.
 */
enum record_ev record_next(const struct crc32 *c, struct slice *in,
    struct slice *rec);

/* Whether a record is of that type. */
int record_is(struct slice rec, const char *type);

#endif
