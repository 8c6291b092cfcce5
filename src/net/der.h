#ifndef NET_DER_H
#define NET_DER_H

/*
 * DER by X.690, as far as certificates need it: one-byte tags, definite
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

/* Takes the element at the front of *s.  1, 0 when *s is empty, -1 when what
 * stands there is not DER; then *s is not changed. */
int der_next(struct slice *s, struct der *out);

/* Takes an element of that tag: 0, or -1 when something else stands there. */
int der_take(struct slice *s, int tag, struct slice *body);

/* The body of s, which must be one element of that tag and nothing else: 0,
 * or -1. */
int der_only(struct slice s, int tag, struct slice *body);

/* Takes a BIT STRING of whole bytes: 0, or -1. */
int der_bits(struct slice *s, struct slice *bytes);

/* Steps into an element of that tag; its body may be cut short, *s is what
 * there is of it.  0, or -1 when something else stands there. */
int der_enter(struct slice *s, int tag);

/* Skips one element if it has that tag.  Whether it had. */
int der_skip(struct slice *s, int tag);

/* Takes a UTCTime or GeneralizedTime as RFC 5280 restricts them: ms since
 * 1970, or MSEC_NONE for anything else (years before 1970 too). */
msec der_time(struct slice *s);

/* The body of an INTEGER as a number; -1 when it is negative, longer than
 * four bytes or empty. */
long long der_int(struct slice body);

#endif
