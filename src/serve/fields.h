#ifndef SERVE_FIELDS_H
#define SERVE_FIELDS_H

/* Header fields on their way through: all pass as they are but for those that
 * are about one connection (RFC 9110 section 7.6.1).  Pure. */

#include "serve/client.h"

/* Appends the fields of a client's request, as lines, for an exchange that is
 * .ready; plain: no compression is asked for; keyless: without those that hold
 * a key; length: of the body, if it has one. */
void fields_request(const struct client *c, int plain, int keyless,
    size_t length, struct buf *out);

/* Appends those of a response, but for its length. */
void fields_answer(const struct http *h, struct buf *out);

/* Removes the lines with that name. */
void fields_drop(struct buf *lines, const char *name);

#endif
