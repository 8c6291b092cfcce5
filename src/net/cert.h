#ifndef NET_CERT_H
#define NET_CERT_H

/*
 * One X.509 certificate (RFC 5280): what it says, and what it may be used for.
 * Pure; it checks neither signatures nor keys, which BearSSL does.  The hosts
 * that it is for are in names.h.
 *
 * A reason for refusal is a static text that continues "certificate of HOST",
 * such as "is malformed".
 */

#include "net/der.h"

struct cert {
	struct slice der;
	struct slice issuer, subject;	/* DNs, with their headers */
	struct slice exts;		/* Extension elements */
	msec not_before, not_after;
};

#define CERT_OID_NAMES "\x55\x1d\x11"		/* subjectAltName */
#define CERT_OID_CONSTRAINTS "\x55\x1d\x1e"	/* nameConstraints */

/*
 * Reads a certificate.  NULL, or why it is refused in any role: malformed, not
 * version 3, an extension that occurs twice, a critical extension that is not
 * understood.
 */
const char *cert_parse(struct slice der, struct cert *c);

/* The subject of a certificate that may be truncated: 0, or -1 when it does not
 * reach that far. */
int cert_subject(struct slice head, struct slice *subject);

/* The value of an extension: 1, or 0 when the certificate has none. */
int cert_ext(const struct cert *c, const char *oid, struct slice *value);

/* Whether issuer and subject are the same. */
int cert_self_issued(const struct cert *c);

/* NULL, or why a server may not use it. */
const char *cert_server(const struct cert *c);

/* NULL, or why it may not issue for servers.  below: the number of intermediate
 * certificates between it and the server's, not counting self-issued ones. */
const char *cert_issuer(const struct cert *c, size_t below);

/* Writes a DN for people: CN=..., else O=..., else (no name). */
void cert_dn(struct slice dn, char *out, size_t size);

#endif
