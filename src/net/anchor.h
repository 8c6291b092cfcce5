#ifndef NET_ANCHOR_H
#define NET_ANCHOR_H

/*
 * Anchors in the form that BearSSL takes, found in the trust store by their
 * subjects.
 */

#include "net/key.h"
#include "net/trust.h"

#define ANCHORS_MAX 16

struct anchor {
	struct cert cert;
	br_x509_pkey key;		/* points into the certificate */
};

/* {0} is a valid start. */
struct anchors {
	size_t n;
	int unusable;			/* some were found but left out */
	/* private */
	struct trust_sink sink;
	struct buf der;
	struct anchor anchor[ANCHORS_MAX];
	size_t end[ANCHORS_MAX];
};

/* Looks up the anchors whose subject is one of n DNs; those with a form or a
 * key that is not accepted are left out.  0, or -1 with *f: the store cannot
 * be read. */
int anchors_find(struct anchors *as, const struct trust *trust,
    const struct slice *subject, size_t n, struct fault *f);

/* What BearSSL is told of a; flags are BR_X509_TA_CA or 0.  Borrows from a. */
br_x509_trust_anchor anchor_as(const struct anchor *a, unsigned flags);

void anchors_free(struct anchors *as);

#endif
