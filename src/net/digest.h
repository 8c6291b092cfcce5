#ifndef NET_DIGEST_H
#define NET_DIGEST_H

/* SHA-256, for names that must not tell what they are made of. */

#include "base/buf.h"

/* Appends the first n bytes (at most 32) of the digest of the parts, one
 * after the other with a NUL behind each, in hexadecimal. */
void digest_put(struct buf *out, const struct slice *part, size_t parts,
    size_t n);

#endif
