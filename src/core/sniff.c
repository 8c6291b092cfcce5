#include "core/sniff.h"

#include <string.h>

#include "base/utf8.h"

#define BOM "\xef\xbb\xbf"

enum content
sniff(struct slice *in)
{
	if (slice_starts(*in, BOM) && in->n > strlen(BOM) &&
	    memchr("{[<", in->p[strlen(BOM)], 3) != NULL)
		slice_skip(in, strlen(BOM));
	while (in->n > 0 && memchr(" \t\r\n", in->p[0], 4) != NULL)
		slice_skip(in, 1);
	if (in->n == 0)
		return C_UNKNOWN;
	return in->p[0] == '{' || in->p[0] == '[' ? C_WHOLE :
	    in->p[0] == '<' ? C_PAGE : C_STREAM;
}

int
sniff_binary(struct slice s, int said)
{
	struct slice head = slice_sub(s, 0, SNIFF_MAX);
	size_t i;

	/* the last code point may be cut */
	if (said && utf8_good(head) + 3 < head.n)
		return 1;
	for (i = 0; i < s.n && i < SNIFF_MAX; i++)
		if ((unsigned char)s.p[i] < 0x20 &&
		    memchr("\t\n\f\r\033", s.p[i], 5) == NULL)
			return 1;
	return 0;
}

int
sniff_text(struct slice s)
{
	static const char *const fields[] = { ":", "data:", "event:", "id:",
	    "retry:" };
	struct slice f;
	size_t i, n;

	for (i = 0; i < COUNT(fields); i++) {
		f = slice_str(fields[i]);
		n = f.n < s.n ? f.n : s.n;
		if (slice_eq(slice_sub(f, 0, n), slice_sub(s, 0, n)))
			return 0;
	}
	return 1;
}
