#ifndef TESTS_X509PAIR_H
#define TESTS_X509PAIR_H

/*
 * Verifies one chain twice: by bide, and by BearSSL's minimal alone (SHA-2, RSA
 * from 2048 bits, P-256, P-384, P-521).  minimal requires the certificates in
 * order and no others among them, so it is given every path that the names
 * allow until it accepts one.  Its anchors are decoded by BearSSL.
 */

#include <bearssl.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/cert.h"
#include "net/pem.h"
#include "net/x509.h"
#include "wire/b64.h"

#define PAIR_ANCHORS 32
#define PAIR_PATHS 300

struct pair {
	struct trust trust;
	br_x509_trust_anchor ta[2 * PAIR_ANCHORS];
	br_x509_decoder_context decoder[PAIR_ANCHORS];
	struct buf dn[PAIR_ANCHORS];
	size_t n, nta;
	br_rsa_pkcs1_vrfy rsa;
	br_ecdsa_vrfy ecdsa;
	/* the chain in question */
	const char *host;
	msec wall;
	const struct slice *chain;
	struct cert cert[X509_CERTS_MAX];
	int good[X509_CERTS_MAX];
	size_t nchain, path[X509_CERTS_MAX], npath;
	unsigned paths;
	/* the results */
	br_x509_pkey key;		/* bide's; points into x */
	unsigned usages, err;		/* bide's; minimal's last error */
	struct x509 x;
	char why[512];
};

static void
pair_dn(void *dn, const void *p, size_t n)
{
	buf_put(dn, (struct slice){ p, n });
}

/* Adds a certificate to minimal's anchors: as a CA if it is one, and as a
 * server's in any case. */
static inline void
pair_anchor(struct pair *p, struct slice der)
{
	br_x509_decoder_context *d = &p->decoder[p->n];
	br_x509_trust_anchor ta = { 0 };

	if (p->n == PAIR_ANCHORS)
		return;
	br_x509_decoder_init(d, pair_dn, &p->dn[p->n]);
	br_x509_decoder_push(d, der.p, der.n);
	if (br_x509_decoder_get_pkey(d) == NULL)
		return;
	ta.dn.data = (unsigned char *)p->dn[p->n].p;
	ta.dn.len = p->dn[p->n].n;
	ta.pkey = *br_x509_decoder_get_pkey(d);
	p->ta[p->nta++] = ta;
	ta.flags = BR_X509_TA_CA;
	if (br_x509_decoder_isCA(d))
		p->ta[p->nta++] = ta;
	p->n++;
}

/* Appends the certificates of a PEM text to der[], which has n.  Their
 * number. */
static inline size_t
pair_pem(struct slice text, struct buf *der, size_t n, size_t max)
{
	struct slice base64;

	while (n < max && pem_next(&text, &base64)) {
		der[n] = (struct buf){ 0 };
		if (b64_take(base64, &der[n]) == 0)
			n++;
		else
			buf_free(&der[n]);
	}
	return n;
}

/* path: the store, which holds text. */
static inline void
pair_open(struct pair *p, const char *path, struct slice text)
{
	struct buf der[PAIR_ANCHORS];
	size_t i, n = pair_pem(text, der, 0, PAIR_ANCHORS);

	memset(p, 0, sizeof(*p));
	p->trust.file = path;
	p->rsa = br_rsa_i31_pkcs1_vrfy;
	p->ecdsa = br_ecdsa_i31_vrfy_asn1;
	for (i = 0; i < n; i++) {
		pair_anchor(p, buf_slice(&der[i]));
		buf_free(&der[i]);
	}
}

static inline void
pair_close(struct pair *p)
{
	size_t i;

	for (i = 0; i < PAIR_ANCHORS; i++)
		buf_free(&p->dn[i]);
	x509_free(&p->x);
}

static inline void
pair_feed(const br_x509_class **x, struct slice der)
{
	(*x)->start_cert(x, (uint32_t)der.n);
	if (der.n > 0)
		(*x)->append(x, (const unsigned char *)der.p, der.n);
	(*x)->end_cert(x);
}

/* Whether bide accepts the chain, with a key that may sign: otherwise
 * BearSSL's engine refuses all cipher suites that bide offers. */
