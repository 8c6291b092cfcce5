#include "wire/record.h"

#include <string.h>

#include "wire/json_lex.h"

#define BEGIN "{\"type\":\""
#define CRC "\"crc\":\""
#define CRC_SIZE (sizeof(CRC "01234567\"}") - 1)

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

/*
 * The length of the intact record at the start of s; 0: there is none.  Its end
 * is that of the JSON object, so this reads no further than the object or its
 * first error.  A start inside it is the start of a nested object, because a
 * quote in a string would end that, and JSON_DEPTH limits the nesting: trying
 * every start in a damaged file takes linear time.
 */
static size_t
whole(const struct crc32 *c, struct slice s)
{
	char tail[CRC_SIZE + 1];
	const char *end;
	size_t n;

	if (!slice_starts(s, BEGIN))
		return 0;
	end = json_skip(s.p + 1, s.p + s.n, JSON_OBJECT, 0);
	n = end == NULL ? 0 : (size_t)(end - s.p);
	if (n < CRC_SIZE || memchr(s.p, '\n', n) != NULL)
		return 0;
	(void)str_printf(tail, sizeof(tail), CRC "%08x\"}",
	    (unsigned)crc32_add(c, 0, slice_sub(s, 0, n - CRC_SIZE)));
	return slice_is(slice_sub(s, n - CRC_SIZE, CRC_SIZE), tail) ? n : 0;
}

struct slice
record_lines(struct slice s)
{
	while (s.n > 0 && s.p[s.n - 1] != '\n')
		s.n--;
	return s;
}

enum record_ev
record_next(const struct crc32 *c, struct slice *in, struct slice *rec)
{
	size_t n;

	while (in->n > 0 && in->p[0] == '\n')
		slice_skip(in, 1);
	if (in->n == 0)
		return RECORD_END;
	n = whole(c, *in);
	if (n > 0) {
		*rec = slice_sub(*in, 0, n);
		slice_skip(in, n + (n < in->n && in->p[n] == '\n'));
		return RECORD_ONE;
	}
	/* skip to the next intact record in the line, or all of it */
	do
		slice_skip(in, 1);
	while (in->n > 0 && in->p[0] != '\n' &&
	    (in->p[0] != '{' || whole(c, *in) == 0));
	slice_skip(in, in->n > 0 && in->p[0] == '\n');
	return RECORD_DAMAGED;
}

int
record_is(struct slice rec, const char *type)
{
	struct slice rest = slice_sub(rec, sizeof(BEGIN) - 1, rec.n);

	return slice_starts(rest, type) && rest.n > strlen(type) &&
	    rest.p[strlen(type)] == '"';
}
