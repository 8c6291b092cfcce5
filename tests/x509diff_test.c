/*
 * bide against BearSSL's minimal: chains in which all but one thing is valid.
 */

#include "tests/x509chain.h"

/*
 * What a row changes in makes[] before the certificates are signed.
 */

struct row {
	const char *name;
	int cert;		/* LEAF, CA, ROOT */
	int what;		/* which member gets the bytes */
	struct slice bytes;
	int want;
	struct slice oid;	/* for EXT */
};

enum { VERSION, VALID, SPKI, INNER, OUTER, BOTH, EXT, CRITICAL, BITS };

#define S(...) { "" __VA_ARGS__, sizeof("" __VA_ARGS__) - 1 }
#define DATES "\x17\x0d" "240101000000Z" "\x17\x0d" "491231235959Z"
#define E256 "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"
#define E384 "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03"
#define R256 "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00"
#define OID_B S("\x55\x1d\x13")
#define OID_U S("\x55\x1d\x0f")
#define OID_N S("\x55\x1d\x11")

static const struct row rows[] = {
	{ "version 2", LEAF, VERSION, S("\xa0\x03\x02\x01\x01"), 0, S("") },
	{ "version 4", LEAF, VERSION, S("\xa0\x03\x02\x01\x03"), 0, S("") },
	{ "version -254", LEAF, VERSION, S("\xa0\x03\x02\x01\x82"), 0, S("") },
	{ "version 2^32 + 2", CA, VERSION,
	    S("\xa0\x07\x02\x05\x01\0\0\0\x02"), 0, S("") },
	{ "two versions", CA, VERSION,
	    S("\xa0\x06\x02\x01\x02\x02\x01\x02"), 0, S("") },
	{ "dates and more", LEAF, VALID, S("\x30\x20" DATES "\x05\x00"), 0,
	    S("") },
	{ "no zone", LEAF, VALID, S("\x30\x1d\x17\x0c" "240101000000"
	    "\x17\x0d" "491231235959Z"), 0, S("") },
	{ "a zone", LEAF, VALID, S("\x30\x22\x17\x11" "240101000000+0000"
	    "\x17\x0d" "491231235959Z"), 0, S("") },
	{ "no seconds", LEAF, VALID, S("\x30\x1c\x17\x0b" "2401010000Z"
	    "\x17\x0d" "491231235959Z"), 0, S("") },
	{ "month 13", LEAF, VALID, S("\x30\x1e\x17\x0d" "241301000000Z"
	    "\x17\x0d" "491231235959Z"), 0, S("") },
	{ "expired", CA, VALID, S("\x30\x1e\x17\x0d" "240101000000Z"
	    "\x17\x0d" "251231235959Z"), 0, S("") },
	{ "not yet", CA, VALID, S("\x30\x1e\x17\x0d" "300101000000Z"
	    "\x17\x0d" "491231235959Z"), 0, S("") },
	{ "GeneralizedTime", CA, VALID, S("\x30\x22\x18\x0f" "20240101000000Z"
	    "\x18\x0f" "20491231235959Z"), 1, S("") },
	{ "SHA-384 outside alone", LEAF, OUTER, S(E384), 0, S("") },
	{ "SHA-384 inside alone", LEAF, INNER, S(E384), 0, S("") },
	{ "SHA-384 in both places", LEAF, BOTH, S(E384), 0, S("") },
	{ "RSA in both places", LEAF, BOTH, S(R256), 0, S("") },
	{ "a NULL behind ECDSA", LEAF, BOTH, S(E256 "\x05\x00"), 1, S("") },
	{ "the same outside alone", LEAF, OUTER, S(E256 "\x05\x00"), 0,
	    S("") },
	{ "no basicConstraints value", CA, EXT, S("\x30\x00"), 0, OID_B },
	{ "CA false", CA, EXT, S("\x30\x03\x01\x01\x00"), 0, OID_B },
	{ "a CA of depth 0", CA, EXT, S("\x30\x06\x01\x01\xff\x02\x01\x00"), 1,
	    OID_B },
	{ "of depth -1", CA, EXT, S("\x30\x06\x01\x01\xff\x02\x01\xff"), 0,
	    OID_B },
	{ "of an empty depth", CA, EXT, S("\x30\x05\x01\x01\xff\x02\x00"), 0,
	    OID_B },
	{ "CA and more", CA, EXT,
	    S("\x30\x08\x01\x01\xff\x02\x01\x01\x05\x00"), 0, OID_B },
	{ "more behind the CA", CA, EXT, S("\x30\x03\x01\x01\xff\x05\x00"), 0,
	    OID_B },
	{ "a root that is none", ROOT, EXT, S("\x30\x00"), 0, OID_B },
	{ "a root of depth 0", ROOT, EXT, S("\x30\x06\x01\x01\xff\x02\x01\x00"),
	    0, OID_B },
	{ "may not sign certificates", CA, EXT, S("\x03\x02\x01\x02"), 0,
	    OID_U },
	{ "only in unused bits", CA, EXT, S("\x03\x02\x03\x04"), 0, OID_U },
	{ "9 unused bits", CA, EXT, S("\x03\x02\x09\x04"), 0, OID_U },
	{ "keyUsage of no bits", CA, EXT, S("\x03\x01\x00"), 0, OID_U },
	{ "keyUsage of no bytes", CA, EXT, S("\x03\x00"), 0, OID_U },
	{ "keyUsage and more", CA, EXT, S("\x03\x02\x01\x06\x05\x00"), 0,
	    OID_U },
	{ "decipherOnly too", CA, EXT, S("\x03\x03\x07\x06\x80"), 1, OID_U },
	{ "a leaf that only agrees on keys", LEAF, EXT, S("\x03\x02\x03\x08"),
	    0, OID_U },
	{ "a leaf that signs no handshake", LEAF, EXT, S("\x03\x02\x07\x00"),
	    0, OID_U },
	{ "only in unused bits", LEAF, EXT, S("\x03\x02\x08\xff"), 0,
	    OID_U },
	{ "nonRepudiation", LEAF, EXT, S("\x03\x02\x06\x40"), 1, OID_U },
	{ "another name", LEAF, EXT, S("\x30\x08\x82\x06" "b.test"), 0,
	    OID_N },
	{ "a name and NUL", LEAF, EXT, S("\x30\x0b\x82\x09" HOST "\0.b"), 0,
	    OID_N },
	{ "a name and more", LEAF, EXT, S("\x30\x08\x82\x06" HOST "\x05\x00"),
	    0, OID_N },
	{ "a name and a torn one", LEAF, EXT,
	    S("\x30\x0b\x82\x06" HOST "\x82\x05x"), 0, OID_N },
	{ "a mailbox", LEAF, EXT, S("\x30\x08\x81\x06" HOST), 0, OID_N },
	{ "an unknown critical extension", CA, CRITICAL, S("\x05\x00"), 0,
	    S("\x2a\x03") },
	{ "the same in the root", ROOT, CRITICAL, S("\x05\x00"), 0,
	    S("\x2a\x03") },
	{ "a critical extended key usage", CA, CRITICAL, S("\x30\x0a\x06\x08"
	    "\x2b\x06\x01\x05\x05\x07\x03\x01"), 0, S("\x55\x1d\x25") },
	{ "an unknown one", CA, EXT, S("\x05\x00"), 1, S("\x2a\x03") },
	{ "unused bits in the signature", LEAF, BITS, S("\x01"), 0, S("") },
	{ "a signature of nothing", LEAF, BITS, S("\x00"), 0, S("") },
	{ "not even bits", LEAF, BITS, S(""), 0, S("") },
};

