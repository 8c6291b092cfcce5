#ifndef BASE_SMALL_H
#define BASE_SMALL_H

/*
 * Of the C library's functions, those that getaddrinfo() alone needs and that
 * are large there: the static program has these in their place, for short
 * lists and short words.
 */

#include <stddef.h>

/* As qsort(), strstr() and strtoul(). */
void small_sort(void *list, size_t n, size_t size,
    int (*order)(const void *, const void *));
char *small_find(const char *text, const char *word);
unsigned long small_number(const char *text, char **end, int base);

#endif
