/* Host names and name constraints, in extensions made here. */

#include "net/names.h"
#include "tests/t.h"

#define DNS 0x82
#define EMAIL 0x81
#define DIR 0xa4
#define IP 0x87

/* The DNs C=XX, and C=XX, O=y. */
#define DN_C "\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02XX"
#define DN_CO "\x30\x19\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02XX" \
    "\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x0c\x01y"
#define NET10 "\x0a\x00\x00\x00\xff\x00\x00\x00"
#define HOST10 "\x0a\x01\x02\x03"
#define HOST11 "\x0b\x01\x02\x03"
#define V6 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"

static void
put(struct buf *b, int tag, struct slice body)
{
	buf_putc(b, (char)tag);
	if (body.n >= 0x80)
		buf_putc(b, (char)0x81);
	buf_putc(b, (char)body.n);
	buf_put(b, body);
}

/* Wraps the contents of *b in elements of these tags, the innermost first. */
static void
wrap(struct buf *b, const unsigned char *tags, size_t n)
{
	struct buf out;
	size_t i;

	for (i = 0; i < n; i++) {
		out = (struct buf){ 0 };
		put(&out, tags[i], buf_slice(b));
		buf_free(b);
		*b = out;
	}
}

/* Makes the contents of *b the value of an Extension, in a SEQUENCE. */
static void
extension(struct buf *b, const char *oid)
{
	static const unsigned char octets[] = { 0x30, 0x04 };
	static const unsigned char sequence[] = { 0x30 };
	struct buf out = { 0 };

	wrap(b, octets, 2);
	put(&out, 0x06, slice_str(oid));
	buf_put(&out, buf_slice(b));
	wrap(&out, sequence, 1);
	buf_free(b);
	*b = out;
}

struct row {
	const char *name;
	int excluded, base_tag;
	struct slice base;
	int name_tag;
	struct slice of;
	int allowed;
};

#define S(lit) { "" lit, sizeof(lit) - 1 }

static const struct row rows[] = {
	{ "itself", 0, DNS, S("a.test"), DNS, S("a.test"), 1 },
	{ "any case", 0, DNS, S("a.test"), DNS, S("X.A.TEST"), 1 },
	{ "below", 0, DNS, S("a.test"), DNS, S("x.a.test"), 1 },
	{ "not at a label", 0, DNS, S("a.test"), DNS, S("xa.test"), 0 },
	{ "above", 0, DNS, S("a.test"), DNS, S("test"), 0 },
	{ "the empty base", 0, DNS, S(""), DNS, S("a.test"), 1 },
	{ "leading dot: below", 0, DNS, S(".a.test"), DNS, S("x.a.test"), 1 },
	{ "leading dot: itself", 0, DNS, S(".a.test"), DNS, S("a.test"), 0 },
	{ "a wildcard below", 0, DNS, S("a.test"), DNS, S("*.a.test"), 1 },
	{ "a wildcard above", 0, DNS, S("x.a.test"), DNS, S("*.a.test"), 0 },
	{ "a wildcard for a base", 0, DNS, S("*.test"), DNS, S("a.test"), 0 },
	{ "not itself", 1, DNS, S("a.test"), DNS, S("a.test"), 0 },
	{ "not below", 1, DNS, S("a.test"), DNS, S("x.a.test"), 0 },
	{ "but others", 1, DNS, S("a.test"), DNS, S("b.test"), 1 },
	{ "nothing at all", 1, DNS, S(""), DNS, S("b.test"), 0 },
	{ "not by a wildcard", 1, DNS, S("x.a.test"), DNS, S("*.a.test"), 0 },
	{ "a wildcard beside", 1, DNS, S("x.b.test"), DNS, S("*.a.test"), 1 },
	{ "in the network", 0, IP, S(NET10), IP, S(HOST10), 1 },
	{ "outside", 0, IP, S(NET10), IP, S(HOST11), 0 },
	{ "the other family", 0, IP, S(NET10), IP, S(V6), 0 },
	{ "not in the network", 1, IP, S(NET10), IP, S(HOST10), 0 },
	{ "outside of the excluded", 1, IP, S(NET10), IP, S(HOST11), 1 },
	{ "a torn mask", 1, IP, S("\x0a\0\0\0\xff\0\xff\0"), IP, S(HOST11), 0 },
	{ "a torn byte", 1, IP, S("\x0a\0\0\0\xa0\0\0\0"), IP, S(HOST11), 0 },
	{ "a half mask", 1, IP, S("\x0a\0\0\0\xff"), IP, S(HOST11), 0 },
	{ "a name where addresses count", 0, IP, S(NET10), DNS, S("a.test"),
	    1 },
	{ "directory below", 0, DIR, S(DN_C), DIR, S(DN_CO), 1 },
	{ "directory above", 0, DIR, S(DN_CO), DIR, S(DN_C), 0 },
	{ "not in that directory", 1, DIR, S(DN_C), DIR, S(DN_CO), 0 },
	{ "a kind that is not compared", 0, EMAIL, S("a.test"), EMAIL,
	    S("x@a.test"), 0 },
	{ "the same, excluded", 1, EMAIL, S("a.test"), EMAIL, S("x@b.test"),
	    0 },
	{ "the same, no such name", 1, EMAIL, S("a.test"), DNS, S("a.test"),
	    1 },
};

