#ifndef BASE_SMALL_H
#define BASE_SMALL_H

/*
 * Functions of the C library that are large there, for what they are used for
 * here: the static program has these in their place.
 */

#include <stddef.h>

/* As qsort(), strstr(), strspn() and strcspn(). */
void small_sort(void *list, size_t n, size_t size,
    int (*order)(const void *, const void *));
char *small_find(const char *text, const char *word);
size_t small_span(const char *text, const char *set);
size_t small_cspan(const char *text, const char *set);

/* As strerror(), of the errors that a program of this kind can meet; "error
 * N" of any other, in a place that the next call writes to. */
const char *small_error(int err);

#endif
