#ifndef NET_TRUST_H
#define NET_TRUST_H

/*
 * Where trust comes from, and the finding of anchors in it.
 *
 * A store is not loaded: decoding 145 roots takes longer than a handshake.
 * It is searched for the subjects that a server's chain names, and of every
 * certificate only as much is read as its subject needs.
 *
 * Files are PEM, any number of certificates each, text between them skipped.
 * Directories hold such files; several are separated by colons.
 */

#include "base/buf.h"
#include "base/err.h"

struct trust {
	const char *file;	/* NULL: none */
	const char *dir;	/* NULL: none */
	int built_in;		/* the anchors of make EMBED_CA=FILE */
};

/*
 * Settles which store counts: cacert (an option's; a file or a directory),
 * else cert_file and cert_dir (SSL_CERT_FILE, SSL_CERT_DIR; both count), else
 * the first of the usual places of the system, else what was built in.  NULL
 * and "" are not given.  The strings are borrowed for as long as *t is used.
 * 0, or -1 with F_CERT, fatal: what was named cannot be read or holds no
 * certificate, or there is no store at all.
 */
int trust_open(struct trust *t, const char *cacert, const char *cert_file,
    const char *cert_dir, struct fault *f);

/* Gets each certificate that was looked for; der is borrowed for the call. */
struct trust_sink {
	void (*found)(struct trust_sink *sink, struct slice der);
};

/* Looks up the certificates whose subject is one of n DNs (with headers).  0,
 * or -1 with F_CERT: the store cannot be read. */
int trust_find(const struct trust *t, const struct slice *subject, size_t n,
    struct trust_sink *sink, struct fault *f);

#endif
