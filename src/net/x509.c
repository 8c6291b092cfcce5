#include "net/x509.h"

#include <stdlib.h>
#include <string.h>

#include "net/anchor.h"
#include "net/cert.h"
#include "net/names.h"
#include "wire/ip.h"
#include "wire/when.h"

#define TRIES_MAX 8		/* paths whose signatures are verified */
#define STEPS_MAX 200		/* certificates appended to a path */
#define DAYS_TO_1970 719528	/* BearSSL counts from the year 0 */

/* The search for a path: the chain, the anchors that it names, the path. */
struct search {
	struct x509 *x;
	size_t n, npath;
	size_t top;				/* the end of the first path */
	size_t work;				/* see names_allowed() */
	unsigned tries, steps;
	unsigned err;				/* BearSSL's, first try */
	const char *why;			/* our first reason */
	struct cert cert[X509_CERTS_MAX];
	size_t path[X509_CERTS_MAX];		/* the server's first */
	struct anchors anchors;
	br_x509_trust_anchor *ta;		/* those for the path */
};

/* Whether c is valid now.  The first that is not sets the fault. */
static int
in_time(struct x509 *x, const struct cert *c)
{
	msec now = x->wall / 1000 * 1000;
	int early = now < c->not_before;
	struct buf date = { 0 };
	char name[200];

	if (!early && now <= c->not_after)
		return 1;
	if (x->fault.class != F_NONE)
		return 0;
	when_put_rfc3339(&date, early ? c->not_before : c->not_after);
	cert_dn(c->subject, name, sizeof(name));
	fault_set(&x->fault, F_CERT, 0, "certificate of %s: \"%s\" %s %.*s",
	    x->host, name, early ? "is not valid before" : "expired on",
	    SLICE_FMT(buf_slice(&date)));
	buf_free(&date);
	return 0;
}

/* NULL, or why the certificate c may not be above the first n of the path. */
static const char *
check_above(struct search *s, const struct cert *c, size_t n)
{
	const struct cert *under;
	const char *why;
	size_t i, below = 0;

	for (i = 1; i < n; i++)
		below += !cert_self_issued(&s->cert[s->path[i]]);
	why = cert_issuer(c, below);
	for (i = 0; i < n && why == NULL; i++) {
		under = &s->cert[s->path[i]];
		/* RFC 5280 section 6.1.3 (b): not those in between */
		if (i == 0 || !cert_self_issued(under))
			why = names_allowed(under, c, &s->work);
	}
	return why;
}

/* Puts the anchors for the path in s->ta and returns their number: CAs that
 * issued its last certificate, or that very certificate if it is alone. */
static size_t
anchors_for(struct search *s)
{
	const struct cert *last = &s->cert[s->path[s->npath - 1]];
	struct anchor *a;
	const char *why;
	size_t i, n = 0;

	for (i = 0; i < s->anchors.n; i++) {
		a = &s->anchors.anchor[i];
		if (s->npath == 1 && slice_eq(a->cert.der, last->der))
			s->ta[n++] = anchor_as(a, 0);
		if (!slice_eq(a->cert.subject, last->issuer) ||
		    !in_time(s->x, &a->cert))
			continue;
		why = check_above(s, &a->cert, s->npath);
		if (why == NULL)
			s->ta[n++] = anchor_as(a, BR_X509_TA_CA);
		else if (s->why == NULL)
			s->why = why;
	}
	return n;
}

/* Shows the path to "minimal".  0, or its error. */
static unsigned
verify(struct search *s, size_t nta)
{
	br_x509_minimal_context *m = &s->x->minimal;
	const br_x509_class **class = &m->vtable;
	struct slice der;
	size_t i;

	br_x509_minimal_init(m, &br_sha256_vtable, s->ta, nta);
	br_x509_minimal_set_hash(m, br_sha256_ID, &br_sha256_vtable);
	br_x509_minimal_set_hash(m, br_sha384_ID, &br_sha384_vtable);
	br_x509_minimal_set_hash(m, br_sha512_ID, &br_sha512_vtable);
	br_x509_minimal_set_rsa(m, br_rsa_pkcs1_vrfy_get_default());
	br_x509_minimal_set_ecdsa(m, br_ec_get_default(),
	    br_ecdsa_vrfy_asn1_get_default());
	br_x509_minimal_set_minrsa(m, KEY_RSA_MIN);
	br_x509_minimal_set_time(m,
	    (uint32_t)(s->x->wall / 86400000 + DAYS_TO_1970),
	    (uint32_t)(s->x->wall / 1000 % 86400));
	(*class)->start_chain(class, x509_sni(s->x));
	for (i = 0; i < s->npath; i++) {
		der = s->cert[s->path[i]].der;
		(*class)->start_cert(class, (uint32_t)der.n);
		(*class)->append(class, (const unsigned char *)der.p, der.n);
		(*class)->end_cert(class);
	}
	return (*class)->end_chain(class);
}

/* Whether the path leads to an anchor and is valid. */
static int
try_path(struct search *s)
{
	br_x509_decoder_context key;
	size_t i, nta = anchors_for(s);
	const struct cert *c;
	const char *why;
	unsigned err = 0;

	if (nta == 0)
		return 0;
	for (i = 0; i < s->npath; i++) {
		c = &s->cert[s->path[i]];
		why = i > 0 ? check_above(s, c, i) : NULL;
		if (why != NULL && s->why == NULL)
			s->why = why;
		if (why != NULL || !in_time(s->x, c))
			return 0;
	}
	if (++s->tries > TRIES_MAX)
		return 0;
	/* "minimal" accepts an exponent of 1, by which anyone can sign, and
	 * takes long over a large one */
	for (i = 0; i < s->npath && err == 0; i++)
		err = key_decode(s->cert[s->path[i]].der, &key);
	if (err == 0)
		err = verify(s, nta);
	if (s->err == 0)
		s->err = err;
	return err == 0;
}

