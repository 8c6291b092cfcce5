/*
 * bide against BearSSL's minimal: many roots, path length, name constraints,
 * host names.
 */

#include "tests/x509chain.h"

/* A store may hold any number of roots of one name. */
static void
test_many_roots(struct pair *p)
{
	static struct make_key other[20];
	struct buf roots[21] = { { 0 } };
	struct slice chain[2];
	size_t i;

	for (i = 0; i < 20; i++) {
		well(P256, P256, P384);
		make_ec(&other[i], BR_EC_secp256r1, 0x50 + (int)i);
		makes[ROOT].key = makes[ROOT].signer = &other[i];
		make_cert(&makes[ROOT], &roots[i]);
		buf_free(&other[i].spki);
	}
	well(P256, P256, P384);
	for (i = 0; i < CERTS; i++)
		make_cert(&makes[i], &ders[i]);
	make_cert(&makes[ROOT], &roots[20]);
	chain[0] = buf_slice(&ders[LEAF]);
	chain[1] = buf_slice(&ders[CA]);
	open_store(p, roots, 21);
	EQ(judge(p, HOST, chain, 2), 1, "the last of 21 roots of one name");
	pair_close(p);
	open_store(p, roots, 20);
	EQ(judge(p, HOST, chain, 2), 0, "none of 20");
	pair_close(p);
	for (i = 0; i < 21; i++)
		buf_free(&roots[i]);
}

/* A root of depth 0: self-issued certificates below it are not counted. */
static void
test_self_issued(struct pair *p)
{
	well(P256, P256, P384);
	makes[ROOT].exts = instead(makes[ROOT].exts, SLICE("\x55\x1d\x13"),
	    1, SLICE("\x30\x06\x01\x01\xff\x02\x01\x00"));
	makes[CA].subject = makes[LEAF].issuer = "root";
	expect(p, 1, "a new key of the root, below a depth of 0");
	makes[CA].subject = makes[LEAF].issuer = "ca";
	expect(p, 0, "another CA there");
}

#define S(...) { "" __VA_ARGS__, sizeof("" __VA_ARGS__) - 1 }
#define OID_NC "\x55\x1d\x1e"
#define EXCLUDES_B "\x30\x0c\xa1\x0a\x30\x08\x82\x06" "b.test"
#define EXCLUDES_A "\x30\x0c\xa1\x0a\x30\x08\x82\x06" HOST
#define B_TEST "\x30\x08\x82\x06" "b.test"

/* Name constraints of a root and of an intermediate CA. */
static void
test_constraints(struct pair *p)
{
	static const struct {
		const char *name;
		int cert, critical;
		struct slice value;
		int want, ca_is_b;
	} cases[] = {
		{ "a root excludes another name", ROOT, 1, S(EXCLUDES_B), 1,
		    0 },
		{ "a root excludes the leaf", ROOT, 1, S(EXCLUDES_A), 0, 0 },
		{ "the same, not critical", ROOT, 0, S(EXCLUDES_A), 0, 0 },
		{ "a root excludes its CA", ROOT, 1, S(EXCLUDES_B), 0, 1 },
		{ "a CA excludes another name", CA, 0, S(EXCLUDES_B), 1, 0 },
		{ "a CA excludes the leaf", CA, 0, S(EXCLUDES_A), 0, 0 },
		{ "a critical one of a CA", CA, 1, S(EXCLUDES_B), 0, 0 },
		{ "malformed", CA, 0, S("\x30\x01\x05"), 0, 0 },
	};
	struct buf ca = { 0 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		well(P256, P256, P384);
		if (cases[i].ca_is_b) {
			buf_clear(&ca);
			buf_put(&ca, buf_slice(&ca_exts));
			put_ext(&ca, OID_NAMES, 0, SLICE(B_TEST));
			makes[CA].exts = buf_slice(&ca);
		}
		makes[cases[i].cert].exts = instead(makes[cases[i].cert].exts,
		    SLICE(OID_NC), cases[i].critical, cases[i].value);
		expect(p, cases[i].want, cases[i].name);
	}
	buf_free(&ca);
}

/*
 * Host names; "*" matches one whole label.
 */

static void
put_named(struct buf *exts, const char *name)
{
	struct buf list = { 0 };

	buf_clear(exts);
	put_tlv(&list, DER_CONTEXT(2), slice_str(name));
	wrap(&list, DER_SEQUENCE);
	put_ext(exts, OID_NAMES, 0, buf_slice(&list));
	buf_free(&list);
}

static void
test_hosts(struct pair *p)
{
	static const struct {
		const char *name, *host;
		int want;
	} cases[] = {
		{ "a.test", "a.test", 1 }, { "a.test", "A.TEST", 1 },
		{ "A.tEST", "a.test", 1 }, { "a.test", "ba.test", 0 },
		{ "a.test", "a.test.b", 0 }, { "a.test", "a", 0 },
		{ "*.a.test", "x.a.test", 1 }, { "*.A.test", "X.a.Test", 1 },
		{ "*.a.test", "a.test", 0 }, { "*.a.test", "x.y.a.test", 0 },
		{ "*a.test", "xa.test", 0 }, { "*xa.test", "b.a.test", 0 },
		{ "x*.test", "xa.test", 0 }, { "a.*.test", "a.b.test", 0 },
		{ "*", "localhost", 0 }, { "*", "a.test", 0 },
		{ "*.", "localhost", 0 }, { "*.", "a.", 0 },
		{ "*.test", "a.test", 0 }, { "", "a", 0 },
		{ "*.com", "a.com", 0 }, { "*.com", "b.a.com", 0 },
		{ "*.co.uk", "a.co.uk", 1 },
	};
	struct buf exts = { 0 };
	struct slice leaf;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_named(&exts, cases[i].name);
		well(P256, P256, P384);
		makes[LEAF].issuer = "root";
		makes[LEAF].signer = &keys[P384];
		makes[LEAF].exts = buf_slice(&exts);
		make_cert(&makes[LEAF], &ders[LEAF]);
		make_cert(&makes[ROOT], &ders[ROOT]);
		open_store(p, &ders[ROOT], 1);
		leaf = buf_slice(&ders[LEAF]);
		EQ(judge(p, cases[i].host, &leaf, 1), cases[i].want,
		    cases[i].name);
		pair_close(p);
	}
	buf_free(&exts);
}

int
main(void)
{
	static struct pair p;

	chain_open();
	test_many_roots(&p);
	test_self_issued(&p);
	test_constraints(&p);
	test_hosts(&p);
	return chain_close(10);
}
