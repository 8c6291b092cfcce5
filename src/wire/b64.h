#ifndef WIRE_B64_H
#define WIRE_B64_H

/* Base64 by RFC 4648 section 4. */

#include "base/buf.h"

/* Appends s encoded, with padding and without line breaks. */
void b64_put(struct buf *out, struct slice s);

/* Appends s decoded.  Line breaks and blanks are skipped; anything else that
 * is not of the alphabet, and a broken end, is -1. */
int b64_take(struct slice s, struct buf *out);

#endif
