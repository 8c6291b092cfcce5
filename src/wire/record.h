#ifndef WIRE_RECORD_H
#define WIRE_RECORD_H

/*
 * Records of a journal: JSON objects, one per line, whose first member is
 * "type" and whose last is "crc", eight hexadecimal digits: the CRC-32 (ISO
 * 3309, as in gzip and zlib) of everything on the line before "crc".
 *
 *	{"type":"text","text":"Hello","crc":"0a1b2c3d"}
 *
 * jq can read such a file, and the intact records of a damaged file can be
 * recovered.
 */

#include "wire/json.h"

struct crc32 {
	uint32_t table[4][256];
};

void crc32_init(struct crc32 *c);

/* Continues a CRC, initially 0, with s. */
uint32_t crc32_add(const struct crc32 *c, uint32_t crc, struct slice s);

/* Starts a record at the end of b and returns its offset.  The caller writes
 * members to w; record_close() then adds "crc" and a newline. */
size_t record_open(struct json_out *w, struct buf *b, const char *type);
void record_close(struct json_out *w, const struct crc32 *c, size_t start);

/* s without an incomplete last line. */
struct slice record_lines(struct slice s);

enum record_ev {
	RECORD_END,		/* no more */
	RECORD_ONE,		/* *rec is an intact record */
	RECORD_DAMAGED		/* bytes that are not a record were skipped */
};

/*
 * Takes a record from the front of *in, which is whole lines.  Intact records
 * inside a damaged line are found too: two without a newline between them, or
 * one after an incomplete write.  Takes time in proportion to the input, also
 * if that was made to be slow.
 */
enum record_ev record_next(const struct crc32 *c, struct slice *in,
    struct slice *rec);

/* Whether a record is of that type. */
int record_is(struct slice rec, const char *type);

#endif
