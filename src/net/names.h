#ifndef NET_NAMES_H
#define NET_NAMES_H

/*
 * The names that a certificate is for (subjectAltName), and the name
 * constraints of those who issued it (RFC 5280 section 4.2.1.10).  Pure.
 * The match of a DNS name is left to BearSSL; here is what it cannot do.
 */

#include "net/cert.h"

/* Whether the certificate names any host at all in subjectAltName: without
 * one BearSSL would fall back to the common name. */
int names_present(const struct cert *c);

/* Whether it names that address, 4 or 16 bytes. */
int names_address(const struct cert *c, struct slice address);

/* Writes the first names for people: "a.example, b.example". */
void names_list(const struct cert *c, char *out, size_t size);

/*
 * NULL, or why the constraints of the CA certificate ca do not allow the
 * names of c (malformed constraints allow none).  DNS names, addresses and
 * directory names are compared; of another kind any constraint that c has a
 * name for is a refusal.
 */
const char *names_allowed(const struct cert *c, const struct cert *ca);

#endif
