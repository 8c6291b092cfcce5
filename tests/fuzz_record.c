/* Any bytes as a journal: each record ends with its CRC, lies in the input in
 * order, and all input is accounted for. */

#include <assert.h>
#include <stdint.h>

#include "tests/splits.h"
#include "wire/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = exact((struct slice){ (const char *)data, size });
	struct slice in = record_lines((struct slice){ copy, size });
	struct slice rec, before;
	const char *last = copy;
	struct crc32 crc;
	enum record_ev ev;

	crc32_init(&crc);
	for (;;) {
		before = in;
		ev = record_next(&crc, &in, &rec);
		if (ev == RECORD_END)
			break;
		assert(in.n < before.n);
		if (ev == RECORD_DAMAGED)
			continue;
		assert(rec.p >= last && rec.p + rec.n <= copy + size);
		assert(rec.n > 17 && memchr(rec.p, '\n', rec.n) == NULL);
		assert(crc32_add(&crc, 0, slice_sub(rec, 0, rec.n - 17)) ==
		    (uint32_t)slice_hex(slice_sub(rec, rec.n - 10, 8)));
		last = rec.p + rec.n;
	}
	assert(in.n == 0);
	free(copy);
	return 0;
}