static const char *
allowed(const struct cert *c, const struct cert *ca)
{
	size_t work = 0;

	return names_allowed(c, ca, &work);
}

static const char *
judge(const struct row *r, struct slice subject)
{
	unsigned char list[] = { 0x30, r->excluded ? 0xa1 : 0xa0 };
	struct buf ca_ext = { 0 }, names = { 0 };
	struct cert c = { .subject = subject }, ca = { 0 };
	const char *why;

	put(&ca_ext, r->base_tag, r->base);
	wrap(&ca_ext, list, sizeof(list));
	extension(&ca_ext, CERT_OID_CONSTRAINTS);
	put(&names, r->name_tag, r->of);
	extension(&names, CERT_OID_NAMES);
	ca.exts = buf_slice(&ca_ext);
	c.exts = buf_slice(&names);
	why = allowed(&c, &ca);
	buf_free(&ca_ext);
	buf_free(&names);
	return why;
}

static void
test_constraints(void)
{
	const struct row dir = { "", 1, DIR, S(DN_C), DNS, S("a.test"), 0 };
	const struct row bad = { "", 0, DNS, S("b.test"), DNS, S("a.test"), 0 };
	struct cert c = { 0 }, ca = { 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		EQ(judge(&rows[i], SLICE("\x30\x00")) == NULL,
		    rows[i].allowed, rows[i].name);
	OK(judge(&dir, SLICE(DN_CO)) != NULL,
	    "the subject is a directory name");
	OK(judge(&dir, SLICE("\x30\x00")) == NULL, "an empty one is none");
	OK(judge(&bad, SLICE(DN_CO)) != NULL, "one bad name is enough");
	OK(allowed(&c, &ca) == NULL, "no constraints");
}

static void
test_malformed(void)
{
	static const struct {
		const char *name;
		struct slice body;
	} bad[] = {
		{ "something else behind", S("\xa0\x00\x04\x00") },
		{ "a subtree that is none", S("\xa0\x02\x04\x00") },
		{ "a subtree without a base", S("\xa1\x02\x30\x00") },
		{ "in the wrong order", S("\xa1\x00\xa0\x00") },
	};
	struct buf b, names = { 0 };
	struct cert c = { .subject = SLICE("\x30\x00") }, ca = { 0 };
	size_t i;

	put(&names, DNS, SLICE("a.test"));
	extension(&names, CERT_OID_NAMES);
	c.exts = buf_slice(&names);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		b = (struct buf){ 0 };
		buf_put(&b, bad[i].body);
		extension(&b, CERT_OID_CONSTRAINTS);
		ca.exts = buf_slice(&b);
		OK(allowed(&c, &ca) != NULL, bad[i].name);
		buf_free(&b);
	}
	buf_free(&names);
}

static void
test_names(void)
{
	struct buf b = { 0 };
	struct cert c = { 0 };
	char list[40];

	OK(!names_host(&c, SLICE("a.test")), "no subjectAltName");
	put(&b, EMAIL, SLICE("x@a.test"));
	put(&b, DNS, SLICE("a.test"));
	put(&b, IP, SLICE(HOST10));
	put(&b, IP, SLICE(V6));
	extension(&b, CERT_OID_NAMES);
	c.exts = buf_slice(&b);
	OK(names_host(&c, SLICE("A.test")), "a host, in any case");
	OK(!names_host(&c, SLICE("b.test")), "another host");
	OK(names_address(&c, SLICE(HOST10)), "an IPv4 address");
	OK(names_address(&c, SLICE(V6)), "an IPv6 address");
	OK(!names_address(&c, SLICE(HOST11)), "another address");
	OK(!names_address(&c, SLICE("a.test")), "a name is no address");
	names_list(&c, list, sizeof(list));
	EQS(slice_str(list), "a.test, 10.1.2.3, another address",
	    "names for people");
	buf_free(&b);
	put(&b, EMAIL, SLICE("x@a.test"));
	extension(&b, CERT_OID_NAMES);
	c.exts = buf_slice(&b);
	OK(!names_host(&c, SLICE("a.test")), "a mailbox is no host");
	buf_free(&b);
}

int
main(void)
{
	test_constraints();
	test_malformed();
	test_names();
	return DONE();
}
