#ifndef BASE_SMALL_H
#define BASE_SMALL_H

/*
 * Functions of the C library that are large there, for what they are used for
 * here: the static program has these in their place.
 */

#include <stddef.h>

/* As qsort() and strstr(). */
void small_sort(void *list, size_t n, size_t size,
    int (*order)(const void *, const void *));
char *small_find(const char *text, const char *word);

#endif
