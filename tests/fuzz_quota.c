/* Arbitrary fields, texts and bodies give figures within bounds.  The
 * input: lines of name: value, an empty line, then the text and body. */

#include <assert.h>
#include <stdint.h>

#include "api/quota.h"
#include "tests/splits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW ((msec)1771452240000)
#define FIELDS 32

static void
check(const struct quota_of *of)
{
	assert(of->limit >= -1 && of->left <= 1000000000000);
	assert(of->reset >= MSEC_NONE);
	assert(of->window >= MSEC_NONE &&
	    of->window <= (msec)40 * 86400 * 1000);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = exact((struct slice){ (const char *)data, size });
	struct slice rest = { copy, size }, line;
	struct http_field field[FIELDS];
	struct quota_cost cost;
	struct quota_of of;
	struct quota q;
	int64_t requested;
	size_t n = 0, k;

	while (n < FIELDS && rest.n > 0) {
		line = slice_cut(&rest, '\n');
		if (line.n == 0)
			break;
		field[n].name = slice_cut(&line, ':');
		field[n++].value = line;
	}
	quota_fields(field, n, NOW, &q);
	for (k = 0; k < QUOTA_KINDS; k++)
		check(&q.of[k]);
	if (quota_text(rest, (msec)size * 100, &of, &requested) >= 0) {
		check(&of);
		assert(of.limit > 0 && requested >= 0);
	}
	cost = quota_cost(rest);
	/* an image counts 800 and has at least 400 bytes */
	assert(cost.input >= 0 && cost.input <= 2 * (int64_t)rest.n + 1);
	assert(cost.output >= -1);
	free(copy);
	return 0;
}
