#ifndef BASE_CLEAN_H
#define BASE_CLEAN_H

/*
 * Makes text from outside safe to show on a terminal.  What these functions
 * let through is all that a terminal gets to see: cmd/say.h and the sink of an
 * answer's text pass everything through clean_put(), and the writer of JSON
 * escapes what clean_acts() finds.
 */

#include "base/buf.h"

/*
 * The code point of the character c, which is UTF-8, if it is one that acts
 * rather than shows: DEL, C1 (ECMA-48), or one of Unicode's Bidi_Control, which
 * reorder the text around them (UAX #9).  Else 0, also for C0.
 */
unsigned clean_acts(struct slice c);

/*
 * Appends s with such characters made visible: C0 and DEL as ^X, C1 and
 * Bidi_Control as \uNNNN, bytes that are not UTF-8 as \xNN.  Newline and tab
 * are kept if layout is set, else each becomes a blank.  The result cannot
 * control a terminal.
 */
void clean_put(struct buf *out, struct slice s, int layout);

/* How many bytes at the start of such text, of one line, fit into so many
 * columns of a terminal; *columns becomes how many they take up.  East Asian
 * characters and emoji take two. */
size_t clean_fit(struct slice s, size_t *columns);

#endif