static void
apply(const struct row *r)
{
	struct make *m = &makes[r->cert];

	switch (r->what) {
	case VERSION:
		m->version = r->bytes;
		break;
	case VALID:
		m->validity = r->bytes;
		break;
	case INNER:
		m->outer = make_alg(m);
		m->inner = r->bytes;
		break;
	case OUTER:
		m->outer = r->bytes;
		break;
	case BOTH:
		m->inner = m->outer = r->bytes;
		break;
	case BITS:
		m->bits = r->bytes;
		break;
	default:
		m->exts = instead(m->exts, r->oid, r->what == CRITICAL,
		    r->bytes);
	}
}

static void
test_rows(struct pair *p)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		well(P256, P256, P384);
		apply(&rows[i]);
		expect(p, rows[i].want, rows[i].name);
	}
}

static void
test_kinds(struct pair *p)
{
	static const char *const names[] = { "P-256", "P-384", "P-521",
	    "P-256 again", "RSA", "another RSA" };
	int hash, i, k;

	for (i = 0; i < KEYS; i++)
		for (k = 0; k < KEYS; k++) {
			well(i, k, (k + 1) % KEYS);
			hash = (i + k) % 3;
			makes[LEAF].hash = br_sha256_ID + hash;
			expect(p, 1, names[k]);
		}
	/* not by the one that is named */
	well(P256, P256, P384);
	makes[LEAF].signer = &keys[OTHER];
	expect(p, 0, "signed with another key");
	well(P256, P256, P384);
	makes[CA].signer = &keys[RSA_CA];
	expect(p, 0, "with one of another kind");
	well(P256, RSA_CA, RSA_ROOT);
	makes[CA].signer = &keys[RSA_CA];
	expect(p, 0, "with RSA, but by itself");
}

