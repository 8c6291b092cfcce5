#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

size_t
utf8_length(struct slice s, int *bad)
{
	unsigned c = (unsigned char)s.p[0], low = 0x80, high = 0xbf;
	size_t n, i;

	*bad = 0;
	if (c < 0x80)
		return 1;
	*bad = 1;
	if (c < 0xc2 || c > 0xf4)
		return 1;
	n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	for (i = 1; i < n; i++, low = 0x80, high = 0xbf) {
		if (i == s.n || (unsigned char)s.p[i] < low ||
		    (unsigned char)s.p[i] > high)
			return i;
	}
	*bad = 0;
	return n;
}

size_t
utf8_good(struct slice s)
{
	uint64_t x;
	size_t at = 0, n;
	int bad = 0;

	while (at < s.n) {
		/* most text is ASCII: eight bytes a step */
		for (; s.n - at >= sizeof(x); at += sizeof(x)) {
			memcpy(&x, s.p + at, sizeof(x));
			if ((x & UINT64_C(0x8080808080808080)) != 0)
				break;
		}
		while (at < s.n && (unsigned char)s.p[at] < 0x80)
			at++;
		if (at == s.n)
			break;
		n = utf8_length(slice_sub(s, at, s.n), &bad);
		if (bad)
			break;
		at += n;
	}
	return at;
}

size_t
utf8_mark(struct slice s)
{
	return slice_starts(s, "\xef\xbb\xbf") ? 3 : 0;
}

void
utf8_put(struct buf *out, struct slice s)
{
	size_t n;
	int bad;

	while (s.n > 0) {
		n = utf8_good(s);
		buf_put(out, slice_sub(s, 0, n));
		slice_skip(&s, n);
		if (s.n == 0)
			return;
		n = utf8_length(s, &bad);
		buf_puts(out, "\xef\xbf\xbd");
		slice_skip(&s, n);
	}
}
