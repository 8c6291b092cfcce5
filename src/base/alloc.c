#define _GNU_SOURCE	/* MAP_ANONYMOUS, mremap() */

#include "base/alloc.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bug.h"

#define SMALL_MIN ((size_t)32)
#define SMALL_MAX ((size_t)4096)	/* larger ones get pages of their own */
#define CLASSES 8
#define PAGE ((size_t)4096)
#define CHUNK ((size_t)65536)

/* Stands before what the caller gets, and keeps that aligned. */
struct block {
	_Alignas(16)
	size_t size;		/* of all, a power of two or whole pages */
	struct block *next;	/* while it is spare */
};

static struct block *spare[CLASSES];
static char *rest;		/* of the last chunk */
static size_t left;

/* Bytes of a block for n; 0 when there cannot be one. */
static size_t
size_for(size_t n)
{
	size_t size = SMALL_MIN;

	if (n > PTRDIFF_MAX - PAGE)
		return 0;
	n += sizeof(struct block);
	if (n > SMALL_MAX)
		return (n + PAGE - 1) & ~(PAGE - 1);
	while (size < n)
		size *= 2;
	return size;
}

static struct block **
spare_of(size_t size)
{
	size_t i = 0;

	while (SMALL_MIN << i < size)
		i++;
	assert(SMALL_MIN << i == size && i < CLASSES);
	return &spare[i];
}

static void *
map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* What is left of a chunk that is too short is lost: less than a page. */
static struct block *
carve(size_t size)
{
	struct block *b;

	if (left < size) {
		rest = map(CHUNK);
		left = rest == NULL ? 0 : CHUNK;
	}
	if (rest == NULL)
		return NULL;
	b = (void *)rest;
	rest += size;
	left -= size;
	return b;
}

static struct block *
small(size_t size)
{
	struct block **list = spare_of(size), *b = *list;

	if (b == NULL)
		return carve(size);
	*list = b->next;
	return b;
}

void *
alloc_get(size_t n)
{
	size_t size = size_for(n);
	struct block *b = NULL;

	if (size > 0)
		b = size > SMALL_MAX ? map(size) : small(size);
	if (b == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	b->size = size;
	return b + 1;
}

void *
alloc_zeroed(size_t n, size_t size)
{
	void *p = size > 0 && n > SIZE_MAX / size ? alloc_get(SIZE_MAX) :
	    alloc_get(n * size);

	return p == NULL ? NULL : memset(p, 0, n * size);
}

void
alloc_free(void *p)
{
	struct block *b = p, **list;

	if (b == NULL)
		return;
	b--;
	if (b->size > SMALL_MAX) {
		(void)munmap(b, b->size);
		return;
	}
	list = spare_of(b->size);
	b->next = *list;
	*list = b;
}

/* Whole pages are moved without a look at them. */
static void *
remap(struct block *b, size_t size)
{
	b = mremap(b, b->size, size, MREMAP_MAYMOVE);
	if (b == MAP_FAILED)
		return NULL;
	b->size = size;
	return b + 1;
}

void *
alloc_resize(void *p, size_t n)
{
	size_t size = size_for(n), old;
	struct block *b = p;
	void *moved;

	if (p == NULL)
		return alloc_get(n);
	old = (--b)->size;
	if (size == old)
		return p;
	if (size > SMALL_MAX && old > SMALL_MAX)
		return remap(b, size);
	if ((moved = alloc_get(n)) == NULL)
		return NULL;
	old -= sizeof(*b);
	memcpy(moved, p, n < old ? n : old);
	alloc_free(p);
	return moved;
}

#ifndef __GLIBC__
void *
malloc(size_t n)
{
	return alloc_get(n);
}

void *
calloc(size_t n, size_t size)
{
	return alloc_zeroed(n, size);
}

void *
realloc(void *p, size_t n)
{
	return alloc_resize(p, n);
}

void
free(void *p)
{
	alloc_free(p);
}
#endif