/*
 * Keys that a CA may have certified, as a CA's key and as the server's.  Of the
 * server's key only the form is checked here; its use is the handshake's.
 */

struct spki_row {
	const char *name;
	struct slice alg, key;
	int as_ca, as_leaf;
};

/* The point of keys[P256] or keys[P384], with another first byte if any. */
static struct slice
point(int key, int first, size_t cut)
{
	static char q[BR_EC_KBUF_PUB_MAX_SIZE];
	size_t n = key == P256 ? 65 : 97;
	struct slice spki = buf_slice(&keys[key].spki);

	memcpy(q, spki.p + spki.n - n, n);
	if (first >= 0)
		q[0] = (char)first;
	return (struct slice){ q, n - cut };
}

static void
try_spki(struct pair *p, int ca, struct slice spki, int as_ca, int as_leaf,
    const char *name)
{
	well(P256, ca, P384);
	makes[CA].spki = spki;
	expect(p, as_ca, name);
	well(P256, P256, P384);
	makes[LEAF].spki = spki;
	expect(p, as_leaf, name);
}

static void
try_ec(struct pair *p, struct slice alg, struct slice q, int as_ca,
    int as_leaf, const char *name)
{
	struct buf spki = { 0 };

	put_spki(&spki, alg, q);
	try_spki(p, P256, buf_slice(&spki), as_ca, as_leaf, name);
	buf_free(&spki);
}

#define EC_KEY "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define ON_256 EC_KEY "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"

static void
test_ec_keys(struct pair *p)
{
	struct slice q, spki = buf_slice(&keys[P256].spki);
	struct buf odd = { 0 };
	char off[65];

	try_ec(p, HEX(ON_256), point(P256, -1, 0), 1, 1, "as it should be");
	memcpy(off, point(P256, -1, 0).p, 65);
	off[64] ^= 1;
	q = (struct slice){ off, 65 };
	try_ec(p, HEX(ON_256), q, 0, 1, "a point off the curve");
	memset(off, 0, 65);
	try_ec(p, HEX(ON_256), q, 0, 1, "zeros");
	off[0] = 4;
	try_ec(p, HEX(ON_256), q, 0, 1, "a point of zeros");
	memset(off + 1, 0xff, 64);
	try_ec(p, HEX(ON_256), q, 0, 1, "a point beyond the field");
	try_ec(p, HEX(ON_256), SLICE("\0"), 0, 1, "the point at infinity");
	try_ec(p, HEX(ON_256), SLICE(""), 0, 1, "no point");
	try_ec(p, HEX(ON_256), point(P256, 2, 32), 0, 1, "compressed");
	try_ec(p, HEX(ON_256), point(P256, 6, 0), 0, 1, "hybrid");
	try_ec(p, HEX(ON_256), point(P256, -1, 1), 0, 1, "a byte short");
	try_ec(p, HEX(ON_256), point(P384, -1, 0), 0, 1, "of P-384");
	try_ec(p, CURVE_384, point(P256, -1, 0), 0, 1, "said to be P-384");
	try_ec(p, CURVE_521, point(P256, -1, 0), 0, 1, "said to be P-521");
	try_ec(p, HEX(EC_KEY "\x06\x05\x2b\x81\x04\x00\x0a"),
	    point(P256, -1, 0), 0, 0, "secp256k1");
	try_ec(p, HEX(EC_KEY), point(P256, -1, 0), 0, 0, "no curve");
	try_ec(p, HEX(EC_KEY "\x05\x00"), point(P256, -1, 0), 0, 0,
	    "the curve of the issuer");
	try_ec(p, HEX(EC_KEY "\x30\x03\x02\x01\x01"), point(P256, -1, 0), 0,
	    0, "explicit parameters");
	try_ec(p, HEX(ON_256 "\x05\x00"), point(P256, -1, 0), 0, 0,
	    "more behind the curve");
	try_ec(p, ALG_KEY_RSA, point(P256, -1, 0), 0, 0, "said to be RSA");
	buf_put(&odd, spki);
	odd.p[25] = 1;		/* 30 59 30 13 ... 03 42: then unused bits */
	try_spki(p, P256, buf_slice(&odd), 0, 0, "unused bits");
	buf_free(&odd);
	try_spki(p, P256, SLICE("\x30\x00"), 0, 0, "no key");
}

