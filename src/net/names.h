#ifndef NET_NAMES_H
#define NET_NAMES_H

/*
 * The hosts that a certificate is for (subjectAltName; the common name is never
 * used), and name constraints (RFC 5280 section 4.2.1.10).  Pure.
 */

#include "net/cert.h"

/* Whether the certificate is for that DNS name.  "*" matches one whole label,
 * but not the one under a top-level domain. */
int names_host(const struct cert *c, struct slice host);

/* Whether it is for that address, 4 or 16 bytes. */
int names_address(const struct cert *c, struct slice address);

/* Writes the first names for people: "a.example, b.example". */
void names_list(const struct cert *c, char *out, size_t size);

/*
 * NULL, or why the constraints of the CA certificate ca do not allow the names
 * of c (malformed constraints allow none).  DNS names, addresses and directory
 * names are compared; a constraint of another kind allows no name of that kind.
 * *work counts comparisons: beyond 100000 nothing is allowed.
 */
const char *names_allowed(const struct cert *c, const struct cert *ca,
    size_t *work);

#endif
