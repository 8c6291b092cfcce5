/* Any secret in any text: none is left, and text in which nothing is escaped is
 * masked alike by the search that skips bytes and by the one that does not. */

#include <assert.h>
#include <stdint.h>

#include "tests/splits.h"
#include "wire/mask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
contains(struct slice s, struct slice want)
{
	size_t i;

	for (i = 0; i + want.n <= s.n; i++)
		if (memcmp(s.p + i, want.p, want.n) == 0)
			return 1;
	return 0;
}

/* flags, the length of the secret, the secret, the text */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned flags = size > 0 ? data[0] & 7 : 0;
	struct slice in = { (const char *)data, size };
	struct slice secret, text, masked;
	struct buf longer = { 0 };
	struct mask m = { 0 };
	char *copy;
	int found;

	slice_skip(&in, 1);
	secret = slice_sub(in, 1, in.n > 0 ? (unsigned char)in.p[0] : 0);
	text = slice_sub(in, 1 + secret.n, in.n);
	copy = exact(text);
	masked = (struct slice){ copy, text.n };
	mask_add(&m, secret);
	found = mask_finds(&m, masked, flags);
	mask_hide(&m, copy, text.n, flags);
	assert(found || slice_eq(masked, text));
	if (secret.n >= MASK_LEAST_ANSWER && memchr(secret.p, '*', secret.n) ==
	    NULL)
		assert(!contains(masked, secret) &&
		    (found || !contains(text, secret)));
	buf_put(&longer, text);
	buf_putc(&longer, '\\');
	mask_hide(&m, longer.p, longer.n, flags);
	if ((flags & MASK_CUT) == 0)
		assert(slice_eq(slice_sub(buf_slice(&longer), 0, text.n),
		    masked));
	mask_free(&m);
	buf_free(&longer);
	free(copy);
	return 0;
}