static void
put_int(struct buf *b, struct slice body)
{
	put_tlv(b, DER_INTEGER, body);
}

/* Tries an RSA key with a modulus of n bytes, preceded by the byte first unless
 * that is negative.  With the exponent 1 a message is its own signature. */
static void
try_rsa(struct pair *p, int first, size_t n, struct slice e, int ok,
    const char *name)
{
	struct buf num = { 0 }, exp = { 0 }, spki = { 0 }, body = { 0 };

	if (first >= 0)
		buf_putc(&body, (char)first);
	memset(buf_room(&body, n), 0xc5, n);
	body.n += n;
	put_int(&num, buf_slice(&body));
	put_int(&exp, e);
	put_rsa_spki(&spki, buf_slice(&num), buf_slice(&exp));
	try_spki(p, RSA_CA, buf_slice(&spki), 0, ok, name);
	buf_free(&num);
	buf_free(&exp);
	buf_free(&spki);
	buf_free(&body);
}

/* Valid and invalid paddings of PKCS#1 v1.5. */
enum pad { RIGHT, NO_NULL, TRAILING, SHORT, TYPE_2, ZERO_IN_FF, NO_ZERO,
	FIRST_1, OTHER_HASH, LONG_HASH, PADS };
static const char *const pads[] = { "right", "without NULL",
	"garbage behind the hash", "less than 8 bytes of padding", "type 2",
	"a zero in the padding", "no zero before the hash", "a first byte",
	"the name of another hash", "a length that tells more" };
static enum pad pad;
static int exponent_1;

static void
sign_padded(const struct make *m, const unsigned char *hash, size_t n,
    struct buf *sig)
{
	static const char with[] = "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01"
	    "\x65\x03\x04\x02\x01\x05\x00\x04\x20";
	static const char bare[] = "\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01"
	    "\x65\x03\x04\x02\x01\x04\x20";
	struct slice id = pad == NO_NULL ? (struct slice){ bare, 17 } :
	    (struct slice){ with, 19 };
	unsigned char em[256], *to;
	size_t end = pad == TRAILING || pad == SHORT ? 11 : 254 - id.n - n;

	memset(em, 0xff, sizeof(em));
	em[0] = pad == FIRST_1;
	em[1] = pad == TYPE_2 ? 2 : 1;
	if (pad == SHORT)
		end = 6;
	to = em + 1 + end;
	*to++ = pad == NO_ZERO ? 0xff : 0;
	memcpy(to, id.p, id.n);
	if (pad == OTHER_HASH)
		to[14] = 2;
	if (pad == LONG_HASH)
		to[18] = 0x1f;
	memcpy(to + id.n, hash, n);
	if (pad == ZERO_IN_FF)
		em[20] = 0;
	if (!exponent_1 && br_rsa_i31_private(em, &m->signer->rsa) != 1)
		abort();
	buf_put(sig, (struct slice){ (char *)em, sizeof(em) });
}

static void
test_rsa_padding(struct pair *p)
{
	for (pad = RIGHT; pad < PADS; pad++) {
		well(P256, RSA_CA, RSA_ROOT);
		makes[LEAF].sign = sign_padded;
		expect(p, pad == RIGHT || pad == NO_NULL, pads[pad]);
	}
	pad = RIGHT;
}

