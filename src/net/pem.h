#ifndef NET_PEM_H
#define NET_PEM_H

/* PEM by RFC 7468: the certificates of a text, one by one.  Pure. */

#include "base/buf.h"

/* Takes the next certificate from *text: what stands between its lines, as
 * base64.  1, or 0 when there is none left.  Blocks of other kinds and text
 * between blocks are skipped; a block without its end is none. */
int pem_next(struct slice *text, struct slice *base64);

#endif
