#ifndef BASE_CLEAN_H
#define BASE_CLEAN_H

/* Foreign text made fit for a person's terminal. */

#include "base/buf.h"

/*
 * Appends s with every control character made visible: C0 and DEL as ^X, C1
 * and broken UTF-8 as \xNN.  Newline and tab stay if layout is set, else they
 * become one blank.  Nothing that is left can drive a terminal.
 */
void clean_put(struct buf *out, struct slice s, int layout);

/*
 * Overwrites with '*' whatever looks like a key in the NUL-terminated text:
 * every occurrence of key itself, and words that begin as the providers' keys
 * do (sk-, gsk_, xai-, AIza, ...), but for their first six and last two
 * characters.
 */
void clean_keys(char *text, struct slice key);

#endif
