/* Any bytes as replies: the first byte says where they are cut, and the events
 * are the same without the cut. */

#include <assert.h>
#include <stdint.h>

#include "tests/resplog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = { 0 }, cut = { 0 };
	struct slice in;
	size_t step;

	if (size == 0)
		return 0;
	in = (struct slice){ (const char *)data + 1, size - 1 };
	step = data[0] % 64 + 1U;
	resplog(&whole, in, (struct cut){ in.n, in.n });
	resplog(&cut, in, (struct cut){ step, step });
	assert(whole.n == cut.n &&
	    (whole.n == 0 || memcmp(whole.p, cut.p, whole.n) == 0));
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
