#include "state/ids.h"

#include <bearssl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"

#define SLOT ((size_t)IDS_HASH + 1)
#define FLAGS IDS_HASH			/* the byte after the hash; 0: free */
#define CAP_MIN 1024
#define MEMORY_MAX 16384		/* slots */
#define PROBE 16			/* slots per read */

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

/* Reads n slots, from the ith on; holes in the file are free slots. */
static int
get(const struct ids *s, uint64_t i, unsigned char *to, size_t n)
{
	ssize_t got;

	if (s->fd < 0) {
		memcpy(to, s->slots + i * SLOT, n * SLOT);
		return 0;
	}
	got = file_get(s->fd, to, n * SLOT, (off_t)(i * SLOT));
	if (got < 0)
		return -1;
	memset(to + got, 0, n * SLOT - (size_t)got);
	return 0;
}

static int
put(const struct ids *s, uint64_t i, const unsigned char *slot)
{
	if (s->fd >= 0)
		return file_put(s->fd, (struct slice){ (const void *)slot,
		    SLOT }, (off_t)(i * SLOT));
	memcpy(s->slots + i * SLOT, slot, SLOT);
	return 0;
}

/* Linear probing: sets *at to the slot that has the hash, or to the free slot
 * where it belongs, and copies that slot to found.  -1 with errno. */
static int
find(const struct ids *s, const unsigned char *hash, uint64_t *at,
    unsigned char *found)
{
	unsigned char slots[PROBE * SLOT];
	uint64_t i = 0;
	size_t n, k;

	memcpy(&i, hash, sizeof(i));
	for (i &= s->cap - 1;; i = (i + n) & (s->cap - 1)) {
		n = s->cap - i < PROBE ? (size_t)(s->cap - i) : PROBE;
		if (get(s, i, slots, n) < 0)
			return -1;
		for (k = 0; k < n; k++) {
			memcpy(found, slots + k * SLOT, SLOT);
			*at = i + k;
			if (found[FLAGS] == 0 ||
			    memcmp(found, hash, IDS_HASH) == 0)
				return 0;
		}
	}
}

/* Moves s to a table four times as large. */
static int
grow(struct ids *s)
{
	struct ids larger = { .fd = -1, .path = s->path, .n = s->n,
	    .cap = s->cap == 0 ? CAP_MIN : s->cap * 4 };
	unsigned char slots[PROBE * SLOT], none[SLOT];
	char name[PATH_MAX];
	uint64_t i, at;
	size_t k;

	if (larger.cap > MEMORY_MAX && s->path != NULL &&
	    str_printf(name, sizeof(name), "%s.XXXXXX", s->path) == 0 &&
	    (larger.fd = mkstemp(name)) >= 0)
		(void)unlink(name);
	if (larger.fd < 0 && (larger.slots = calloc((size_t)larger.cap,
	    SLOT)) == NULL)
		err_oom();
	for (i = 0; i < s->cap; i += PROBE) {
		if (get(s, i, slots, PROBE) < 0)
			goto failed;
		for (k = 0; k < PROBE; k++)
			if (slots[k * SLOT + FLAGS] != 0 &&
			    (find(&larger, slots + k * SLOT, &at, none) < 0 ||
			    put(&larger, at, slots + k * SLOT) < 0))
				goto failed;
	}
	ids_free(s);
	*s = larger;
	return 0;
failed:
	ids_free(&larger);
	return -1;
}

int
ids_mark(struct ids *s, const unsigned char hash[IDS_HASH], int flags)
{
	unsigned char slot[SLOT];
	uint64_t at;
	int had;

	if (s->n >= s->cap / 4 * 3 && grow(s) < 0)
		return -1;
	if (find(s, hash, &at, slot) < 0)
		return -1;
	had = slot[FLAGS];
	if ((had | flags) == had)
		return had;
	memcpy(slot, hash, IDS_HASH);
	slot[FLAGS] = (unsigned char)(had | flags);
	s->n += had == 0;
	return put(s, at, slot) < 0 ? -1 : had;
}

void
ids_free(struct ids *s)
{
	free(s->slots);
	if (s->fd >= 0)
		(void)close(s->fd);
	*s = (struct ids){ .fd = -1, .path = s->path };
}
