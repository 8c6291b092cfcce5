#ifndef LIMIT_SCRIPT_H
#define LIMIT_SCRIPT_H

/*
 * limit.lua as the build embeds it (tests/embed.sh): without comments and
 * indentation, and packed to less than half its size.  A byte below 128 is
 * itself.  Another is followed by a place in the text, the high byte first,
 * from which that byte less 124 bytes are repeated.
 */

#include <stddef.h>

extern const unsigned char limit_script[];
extern const size_t limit_script_n;

/* The SHA-1 of the unpacked script in hexadecimal, by which a server knows
 * it. */
extern const char limit_script_sha1[];

#endif
