#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

/*
 * malloc() of the static program, in a tenth of the C library's code: bide
 * runs in one thread and holds a few buffers, which grow.  Where the program
 * is linked with the system's own C library, that one's is used.
 */

#include <stddef.h>

/* As malloc(), calloc(), realloc() and free(). */
void *alloc_get(size_t n);
void *alloc_zeroed(size_t n, size_t size);
void *alloc_resize(void *p, size_t n);
void alloc_free(void *p);

#endif
