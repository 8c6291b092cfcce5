#ifndef CMD_NEAR_H
#define CMD_NEAR_H

/* Whether a word is likely a misspelt name. */

#include "base/buf.h"

/*
 * The edits that turn the word into the name: a letter too much, too few, or
 * another one, or two neighbours swapped.  0 if they are equal, ignoring case;
 * -1 if there are more than a slip explains: one for names of up to four
 * letters, else two.
 */
int near_edits(struct slice word, const char *name);

#endif
