#include "net/x509.h"

#include <stdlib.h>
#include <string.h>

#include "net/anchor.h"
#include "net/cert.h"
#include "net/names.h"
#include "wire/ip.h"
#include "wire/when.h"

#define TRIES_MAX 8		/* paths verified, each with its signatures */
#define STEPS_MAX 200		/* certificates set on the end of a path */
#define DAYS_TO_1970 719528	/* BearSSL counts from the year 0 */

#define TRUST_HINT "; trust an own CA with --cacert FILE or SSL_CERT_FILE"

/* The search for a path: the chain, the anchors that it names, the path. */
struct search {
	struct x509 *x;
	size_t n;
	size_t npath;
	size_t top;				/* the end of the first path */
	unsigned tries, steps;
	unsigned err;				/* of the first try */
	const char *why;			/* ours */
	struct cert cert[X509_CERTS_MAX];
	struct anchors anchors;
	size_t path[X509_CERTS_MAX];		/* indexes, from the server's */
};

static void
refuse(struct x509 *x, const char *why)
{
	fault_set(&x->fault, F_CERT, 0, "certificate of %s %s", x->host, why);
}

static void
refuse_untrusted(struct x509 *x, const struct search *s, const char *how)
{
	const struct cert *top = &s->cert[s->top];
	char name[200];

	cert_dn(top->issuer, name, sizeof(name));
	fault_set(&x->fault, F_CERT, 0, "certificate of %s: %s \"%s\" %s%s%s",
	    x->host, s->top == 0 && slice_eq(top->issuer, top->subject) ?
	    "it signs itself, and" : "issuer", name, how,
	    s->n == 1 && !slice_eq(top->issuer, top->subject) ?
	    " (or the server does not send its intermediate certificate)" : "",
	    TRUST_HINT);
}

static void
refuse_name(struct x509 *x, const struct cert *leaf)
{
	char list[200];

	names_list(leaf, list, sizeof(list));
	fault_set(&x->fault, F_CERT, 0, "certificate of %s is for %s", x->host,
	    list[0] == '\0' ? "no host (it has no subjectAltName)" : list);
}

static int
check_dates(const struct x509 *x, const struct cert *c, const char **why)
{
	msec now = x->wall / 1000 * 1000;

	*why = now < c->not_before ? "is not valid before" : "expired on";
	return now < c->not_before || now > c->not_after ? -1 : 0;
}

static void
refuse_dates(struct x509 *x, const struct cert *c, const char *why)
{
	struct buf date = { 0 };
	char name[200];

	when_put_rfc3339(&date, x->wall / 1000 * 1000 < c->not_before ?
	    c->not_before : c->not_after);
	cert_dn(c->subject, name, sizeof(name));
	fault_set(&x->fault, F_CERT, 0, "certificate of %s: \"%s\" %s %.*s",
	    x->host, name, why, SLICE_FMT(buf_slice(&date)));
	buf_free(&date);
}

/* BearSSL's word for what is wrong with a path. */
static const char *
error_text(unsigned err)
{
	switch (err) {
	case BR_ERR_X509_BAD_SIGNATURE:
		return "has a wrong signature in its chain";
	case BR_ERR_X509_UNSUPPORTED:
	case BR_ERR_X509_WRONG_KEY_TYPE:
		return "has a key in its chain that bide does not know (RSA, "
		    "P-256, P-384 and P-521 only)";
	case BR_ERR_X509_LIMIT_EXCEEDED:
		return "has a key or signature in its chain that is too large";
	case BR_ERR_X509_WEAK_PUBLIC_KEY:
		return "has an RSA key of less than 2048 bits in its chain";
	case BR_ERR_X509_CRITICAL_EXTENSION:
		return "has a critical extension in its chain that bide does "
		    "not know";
	default:
		return "is malformed";
	}
}

/*
 * One path.
 */

/* Looks up all issuers that the chain names, and the server's certificate
 * itself: a store may hold that one. */
static int
find_anchors(struct search *s)
{
	struct slice want[X509_CERTS_MAX + 1];
	size_t i;

	for (i = 0; i < s->n; i++)
		want[i] = s->cert[i].issuer;
	want[s->n] = s->cert[0].subject;
	if (anchors_find(&s->anchors, s->x->trust, want, s->n + 1,
	    &s->x->fault) < 0)
		return -1;
	if (s->anchors.unusable)
		s->why = "was issued under a trusted certificate that bide "
		    "cannot use (its form or its key)";
	return 0;
}

/* NULL, or why the certificate c may not stand over the path as it is,
 * above certificates that belong to the chain. */
static const char *
check_above(const struct search *s, const struct cert *c, size_t below)
{
	const char *why = cert_issuer(c, below);

	return why != NULL ? why : names_allowed(&s->cert[0], c);
}

/* The anchors for the path: CAs that its last certificate names, or that
 * very certificate if it stands alone and is no CA's. */
