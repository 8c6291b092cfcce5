#ifndef NET_KEY_H
#define NET_KEY_H

/* The public keys of certificates, in the form that BearSSL takes. */

#include <bearssl.h>

#include "net/cert.h"

#define KEY_RSA_MIN 256		/* bytes: 2048 bits */

/* The bytes of a slice for BearSSL's types, which forgot their const. */
static inline unsigned char *
key_bytes(struct slice s)
{
	return (unsigned char *)(size_t)s.p;
}

/* Decodes the certificate's key, which goes on pointing into it.  0, or
 * BearSSL's error: none that is known, RSA of less than 2048 bits or of more
 * than 4096, an exponent below 3 or of more than 256 bits, malformed. */
unsigned key_read(const struct cert *c, br_x509_pkey *key);

#endif
