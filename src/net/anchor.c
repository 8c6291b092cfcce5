#include "net/anchor.h"

#include <stdlib.h>

#define RSA_MAX 512		/* bytes, as in BearSSL */
#define EXPONENT_MAX 32		/* bytes: bounds the time for a signature */

unsigned
key_decode(struct slice der, br_x509_decoder_context *d)
{
	const br_x509_pkey *key;
	const unsigned char *e;
	size_t n;

	br_x509_decoder_init(d, NULL, NULL);
	br_x509_decoder_push(d, der.p, der.n);
	key = br_x509_decoder_get_pkey(d);
	if (key == NULL)
		return (unsigned)br_x509_decoder_last_error(d);
	if (key->key_type != BR_KEYTYPE_RSA)
		return 0;
	e = key->key.rsa.e;
	for (n = key->key.rsa.elen; n > 0 && *e == 0; n--)
		e++;
	if (key->key.rsa.nlen < KEY_RSA_MIN)
		return BR_ERR_X509_WEAK_PUBLIC_KEY;
	if (n == 0 || (n == 1 && *e < 3))
		return BR_ERR_X509_UNEXPECTED;	/* anyone can sign for 1 */
	return key->key.rsa.nlen > RSA_MAX || n > EXPONENT_MAX ?
	    BR_ERR_X509_LIMIT_EXCEEDED : 0;
}

int
anchors_find(struct anchors *as, const struct trust *trust,
    const struct slice *subject, size_t n, struct fault *f)
{
	struct anchor *a;
	struct slice in;
	struct der e;
	size_t i, found = 0;

	if (trust_find(trust, subject, n, &as->der, f) < 0)
		return -1;
	for (in = buf_slice(&as->der); der_next(&in, &e) == 1; )
		found++;
	as->anchor = calloc(found + 1, sizeof(*a));
	if (as->anchor == NULL)
		err_oom();
	for (in = buf_slice(&as->der); der_next(&in, &e) == 1; ) {
		/* a store of several files may hold one twice */
		for (i = 0; i < as->n; i++)
			if (slice_eq(as->anchor[i].cert.der, e.whole))
				break;
		if (i < as->n)
			continue;
		a = &as->anchor[as->n];
		if (cert_parse(e.whole, &a->cert) == NULL &&
		    key_decode(e.whole, &a->key) == 0)
			as->n++;
		else
			as->unusable = 1;
	}
	return 0;
}

br_x509_trust_anchor
anchor_as(struct anchor *a, unsigned flags)
{
	struct slice dn = a->cert.subject;

	return (br_x509_trust_anchor){
		{ (unsigned char *)(size_t)dn.p, dn.n },	/* only read */
		flags, *br_x509_decoder_get_pkey(&a->key),
	};
}

void
anchors_free(struct anchors *as)
{
	free(as->anchor);
	buf_free(&as->der);
}
