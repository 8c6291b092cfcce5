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

/* alike: what read doc, which has these values. */
static void
compare(const struct json_like *alike, const struct json_want *w)
{
	same(&alike->want[A], &w[A]);
	same(&alike->want[TYPE], &w[TYPE]);
	if (w[A].type >= JSON_OBJECT)
		same(&alike->want[FIRST], &w[FIRST]);
	if (w[A].type >= JSON_OBJECT && w[FIRST].type >= JSON_OBJECT)
		same(&alike->want[IN_FIRST], &w[IN_FIRST]);
}

/* k: without blocks; in_block: with one of the document and a byte on either
 * side. */
static void
check(struct json_like *k, struct json_like *in_block, struct slice doc)
{
	struct json_want w[W_N];
	struct buf framed = { 0 };
	struct slice block;
	char *copy;
	size_t n;
	int rc;

	buf_putc(&framed, '<');
	buf_put(&framed, doc);
	buf_putc(&framed, '>');
	copy = exact(buf_slice(&framed));
	block = (struct slice){ copy, framed.n };
	want(w);
	n = json_like_block(in_block, block, TYPE);
	if (n > 0) {
		assert(n > 2 &&
		    json_pick(slice_sub(block, 1, n - 2), w, 2) == 0);
		same(&in_block->want[TYPE], &w[TYPE]);
	}
	doc = slice_sub(block, 1, doc.n);
	rc = json_pick(doc, w, 2);
	assert(json_pick_like(k, doc, (struct slice){ 0 }, 2) == rc);
	assert(json_pick_like(in_block, doc, block, 2) == rc);
	if (rc == 0) {
		compare(k, w);
		compare(in_block, w);
	}
	free(copy);
	buf_free(&framed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { (const char *)data, size };
	struct json_like k = { 0 }, in_block = { 0 };

	want(k.want);
	want(in_block.want);
	while (rest.n > 0)
		check(&k, &in_block, slice_cut(&rest, '\0'));
	buf_free(&k.doc);
	buf_free(&in_block.doc);
	return 0;
}