static size_t
anchors_for(struct search *s, br_x509_trust_anchor *ta)
{
	const struct cert *last = &s->cert[s->path[s->npath - 1]];
	const struct anchor *a;
	const char *why;
	size_t i, n = 0;

	for (i = 0; i < s->anchors.n; i++) {
		a = &s->anchors.anchor[i];
		if (s->npath == 1 && slice_eq(a->cert.der, last->der))
			ta[n++] = anchor_as(a, 0);
		if (!slice_eq(a->cert.subject, last->issuer) ||
		    n >= ANCHORS_MAX)
			continue;
		if (check_dates(s->x, &a->cert, &why) < 0) {
			if (s->x->fault.class == F_NONE)
				refuse_dates(s->x, &a->cert, why);
			continue;
		}
		why = check_above(s, &a->cert, s->npath - 1);
		if (why == NULL)
			ta[n++] = anchor_as(a, BR_X509_TA_CA);
		else if (s->why == NULL)
			s->why = why;
	}
	return n;
}

/* 0 when all of the path above the server's certificate is in order. */
static int
check_path(struct search *s)
{
	const struct cert *c;
	const char *why;
	size_t i;

	for (i = 0; i < s->npath; i++) {
		c = &s->cert[s->path[i]];
		why = cert_signature(c);
		if (why == NULL && i > 0)
			why = check_above(s, c, i - 1);
		if (why != NULL) {
			if (s->why == NULL)
				s->why = why;
			return -1;
		}
		if (check_dates(s->x, c, &why) < 0) {
			if (s->x->fault.class == F_NONE)
				refuse_dates(s->x, c, why);
			return -1;
		}
	}
	return 0;
}

/* "minimal" would accept an exponent of 1, by which anyone can sign, and take
 * long over a large one.  0, or BearSSL's error. */
static unsigned
check_keys(const struct search *s)
{
	br_x509_pkey key;
	unsigned err = 0;
	size_t i;

	for (i = 0; i < s->npath && err == 0; i++)
		err = key_read(&s->cert[s->path[i]], &key);
	return err;
}

static void
minimal_init(struct x509 *x, const br_x509_trust_anchor *ta, size_t n)
{
	br_x509_minimal_context *m = &x->minimal;

	br_x509_minimal_init(m, &br_sha256_vtable, ta, n);
	br_x509_minimal_set_hash(m, br_sha256_ID, &br_sha256_vtable);
	br_x509_minimal_set_hash(m, br_sha384_ID, &br_sha384_vtable);
	br_x509_minimal_set_hash(m, br_sha512_ID, &br_sha512_vtable);
	br_x509_minimal_set_rsa(m, br_rsa_pkcs1_vrfy_get_default());
	br_x509_minimal_set_ecdsa(m, br_ec_get_default(),
	    br_ecdsa_vrfy_asn1_get_default());
	br_x509_minimal_set_minrsa(m, KEY_RSA_MIN);
	br_x509_minimal_set_time(m,
	    (uint32_t)(x->wall / 86400000 + DAYS_TO_1970),
	    (uint32_t)(x->wall / 1000 % 86400));
}

/* 0, or BearSSL's error. */
static unsigned
minimal_run(struct search *s)
{
	const br_x509_class **m = &s->x->minimal.vtable;
	struct slice der;
	size_t i;

	(*m)->start_chain(m, x509_sni(s->x));
	for (i = 0; i < s->npath; i++) {
		der = s->cert[s->path[i]].der;
		(*m)->start_cert(m, (uint32_t)der.n);
		(*m)->append(m, (const unsigned char *)der.p, der.n);
		(*m)->end_cert(m);
	}
	return (*m)->end_chain(m);
}

/* Whether the path leads to an anchor and holds. */
static int
try_path(struct search *s)
{
	br_x509_trust_anchor ta[ANCHORS_MAX + 1];
	size_t n = anchors_for(s, ta);
	unsigned err;

	if (n == 0 || check_path(s) < 0 || ++s->tries > TRIES_MAX)
		return 0;
	err = check_keys(s);
	if (err == 0) {
		minimal_init(s->x, ta, n);
		err = minimal_run(s);
	}
	if (s->err == 0)
		s->err = err;
	return err == 0;
}

static int
in_path(const struct search *s, size_t i)
{
	size_t k;

	for (k = 0; k < s->npath; k++)
		if (s->path[k] == i)
			return 1;
	return 0;
}

/* Depth first; the depth is at most X509_CERTS_MAX. */
static int
walk(struct search *s)
{
	const struct cert *last = &s->cert[s->path[s->npath - 1]];
	size_t i;

	if (try_path(s))
		return 1;
	for (i = 1; i < s->n; i++) {
		if (in_path(s, i) ||
		    !slice_eq(s->cert[i].subject, last->issuer))
			continue;
		if (++s->steps > STEPS_MAX)
			return 0;
		if (s->steps == s->npath)
			s->top = i;
		s->path[s->npath++] = i;
		if (walk(s))
			return 1;
		s->npath--;
	}
	return 0;
}

/*
 * The whole chain.
 */

