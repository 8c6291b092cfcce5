/* The first byte chooses the options and how the rest is cut; the log of
 * events must not depend on the cuts. */

#include <assert.h>
#include <stdint.h>

#include "tests/sselog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = { 0 }, split = { 0 };
	struct slice in = { (const char *)data, size };
	struct sse a = { 0 }, b;
	size_t n;

	if (size == 0)
		return 0;
	a.error_field = a.raw_json = data[0] >> 7;
	a.max = data[0] & 64 ? 12 : 0;
	b = a;
	n = data[0] % 32 + 1u;
	in = slice_sub(in, 1, in.n);
	sselog(&whole, &a, in, (struct cut){ in.n, 1 });
	sselog(&split, &b, in, (struct cut){ n, data[0] & 32 ? in.n : n });
	assert(slice_eq(buf_slice(&whole), buf_slice(&split)));
	buf_free(&whole);
	buf_free(&split);
	return 0;
}
