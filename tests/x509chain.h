#ifndef TESTS_X509CHAIN_H
#define TESTS_X509CHAIN_H

/*
 * A chain of three in which one thing at a time is changed, and the rule: what
 * bide accepts minimal must accept, with the same key for the handshake.
 *
 * For an IP address minimal is given no name; for chains out of order, one path
 * after the other.
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

static inline void
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

static inline void
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

static inline void
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

static struct buf part;		/* what instead() made */

/* exts with another extension in the place of the one of that OID; valid until
 * the next call. */
static inline struct slice
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

/* A valid chain with these keys. */
static inline void
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
static inline void
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

/* Verifies a chain and counts the result (see pair_judge()). */
static inline int
judge(struct pair *p, const char *host, const struct slice *chain, size_t n)
{
	int rc = pair_judge(p, host, NOW, chain, n);

	accepted += rc == 1;
	alone += rc < 0;
	if (rc < 0)
		printf("# minimal's error: %u\n", p->err);
	return rc;
}

/* Makes the certificates of makes[] and verifies leaf and CA under the root. */
static inline int
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

static inline void
expect(struct pair *p, int want, const char *name)
{
	int rc = judge_makes(p);

	EQ(rc, want, name);
	if (rc != want)
		printf("# %s\n", p->why);
	pair_close(p);
}

static inline void
chain_open(void)
{
	int fd = mkstemp(store);

	if (fd < 0) {
		printf("Bail out! %s\n", store);
		exit(1);
	}
	close(fd);
	make_ec(&keys[P256], BR_EC_secp256r1, 0x11);
	make_ec(&keys[P384], BR_EC_secp384r1, 0x22);
	make_ec(&keys[P521], BR_EC_secp521r1, 0x33);
	make_ec(&keys[OTHER], BR_EC_secp256r1, 0x44);
	read_rsa(&keys[RSA_ROOT], "tests/certs/rsa-root.key");
	read_rsa(&keys[RSA_CA], "tests/certs/rsa-ca.key");
	make_exts();
}

/* Ends a test by checking the rule. */
static inline int
chain_close(unsigned at_least)
{
	EQ(alone, 0, "bide accepts nothing that minimal refuses");
	OK(accepted >= at_least, "enough chains were accepted");
	printf("# %u chains accepted\n", accepted);
	unlink(store);
	return DONE();
}

#endif
