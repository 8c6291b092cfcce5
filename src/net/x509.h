#ifndef NET_X509_H
#define NET_X509_H

/*
 * The judgment of a server's certificates: a BearSSL X.509 class around its
 * own one, "minimal".
 *
 * The chain is kept until it is complete.  Then the anchors that it names
 * are looked up, a path from the server's certificate to one of them is
 * sought (servers send chains out of order and with strangers in them), and
 * that path alone is put through "minimal", which verifies the name, the
 * dates, the rights and the signatures.  What "minimal" does not look at is
 * checked here before: extended key usage, a common name in the place of
 * subjectAltName, IP addresses, name constraints, twin extensions, version,
 * exponents, age and rights of the anchor.
 *
 * Revocation is not checked.
 */

#include <bearssl.h>

#include "base/buf.h"
#include "base/err.h"
#include "net/trust.h"

#define X509_CERTS_MAX 16
#define X509_CHAIN_MAX ((size_t)128 << 10)

struct x509 {
	const br_x509_class *vtable;	/* the first member: BearSSL's rule */
	/* private, but for the last */
	const struct trust *trust;
	msec wall;
	struct slice address;		/* of an IP literal; .n 0: a name */
	unsigned char address_bytes[16];
	struct buf chain;
	size_t n;
	br_x509_minimal_context minimal;
	char host[256];			/* without a last dot or a zone */
	size_t start[X509_CERTS_MAX + 1];
	struct fault fault;		/* F_NONE, or why it is refused */
};

/*
 * Prepares for one chain of a server that must be host, at the time wall.
 * trust must outlive *x.  0, or -1 with F_CERT in x->fault when no
 * certificate could ever name such a host.
 */
int x509_init(struct x509 *x, const struct trust *trust, struct slice host,
    msec wall);

/* The name for SNI; NULL for an IP address. */
const char *x509_sni(const struct x509 *x);

/* Gives back what the chain took; the server's key stays. */
void x509_free(struct x509 *x);

#endif
