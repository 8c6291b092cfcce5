#include "net/cert.h"

#define OID_KEY_USAGE "\x55\x1d\x0f"
#define OID_BASIC "\x55\x1d\x13"
#define OID_POLICIES "\x55\x1d\x20"
#define OID_EKU "\x55\x1d\x25"
#define OID_ANY_EKU "\x55\x1d\x25\x00"
#define OID_SERVER_AUTH "\x2b\x06\x01\x05\x05\x07\x03\x01"
#define OID_PKCS1 "\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define OID_ECDSA_SHA1 "\x2a\x86\x48\xce\x3d\x04\x01"
#define OID_ECDSA_SHA2 "\x2a\x86\x48\xce\x3d\x04\x03"
#define OID_CN "\x55\x04\x03"
#define OID_O "\x55\x04\x0a"

#define EXTS_MAX 64		/* so that the search for twins stays short */
#define KEY_CERT_SIGN 0x04	/* bit 5 of the first octet */

static const char malformed[] = "is malformed";

struct ext {
	struct slice oid, value;
	int critical;
};

/* Takes one Extension from *s: 1, 0 at the end, -1 when malformed. */
static int
ext_next(struct slice *s, struct ext *e)
{
	struct slice in, flag;

	if (s->n == 0)
		return 0;
	e->critical = 0;
	if (der_take(s, DER_SEQUENCE, &in) < 0 ||
	    der_take(&in, DER_OID, &e->oid) < 0)
		return -1;
	if (der_take(&in, DER_BOOLEAN, &flag) == 0) {
		if (flag.n != 1)
			return -1;
		e->critical = flag.p[0] != 0;
	}
	return der_take(&in, DER_OCTETS, &e->value) < 0 || in.n > 0 ? -1 : 1;
}

int
cert_ext(const struct cert *c, const char *oid, struct slice *value)
{
	struct slice exts = c->exts;
	struct ext e;

	while (ext_next(&exts, &e) == 1)
		if (slice_is(e.oid, oid)) {
			*value = e.value;
			return 1;
		}
	return 0;
}

/* The critical ones that are looked at, here or by BearSSL. */
static int
understood(struct slice oid)
{
	return slice_is(oid, OID_BASIC) || slice_is(oid, OID_KEY_USAGE) ||
	    slice_is(oid, OID_EKU) || slice_is(oid, OID_POLICIES) ||
	    slice_is(oid, CERT_OID_NAMES) ||
	    slice_is(oid, CERT_OID_CONSTRAINTS);
}

static const char *
check_exts(struct slice exts)
{
	struct slice seen[EXTS_MAX];
	struct ext e;
	size_t i, n = 0;
	int rc;

	while ((rc = ext_next(&exts, &e)) == 1) {
		for (i = 0; i < n; i++)
			if (slice_eq(seen[i], e.oid))
				return "holds an extension twice";
		if (e.critical && !understood(e.oid))
			return "holds a critical extension that bide does "
			    "not know";
		if (n == EXTS_MAX)
			return malformed;
		seen[n++] = e.oid;
	}
	return rc < 0 ? malformed : NULL;
}

/* Version, number and *alg, up to the issuer; *tbs goes on there. */
static int
skip_to_issuer(struct slice *tbs, long long *version, struct slice *alg)
{
	struct slice v, number;

	*version = 0;
	if (der_take(tbs, DER_INSIDE(0), &v) == 0) {
		if (der_only(v, DER_INTEGER, &number) < 0)
			return -1;
		*version = der_int(number);
	}
	return der_skip(tbs, DER_INTEGER) ?
	    der_take(tbs, DER_SEQUENCE, alg) : -1;
}

static int
take_dn(struct slice *s, struct slice *dn)
{
	struct der e;

	if (der_next(s, &e) != 1 || e.tag != DER_SEQUENCE)
		return -1;
	*dn = e.whole;
	return 0;
}

int
cert_subject(struct slice head, struct slice *subject)
{
	struct slice issuer, alg;
	long long version;

	if (der_enter(&head, DER_SEQUENCE) < 0 ||
	    der_enter(&head, DER_SEQUENCE) < 0 ||
	    skip_to_issuer(&head, &version, &alg) < 0 ||
	    take_dn(&head, &issuer) < 0 || !der_skip(&head, DER_SEQUENCE))
		return -1;
	return take_dn(&head, subject);
}

/* Everything from the issuer on. */
static int
parse_rest(struct slice tbs, struct cert *c)
{
	struct slice validity, exts;

	if (take_dn(&tbs, &c->issuer) < 0 ||
	    der_take(&tbs, DER_SEQUENCE, &validity) < 0 ||
	    take_dn(&tbs, &c->subject) < 0 ||
	    der_take(&tbs, DER_SEQUENCE, &c->key) < 0)
		return -1;
	c->not_before = der_time(&validity);
	c->not_after = der_time(&validity);
	if (c->not_before == MSEC_NONE || c->not_after == MSEC_NONE ||
	    validity.n > 0)
		return -1;
	der_skip(&tbs, DER_CONTEXT(1));
	der_skip(&tbs, DER_CONTEXT(2));
	c->exts = (struct slice){ NULL, 0 };
	if (der_take(&tbs, DER_INSIDE(3), &exts) == 0 &&
	    der_only(exts, DER_SEQUENCE, &c->exts) < 0)
		return -1;
	return tbs.n > 0 ? -1 : 0;
}