/* Tries all paths, depth first; the depth is at most X509_CERTS_MAX. */
static int
walk(struct search *s)
{
	const struct cert *last = &s->cert[s->path[s->npath - 1]];
	size_t i, k;

	if (try_path(s))
		return 1;
	for (i = 1; i < s->n; i++) {
		for (k = 0; k < s->npath && s->path[k] != i; k++)
			;
		if (k < s->npath ||
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

static unsigned
refuse(struct x509 *x, const char *why)
{
	fault_set(&x->fault, F_CERT, 0, "certificate of %s %s", x->host, why);
	return BR_ERR_X509_NOT_TRUSTED;
}

static void
refuse_untrusted(struct search *s, const char *how)
{
	const struct cert *top = &s->cert[s->top];
	int self = cert_self_issued(top);
	char name[200];

	cert_dn(top->issuer, name, sizeof(name));
	fault_set(&s->x->fault, F_CERT, 0, "certificate of %s: %s \"%s\" %s%s"
	    "; trust your own CA with --cacert FILE or SSL_CERT_FILE",
	    s->x->host, s->top == 0 && self ? "it signs itself, and" :
	    "issuer", name, how, s->n == 1 && !self ?
	    " (or the server does not send its intermediate certificate)" : "");
}

/* Sets the fault: why the chain is refused. */
static void
explain(struct search *s)
{
	char list[200];

	if (s->err == BR_ERR_X509_BAD_SERVER_NAME) {
		names_list(&s->cert[0], list, sizeof(list));
		fault_set(&s->x->fault, F_CERT, 0, "certificate of %s is for "
		    "%s", s->x->host, list[0] == '\0' ?
		    "no host (it has no subjectAltName)" : list);
		return;
	}
	if (s->x->fault.class != F_NONE)
		return;
	if (s->why != NULL) {
		refuse(s->x, s->why);
		return;
	}
	if (s->tries == 0) {
		refuse_untrusted(s, "is not trusted");
		return;
	}
	switch (s->err) {
	case BR_ERR_X509_NOT_TRUSTED:
		refuse_untrusted(s, "is not the trusted one of that name");
		break;
	case BR_ERR_X509_BAD_SIGNATURE:
		refuse(s->x, "has a wrong signature in its chain");
		break;
	case BR_ERR_X509_UNSUPPORTED:
	case BR_ERR_X509_WRONG_KEY_TYPE:
		refuse(s->x, "has a key or signature in its chain that bide "
		    "does not know (RSA PKCS#1, P-256, P-384 and P-521, with "
		    "SHA-256, SHA-384 or SHA-512)");
		break;
	case BR_ERR_X509_LIMIT_EXCEEDED:
		refuse(s->x, "has a key or signature in its chain that is too "
		    "large");
		break;
	case BR_ERR_X509_WEAK_PUBLIC_KEY:
		refuse(s->x, "has an RSA key of less than 2048 bits in its "
		    "chain");
		break;
	case BR_ERR_X509_CRITICAL_EXTENSION:
		refuse(s->x, "has a critical extension in its chain that bide "
		    "does not know");
		break;
	default:
		refuse(s->x, "is malformed");
	}
}

/* Reads the chain and finds a path: 0, or an error with x->fault. */
static unsigned
judge(struct search *s)
{
	struct x509 *x = s->x;
	struct slice all = buf_slice(&x->chain), want[X509_CERTS_MAX + 1];
	const struct cert *leaf = &s->cert[0];
	const char *why;
	size_t i;
	int named;

	if (x->n == 0)
		return refuse(x, "was not sent");
	if (x->chain.full || x->n > X509_CERTS_MAX)
		return refuse(x, "comes in a chain that is too long");
	for (i = 0; i < x->n; i++) {
		why = cert_parse(slice_sub(all, x->start[i],
		    x->start[i + 1] - x->start[i]), &s->cert[s->n]);
		if (why == NULL)
			s->n++;
		else if (i == 0)
			return refuse(x, why);
		else
			s->why = why;	/* the path may not need it */
	}
	why = cert_server(leaf);
	if (why != NULL)
		return refuse(x, why);
	/* all issuers, and the server's own: a store may hold that one */
	for (i = 0; i < s->n; i++)
		want[i] = s->cert[i].issuer;
	want[s->n] = leaf->subject;
	if (anchors_find(&s->anchors, x->trust, want, s->n + 1, &x->fault) < 0)
		return BR_ERR_X509_NOT_TRUSTED;
	if (s->anchors.unusable)
		s->why = "was issued under a trusted certificate that bide "
		    "cannot use (its form or its key)";
	s->ta = calloc(2 * s->anchors.n + 1, sizeof(*s->ta));
	if (s->ta == NULL)
		err_oom();
	s->npath = 1;
	if (walk(s)) {
		/* "minimal" falls back to the common name, accepts "*.com" and
		 * knows no addresses */
		named = x->address.n > 0 ? names_address(leaf, x->address) :
		    names_host(leaf, slice_str(x->host));
		s->err = named ? 0 : BR_ERR_X509_BAD_SERVER_NAME;
		x->fault = (struct fault){ 0 };
		if (named)
			return 0;
	}
	explain(s);
	return s->err != 0 ? s->err : BR_ERR_X509_NOT_TRUSTED;
}

/*
 * The class, as BearSSL calls it.
 */

static void
start_chain(const br_x509_class **ctx, const char *server_name)
{
	struct x509 *x = (struct x509 *)ctx;

	(void)server_name;	/* NULL for an address: see x->host */
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
	free(s->ta);
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
