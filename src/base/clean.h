#ifndef BASE_CLEAN_H
#define BASE_CLEAN_H

/* Makes text from outside safe to show on a terminal. */

#include "base/buf.h"

/*
 * Appends s with control characters made visible: C0 and DEL as ^X, C1 and
 * invalid UTF-8 as \xNN.  Newline and tab are kept if layout is set, else
 * each becomes a blank.  The result cannot control a terminal.
 */
void clean_put(struct buf *out, struct slice s, int layout);

/*
 * Masks whatever looks like a key in the NUL-terminated text with '*': every
 * occurrence of key, and words that start like providers' keys (sk-, gsk_,
 * xai-, AIza, ...) except for their first six and last two characters.
 */
void clean_keys(char *text, struct slice key);

#endif
