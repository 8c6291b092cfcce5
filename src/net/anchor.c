#include "net/anchor.h"

#include <stddef.h>

/* The certificates that were found lie in as->der, one after another. */
static struct slice
nth(const struct anchors *as, size_t i)
{
	size_t start = i == 0 ? 0 : as->end[i - 1];

	return slice_sub(buf_slice(&as->der), start, as->end[i] - start);
}

/* Once each: a store of several files may hold one twice. */
static void
found(struct trust_sink *sink, struct slice der)
{
	struct anchors *as = (struct anchors *)(void *)((char *)sink -
	    offsetof(struct anchors, sink));
	size_t i;

	for (i = 0; i < as->n; i++)
		if (slice_eq(nth(as, i), der))
			return;
	if (as->n == ANCHORS_MAX)
		return;
	buf_put(&as->der, der);
	as->end[as->n++] = as->der.n;
}

int
anchors_find(struct anchors *as, const struct trust *trust,
    const struct slice *subject, size_t n, struct fault *f)
{
	struct anchor *a;
	size_t i, usable = 0;

	as->sink.found = found;
	if (trust_find(trust, subject, n, &as->sink, f) < 0)
		return -1;
	for (i = 0; i < as->n; i++) {
		a = &as->anchor[usable];
		if (cert_parse(nth(as, i), &a->cert) == NULL &&
		    key_read(&a->cert, &a->key) == 0)
			usable++;
		else
			as->unusable = 1;
	}
	as->n = usable;
	return 0;
}

br_x509_trust_anchor
anchor_as(const struct anchor *a, unsigned flags)
{
	return (br_x509_trust_anchor){
		{ key_bytes(a->cert.subject), a->cert.subject.n },
		flags, a->key,
	};
}

void
anchors_free(struct anchors *as)
{
	buf_free(&as->der);
}
