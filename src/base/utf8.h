#ifndef BASE_UTF8_H
#define BASE_UTF8_H

/* UTF-8 as in the Unicode standard, table 3-7: no overlong forms, no
 * surrogates, nothing beyond U+10FFFF. */

#include "base/buf.h"

/*
 * The length of the sequence at the start of s, which must not be empty.  If
 * it is invalid, *bad is set and the result is the number of bytes that one
 * U+FFFD replaces: the longest valid prefix of a sequence, or one byte
 * (Unicode 3.9, WHATWG).
 */
size_t utf8_length(struct slice s, int *bad);

/* The length of the valid prefix of s: s.n if all of it is UTF-8. */
size_t utf8_good(struct slice s);

/* The length of the byte order mark at the start of s, 3 or 0.  It says that s
 * is UTF-8 and is no part of the text. */
size_t utf8_mark(struct slice s);

/* Appends s with U+FFFD in place of what is not UTF-8. */
void utf8_put(struct buf *out, struct slice s);

#endif
