#ifndef NET_DER_H
#define NET_DER_H

/*
 * A reader for the DER (X.690) of certificates: one-byte tags, definite
 * lengths in their shortest form.  Pure; slices point into the input.
 */

#include "base/buf.h"
#include "base/err.h"

#define DER_BOOLEAN	0x01
#define DER_INTEGER	0x02
#define DER_BIT_STRING	0x03
#define DER_OCTETS	0x04
#define DER_OID		0x06
#define DER_UTC_TIME	0x17
#define DER_TIME	0x18	/* GeneralizedTime */
#define DER_SEQUENCE	0x30
#define DER_SET		0x31
#define DER_CONTEXT(n)	(0x80 | (n))	/* [n], primitive */
#define DER_INSIDE(n)	(0xa0 | (n))	/* [n], constructed */

/* One element. */
struct der {
	int tag;
	struct slice body;	/* without the header */
	struct slice whole;	/* with it */
};

/* Takes the first element of *s.  1, 0 when *s is empty, or -1, leaving *s,
 * when it does not start with a whole DER element. */
int der_next(struct slice *s, struct der *out);

/* Takes the first element, which must have that tag: 0, or -1, leaving *s. */
int der_take(struct slice *s, int tag, struct slice *body);

/* The body of s, which must be one element of that tag and nothing else: 0,
 * or -1. */
int der_only(struct slice s, int tag, struct slice *body);

/* Makes *s the body of its first element, which must have that tag and may be
 * truncated.  0, or -1, leaving *s. */
int der_enter(struct slice *s, int tag);

/* Skips the first element if it has that tag: whether it had. */
int der_skip(struct slice *s, int tag);

/* Takes a UTCTime or GeneralizedTime in the form of RFC 5280: ms since 1970,
 * or MSEC_NONE for anything else, including years before 1970. */
msec der_time(struct slice *s);

/* The body of an INTEGER as a number; -1 when it is negative, longer than
 * four bytes or empty. */
long long der_int(struct slice body);

#endif
