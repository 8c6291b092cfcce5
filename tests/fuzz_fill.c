/* A text without variables stays as it is; one with them has what value()
 * gives in their place, which is not read again. */

#include <assert.h>
#include <stdint.h>

#include "tests/splits.h"
#include "wire/fill.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct slice *
none(void *ctx, struct slice name)
{
	(void)ctx;
	assert(name.n > 0);
	return NULL;
}

static const struct slice *
again(void *ctx, struct slice name)
{
	static const struct slice v = { "{{x}}", 5 };

	assert(name.n > 0);
	(*(size_t *)ctx)++;
	return &v;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = exact((struct slice){ (const char *)data, size });
	struct slice s = { copy, size }, missing;
	struct buf out = { 0 };
	size_t n = 0;
	int rc = fill(s, none, NULL, &out, &missing);

	assert(rc == 0 ? slice_eq(buf_slice(&out), s) : missing.p > copy);
	buf_clear(&out);
	assert(fill(s, again, &n, &out, &missing) == 0);
	assert((n > 0) == (rc < 0));
	assert(out.n <= size + n * 5);
	buf_free(&out);
	free(copy);
	return 0;
}
