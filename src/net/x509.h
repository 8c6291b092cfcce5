#ifndef NET_X509_H
#define NET_X509_H

/*
 * Verifies a server's certificates: a BearSSL X.509 class around BearSSL's
 * "minimal".
 *
 * The chain is collected first.  Then the anchors that it names are looked up,
 * and paths from the server's certificate to an anchor are searched (servers
 * send chains out of order and with other certificates in them).  A path is
 * accepted only if "minimal" accepts it: names, dates, basic constraints, key
 * usage, signatures.  The code here finds the path and refuses what "minimal"
 * does not check: extended key usage, wildcards under a top-level domain, the
 * common name, IP addresses, name constraints, duplicate extensions, version,
 * RSA exponents, and the dates and rights of the anchor.
 *
 * "minimal" refuses critical name constraints and critical extended key usage,
 * and counts self-issued certificates in the path length, for all but the
 * anchor.  Revocation is not checked.
 */

#include <bearssl.h>

#include "base/buf.h"
#include "base/err.h"
#include "net/trust.h"

#define X509_CERTS_MAX 16
#define X509_CHAIN_MAX ((size_t)128 << 10)

struct x509 {
	const br_x509_class *vtable;	/* the first member: BearSSL's rule */
	/* private, except for fault */
	const struct trust *trust;
	msec wall;
	struct slice address;		/* an IP literal; empty for a name */
	unsigned char address_bytes[16];
	struct buf chain;
	size_t n;
	br_x509_minimal_context minimal;
	char host[256];			/* without a trailing dot or zone */
	size_t start[X509_CERTS_MAX + 1];
	struct fault fault;		/* F_NONE, or why it is refused */
};

/*
 * Prepares to verify one chain for host at the time wall.  trust must outlive
 * *x.  0, or -1 with F_CERT in x->fault when no certificate can name such a
 * host.
 */
int x509_init(struct x509 *x, const struct trust *trust, struct slice host,
    msec wall);

/* The name for SNI; NULL for an IP address. */
const char *x509_sni(const struct x509 *x);

/* Frees the chain; the server's key remains. */
void x509_free(struct x509 *x);

#endif
