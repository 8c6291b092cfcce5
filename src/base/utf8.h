#ifndef BASE_UTF8_H
#define BASE_UTF8_H

/* UTF-8 by the Unicode standard, table 3-7: no overlong forms, no
 * surrogates, nothing past U+10FFFF. */

#include "base/buf.h"

/*
 * The length of the sequence at the front of s, which is not empty.  With
 * *bad set, how many bytes one U+FFFD stands for: the longest beginning of a
 * sequence, as the standard (3.9) and WHATWG's decoder have it.
 */
size_t utf8_length(struct slice s, int *bad);

/* How many bytes come before the first that is not UTF-8; s.n: all is. */
size_t utf8_good(struct slice s);

/* Appends s with U+FFFD for what is not UTF-8. */
void utf8_put(struct buf *out, struct slice s);

#endif
