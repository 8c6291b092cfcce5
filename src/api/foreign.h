#ifndef API_FOREIGN_H
#define API_FOREIGN_H

/* Answers in the form of another API than the one that was asked. */

#include "api/dialect.h"

/*
 * What the JSON of an event, or of a whole answer, means that the dialect has
 * made nothing of: DECODE_FAULT, for good, if it is plainly another API's; the
 * message names the prefix of -m to use.  Else DECODE_MORE, as always for the
 * dialect that takes any JSON.
 */
enum decoded foreign_form(struct decode *d, const struct dialect *own,
    struct slice json);

#endif
