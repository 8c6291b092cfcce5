#include "base/clean.h"

#include <string.h>

#include "base/utf8.h"

static void
put_hex(struct buf *out, struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		buf_printf(out, "\\x%02x", (unsigned)(unsigned char)s.p[i]);
}

/* One character that is not printable ASCII; returns its length. */
static size_t
put_odd(struct buf *out, struct slice s, int layout)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t n;
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
	if (bad || (c == 0xc2 && (unsigned char)s.p[1] < 0xa0))
		put_hex(out, slice_sub(s, 0, n));
	else
		buf_put(out, slice_sub(s, 0, n));
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
		s = slice_sub(s, run, s.n);
		if (s.n > 0)
			s = slice_sub(s, put_odd(out, s, layout), s.n);
	}
}

static int
of_key(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
}

static int
begins_key(const char *s)
{
	static const char starts[][8] = { "sk-", "sk_", "gsk_", "xai-",
	    "AIza", "pplx-", "hf_", "r8_", "Bearer " };
	size_t i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(s, starts[i], strlen(starts[i])) == 0)
			return 1;
	return 0;
}

static void
mask(char *s, size_t n)
{
	size_t i;

	for (i = n > 16 ? 6 : 3; i + 2 < n; i++)
		s[i] = '*';
}

static void
mask_words(char *text)
{
	char *s;
	size_t n;

	for (s = text; *s != '\0'; s++) {
		if ((s > text && of_key(s[-1])) || !begins_key(s))
			continue;
		n = strncmp(s, "Bearer ", 7) == 0 ? 7 : 0;
		while (of_key(s[n]))
			n++;
		if (n >= 12)
			mask(s, n);
	}
}

void
clean_keys(char *text, struct slice key)
{
	struct slice rest = slice_str(text);
	size_t i;

	for (i = 0; key.n >= 4 && i + key.n <= rest.n; i++)
		if (memcmp(text + i, key.p, key.n) == 0)
			memset(text + i, '*', key.n);
	mask_words(text);
}