/* Why the search found nothing. */
static void
explain(struct search *s)
{
	struct x509 *x = s->x;

	if (s->err == BR_ERR_X509_BAD_SERVER_NAME)
		refuse_name(x, &s->cert[0]);
	else if (x->fault.class != F_NONE)
		return;
	else if (s->why != NULL)
		refuse(x, s->why);
	else if (s->tries == 0)
		refuse_untrusted(x, s, "is not trusted");
	else if (s->err == BR_ERR_X509_NOT_TRUSTED)
		refuse_untrusted(x, s, "is not the trusted one of that name");
	else
		refuse(x, error_text(s->err));
}

/* Reads the certificates; those above the server's that are no good are left
 * out. */
static const char *
read_chain(struct search *s)
{
	struct x509 *x = s->x;
	struct slice all = buf_slice(&x->chain);
	const char *why;
	size_t i;

	if (x->n == 0)
		return "was not sent";
	if (x->chain.full || x->n > X509_CERTS_MAX)
		return "comes in a chain that is too long";
	for (i = 0; i < x->n; i++) {
		why = cert_parse(slice_sub(all, x->start[i],
		    x->start[i + 1] - x->start[i]), &s->cert[s->n]);
		if (why == NULL)
			s->n++;
		else if (i == 0)
			return why;
		else
			s->why = why;
	}
	return NULL;
}

static unsigned
judge(struct search *s)
{
	struct x509 *x = s->x;
	const struct cert *leaf = &s->cert[0];
	const char *why = read_chain(s);

	if (why == NULL)
		why = cert_server(leaf);
	if (why != NULL) {
		refuse(x, why);
		return BR_ERR_X509_NOT_TRUSTED;
	}
	if (!(x->address.n > 0 ? names_address(leaf, x->address) :
	    names_present(leaf))) {
		refuse_name(x, leaf);
		return BR_ERR_X509_BAD_SERVER_NAME;
	}
	if (find_anchors(s) < 0)
		return BR_ERR_X509_NOT_TRUSTED;
	s->npath = 1;
	if (walk(s)) {
		x->fault = (struct fault){ 0 };
		return 0;
	}
	explain(s);
	return s->err != 0 ? s->err : BR_ERR_X509_NOT_TRUSTED;
}

static void
start_chain(const br_x509_class **ctx, const char *server_name)
{
	struct x509 *x = (struct x509 *)ctx;

	(void)server_name;	/* x->host, an address perhaps */
	buf_clear(&x->chain);
	x->n = 0;
	x->fault = (struct fault){ 0 };
}

static void
start_cert(const br_x509_class **ctx, uint32_t length)
{
	(void)ctx;
	(void)length;
}

static void
append(const br_x509_class **ctx, const unsigned char *p, size_t n)
{
	struct x509 *x = (struct x509 *)ctx;

	buf_put(&x->chain, (struct slice){ (const char *)p, n });
}

static void
end_cert(const br_x509_class **ctx)
{
	struct x509 *x = (struct x509 *)ctx;

	if (x->n < X509_CERTS_MAX)
		x->start[x->n + 1] = x->chain.n;
	x->n++;
}

static unsigned
end_chain(const br_x509_class **ctx)
{
	struct search *s = calloc(1, sizeof(*s));
	unsigned err;

	if (s == NULL)
		err_oom();
	s->x = (struct x509 *)ctx;
	err = judge(s);
	anchors_free(&s->anchors);
	free(s);
	return err;
}

static const br_x509_pkey *
get_pkey(const br_x509_class *const *ctx, unsigned *usages)
{
	const struct x509 *x = (const struct x509 *)ctx;

	return x->minimal.vtable->get_pkey(&x->minimal.vtable, usages);
}

static const br_x509_class vtable = {
	sizeof(struct x509), start_chain, start_cert, append, end_cert,
	end_chain, get_pkey,
};

int
x509_init(struct x509 *x, const struct trust *trust, struct slice host,
    msec wall)
{
	struct slice name = slice_cut(&host, '%');	/* fe80::1%eth0 */

	memset(x, 0, sizeof(*x));
	x->vtable = &vtable;
	x->trust = trust;
	x->wall = wall;
	x->chain.max = X509_CHAIN_MAX;
	if (name.n > 1 && name.p[name.n - 1] == '.')
		name.n--;
	slice_copy(name, x->host, sizeof(x->host));
	x->address = (struct slice){ (const char *)x->address_bytes,
	    ip_parse(name, x->address_bytes) };
	if (name.n > 0 && name.n < sizeof(x->host) &&
	    memchr(name.p, '\0', name.n) == NULL)
		return 0;
	return fault_set(&x->fault, F_CERT, 0, "no certificate can be for "
	    "the host name %s", name.n == 0 ? "\"\"" : x->host);
}

const char *
x509_sni(const struct x509 *x)
{
	return x->address.n > 0 ? NULL : x->host;
}

void
x509_free(struct x509 *x)
{
	buf_free(&x->chain);
}
