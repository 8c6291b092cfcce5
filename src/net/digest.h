#ifndef NET_DIGEST_H
#define NET_DIGEST_H

/* SHA-256, for file names that must not reveal what they are derived from. */

#include "base/buf.h"

/* Appends in hexadecimal the first n bytes (at most 32) of the digest of all
 * parts, each followed by a NUL. */
void digest_put(struct buf *out, const struct slice *part, size_t parts,
    size_t n);

#endif
