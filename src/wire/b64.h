#ifndef WIRE_B64_H
#define WIRE_B64_H

/* Base64 (RFC 4648, section 4). */

#include "base/buf.h"

/* Appends s in base64, with padding and without line breaks. */
void b64_put(struct buf *out, struct slice s);

/* Appends s decoded; blanks and line breaks are ignored.  0; or -1 and nothing
 * appended, if it has other characters, wrong padding, or unused bits set. */
int b64_take(struct slice s, struct buf *out);

#endif
