#include "limit/lease.h"

/*
 * A word: 1 bit: active; 43 bits: until when (active) or since when (waiting),
 * in ms; 20 bits: when it was last renewed, in units of BEAT.
 */
#define ACTIVE ((uint64_t)1 << 63)
#define TIME(word) ((msec)(((word) & ~ACTIVE) >> 20))
#define BEATS 0xfffffu
#define BEAT 64			/* ms */
#define DEAD (2 * LEASE_BEAT / BEAT)

static int
is_alive(uint64_t word, msec now)
{
	if (word & ACTIVE)
		return TIME(word) > now && TIME(word) <= now + LEASE_MAX;
	return word != 0 &&
	    (((uint64_t)now / BEAT - word) & BEATS) <= DEAD;
}

/* Writes word over ours or over a dead one; 0 if there is no room. */
static int
put(struct page *p, struct lease *l, uint64_t word, msec now)
{
	uint64_t old = l->word;
	size_t i, at;

	if (l->at > 0 && atomic_compare_exchange_strong(&p->lease[l->at - 1],
	    &old, word)) {
		l->word = word;
		return 1;
	}
	/* it is new, or was taken for dead; start anywhere, so that many do
	 * not compete for the first words */
	for (i = 0; i < PAGE_LEASES; i++) {
		at = (i + (size_t)now) % PAGE_LEASES;
		old = atomic_load(&p->lease[at]);
		if (!is_alive(old, now) && atomic_compare_exchange_strong(
		    &p->lease[at], &old, word)) {
			*l = (struct lease){ at + 1, word };
			return 1;
		}
	}
	l->at = 0;
	return 0;
}

/* Whether the waiting lease at index i has waited longer than *l. */
static int
waits_longer(size_t i, uint64_t word, const struct lease *l)
{
	return TIME(word) < TIME(l->word) ||
	    (TIME(word) == TIME(l->word) && i + 1 < l->at);
}

/* How many living leases wait longer than *l; with ACTIVE also the active
 * ones. */
static size_t
count(struct page *p, const struct lease *l, uint64_t active, msec now)
{
	size_t i, n = 0;
	uint64_t word;

	for (i = 0; i < PAGE_LEASES; i++) {
		word = atomic_load(&p->lease[i]);
		if (i + 1 != l->at && is_alive(word, now))
			n += (word & active) || (!(word & ACTIVE) &&
			    waits_longer(i, word, l));
	}
	return n;
}

int
lease_is_first(struct page *p, const struct lease *l, msec now)
{
	return l->at > 0 && count(p, l, 0, now) == 0;
}

void
lease_wait(struct page *p, struct lease *l, const int64_t *span, msec since,
    msec now)
{
	uint64_t word = (uint64_t)since << 20 | ((uint64_t)now / BEAT & BEATS);
	size_t i, k;

	if (!put(p, l, word, now))
		return;
	for (k = 0; k < PAGE_CELLS; k++)
		atomic_store(&p->span[l->at - 1][k], span[k]);
	if (!lease_is_first(p, l, now))
		return;
	for (i = 0; i < PAGE_LEASES; i++) {
		word = atomic_load(&p->lease[i]);
		if (word == 0 || (word & ACTIVE) || is_alive(word, now) ||
		    !waits_longer(i, word, l) ||
		    !atomic_compare_exchange_strong(&p->lease[i], &word, 0))
			continue;
		for (k = 0; k < PAGE_CELLS; k++)
			atomic_fetch_sub(&p->cell[k].base,
			    atomic_load(&p->span[i][k]));
	}
}

int
lease_take(struct page *p, struct lease *l, size_t most, msec length,
    msec now)
{
	if (most > 0 && (l->at == 0 || count(p, l, ACTIVE, now) >= most))
		return 0;
	/* without a limit, a request that finds no room just is not counted */
	(void)put(p, l, ACTIVE | (uint64_t)(now + length) << 20, now);
	return 1;
}

void
lease_drop(struct page *p, struct lease *l)
{
	uint64_t word = l->word;

	if (l->at > 0)
		(void)atomic_compare_exchange_strong(&p->lease[l->at - 1],
		    &word, 0);
	*l = (struct lease){ 0 };
}

size_t
lease_count(struct page *p, msec now)
{
	struct lease none = { 0 };

	return count(p, &none, ACTIVE, now);
}
