#include "wire/record.h"

#include <string.h>

#define BEGIN "{\"type\":\""
#define CRC "\"crc\":\""
#define CRC_SIZE (sizeof(CRC "01234567\"}") - 1)

/* The number of possible record starts tried in a damaged line, which may be
 * megabytes long and is read to its end for each. */
#define SALVAGE_MAX 64

void
crc32_init(struct crc32 *c)
{
	uint32_t i, v;
	int k;

	for (i = 0; i < 256; i++) {
		for (v = i, k = 0; k < 8; k++)
			v = v & 1 ? 0xedb88320 ^ (v >> 1) : v >> 1;
		c->table[0][i] = v;
	}
	for (k = 1; k < 4; k++)
		for (i = 0; i < 256; i++) {
			v = c->table[k - 1][i];
			c->table[k][i] = c->table[0][v & 0xff] ^ (v >> 8);
		}
}

uint32_t
crc32_add(const struct crc32 *c, uint32_t crc, struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t n = s.n;

	crc = ~crc;
	/* four bytes a step, each with the table for its distance */
	for (; n >= 4; n -= 4, p += 4)
		crc = c->table[3][(crc ^ p[0]) & 0xff] ^
		    c->table[2][(crc >> 8 ^ p[1]) & 0xff] ^
		    c->table[1][(crc >> 16 ^ p[2]) & 0xff] ^
		    c->table[0][crc >> 24 ^ p[3]];
	for (; n > 0; n--, p++)
		crc = c->table[0][(crc ^ *p) & 0xff] ^ (crc >> 8);
	return ~crc;
}

size_t
record_open(struct json_out *w, struct buf *b, const char *type)
{
	size_t start = b->n;

	*w = (struct json_out){ .out = b };
	json_open(w, '{');
	json_member(w, "type", slice_str(type));
	return start;
}

void
record_close(struct json_out *w, const struct crc32 *c, size_t start)
{
	struct buf *b = w->out;
	uint32_t crc;
	char *p = b->p + start;

	/* raw newlines are white space in JSON that came from a file */
	while ((p = memchr(p, '\n', (size_t)(b->p + b->n - p))) != NULL)
		*p = ' ';
	buf_putc(b, ',');
	crc = crc32_add(c, 0, slice_sub(buf_slice(b), start, b->n));
	buf_printf(b, CRC "%08x\"}\n", (unsigned)crc);
}

/* The offset of what in s, at or after at; s.n if there is none. */
static size_t
find(struct slice s, size_t at, const char *what)
{
	size_t n = strlen(what);
	const char *p;

	while (at < s.n && (p = memchr(s.p + at, *what, s.n - at)) != NULL) {
		at = (size_t)(p - s.p);
		if (s.n - at >= n && memcmp(p, what, n) == 0)
			return at;
		at++;
	}
	return s.n;
}

/* The length of the intact record at the start of s; 0: there is none. */
static size_t
whole(const struct crc32 *c, struct slice s)
{
	size_t at = 0, end = 0;
	uint32_t crc = 0;
	char tail[CRC_SIZE + 1];

	if (!slice_starts(s, BEGIN))
		return 0;
	while ((end = find(s, at, CRC)) < s.n) {
		crc = crc32_add(c, crc, slice_sub(s, at, end - at));
		(void)str_printf(tail, sizeof(tail), CRC "%08x\"}",
		    (unsigned)crc);
		if (slice_is(slice_sub(s, end, CRC_SIZE), tail))
			return end + CRC_SIZE;
		at = end + 1;
		crc = crc32_add(c, crc, slice_sub(s, end, 1));
	}
	return 0;
}

enum record_ev
record_next(const struct crc32 *c, struct slice *in, struct slice *rec)
{
	const char *newline;
	struct slice line;
	size_t n, i, at = 0;

	do {
		newline = in->n == 0 ? NULL : memchr(in->p, '\n', in->n);
		if (newline == NULL)
			return RECORD_END;
		line = slice_sub(*in, 0, (size_t)(newline - in->p));
		slice_skip(in, line.n == 0);
	} while (line.n == 0);
	n = whole(c, line);
	if (n > 0) {
		*rec = slice_sub(line, 0, n);
		slice_skip(in, n + (n == line.n));
		return RECORD_ONE;
	}
	/* skip to the next intact record in the line, or all of it */
	for (i = 0; i < SALVAGE_MAX && at < line.n; i++) {
		at = find(line, at + 1, BEGIN);
		if (whole(c, slice_sub(line, at, line.n)) > 0)
			break;
	}
	if (i == SALVAGE_MAX)
		at = line.n;
	slice_skip(in, at + (at == line.n));
	return RECORD_DAMAGED;
}

int
record_is(struct slice rec, const char *type)
{
	struct slice rest = slice_sub(rec, sizeof(BEGIN) - 1, rec.n);

	return slice_starts(rest, type) && rest.n > strlen(type) &&
	    rest.p[strlen(type)] == '"';
}
