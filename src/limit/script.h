#ifndef LIMIT_SCRIPT_H
#define LIMIT_SCRIPT_H

/* limit.lua as the build embeds it (tests/embed.sh), and its SHA-1 in
 * hexadecimal. */

#include <stddef.h>

extern const char limit_script[];
extern const size_t limit_script_n;
extern const char limit_script_sha1[];

#endif
