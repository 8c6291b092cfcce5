#include "wire/b64.h"

#include <stdint.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
b64_put(struct buf *out, struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i, left;
	uint32_t v;
	char *to;

	if ((to = buf_room(out, (s.n + 2) / 3 * 4)) == NULL)
		return;
	for (i = 0; i < s.n; i += 3) {
		left = s.n - i;
		v = (uint32_t)p[i] << 16;
		if (left > 1)
			v |= (uint32_t)p[i + 1] << 8;
		if (left > 2)
			v |= p[i + 2];
		*to++ = alphabet[v >> 18];
		*to++ = alphabet[v >> 12 & 63];
		*to++ = left > 1 ? alphabet[v >> 6 & 63] : '=';
		*to++ = left > 2 ? alphabet[v & 63] : '=';
	}
	out->n += (s.n + 2) / 3 * 4;
}

static int
digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int
b64_take(struct slice s, struct buf *out)
{
	size_t start = out->n, i;
	uint32_t v = 0;
	int have = 0, pad = 0, d;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\r' ||
		    s.p[i] == '\n')
			continue;
		if (s.p[i] == '=' && ++pad <= 2)
			continue;
		if ((d = digit(s.p[i])) < 0 || pad > 0)
			goto bad;
		v = v << 6 | (uint32_t)d;
		if (++have < 4)
			continue;
		buf_putc(out, (char)(v >> 16));
		buf_putc(out, (char)(v >> 8));
		buf_putc(out, (char)v);
		v = 0;
		have = 0;
	}
	/* a last group of two or three digits, one or two bytes */
	if (have + pad == 0)
		return 0;
	v <<= 6 * pad;
	if (have + pad != 4 || pad > 2 ||
	    (v & (pad == 1 ? 0xff : 0xffff)) != 0)
		goto bad;
	buf_putc(out, (char)(v >> 16));
	if (pad == 1)
		buf_putc(out, (char)(v >> 8));
	return 0;
bad:
	out->n = start;
	return -1;
}
