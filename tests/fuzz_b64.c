/* Decoding and encoding gives the same text, except for blanks; and the other
 * way round. */

#include <assert.h>
#include <stdint.h>

#include "tests/splits.h"
#include "wire/b64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = exact((struct slice){ (const char *)data, size });
	struct slice s = { copy, size };
	struct buf text = { 0 }, plain = { 0 };
	size_t i, k = 0;

	if (b64_take(s, &plain) == 0) {
		b64_put(&text, buf_slice(&plain));
		for (i = 0; i < size; i++)
			if (slice_trim(slice_sub(s, i, 1)).n > 0)
				assert(k < text.n && text.p[k++] == copy[i]);
		assert(k == text.n);
	}
	buf_clear(&text);
	buf_clear(&plain);
	b64_put(&text, s);
	assert(b64_take(buf_slice(&text), &plain) == 0);
	assert(slice_eq(buf_slice(&plain), s));
	buf_free(&text);
	buf_free(&plain);
	free(copy);
	return 0;
}
