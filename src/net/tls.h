#ifndef NET_TLS_H
#define NET_TLS_H

/*
 * TLS 1.2 over another conn, by BearSSL: ECDHE with AES-GCM or
 * ChaCha20-Poly1305 only, SHA-256 and SHA-384 signatures and up, RSA of 2048
 * bits at least, ALPN http/1.1, SNI.  Chance and the time of day come from
 * env, not from the system behind its back.
 *
 * There is no way to skip verification.
 */

#include "net/conn.h"
struct trust;

/*
 * Shakes hands over below, which it owns from here on (closed on failure).
 * host is what the certificate must name: a DNS name or an IP literal.  NULL
 * with *f: F_CERT (fatal; the text says what is wrong with the certificate
 * and how an own CA is trusted), F_TLS (retryable when the handshake was cut,
 * by a reset too; fatal when the peer speaks no TLS that bide speaks, or
 * demands a client certificate), F_TIMEOUT, F_CANCEL.
 */
struct conn *tls_open(const struct env *env, struct conn *below,
    struct slice host, const struct trust *trust, msec deadline,
    struct fault *f);

#endif
