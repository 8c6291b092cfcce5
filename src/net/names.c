#include "net/names.h"

#include <string.h>

#define DNS DER_CONTEXT(2)
#define DIRECTORY DER_INSIDE(4)
#define ADDRESS DER_CONTEXT(7)

#define WORK_MAX 100000		/* more comparisons than this are an attack */

static const char refused[] = "is for a name that its CA may not issue for";

/* The GeneralNames of the certificate; empty when there are none, or one of
 * them is malformed. */
static struct slice
names(const struct cert *c)
{
	struct slice value, list, rest;
	struct der e;
	int rc = -1;

	if (cert_ext(c, CERT_OID_NAMES, &value) &&
	    der_only(value, DER_SEQUENCE, &list) == 0)
		for (rest = list; (rc = der_next(&rest, &e)) == 1; )
			;
	return rc < 0 ? (struct slice){ NULL, 0 } : list;
}

/* Whether "*.a.b" matches x.a.b. */
static int
wildcard_covers(struct slice name, struct slice host)
{
	slice_cut(&host, '.');
	return slice_starts(name, "*.") && host.n > 0 &&
	    slice_ieq(slice_sub(name, 2, name.n), host);
}

int
names_host(const struct cert *c, struct slice host)
{
	struct slice list = names(c), base;
	struct der e;

	while (der_next(&list, &e) == 1) {
		if (e.tag != DNS)
			continue;
		if (slice_ieq(e.body, host))
			return 1;
		base = slice_sub(e.body, 2, e.body.n);
		if (wildcard_covers(e.body, host) &&
		    memchr(base.p, '.', base.n) != NULL)
			return 1;
	}
	return 0;
}

int
names_address(const struct cert *c, struct slice address)
{
	struct slice list = names(c);
	struct der e;

	while (der_next(&list, &e) == 1)
		if (e.tag == ADDRESS && slice_eq(e.body, address))
			return 1;
	return 0;
}

void
names_list(const struct cert *c, char *out, size_t size)
{
	struct slice list = names(c);
	const unsigned char *p;
	struct buf b = { 0 };
	struct der e;

	while (b.n < 80 && der_next(&list, &e) == 1) {
		if (e.tag != DNS && e.tag != ADDRESS)
			continue;
		if (b.n > 0)
			buf_puts(&b, ", ");
		p = (const unsigned char *)e.body.p;
		if (e.tag == DNS)
			buf_put(&b, e.body);
		else if (e.body.n == 4)
			buf_printf(&b, "%d.%d.%d.%d", p[0], p[1], p[2], p[3]);
		else
			buf_puts(&b, "another address");
	}
	slice_copy(buf_slice(&b), out, size);
	buf_free(&b);
}

/*
 * Name constraints.
 */

/* Whether a base is well-formed: the ones of a mask all come first. */
static int
base_valid(const struct der *base)
{
	size_t i, half = base->body.n / 2;
	unsigned char m, next = 0xff;

	if (base->tag == DNS)
		return base->body.n == 0 ||
		    memchr(base->body.p, '*', base->body.n) == NULL;
	if (base->tag != ADDRESS)
		return 1;
	if (base->body.n != 8 && base->body.n != 32)
		return 0;
	for (i = 0; i < half; i++) {
		m = (unsigned char)base->body.p[half + i];
		if (m != 0 && (next == 0 || (m | (m - 1)) != 0xff))
			return 0;
		next = m == 0xff ? 0xff : 0;
	}
	return 1;
}

/* Whether a name is in the subtree of base, which has the same kind; excluded
 * is the answer for the kinds that are not compared. */
static int
covers(const struct der *base, const struct der *name, int excluded)
{
	struct slice a = name->body, b = base->body;
	size_t i, n = a.n;

	switch (base->tag) {
	case DNS:
		/* a wildcard may match what a longer base excludes */
		if (b.n == 0 || (excluded && wildcard_covers(a, b)))
			return 1;
		return n >= b.n &&
		    slice_ieq(slice_sub(a, n - b.n, b.n), b) &&
		    (n == b.n || b.p[0] == '.' || a.p[n - b.n - 1] == '.');
	case ADDRESS:
		if (b.n != 2 * n)
			return 0;
		for (i = 0; i < n; i++)
			if (((a.p[i] ^ b.p[i]) & b.p[n + i]) != 0)
				return 0;
		return 1;
	case DIRECTORY:
		return der_take(&b, DER_SEQUENCE, &b) == 0 &&
		    der_take(&a, DER_SEQUENCE, &a) == 0 && a.n >= b.n &&
		    slice_eq(slice_sub(a, 0, b.n), b);
	default:
		return excluded;
	}
}

/* One name against one list of GeneralSubtree elements. */
static const char *
check_list(const struct der *name, struct slice list, int excluded,
    size_t *work)
{
	struct slice subtree;
	struct der base;
	int of_kind = 0, covered = 0;

	while (list.n > 0) {
		/* RFC 5280: no minimum, no maximum */
		if (der_take(&list, DER_SEQUENCE, &subtree) < 0 ||
		    der_next(&subtree, &base) != 1 || !base_valid(&base) ||
		    subtree.n > 0 || ++*work > WORK_MAX)
			return refused;
		if (base.tag != name->tag)
			continue;
		of_kind = 1;
		covered |= covers(&base, name, excluded);
	}
	return of_kind && covered == excluded ? refused : NULL;
}

const char *
names_allowed(const struct cert *c, const struct cert *ca, size_t *work)
{
	struct slice permitted = { NULL, 0 }, excluded = { NULL, 0 };
	struct slice value, in, list = names(c);
	struct der name = { DIRECTORY, c->subject, c->subject };
	const char *why = NULL;
	int more = 1;

	if (!cert_ext(ca, CERT_OID_CONSTRAINTS, &value))
		return NULL;
	if (der_only(value, DER_SEQUENCE, &in) < 0)
		return refused;
	(void)der_take(&in, DER_INSIDE(0), &permitted);
	(void)der_take(&in, DER_INSIDE(1), &excluded);
	if (in.n > 0)
		return refused;
	if (c->subject.n <= 2)	/* an empty subject is no directory name */
		more = der_next(&list, &name) == 1;
	while (more && why == NULL) {
		why = check_list(&name, permitted, 0, work);
		if (why == NULL)
			why = check_list(&name, excluded, 1, work);
		more = der_next(&list, &name) == 1;
	}
	return why;
}
