#ifndef NET_PEM_H
#define NET_PEM_H

/* The certificates in a PEM file (RFC 7468).  Pure. */

#include "base/buf.h"

/* Takes the next certificate from *text: the base64 between its BEGIN and END
 * lines.  1, or 0 when there are no more.  Other text, blocks of other kinds
 * and blocks without an end are skipped. */
int pem_next(struct slice *text, struct slice *base64);

#endif
