#include "net/cert.h"

#define OID_KEY_USAGE "\x55\x1d\x0f"
#define OID_BASIC "\x55\x1d\x13"
#define OID_POLICIES "\x55\x1d\x20"
#define OID_EKU "\x55\x1d\x25"
#define OID_ANY_EKU "\x55\x1d\x25\x00"
#define OID_SERVER_AUTH "\x2b\x06\x01\x05\x05\x07\x03\x01"
#define OID_CN "\x55\x04\x03"
#define OID_O "\x55\x04\x0a"

#define EXTS_MAX 64		/* bounds the search for duplicates */
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

/* NULL, or why these extensions are refused. */
static const char *
check_exts(struct slice exts)
{
	/* the critical ones that are looked at, here or by BearSSL */
	static const char *const known[] = { OID_BASIC, OID_KEY_USAGE, OID_EKU,
	    OID_POLICIES, CERT_OID_NAMES, CERT_OID_CONSTRAINTS };
	struct slice seen[EXTS_MAX];
	struct ext e;
	size_t i, k, n = 0;
	int rc;

	while ((rc = ext_next(&exts, &e)) == 1) {
		for (i = 0; i < n; i++)
			if (slice_eq(seen[i], e.oid))
				return "holds an extension twice";
		k = 0;
		while (k < COUNT(known) &&
		    !slice_is(e.oid, known[k]))
			k++;
		if (e.critical && k == COUNT(known))
			return "holds a critical extension that bide does "
			    "not know";
		if (n == EXTS_MAX)
			return malformed;
		seen[n++] = e.oid;
	}
	return rc < 0 ? malformed : NULL;
}

/* Reads a TBSCertificate up to its subject; what follows may be missing. */
static int
read_front(struct slice *tbs, struct cert *c, long long *version,
    struct slice *alg)
{
	struct slice v, number, validity;
	struct der issuer, subject;

	*version = 0;
	if (der_take(tbs, DER_INSIDE(0), &v) == 0) {
		if (der_only(v, DER_INTEGER, &number) < 0)
			return -1;
		*version = der_int(number);
	}
	if (!der_skip(tbs, DER_INTEGER) ||
	    der_take(tbs, DER_SEQUENCE, alg) < 0 ||
	    der_next(tbs, &issuer) != 1 || issuer.tag != DER_SEQUENCE ||
	    der_take(tbs, DER_SEQUENCE, &validity) < 0 ||
	    der_next(tbs, &subject) != 1 || subject.tag != DER_SEQUENCE)
		return -1;
	c->issuer = issuer.whole;
	c->subject = subject.whole;
	c->not_before = der_time(&validity);
	c->not_after = der_time(&validity);
	return validity.n > 0 ? -1 : 0;
}

int
cert_subject(struct slice head, struct slice *subject)
{
	struct slice alg;
	long long version;
	struct cert c;

	if (der_enter(&head, DER_SEQUENCE) < 0 ||
	    der_enter(&head, DER_SEQUENCE) < 0 ||
	    read_front(&head, &c, &version, &alg) < 0)
		return -1;
	*subject = c.subject;
	return 0;
}

const char *
cert_parse(struct slice der, struct cert *c)
{
	struct slice in, tbs, alg, inner, exts;
	long long version;

	c->der = der;
	c->exts = (struct slice){ NULL, 0 };
	if (der_only(der, DER_SEQUENCE, &in) < 0 ||
	    der_take(&in, DER_SEQUENCE, &tbs) < 0 ||
	    der_take(&in, DER_SEQUENCE, &alg) < 0 ||
	    !der_skip(&in, DER_BIT_STRING) || in.n > 0 ||
	    read_front(&tbs, c, &version, &inner) < 0 ||
	    !slice_eq(alg, inner) || c->not_before == MSEC_NONE ||
	    c->not_after == MSEC_NONE || !der_skip(&tbs, DER_SEQUENCE))
		return malformed;
	der_skip(&tbs, DER_CONTEXT(1));
	der_skip(&tbs, DER_CONTEXT(2));
	if (der_take(&tbs, DER_INSIDE(3), &exts) == 0 &&
	    der_only(exts, DER_SEQUENCE, &c->exts) < 0)
		return malformed;
	if (tbs.n > 0)
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

int
cert_self_issued(const struct cert *c)
{
	return slice_eq(c->issuer, c->subject);
}

const char *
cert_issuer(const struct cert *c, size_t below)
{
	static const char no_ca[] = "was issued by a certificate that is no "
	    "CA's";
	struct slice value, in, flag, number;
	int bits = KEY_CERT_SIGN;
	long long max;

	if (!cert_ext(c, OID_BASIC, &value) ||
	    der_only(value, DER_SEQUENCE, &in) < 0 ||
	    der_take(&in, DER_BOOLEAN, &flag) < 0 ||
	    flag.n != 1 || flag.p[0] == 0)
		return no_ca;
	if (in.n > 0) {
		if (der_only(in, DER_INTEGER, &number) < 0)
			return no_ca;
		max = der_int(number);
		if (max < 0)
			return no_ca;
		if (below > (unsigned long long)max)
			return "stands too deep under a CA (path length)";
	}
	if (cert_ext(c, OID_KEY_USAGE, &value)) {
		if (der_only(value, DER_BIT_STRING, &in) < 0 || in.n < 2 ||
		    (unsigned char)in.p[0] > 7)
			bits = 0;
		else if (in.n == 2)
			bits &= 0xff << in.p[0];	/* unused ones */
		if (bits == 0 || (in.p[1] & bits) == 0)
			return "was issued by a CA whose key may not sign "
			    "certificates";
	}
	return eku_allows(c, 1) ? NULL : "was issued by a CA that is not for "
	    "servers (extended key usage)";
}

/* Finds the last attribute of that type in a DN: whether there is one. */
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
