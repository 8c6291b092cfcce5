/*
 * bide's judgment of chains against that of BearSSL's minimal: what bide
 * accepts, minimal must accept, with the same key for the handshake.  The
 * chains are made here, so that everything but one thing is right in each.
 *
 * Where minimal knows less it is not asked: it looks up no address (the
 * chain is judged without the name), and takes no chain out of order (the
 * paths are shown to it one by one).  There are no other exceptions here;
 * fuzz_x509.c has those that need a CA to sign nonsense.
 */

#include <unistd.h>

#include "tests/t.h"
#include "tests/x509make.h"
#include "tests/x509pair.h"

#define HOST "a.test"
#define NOW 1800000000000	/* 2027 */

enum { P256, P384, P521, OTHER, RSA_ROOT, RSA_CA, KEYS };
static struct make_key keys[KEYS];

enum { LEAF, CA, ROOT, CERTS };
static struct make makes[CERTS];
static struct buf ders[CERTS];
static struct buf leaf_exts, ca_exts;
static char store[] = "/tmp/x509diff-XXXXXX";
static unsigned accepted, alone;

static void
slurp(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL) {
		printf("Bail out! no %s\n", path);
		exit(1);
	}
	while ((n = fread(buf_room(out, 65536), 1, 65536, f)) > 0)
		out->n += n;
	fclose(f);
}

static void
read_rsa(struct make_key *k, const char *path)
{
	struct buf text = { 0 }, der = { 0 };
	struct slice in, base64;

	slurp(path, &text);
	in = buf_slice(&text);
	slice_cut(&in, '\n');
	base64 = slice_cut(&in, '-');
	if (b64_take(base64, &der) < 0 || make_rsa(k, buf_slice(&der)) < 0) {
		printf("Bail out! %s\n", path);
		exit(1);
	}
	buf_free(&text);
	buf_free(&der);
}

#define OID_BASIC SLICE("\x55\x1d\x13")
#define OID_USAGE SLICE("\x55\x1d\x0f")
#define OID_NAMES SLICE("\x55\x1d\x11")
#define OID_EKU SLICE("\x55\x1d\x25")
#define IS_CA HEX("\x30\x03\x01\x01\xff")
#define SIGNS_CERTS HEX("\x03\x02\x01\x06")
#define SIGNS HEX("\x03\x02\x07\x80")
#define NAMES HEX("\x30\x08\x82\x06" HOST)

static void
make_exts(void)
{
	put_ext(&leaf_exts, OID_BASIC, 1, SLICE("\x30\x00"));
	put_ext(&leaf_exts, OID_USAGE, 1, SIGNS);
	put_ext(&leaf_exts, OID_EKU, 0, SLICE("\x30\x0a\x06\x08\x2b\x06\x01\x05"
	    "\x05\x07\x03\x01"));
	put_ext(&leaf_exts, OID_NAMES, 0, NAMES);
	put_ext(&ca_exts, OID_BASIC, 1, IS_CA);
	put_ext(&ca_exts, OID_USAGE, 1, SIGNS_CERTS);
}

/* A chain in which all is well: with the leaf's key, the CA's and root's. */
static void
well(int leaf, int ca, int root)
{
	memset(makes, 0, sizeof(makes));
	makes[LEAF] = (struct make){ .issuer = "ca", .subject = "leaf",
	    .key = &keys[leaf], .signer = &keys[ca], .hash = br_sha256_ID,
	    .exts = buf_slice(&leaf_exts) };
	makes[CA] = (struct make){ .issuer = "root", .subject = "ca",
	    .key = &keys[ca], .signer = &keys[root], .hash = br_sha384_ID,
	    .exts = buf_slice(&ca_exts) };
	makes[ROOT] = (struct make){ .issuer = "root", .subject = "root",
	    .key = &keys[root], .signer = &keys[root], .hash = br_sha512_ID,
	    .exts = buf_slice(&ca_exts) };
}

/* Opens p on a store of these certificates. */
static void
open_store(struct pair *p, const struct buf *der, size_t n)
{
	struct buf text = { 0 };
	FILE *f = fopen(store, "w");
	size_t i;

	for (i = 0; i < n; i++) {
		buf_puts(&text, "-----BEGIN CERTIFICATE-----\n");
		b64_put(&text, buf_slice(&der[i]));
		buf_puts(&text, "\n-----END CERTIFICATE-----\n");
	}
	if (f == NULL || fwrite(text.p, 1, text.n, f) != text.n ||
	    fclose(f) != 0) {
		printf("Bail out! cannot write %s\n", store);
		exit(1);
	}
	pair_open(p, store, buf_slice(&text));
	buf_free(&text);
}

/* The verdict, and whether the rule holds. */
static int
judge(struct pair *p, const char *host, const struct slice *chain, size_t n)
{
	int rc = pair_judge(p, host, NOW, chain, n);

	accepted += rc == 1;
	alone += rc < 0;
	if (rc < 0)
		printf("# minimal's error: %u\n", p->err);
	return rc;
}

/* Makes what makes[] says, and judges leaf and CA under the root. */
static int
judge_makes(struct pair *p)
{
	struct slice chain[2];
	int i;

	for (i = 0; i < CERTS; i++)
		make_cert(&makes[i], &ders[i]);
	open_store(p, &ders[ROOT], 1);
	chain[0] = buf_slice(&ders[LEAF]);
	chain[1] = buf_slice(&ders[CA]);
	return judge(p, HOST, chain, 2);
}

/*
 * One thing wrong: what a row does to makes[], before the signatures.
 */

static struct buf part;		/* what the row's makes[] points to */

/* Another extension in the place of the one of that OID. */
static struct slice
instead(struct slice exts, struct slice oid, int critical, struct slice value)
{
	struct slice e, in, id;
	struct der el;

	buf_clear(&part);
	while (der_next(&exts, &el) == 1) {
		e = el.whole;
		in = el.body;
		if (der_take(&in, DER_OID, &id) < 0 || !slice_eq(id, oid))
			buf_put(&part, e);
	}
	put_ext(&part, oid, critical, value);
	return buf_slice(&part);
}

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
expect(struct pair *p, int want, const char *name)
{
	int rc = judge_makes(p);

	EQ(rc, want, name);
	if (rc != want)
		printf("# %s\n", p->why);
	pair_close(p);
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

int
main(void)
{
	static struct pair p;
	int fd = mkstemp(store);

	if (fd < 0)
		return 1;
	close(fd);
	make_ec(&keys[P256], BR_EC_secp256r1, 0x11);
	make_ec(&keys[P384], BR_EC_secp384r1, 0x22);
	make_ec(&keys[P521], BR_EC_secp521r1, 0x33);
	make_ec(&keys[OTHER], BR_EC_secp256r1, 0x44);
	read_rsa(&keys[RSA_ROOT], "tests/certs/rsa-root.key");
	read_rsa(&keys[RSA_CA], "tests/certs/rsa-ca.key");
	make_exts();
	test_rows(&p);
	test_kinds(&p);
	EQ(alone, 0, "bide accepts nothing alone");
	OK(accepted > 40, "and enough for that to mean something");
	unlink(store);
	return DONE();
}
