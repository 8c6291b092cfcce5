#ifndef TESTS_X509MAKE_H
#define TESTS_X509MAKE_H

/*
 * Makes certificates in which any part can be invalid while the signature is
 * valid.  The private keys are no secret.
 */

#include <bearssl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "net/der.h"

#define HEX(...) ((struct slice){ "" __VA_ARGS__, sizeof("" __VA_ARGS__) - 1 })

#define ALG_RSA(last) \
    HEX("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" last "\x05\x00")
#define ALG_ECDSA(last) HEX("\x06\x08\x2a\x86\x48\xce\x3d\x04\x03" last)

struct make_key {
	int curve;			/* 0: RSA */
	br_ec_private_key ec;
	br_rsa_private_key rsa;
	br_skey_decoder_context decoder;
	unsigned char d[66];
	struct buf spki;		/* the whole SubjectPublicKeyInfo */
};

/* A part that is {0} gets a valid value. */
struct make {
	const char *issuer, *subject;	/* common names */
	const struct make_key *key, *signer;
	int hash;			/* br_sha256_ID, ... */
	struct slice version, validity, spki, exts;	/* whole elements */
	struct slice inner, outer;	/* bodies of AlgorithmIdentifier */
	struct slice bits;		/* the body of the BIT STRING */
	/* signs the hash instead of make_sign() */
	void (*sign)(const struct make *m, const unsigned char *hash,
	    size_t n, struct buf *sig);
};

static inline void
put_tlv(struct buf *b, int tag, struct slice body)
{
	buf_putc(b, (char)tag);
	if (body.n >= 0x100) {
		buf_putc(b, (char)0x82);
		buf_putc(b, (char)(body.n >> 8));
	} else if (body.n >= 0x80) {
		buf_putc(b, (char)0x81);
	}
	buf_putc(b, (char)body.n);
	buf_put(b, body);
}

/* Makes the contents of the buf an element of that tag. */
static inline void
wrap(struct buf *b, int tag)
{
	struct buf out = { 0 };

	put_tlv(&out, tag, buf_slice(b));
	buf_free(b);
	*b = out;
}

static inline void
put_wrapped(struct buf *b, int tag, struct buf *body)
{
	put_tlv(b, tag, buf_slice(body));
	buf_free(body);
}

static inline void
put_dn(struct buf *b, const char *cn)
{
	struct buf dn = { 0 };

	if (cn[0] != '\0') {
		put_tlv(&dn, DER_OID, SLICE("\x55\x04\x03"));
		put_tlv(&dn, 0x0c, slice_str(cn));
		wrap(&dn, DER_SEQUENCE);
		wrap(&dn, DER_SET);
	}
	put_wrapped(b, DER_SEQUENCE, &dn);
}

static inline void
put_ext(struct buf *b, struct slice oid, int critical, struct slice value)
{
	struct buf ext = { 0 };

	put_tlv(&ext, DER_OID, oid);
	if (critical)
		put_tlv(&ext, DER_BOOLEAN, SLICE("\xff"));
	put_tlv(&ext, DER_OCTETS, value);
	put_wrapped(b, DER_SEQUENCE, &ext);
}

static inline void
put_spki(struct buf *b, struct slice alg, struct slice key)
{
	struct buf spki = { 0 }, bits = { 0 };

	put_tlv(&spki, DER_SEQUENCE, alg);
	buf_putc(&bits, '\0');
	buf_put(&bits, key);
	put_wrapped(&spki, DER_BIT_STRING, &bits);
	put_wrapped(b, DER_SEQUENCE, &spki);
}

#define CURVE_256 HEX("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" \
    "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07")
#define CURVE_384 HEX("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" \
    "\x06\x05\x2b\x81\x04\x00\x22")
#define CURVE_521 HEX("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" \
    "\x06\x05\x2b\x81\x04\x00\x23")

static inline struct slice
curve_alg(int curve)
{
	return curve == BR_EC_secp256r1 ? CURVE_256 :
	    curve == BR_EC_secp384r1 ? CURVE_384 : CURVE_521;
}

static inline void
make_ec(struct make_key *k, int curve, int byte)
{
	unsigned char q[BR_EC_KBUF_PUB_MAX_SIZE];
	size_t n;

	memset(k, 0, sizeof(*k));
	memset(k->d, byte, sizeof(k->d));
	k->curve = curve;
	k->ec = (br_ec_private_key){ curve, k->d,
	    curve == BR_EC_secp256r1 ? 32 : curve == BR_EC_secp384r1 ? 48 :
	    65 };
	n = br_ec_compute_pub(&br_ec_prime_i31, NULL, q, &k->ec);
	put_spki(&k->spki, curve_alg(curve), (struct slice){ (char *)q, n });
}

/* A positive INTEGER; v has no leading zeros. */
static inline void
put_number(struct buf *b, struct slice v)
{
	struct buf body = { 0 };

	if (v.n == 0 || (v.p[0] & 0x80) != 0)
		buf_putc(&body, '\0');
	buf_put(&body, v);
	put_wrapped(b, DER_INTEGER, &body);
}

#define ALG_KEY_RSA \
    HEX("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00")

