#include "net/anchor.h"

#include <stddef.h>
#include <string.h>

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

static unsigned char *
keep(struct anchor *a, size_t *used, const unsigned char *p, size_t n)
{
	unsigned char *to = a->key + *used;

	memcpy(to, p, n);
	*used += n;
	return to;
}

/* Decodes the key: 0, or -1 when it is none that is accepted. */
static int
read_key(struct anchor *a)
{
	br_x509_decoder_context dc;
	const br_x509_pkey *pk;
	size_t used = 0;

	br_x509_decoder_init(&dc, NULL, NULL);
	br_x509_decoder_push(&dc, a->cert.der.p, a->cert.der.n);
	pk = br_x509_decoder_get_pkey(&dc);
	if (pk == NULL)
		return -1;
	a->pkey = *pk;
	if (pk->key_type == BR_KEYTYPE_EC) {
		a->pkey.key.ec.q = keep(a, &used, pk->key.ec.q,
		    pk->key.ec.qlen);
		return 0;
	}
	a->pkey.key.rsa.n = keep(a, &used, pk->key.rsa.n, pk->key.rsa.nlen);
	a->pkey.key.rsa.e = keep(a, &used, pk->key.rsa.e, pk->key.rsa.elen);
	return pk->key.rsa.nlen < ANCHOR_RSA_MIN ? -1 : 0;
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
		    read_key(a) == 0)
			usable++;
		else
			as->unusable = 1;
	}
	as->n = usable;
	return 0;
}

/* The cast is for BearSSL's type, which forgot its const. */
br_x509_trust_anchor
anchor_as(const struct anchor *a, unsigned flags)
{
	return (br_x509_trust_anchor){
		{ (unsigned char *)(size_t)a->cert.subject.p,
		    a->cert.subject.n },
		flags, a->pkey,
	};
}

void
anchors_free(struct anchors *as)
{
	buf_free(&as->der);
}
