#ifndef NET_X509_H
#define NET_X509_H

/*
 * The judgment of a server's certificates: a class in the place of BearSSL's
 * own, "minimal", which knows neither extended key usage nor addresses nor
 * name constraints, and takes chains in good order only.
 *
 * The chain is kept until it is complete.  Then the anchors that it names
 * are looked up, and a path from the server's certificate to one of them is
 * sought (servers send chains out of order and with strangers in them) on
 * which all dates, rights and constraints are in order, and all signatures.
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
	br_x509_pkey key;		/* the server's; points into chain */
	unsigned usages;
	char host[256];			/* without a last dot or a zone */
	size_t start[X509_CERTS_MAX + 1];
	struct fault fault;		/* F_NONE, or why the chain is refused */
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

/* Gives back what the chain took, with the key. */
void x509_free(struct x509 *x);

#endif
