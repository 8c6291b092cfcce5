#ifndef BASE_FMT_H
#define BASE_FMT_H

/*
 * Text from a format, as printf() has it but for what nobody here needs:
 *
 *	%s %c %d %u %x %%, with l, ll or z before a number, a width with or
 *	without 0 before it, and .N or .* before an s
 *
 * No locale, no allocation, no floating point; a third of the size of the C
 * library's, and the same everywhere.  Any other directive is our own bug.
 */

#include <stdarg.h>
#include <stddef.h>

/* Writes what fits into the array to of size bytes, NUL included, and returns
 * the length of the whole text: it was cut when that is >= size. */
size_t fmt_text(char *to, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
size_t fmt_args(char *to, size_t size, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

#endif
