#ifndef NET_KEY_H
#define NET_KEY_H

/*
 * Public keys of certificates, and what they have signed.  The arithmetic is
 * BearSSL's.
 */

#include <bearssl.h>

#include "net/cert.h"

/* Decodes the certificate's key, which goes on pointing into it.  0, or
 * BearSSL's error: none that is known, RSA of less than 2048 bits or of more
 * than 4096, an exponent below 3 or of more than 256 bits, malformed. */
unsigned key_read(const struct cert *c, br_x509_pkey *key);

/* Whether the signature of c was made with the key.  cert_signature() must
 * have found nothing against it. */
int key_signed(const br_x509_pkey *key, const struct cert *c);

#endif
