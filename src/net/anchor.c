#include "net/anchor.h"

#include <stddef.h>
#include <string.h>

#include "net/der.h"

#define OID_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define OID_EC "\x2a\x86\x48\xce\x3d\x02\x01"

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

/* The cast is for BearSSL's types, which forgot their const. */
static unsigned char *
bytes(struct slice s)
{
	return (unsigned char *)(size_t)s.p;
}

/* A positive INTEGER without the zeros before it. */
static int
take_number(struct slice *s, struct slice *v)
{
	if (der_take(s, DER_INTEGER, v) < 0 || v->n == 0 ||
	    (v->p[0] & 0x80) != 0)
		return -1;
	while (v->n > 0 && v->p[0] == 0)
		*v = slice_sub(*v, 1, v->n);
	return 0;
}

/* RFC 8017 A.1.1 */
static int
rsa_key(struct slice bits, br_x509_pkey *key)
{
	struct slice in, n, e;

	if (der_take(&bits, DER_SEQUENCE, &in) < 0 || bits.n > 0 ||
	    take_number(&in, &n) < 0 || take_number(&in, &e) < 0 || in.n > 0)
		return -1;
	*key = (br_x509_pkey){ .key_type = BR_KEYTYPE_RSA,
	    .key.rsa = { bytes(n), n.n, bytes(e), e.n } };
	return n.n < ANCHOR_RSA_MIN ? -1 : 0;
}

/* RFC 5480 2.1.1.1 */
static int
ec_key(struct slice curve, struct slice bits, br_x509_pkey *key)
{
	static const struct {
		char id, n, oid[9];
	} curves[] = {
		{ BR_EC_secp256r1, 8, "\x2a\x86\x48\xce\x3d\x03\x01\x07" },
		{ BR_EC_secp384r1, 5, "\x2b\x81\x04\x00\x22" },
		{ BR_EC_secp521r1, 5, "\x2b\x81\x04\x00\x23" },
	};
	struct slice oid;
	size_t i;

	for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		oid = (struct slice){ curves[i].oid, (size_t)curves[i].n };
		if (!slice_eq(curve, oid))
			continue;
		*key = (br_x509_pkey){ .key_type = BR_KEYTYPE_EC,
		    .key.ec = { curves[i].id, bytes(bits), bits.n } };
		return 0;
	}
	return -1;
}

/* Decodes the key: 0, or -1 when it is none that is accepted. */
static int
read_key(struct anchor *a)
{
	struct slice s = a->cert.key, alg, oid, curve, bits;

	if (der_take(&s, DER_SEQUENCE, &alg) < 0 ||
	    der_take(&alg, DER_OID, &oid) < 0 ||
	    der_take(&s, DER_BIT_STRING, &bits) < 0 || bits.n == 0 ||
	    bits.p[0] != 0)
		return -1;
	bits = slice_sub(bits, 1, bits.n);
	if (slice_eq(oid, SLICE(OID_RSA)))
		return rsa_key(bits, &a->pkey);
	return slice_eq(oid, SLICE(OID_EC)) &&
	    der_take(&alg, DER_OID, &curve) == 0 ?
	    ec_key(curve, bits, &a->pkey) : -1;
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

br_x509_trust_anchor
anchor_as(const struct anchor *a, unsigned flags)
{
	return (br_x509_trust_anchor){
		{ bytes(a->cert.subject), a->cert.subject.n },
		flags, a->pkey,
	};
}

void
anchors_free(struct anchors *as)
{
	buf_free(&as->der);
}