static inline int
pair_bide(struct pair *p)
{
	const br_x509_class **x = &p->x.vtable;
	unsigned err;
	size_t i;

	x509_free(&p->x);
	if (x509_init(&p->x, &p->trust, slice_str(p->host), p->wall) < 0)
		return 0;
	(*x)->start_chain(x, x509_sni(&p->x));
	for (i = 0; i < p->nchain; i++)
		pair_feed(x, p->chain[i]);
	err = (*x)->end_chain(x);
	slice_copy(slice_str(p->x.fault.text), p->why, sizeof(p->why));
	if (err != 0)
		return 0;
	p->key = *(*x)->get_pkey(x, &p->usages);
	return (p->usages & BR_KEYTYPE_SIGN) != 0;
}

static inline int
pair_same_number(const unsigned char *a, size_t an, const unsigned char *b,
    size_t bn)
{
	return an == bn && memcmp(a, b, an) == 0;
}

/* Whether the handshake would use the same key, and for nothing that minimal
 * does not allow: in all suites of bide the key only signs. */
static inline int
pair_same_key(const struct pair *p, const br_x509_pkey *k, unsigned usages)
{
	const br_x509_pkey *b = &p->key;

	if (b->key_type != k->key_type ||
	    (p->usages & ~usages & BR_KEYTYPE_SIGN) != 0)
		return 0;
	if (k->key_type == BR_KEYTYPE_EC)
		return b->key.ec.curve == k->key.ec.curve &&
		    pair_same_number(b->key.ec.q, b->key.ec.qlen,
		    k->key.ec.q, k->key.ec.qlen);
	return pair_same_number(b->key.rsa.n, b->key.rsa.nlen,
	    k->key.rsa.n, k->key.rsa.nlen) &&
	    pair_same_number(b->key.rsa.e, b->key.rsa.elen,
	    k->key.rsa.e, k->key.rsa.elen);
}

/* Whether minimal accepts the path. */
static inline int
pair_minimal(struct pair *p)
{
	br_x509_minimal_context m;
	const br_x509_class **x = &m.vtable;
	const br_x509_pkey *key;
	unsigned usages;
	size_t i;

	br_x509_minimal_init(&m, &br_sha256_vtable, p->ta, p->nta);
	br_x509_minimal_set_hash(&m, br_sha256_ID, &br_sha256_vtable);
	br_x509_minimal_set_hash(&m, br_sha384_ID, &br_sha384_vtable);
	br_x509_minimal_set_hash(&m, br_sha512_ID, &br_sha512_vtable);
	br_x509_minimal_set_rsa(&m, p->rsa);
	br_x509_minimal_set_ecdsa(&m, &br_ec_prime_i31, p->ecdsa);
	br_x509_minimal_set_minrsa(&m, 256);
	br_x509_minimal_set_time(&m, (uint32_t)(p->wall / 86400000 + 719528),
	    (uint32_t)(p->wall / 1000 % 86400));
	(*x)->start_chain(x, x509_sni(&p->x));	/* knows no addresses */
	for (i = 0; i < p->npath; i++)
		pair_feed(x, p->chain[p->path[i]]);
	p->err = (*x)->end_chain(x);
	if (p->err != 0)
		return 0;
	key = (*x)->get_pkey(x, &usages);
	return pair_same_key(p, key, usages);
}

static inline int
pair_walk(struct pair *p)
{
	const struct cert *last = &p->cert[p->path[p->npath - 1]];
	size_t i, k;

	if (++p->paths > PAIR_PATHS)
		return 0;
	if (pair_minimal(p))
		return 1;
	for (i = 1; i < p->nchain; i++) {
		for (k = 0; k < p->npath && p->path[k] != i; k++)
			;
		if (k < p->npath || !p->good[i] ||
		    !slice_eq(p->cert[i].subject, last->issuer))
			continue;
		p->path[p->npath++] = i;
		if (pair_walk(p))
			return 1;
		p->npath--;
	}
	return 0;
}

/* Whether minimal accepts a path of the chain; after pair_bide(). */
static inline int
pair_agrees(struct pair *p)
{
	size_t i;

	for (i = 0; i < p->nchain && i < X509_CERTS_MAX; i++)
		p->good[i] = cert_parse(p->chain[i], &p->cert[i]) == NULL;
	p->path[0] = 0;
	p->npath = 1;
	p->paths = 0;
	return p->good[0] && pair_walk(p);
}

/* 1 when both accept, 0 when bide refuses, -1 when only bide accepts. */
static inline int
pair_judge(struct pair *p, const char *host, msec wall,
    const struct slice *chain, size_t n)
{
	p->host = host;
	p->wall = wall;
	p->chain = chain;
	p->nchain = n;
	if (!pair_bide(p))
		return 0;
	return pair_agrees(p) ? 1 : -1;
}

#endif
