#ifndef NET_TLS_H
#define NET_TLS_H

/*
 * TLS 1.2 over another conn, by BearSSL: ECDHE with AES-GCM or
 * ChaCha20-Poly1305 only, SHA-256 and SHA-384 signatures and up, RSA of 2048
 * bits at least, ALPN http/1.1, SNI.  Randomness and the time of day come
 * from env.  Verification cannot be turned off.
 */

#include "net/conn.h"
struct trust;

/*
 * Runs the handshake over below and takes ownership of it (closed on failure).
 * host is what the certificate must name: a DNS name or an IP literal.  NULL
 * with *f: F_CERT (fatal; the text says what is wrong with the certificate, and
 * how to trust a private CA), F_TLS (retryable when the handshake was
 * interrupted, by a reset too; fatal when the peer speaks no version or cipher
 * suite of ours, or demands a client certificate), F_TIMEOUT, F_CANCEL.
 */
struct conn *tls_open(const struct env *env, struct conn *below,
    struct slice host, const struct trust *trust, msec deadline,
    struct fault *f);

#endif
