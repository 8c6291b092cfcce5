#include "base/clean.h"

#include "base/utf8.h"

unsigned
clean_acts(struct slice c)
{
	const unsigned char *p = (const unsigned char *)c.p;
	unsigned u = c.n == 1 ? p[0] : c.n == 2 ? (p[0] & 0x1fU) << 6 |
	    (p[1] & 0x3fU) : c.n == 3 ? (p[0] & 0xfU) << 12 |
	    (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU) : 0;

	return (u >= 0x7f && u < 0xa0) || u == 0x61c ||
	    (u >= 0x200e && u <= 0x200f) || (u >= 0x202a && u <= 0x202e) ||
	    (u >= 0x2066 && u <= 0x2069) ? u : 0;
}

/* Appends one character that is not printable ASCII; returns its length. */
static size_t
put_odd(struct buf *out, struct slice s, int layout)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t n, i;
	unsigned acts;
	int bad = 0;

	if (c == '\n' || c == '\t') {
		buf_putc(out, layout ? (char)c : ' ');
		return 1;
	}
	if (c < 0x20 || c == 0x7f) {
		buf_putc(out, '^');
		buf_putc(out, (char)(c ^ 0x40));
		return 1;
	}
	n = utf8_length(s, &bad);
	acts = bad ? 0 : clean_acts(slice_sub(s, 0, n));
	if (acts != 0)
		buf_printf(out, "\\u%04x", acts);
	else if (!bad)
		buf_put(out, slice_sub(s, 0, n));
	for (i = 0; bad && i < n; i++)
		buf_printf(out, "\\x%02x", (unsigned char)s.p[i]);
	return n;
}

void
clean_put(struct buf *out, struct slice s, int layout)
{
	size_t run;

	while (s.n > 0) {
		for (run = 0; run < s.n; run++)
			if (s.p[run] < 0x20 || s.p[run] > 0x7e)
				break;
		buf_put(out, slice_sub(s, 0, run));
		slice_skip(&s, run);
		if (s.n > 0)
			slice_skip(&s, put_odd(out, s, layout));
	}
}

size_t
clean_fit(struct slice s, size_t *columns)
{
	size_t at = 0, used = 0, n, wide;
	int bad;

	for (; at < s.n; at += n, used += wide) {
		n = utf8_length(slice_sub(s, at, s.n), &bad);
		/* U+3000 and up: not exact, but never too narrow by much */
		wide = n == 4 || (n == 3 && (unsigned char)s.p[at] >= 0xe3) ?
		    2 : 1;
		if (used + wide > *columns)
			break;
	}
	*columns = used;
	return at;
}