const char *
cert_parse(struct slice der, struct cert *c)
{
	struct slice in, tbs, alg, inner, signature;
	long long version;

	c->der = der;
	if (der_only(der, DER_SEQUENCE, &in) < 0 ||
	    der_take(&in, DER_SEQUENCE, &tbs) < 0 ||
	    der_take(&in, DER_SEQUENCE, &alg) < 0 ||
	    der_bits(&in, &signature) < 0 || in.n > 0)
		return malformed;
	if (skip_to_issuer(&tbs, &version, &inner) < 0 ||
	    !slice_eq(alg, inner) ||
	    der_take(&alg, DER_OID, &c->algorithm) < 0 ||
	    parse_rest(tbs, c) < 0)
		return malformed;
	if (version != 2)
		return "is not of X.509 version 3";
	return check_exts(c->exts);
}

/* Whether an extended key usage, if there is one, allows servers. */
static int
eku_allows(const struct cert *c, int any)
{
	struct slice value, list, oid;

	if (!cert_ext(c, OID_EKU, &value))
		return 1;
	if (der_only(value, DER_SEQUENCE, &list) < 0)
		return 0;
	while (der_take(&list, DER_OID, &oid) == 0)
		if (slice_is(oid, OID_SERVER_AUTH) ||
		    (any && slice_eq(oid, SLICE(OID_ANY_EKU))))
			return 1;
	return 0;
}

const char *
cert_server(const struct cert *c)
{
	return eku_allows(c, 0) ? NULL :
	    "is not for servers (extended key usage)";
}

/* basicConstraints: 0 with the longest path below, or -1 when it is not a
 * CA's. */
static int
ca_path(const struct cert *c, long long *max)
{
	struct slice value, in, flag, number;

	*max = -1;
	if (!cert_ext(c, OID_BASIC, &value) ||
	    der_only(value, DER_SEQUENCE, &in) < 0 ||
	    der_take(&in, DER_BOOLEAN, &flag) < 0 ||
	    flag.n != 1 || flag.p[0] == 0)
		return -1;
	if (in.n == 0)
		return 0;
	if (der_only(in, DER_INTEGER, &number) < 0)
		return -1;
	*max = der_int(number);
	return *max < 0 ? -1 : 0;
}

/* Whether keyUsage, if there is one, allows signing certificates. */
static int
may_sign(const struct cert *c)
{
	int which = KEY_CERT_SIGN;
	struct slice value, bits;

	if (!cert_ext(c, OID_KEY_USAGE, &value))
		return 1;
	if (der_only(value, DER_BIT_STRING, &bits) < 0 || bits.n < 2 ||
	    (unsigned char)bits.p[0] > 7)
		return 0;
	if (bits.n == 2)
		which &= 0xff << bits.p[0];	/* unused ones */
	return (bits.p[1] & which) != 0;
}

const char *
cert_issuer(const struct cert *c, size_t below)
{
	long long max;

	if (ca_path(c, &max) < 0)
		return "was issued by a certificate that is no CA's";
	if (!may_sign(c))
		return "was issued by a CA whose key may not sign certificates";
	if (max >= 0 && below > (unsigned long long)max)
		return "stands too deep under a CA (path length)";
	if (!eku_allows(c, 1))
		return "was issued by a CA that is not for servers (extended "
		    "key usage)";
	return NULL;
}

const char *
cert_signature(const struct cert *c)
{
	struct slice a = c->algorithm;
	int rsa = a.n == 9 && slice_starts(a, OID_PKCS1);
	int ecdsa = a.n == 8 && slice_starts(a, OID_ECDSA_SHA2);
	int last = a.n > 0 ? a.p[a.n - 1] : 0;

	if ((rsa && last >= 11 && last <= 13) ||
	    (ecdsa && last >= 2 && last <= 4))
		return NULL;
	if (rsa && last == 4)
		return "is signed with MD5";
	if ((rsa && last == 5) || slice_is(a, OID_ECDSA_SHA1))
		return "is signed with SHA-1";
	return "is signed in a way that bide does not know (RSA PKCS#1 or "
	    "ECDSA with SHA-256, SHA-384 or SHA-512)";
}

/* The value of the last attribute of that type in a DN. */
static int
attribute(struct slice dn, const char *oid, struct slice *value)
{
	struct slice rdns, set, pair, type;
	struct der text;
	int found = 0;

	if (der_take(&dn, DER_SEQUENCE, &rdns) < 0)
		return 0;
	while (der_take(&rdns, DER_SET, &set) == 0)
		while (der_take(&set, DER_SEQUENCE, &pair) == 0) {
			if (der_take(&pair, DER_OID, &type) < 0 ||
			    !slice_is(type, oid) || der_next(&pair, &text) != 1)
				continue;
			*value = text.body;
			found = 1;
		}
	return found;
}

void
cert_dn(struct slice dn, char *out, size_t size)
{
	struct slice value;

	slice_copy(SLICE("(no name)"), out, size);
	if (attribute(dn, OID_CN, &value))
		(void)str_printf(out, size, "CN=%.*s", SLICE_FMT(value));
	else if (attribute(dn, OID_O, &value))
		(void)str_printf(out, size, "O=%.*s", SLICE_FMT(value));
}
