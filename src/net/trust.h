#ifndef NET_TRUST_H
#define NET_TRUST_H

/*
 * The trust store, and finding anchors in it.
 *
 * A store is not loaded, since decoding 145 roots takes longer than a
 * handshake.  It is searched for the subjects that a server's chain names, and
 * each certificate is read only as far as its subject.
 *
 * Files are PEM with any number of certificates; text between them is skipped.
 * Directories hold such files; a list of directories is separated by colons.
 */

#include "base/buf.h"
#include "base/err.h"

struct trust {
	const char *file;	/* NULL: none */
	const char *dir;	/* NULL: none */
	int built_in;		/* the anchors of make EMBED_CA=FILE */
};

/*
 * Chooses the store: cacert (an option; a file or a directory), else cert_file
 * and cert_dir together (SSL_CERT_FILE, SSL_CERT_DIR), else the first of the
 * system's usual places, else what was built in.  NULL and "" mean not given.
 * The strings are borrowed for as long as *t is used.  0, or -1 with F_CERT
 * (fatal): what was named cannot be read or holds no certificate, or there is
 * no store.
 */
int trust_open(struct trust *t, const char *cacert, const char *cert_file,
    const char *cert_dir, struct fault *f);

/* Appends to *der the certificates whose subject is one of n DNs (with
 * headers), one after the other.  0, or -1 with F_CERT: the store cannot be
 * read. */
int trust_find(const struct trust *t, const struct slice *subject, size_t n,
    struct buf *der, struct fault *f);

#endif
