#ifndef WIRE_FENCE_H
#define WIRE_FENCE_H

/*
 * Fenced code blocks in Markdown, as in CommonMark 0.31 section 4.5: three or
 * more backticks or tildes, indented by at most three columns, until a line of
 * at least as many of the same, or until the quote or list item that has the
 * block ends.  HTML blocks are not recognized.
 */

#include "base/buf.h"

enum fence { FENCE_FIRST, FENCE_LAST };

/*
 * Puts the content of the first or last code block of text into out, without
 * the indentation and the quote marks of its lines.  whole: the end of text
 * closes a block; else one that is open there is none.  0; -1: there is none,
 * and out is empty.
 */
int fence_find(struct slice text, enum fence which, int whole,
    struct buf *out);

#endif
