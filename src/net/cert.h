#ifndef NET_CERT_H
#define NET_CERT_H

/*
 * What an X.509 certificate says (RFC 5280), read and judged on its own.
 * Pure: no keys, no signatures.  What the names in it may be is names.h's.
 *
 * Reasons for a refusal are static texts that go on after "certificate of
 * HOST", such as "is malformed".
 */

#include "net/der.h"

struct cert {
	struct slice der;
	struct slice issuer, subject;	/* DNs, with their headers */
	struct slice algorithm;		/* of the signature: the OID's body */
	struct slice key;		/* inside of SubjectPublicKeyInfo */
	struct slice exts;		/* Extension elements */
	msec not_before, not_after;
};

#define CERT_OID_NAMES "\x55\x1d\x11"		/* subjectAltName */
#define CERT_OID_CONSTRAINTS "\x55\x1d\x1e"	/* nameConstraints */

/*
 * Reads a certificate.  NULL, or the reason why it is no good whatever its
 * role: malformed, not version 3, an extension given twice, a critical
 * extension that is not understood.
 */
const char *cert_parse(struct slice der, struct cert *c);

/* The subject of a certificate of which perhaps only the first part is
 * there; 0, or -1 when it is not in it. */
int cert_subject(struct slice head, struct slice *subject);

/* The value of an extension: 1, or 0 when the certificate has none. */
int cert_ext(const struct cert *c, const char *oid, struct slice *value);

/* NULL, or why it may not act as a server. */
const char *cert_server(const struct cert *c);

/* NULL, or why it may not issue for servers.  below: how many intermediate
 * certificates stand between it and the server's. */
const char *cert_issuer(const struct cert *c, size_t below);

/* NULL, or why its signature is refused without a look at it: RSA PKCS#1 and
 * ECDSA with SHA-2 are accepted. */
const char *cert_signature(const struct cert *c);

/* Writes a DN for people: CN=..., else O=..., else (no name). */
void cert_dn(struct slice dn, char *out, size_t size);

#endif
