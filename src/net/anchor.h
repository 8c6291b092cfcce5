#ifndef NET_ANCHOR_H
#define NET_ANCHOR_H

/* Trust anchors and public keys in the form that BearSSL takes. */

#include <bearssl.h>

#include "net/cert.h"
#include "net/trust.h"

#define KEY_RSA_MIN 256		/* bytes: 2048 bits */

struct anchor {
	struct cert cert;
	br_x509_decoder_context key;
};

/* {0} is a valid start. */
struct anchors {
	struct anchor *anchor;
	size_t n;
	int unusable;		/* some were found but are refused */
	struct buf der;		/* private: the certificates */
};

/* Finds the anchors whose subject is one of n DNs, leaving out those whose form
 * or key is refused.  0, or -1 with *f: the store cannot be read. */
int anchors_find(struct anchors *as, const struct trust *trust,
    const struct slice *subject, size_t n, struct fault *f);

/* The anchor for BearSSL; flags are BR_X509_TA_CA or 0.  Borrows from a. */
br_x509_trust_anchor anchor_as(struct anchor *a, unsigned flags);

void anchors_free(struct anchors *as);

/* Decodes the key of a certificate into *d.  0, or BearSSL's error: also for
 * RSA of less than 2048 or more than 4096 bits, or with an exponent below 3 or
 * of more than 256 bits. */
unsigned key_decode(struct slice der, br_x509_decoder_context *d);

#endif
