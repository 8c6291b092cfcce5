/* A code block that is closed stays the first one whatever lines follow, and
 * blocks end with their line. */

#include <assert.h>
#include <stdint.h>

#include "tests/splits.h"
#include "wire/fence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = exact((struct slice){ (const char *)data, size });
	struct slice s = { copy, size };
	struct buf half = { 0 }, out = { 0 };
	size_t n = size / 2;

	while (n > 0 && copy[n - 1] != '\n')
		n--;
	if (fence_find(slice_sub(s, 0, n), FENCE_FIRST, 0, &half) == 0) {
		assert(fence_find(s, FENCE_FIRST, 0, &out) == 0);
		assert(slice_eq(buf_slice(&half), buf_slice(&out)));
		assert(fence_find(s, FENCE_LAST, 0, &out) == 0);
	}
	if (fence_find(s, FENCE_LAST, 1, &out) == 0)
		assert(fence_find(s, FENCE_FIRST, 1, &half) == 0);
	else
		assert(out.n == 0);
	/* a tab may become three blanks */
	assert(out.n <= 3 * size + 1);
	assert(out.n == 0 || out.p[out.n - 1] == '\n');
	buf_free(&half);
	buf_free(&out);
	free(copy);
	return 0;
}