/* n and e: whole elements. */
static inline void
put_rsa_spki(struct buf *b, struct slice n, struct slice e)
{
	struct buf key = { 0 };

	buf_put(&key, n);
	buf_put(&key, e);
	wrap(&key, DER_SEQUENCE);
	put_spki(b, ALG_KEY_RSA, buf_slice(&key));
	buf_free(&key);
}

/* der: RFC 8017 or PKCS#8. */
static inline int
make_rsa(struct make_key *k, struct slice der)
{
	const br_rsa_private_key *rsa;
	unsigned char n[512];
	struct buf num = { 0 }, exp = { 0 };
	size_t len;

	memset(k, 0, sizeof(*k));
	br_skey_decoder_init(&k->decoder);
	br_skey_decoder_push(&k->decoder, der.p, der.n);
	rsa = br_skey_decoder_get_rsa(&k->decoder);
	if (rsa == NULL)
		return -1;
	k->rsa = *rsa;
	len = br_rsa_i31_compute_modulus(n, rsa);
	put_number(&num, (struct slice){ (char *)n, len });
	put_number(&exp, SLICE("\x03"));	/* make.sh */
	put_rsa_spki(&k->spki, buf_slice(&num), buf_slice(&exp));
	buf_free(&num);
	buf_free(&exp);
	return 0;
}

static inline const br_hash_class *
make_hash_class(int id)
{
	return id == br_sha256_ID ? &br_sha256_vtable :
	    id == br_sha384_ID ? &br_sha384_vtable : &br_sha512_vtable;
}

static inline size_t
make_hash(int id, struct slice in, unsigned char *out)
{
	const br_hash_class *h = make_hash_class(id);
	br_hash_compat_context ctx;

	h->init(&ctx.vtable);
	h->update(&ctx.vtable, in.p, in.n);
	h->out(&ctx.vtable, out);
	return (h->desc >> BR_HASHDESC_OUT_OFF) & BR_HASHDESC_OUT_MASK;
}

static const unsigned char *const make_hash_oids[] = {
	BR_HASH_OID_SHA256, BR_HASH_OID_SHA384, BR_HASH_OID_SHA512,
};

/* A valid signature. */
static inline void
make_sign(const struct make *m, const unsigned char *hash, size_t n,
    struct buf *sig)
{
	const struct make_key *k = m->signer;
	unsigned char *to = (unsigned char *)buf_room(sig, 512);

	(void)n;
	if (k->curve != 0) {
		sig->n += br_ecdsa_i31_sign_asn1(&br_ec_prime_i31,
		    make_hash_class(m->hash), hash, &k->ec, to);
		return;
	}
	if (br_rsa_i31_pkcs1_sign(make_hash_oids[m->hash - br_sha256_ID], hash,
	    n, &k->rsa, to) != 1)
		abort();
	sig->n += (k->rsa.n_bitlen + 7) / 8;
}

static inline struct slice
make_alg(const struct make *m)
{
	if (m->signer->curve != 0)
		return m->hash == br_sha256_ID ? ALG_ECDSA("\x02") :
		    m->hash == br_sha384_ID ? ALG_ECDSA("\x03") :
		    ALG_ECDSA("\x04");
	return m->hash == br_sha256_ID ? ALG_RSA("\x0b") :
	    m->hash == br_sha384_ID ? ALG_RSA("\x0c") : ALG_RSA("\x0d");
}

/* 2024 to 2049 */
#define VALIDITY HEX("\x30\x1e\x17\x0d" "240101000000Z" \
    "\x17\x0d" "491231235959Z")

static inline struct slice
or(struct slice given, struct slice usual)
{
	return given.p != NULL ? given : usual;
}

static inline void
make_tbs(const struct make *m, struct buf *tbs)
{
	struct buf exts = { 0 };

	buf_put(tbs, or(m->version, SLICE("\xa0\x03\x02\x01\x02")));
	buf_put(tbs, SLICE("\x02\x01\x01"));
	put_tlv(tbs, DER_SEQUENCE, or(m->inner, make_alg(m)));
	put_dn(tbs, m->issuer);
	buf_put(tbs, or(m->validity, VALIDITY));
	put_dn(tbs, m->subject);
	buf_put(tbs, or(m->spki, buf_slice(&m->key->spki)));
	put_tlv(&exts, DER_SEQUENCE, m->exts);
	put_wrapped(tbs, DER_INSIDE(3), &exts);
	wrap(tbs, DER_SEQUENCE);
}

/* Replaces *out with the certificate. */
static inline void
make_cert(const struct make *m, struct buf *out)
{
	struct buf tbs = { 0 }, bits = { 0 };
	unsigned char hash[64];
	size_t n;

	make_tbs(m, &tbs);
	n = make_hash(m->hash, buf_slice(&tbs), hash);
	if (m->bits.p != NULL) {
		buf_put(&bits, m->bits);
	} else {
		buf_putc(&bits, '\0');
		(m->sign != NULL ? m->sign : make_sign)(m, hash, n, &bits);
	}
	put_tlv(&tbs, DER_SEQUENCE, or(m->outer, or(m->inner, make_alg(m))));
	put_wrapped(&tbs, DER_BIT_STRING, &bits);
	buf_clear(out);
	put_wrapped(out, DER_SEQUENCE, &tbs);
}

#endif
