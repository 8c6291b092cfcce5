#include "state/ids.h"

#include <bearssl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"

#define SLOT ((size_t)IDS_HASH + 4)	/* the hash and a word */
#define ONE 0x100			/* of the counter; below it, flags */
#define CAP_BITS 10			/* of the first table */
#define MEMORY_MAX 16384		/* slots */
#define PAGE 256			/* slots in a page of the file */

void
ids_hash(struct slice name, unsigned char hash[IDS_HASH])
{
	unsigned char all[br_sha256_SIZE];
	br_sha256_context c;

	br_sha256_init(&c);
	br_sha256_update(&c, name.p, name.n);
	br_sha256_out(&c, all);
	memcpy(hash, all, IDS_HASH);
}

/* Loads a page of the file; the one before is written first if it has changed.
 * Holes in the file are free slots. */
static int
turn(struct ids *s, uint64_t page)
{
	const size_t size = PAGE * SLOT;
	ssize_t got;

	if (s->changed && file_put(s->fd, (struct slice){ (char *)s->slots,
	    size }, (off_t)(s->page * size)) < 0)
		return -1;
	s->changed = 0;
	s->page = UINT64_MAX;
	got = file_get(s->fd, s->slots, size, (off_t)(page * size));
	if (got < 0)
		return -1;
	memset(s->slots + got, 0, size - (size_t)got);
	s->page = page;
	return 0;
}

/* The ith slot, valid until the next call; NULL with errno. */
static unsigned char *
slot(struct ids *s, uint64_t i)
{
	if (s->fd < 0)
		return s->slots + i * SLOT;
	if (i / PAGE != s->page && turn(s, i / PAGE) < 0)
		return NULL;
	return s->slots + i % PAGE * SLOT;
}

/* The counter and the flags; 0: the slot is free. */
static uint32_t
word(const unsigned char *at)
{
	uint32_t w;

	memcpy(&w, at + IDS_HASH, sizeof(w));
	return w;
}

/* Linear probing: the slot that has the hash, or the free slot where it
 * belongs; NULL with errno. */
static unsigned char *
find(struct ids *s, const unsigned char *hash)
{
	unsigned char *at;
	uint64_t i = 0;
	int k;

	/* The place is the first bits of the hash.  So the order of slots is
	 * nearly that of hashes, and grow() fills page after page. */
	for (k = 0; k < 8; k++)
		i = i << 8 | hash[k];
	for (i >>= 64 - s->bits; (at = slot(s, i)) != NULL;
	    i = (i + 1) & (s->cap - 1))
		if (word(at) == 0 || memcmp(at, hash, IDS_HASH) == 0)
			break;
	return at;
}

/* Moves s to a table twice as large. */
static int
grow(struct ids *s)
{
	struct ids larger = { .fd = -1, .path = s->path, .n = s->n,
	    .bits = s->cap == 0 ? CAP_BITS : s->bits + 1,
	    .page = UINT64_MAX };
	unsigned char *old, *at;
	uint64_t i;

	larger.cap = (uint64_t)1 << larger.bits;
	if (larger.cap > MEMORY_MAX && s->path != NULL)
		larger.fd = file_scratch(s->path);
	larger.slots = calloc(larger.fd < 0 ? (size_t)larger.cap : PAGE, SLOT);
	if (larger.slots == NULL)
		err_oom();
	for (i = 0; i < s->cap; i++) {
		old = slot(s, i);
		if (old != NULL && word(old) == 0)
			continue;
		at = old == NULL ? NULL : find(&larger, old);
		if (at == NULL) {
			ids_free(&larger);
			return -1;
		}
		memcpy(at, old, SLOT);
		larger.changed = 1;
	}
	ids_free(s);
	*s = larger;
	return 0;
}

/* The slot of a name, as find(), with room for another one. */
static unsigned char *
place(struct ids *s, const unsigned char *hash)
{
	return s->n >= s->cap / 4 * 3 && grow(s) < 0 ? NULL : find(s, hash);
}

/* Sets a slot that place() has found for a name. */
static void
put(struct ids *s, unsigned char *at, const unsigned char *hash, uint32_t w)
{
	s->n += word(at) == 0;
	memcpy(at, hash, IDS_HASH);
	memcpy(at + IDS_HASH, &w, sizeof(w));
	s->changed = 1;
}

int
ids_mark(struct ids *s, const unsigned char hash[IDS_HASH], int flags)
{
	unsigned char *at = place(s, hash);
	uint32_t w, set = (uint32_t)flags;

	if (at == NULL)
		return -1;
	w = word(at);
	if ((w | set) != w)
		put(s, at, hash, w | set);
	return (int)(w % ONE);
}

int
ids_count(struct ids *s, const unsigned char hash[IDS_HASH], int by)
{
	unsigned char *at = place(s, hash);
	uint32_t w;

	if (at == NULL)
		return -1;
	w = word(at);
	if (by > 0 && w / ONE < UINT32_MAX / ONE)
		put(s, at, hash, (w | IDS_DONE) + ONE);
	else if (by < 0 && w / ONE > 0)
		put(s, at, hash, w - ONE);
	return (int)(w / ONE);
}

void
ids_free(struct ids *s)
{
	free(s->slots);
	if (s->fd >= 0)
		(void)close(s->fd);
	*s = (struct ids){ .fd = -1, .path = s->path };
}
