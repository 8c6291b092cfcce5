#include "net/key.h"

#define OID_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define OID_EC "\x2a\x86\x48\xce\x3d\x02\x01"

#define RSA_MAX 512		/* bytes, as BearSSL has it */
#define EXPONENT_MAX 32		/* each byte costs eight squarings and more */

/* A positive INTEGER without the zeros before it. */
static int
take_number(struct slice *s, struct slice *v)
{
	if (der_take(s, DER_INTEGER, v) < 0 || v->n == 0 ||
	    (v->p[0] & 0x80) != 0)
		return -1;
	while (v->n > 0 && v->p[0] == 0)
		slice_skip(v, 1);
	return 0;
}

/* RFC 8017 A.1.1 */
static unsigned
rsa_key(struct slice bits, br_x509_pkey *key)
{
	struct slice in, n, e;

	if (der_only(bits, DER_SEQUENCE, &in) < 0 ||
	    take_number(&in, &n) < 0 || take_number(&in, &e) < 0 || in.n > 0)
		return BR_ERR_X509_UNEXPECTED;
	*key = (br_x509_pkey){ .key_type = BR_KEYTYPE_RSA,
	    .key.rsa = { key_bytes(n), n.n, key_bytes(e), e.n } };
	if (n.n < KEY_RSA_MIN)
		return BR_ERR_X509_WEAK_PUBLIC_KEY;
	if (e.n == 0 || (e.n == 1 && (unsigned char)e.p[0] < 3))
		return BR_ERR_X509_UNEXPECTED;	/* anyone could sign with 1 */
	return n.n > RSA_MAX || e.n > EXPONENT_MAX ?
	    BR_ERR_X509_LIMIT_EXCEEDED : 0;
}

/* RFC 5480 2.1.1.1 */
static unsigned
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
		    .key.ec = { curves[i].id, key_bytes(bits), bits.n } };
		return 0;
	}
	return BR_ERR_X509_UNSUPPORTED;
}

unsigned
key_read(const struct cert *c, br_x509_pkey *key)
{
	struct slice s = c->key, alg, oid, curve, bits;

	if (der_take(&s, DER_SEQUENCE, &alg) < 0 ||
	    der_take(&alg, DER_OID, &oid) < 0 || der_bits(&s, &bits) < 0 ||
	    s.n > 0)
		return BR_ERR_X509_UNEXPECTED;
	if (slice_eq(oid, SLICE(OID_RSA)))
		return rsa_key(bits, key);
	if (!slice_eq(oid, SLICE(OID_EC)) ||
	    der_only(alg, DER_OID, &curve) < 0)
		return BR_ERR_X509_UNSUPPORTED;
	return ec_key(curve, bits, key);
}
