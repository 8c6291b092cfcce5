/* Documents separated by NUL, read in order: the values found in one must not
 * depend on those before it.  Each is freed before the next is read. */

#include <assert.h>
#include <stdint.h>

#include "tests/splits.h"
#include "wire/json_like.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { A, TYPE, FIRST, IN_FIRST, W_N };

static void
want(struct json_want *w)
{
	w[A] = (struct json_want){ .key = "a", &w[FIRST], 1 };
	w[TYPE] = (struct json_want){ .key = "type" };
	w[FIRST] = (struct json_want){ .key = "0", &w[IN_FIRST], 1 };
	w[IN_FIRST] = (struct json_want){ .key = "type" };
}

static void
same(const struct json_want *a, const struct json_want *b)
{
	assert(a->type == b->type);
	assert(slice_eq(a->tok, b->tok));
}

static void
check(struct json_like *k, struct slice doc)
{
	struct json_want w[W_N];
	char *copy = exact(doc);
	int rc;

	doc.p = copy;
	want(w);
	rc = json_pick(doc, w, 2);
	assert(json_pick_like(k, doc, 2) == rc);
	if (rc == 0) {
		same(&k->want[A], &w[A]);
		same(&k->want[TYPE], &w[TYPE]);
	}
	if (rc == 0 && w[A].type >= JSON_OBJECT)
		same(&k->want[FIRST], &w[FIRST]);
	if (rc == 0 && w[A].type >= JSON_OBJECT &&
	    w[FIRST].type >= JSON_OBJECT)
		same(&k->want[IN_FIRST], &w[IN_FIRST]);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { (const char *)data, size };
	struct json_like k = { 0 };

	want(k.want);
	while (rest.n > 0)
		check(&k, slice_cut(&rest, '\0'));
	buf_free(&k.doc);
	return 0;
}
