#include "net/digest.h"

#include <bearssl.h>

#include "base/guard.h"

void
digest_put(struct buf *out, const struct slice *part, size_t parts, size_t n)
{
	unsigned char sum[br_sha256_SIZE];
	br_sha256_context c;
	size_t i;

	br_sha256_init(&c);
	for (i = 0; i < parts; i++) {
		br_sha256_update(&c, part[i].p, part[i].n);
		br_sha256_update(&c, "", 1);
	}
	br_sha256_out(&c, sum);
	for (i = 0; i < n; i++)
		buf_printf(out, "%02x", sum[i]);
	wipe(&c, sizeof(c));
}
