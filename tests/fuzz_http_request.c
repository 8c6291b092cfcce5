/* The first byte chooses how the rest is cut; the log of events must not
 * depend on it. */

#include <assert.h>
#include <stdint.h>

#include "tests/requestlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = { 0 }, split = { 0 };
	struct slice in = { (const char *)data, size };
	size_t n;

	if (size == 0)
		return 0;
	n = data[0] % 64 + 1u;
	in = slice_sub(in, 1, in.n);
	requestlog(&whole, in, (struct cut){ in.n, 1 });
	requestlog(&split, in, (struct cut){ n, data[0] & 64 ? in.n : n });
	assert(slice_eq(buf_slice(&whole), buf_slice(&split)));
	buf_free(&whole);
	buf_free(&split);
	return 0;
}