static void
test_rsa_keys(struct pair *p)
{
	struct buf n = { 0 }, spki = { 0 }, huge = { 0 };
	char cut[256];

	try_rsa(p, 0, 256, SLICE("\x01\x00\x01"), 1, "RSA of 2048 bits");
	try_rsa(p, 0, 512, SLICE("\x01\x00\x01"), 1, "of 4096");
	try_rsa(p, 0, 255, SLICE("\x01\x00\x01"), 0, "of 2040");
	try_rsa(p, 0, 513, SLICE("\x01\x00\x01"), 0, "of 4104");
	try_rsa(p, 0, 20000, SLICE("\x01\x00\x01"), 0, "of 160000");
	try_rsa(p, -1, 256, SLICE("\x01\x00\x01"), 0, "negative");
	try_rsa(p, 0, 0, SLICE("\x01\x00\x01"), 0, "zero");
	try_rsa(p, -1, 0, SLICE("\x01\x00\x01"), 0, "empty");
	try_rsa(p, 0, 256, SLICE("\x03"), 1, "the exponent 3");
	try_rsa(p, 0, 256, SLICE("\x01"), 0, "1");
	try_rsa(p, 0, 256, SLICE("\x00\x00\x01"), 0, "1 with zeros before");
	try_rsa(p, 0, 256, SLICE("\x00"), 0, "0");
	try_rsa(p, 0, 256, SLICE(""), 0, "none");
	try_rsa(p, 0, 256, SLICE("\xff"), 0, "a negative one");
	memset(buf_room(&huge, 20000), 0x7f, 20000);
	huge.n = 20000;
	try_rsa(p, 0, 256, slice_sub(buf_slice(&huge), 0, 32), 1,
	    "255 bits");
	try_rsa(p, 0, 256, slice_sub(buf_slice(&huge), 0, 33), 0,
	    "263 bits");
	try_rsa(p, 0, 256, buf_slice(&huge), 0,
	    "so many that one signature takes seconds");
	/* anyone can sign for a key with the exponent 1 */
	memset(cut, 0xc5, sizeof(cut));
	put_number(&n, (struct slice){ cut, sizeof(cut) });
	put_rsa_spki(&spki, buf_slice(&n), SLICE("\x02\x01\x01"));
	well(P256, RSA_CA, RSA_ROOT);
	makes[CA].spki = buf_slice(&spki);
	makes[LEAF].sign = sign_padded;
	exponent_1 = 1;
	expect(p, 0, "a signature for the exponent 1");
	exponent_1 = 0;
	buf_free(&n);
	buf_free(&spki);
	buf_free(&huge);
}

/*
 * ECDSA signatures made by hand; they are valid for no message.
 */

#define N256 "\x00\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff" \
    "\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51"

static void
try_rs(struct pair *p, struct slice r, struct slice s, const char *name)
{
	struct buf sig = { 0 }, bits = { 0 };

	put_int(&sig, r);
	put_int(&sig, s);
	wrap(&sig, DER_SEQUENCE);
	buf_putc(&bits, '\0');
	buf_put(&bits, buf_slice(&sig));
	well(P256, P256, P384);
	makes[LEAF].bits = buf_slice(&bits);
	expect(p, 0, name);
	buf_free(&sig);
	buf_free(&bits);
}

static void
test_ecdsa(struct pair *p)
{
	try_rs(p, SLICE("\0"), SLICE("\0"), "r and s of 0");
	try_rs(p, SLICE("\0"), SLICE("\x01"), "r of 0");
	try_rs(p, SLICE("\x01"), SLICE("\0"), "s of 0");
	try_rs(p, SLICE("\x01"), SLICE("\x01"), "r and s of 1");
	try_rs(p, SLICE(N256), SLICE(N256), "r and s of n");
	try_rs(p, SLICE(N256), SLICE("\x01"), "r of n");
	try_rs(p, SLICE("\x01"), SLICE(N256), "s of n");
	try_rs(p, SLICE(""), SLICE(""), "r and s of nothing");
	try_rs(p, SLICE("\xff"), SLICE("\xff"), "negative ones");
}

/* Issuers that must be refused. */
static void
test_issuers(struct pair *p)
{
	well(P256, P256, P384);
	makes[CA].exts = buf_slice(&leaf_exts);
	expect(p, 0, "a leaf as a CA");
	well(P256, P256, P384);
	makes[CA].exts = SLICE("");
	expect(p, 0, "one without extensions");
	/* the right key is not enough */
	well(P256, P256, P384);
	makes[CA].subject = "another";
	expect(p, 0, "a CA of another name");
	well(P256, P256, P384);
	makes[ROOT].subject = "another";
	expect(p, 0, "a root of another name");
	well(P256, RSA_CA, RSA_ROOT);
	makes[CA].spki = buf_slice(&keys[P256].spki);
	expect(p, 0, "RSA by name, a key of ECDSA");
	well(P256, P256, P384);
	makes[CA].spki = buf_slice(&keys[RSA_CA].spki);
	expect(p, 0, "ECDSA by name, a key of RSA");
}

int
main(void)
{
	static struct pair p;

	chain_open();
	test_rows(&p);
	test_kinds(&p);
	test_ec_keys(&p);
	test_rsa_padding(&p);
	test_rsa_keys(&p);
	test_ecdsa(&p);
	test_issuers(&p);
	return chain_close(60);
}
