#include "net/names.h"

#include <string.h>

#define DNS DER_CONTEXT(2)
#define DIRECTORY DER_INSIDE(4)
#define ADDRESS DER_CONTEXT(7)

/* More comparisons of names with constraints than this is an attack. */
#define WORK_MAX 100000

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

int
names_present(const struct cert *c)
{
	struct slice list = names(c);
	struct der e;

	while (der_next(&list, &e) == 1)
		if (e.tag == DNS || e.tag == ADDRESS)
			return 1;
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

static void
put_name(struct buf *b, const struct der *e)
{
	const unsigned char *p = (const unsigned char *)e->body.p;

	if (e->tag == DNS)
		buf_put(b, e->body);
	else if (e->tag == ADDRESS && e->body.n == 4)
		buf_printf(b, "%d.%d.%d.%d", p[0], p[1], p[2], p[3]);
	else
		buf_puts(b, "another address");
}

void
names_list(const struct cert *c, char *out, size_t size)
{
	struct slice list = names(c);
	struct buf b = { 0 };
	struct der e;

	while (b.n < 80 && der_next(&list, &e) == 1) {
		if (e.tag != DNS && e.tag != ADDRESS)
			continue;
		if (b.n > 0)
			buf_puts(&b, ", ");
		put_name(&b, &e);
	}
	slice_copy(buf_slice(&b), out, size);
	buf_free(&b);
}

/* Whether name ends in base at the border of a label. */
static int
below(struct slice name, struct slice base)
{
	struct slice tail;

	if (base.n == 0)
		return 1;
	if (name.n < base.n)
		return 0;
	tail = slice_sub(name, name.n - base.n, base.n);
	return slice_ieq(tail, base) && (name.n == base.n ||
	    base.p[0] == '.' || name.p[name.n - base.n - 1] == '.');
}

/* base: an address and a mask of the same length. */
static int
in_network(struct slice address, struct slice base)
{
	size_t i, n = address.n;

	if (base.n != 2 * n)
		return 0;
	for (i = 0; i < n; i++)
		if (((address.p[i] ^ base.p[i]) & base.p[n + i]) != 0)
			return 0;
	return 1;
}

/* Whether a DN begins with the RDNs of base; both with their headers. */
static int
in_directory(struct slice dn, struct slice base)
{
	struct slice a, b;

	return der_take(&dn, DER_SEQUENCE, &a) == 0 &&
	    der_take(&base, DER_SEQUENCE, &b) == 0 && a.n >= b.n &&
	    slice_eq(slice_sub(a, 0, b.n), b);
}

/* A mask's ones all come first. */
static int
mask_whole(struct slice mask)
{
	unsigned char m, next = 0xff;
	size_t i;

	for (i = 0; i < mask.n; i++) {
		m = (unsigned char)mask.p[i];
		if (m != 0 && next == 0)
			return 0;
		if ((unsigned char)(m | (m - 1)) != 0xff && m != 0)
			return 0;
		next = m == 0xff ? 0xff : 0;
	}
	return 1;
}

static int
base_valid(const struct der *base)
{
	size_t half = base->body.n / 2;

	if (base->tag == DNS)
		return base->body.n == 0 ||
		    memchr(base->body.p, '*', base->body.n) == NULL;
	if (base->tag == ADDRESS)
		return (base->body.n == 8 || base->body.n == 32) &&
		    mask_whole(slice_sub(base->body, half, half));
	return 1;
}

/* Whether "*.a.b" stands for x.a.b. */
static int
wildcard_covers(struct slice name, struct slice host)
{
	if (!slice_starts(name, "*."))
		return 0;
	slice_cut(&host, '.');
	return host.n > 0 && slice_ieq(slice_sub(name, 2, name.n), host);
}

/* Whether a name lies in the subtree of base; unknown is what it is for the
 * kinds that are not compared. */
static int
covers(const struct der *base, const struct der *name, int excluded)
{
	if (base->tag == DNS)
		/* a wildcard also stands for what a longer base names */
		return below(name->body, base->body) ||
		    (excluded && wildcard_covers(name->body, base->body));
	if (base->tag == ADDRESS)
		return in_network(name->body, base->body);
	if (base->tag == DIRECTORY)
		return in_directory(name->body, base->body);
	return excluded;
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
		if (der_take(&list, DER_SEQUENCE, &subtree) < 0 ||
		    der_next(&subtree, &base) != 1 || !base_valid(&base) ||
		    subtree.n > 0 || /* RFC 5280: no minimum, no maximum */
		    ++*work > WORK_MAX)
			return refused;
		if (base.tag != name->tag)
			continue;
		of_kind = 1;
		covered |= covers(&base, name, excluded);
	}
	return of_kind && covered == excluded ? refused : NULL;
}

struct constraints {
	struct slice permitted, excluded;
	size_t work;
};

static const char *
check_name(const struct der *name, struct constraints *nc)
{
	const char *why = check_list(name, nc->permitted, 0, &nc->work);

	return why != NULL ? why : check_list(name, nc->excluded, 1, &nc->work);
}

/* The subject is a directory name unless it is empty. */
static const char *
check_subject(const struct cert *c, struct constraints *nc)
{
	struct der name = { DIRECTORY, c->subject, c->subject };

	return c->subject.n <= 2 ? NULL : check_name(&name, nc);
}

const char *
names_allowed(const struct cert *c, const struct cert *ca)
{
	struct constraints nc = { 0 };
	struct slice value, in, list = names(c);
	struct der name;
	const char *why;

	if (!cert_ext(ca, CERT_OID_CONSTRAINTS, &value))
		return NULL;
	if (der_only(value, DER_SEQUENCE, &in) < 0)
		return refused;
	(void)der_take(&in, DER_INSIDE(0), &nc.permitted);
	(void)der_take(&in, DER_INSIDE(1), &nc.excluded);
	if (in.n > 0)
		return refused;
	why = check_subject(c, &nc);
	while (why == NULL && der_next(&list, &name) == 1)
		why = check_name(&name, &nc);
	return why;
}
