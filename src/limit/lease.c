#include "limit/lease.h"

/*
 * A word: 1 bit whether it is on its way, 43 bits until when (so) or since
 * when (waiting) in ms, 20 bits of when it last lived, in BEATs.
 */
#define GOING ((uint64_t)1 << 63)
#define TIME(word) ((msec)(((word) & ~GOING) >> 20))
#define BEATS 0xfffffu
#define BEAT 64			/* ms */
#define DEAD (2 * LEASE_BEAT / BEAT)

static uint64_t
going(msec until)
{
	return GOING | (uint64_t)until << 20;
}

static uint64_t
waiting(msec since, msec now)
{
	return (uint64_t)since << 20 | ((uint64_t)now / BEAT & BEATS);
}

static int
alive(uint64_t word, msec now)
{
	if (word & GOING)
		return TIME(word) > now;
	return word != 0 &&
	    (((uint64_t)now / BEAT - word) & BEATS) <= DEAD;
}

/* Puts word where ours is, or where nobody's is; 0 when there is no room. */
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
	/* it was taken for dead, or is new: from anywhere on, so that many do
	 * not all try the first ones */
	for (i = 0; i < PAGE_LEASES; i++) {
		at = (i + (size_t)now) % PAGE_LEASES;
		old = atomic_load(&p->lease[at]);
		if (!alive(old, now) && atomic_compare_exchange_strong(
		    &p->lease[at], &old, word)) {
			*l = (struct lease){ at + 1, word };
			return 1;
		}
	}
	l->at = 0;
	return 0;
}

/* Whether the one at i has waited for longer. */
static int
is_before(const struct lease *l, size_t i, uint64_t word)
{
	return TIME(word) < TIME(l->word) ||
	    (TIME(word) == TIME(l->word) && i + 1 < l->at);
}

/* How many of the living go before *l: on their way, or waiting for longer. */
static size_t
before(struct page *p, const struct lease *l, uint64_t state, msec now)
{
	size_t i, n = 0;
	uint64_t word;

	for (i = 0; i < PAGE_LEASES; i++) {
		word = atomic_load(&p->lease[i]);
		if (i + 1 != l->at && alive(word, now))
			n += (word & state) || (!(word & GOING) &&
			    is_before(l, i, word));
	}
	return n;
}

int
lease_wait(struct page *p, struct lease *l, const int64_t *span, msec since,
    msec now)
{
	size_t k;

	if (!put(p, l, waiting(since, now), now))
		return -1;
	for (k = 0; k < PAGE_CELLS; k++)
		atomic_store(&p->span[l->at - 1][k], span[k]);
	return 0;
}

int
lease_take(struct page *p, struct lease *l, size_t share, msec length,
    msec now)
{
	if (share > 0 && (l->at == 0 || before(p, l, GOING, now) >= share))
		return 0;
	/* where there is no limit, one without a lease only is not counted */
	(void)put(p, l, going(now + length), now);
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

	return before(p, &none, GOING, now);
}

size_t
lease_bury(struct page *p, const struct lease *l, msec now)
{
	size_t i;
	uint64_t word;

	if (before(p, l, 0, now) > 0)
		return 0;
	for (i = 0; i < PAGE_LEASES; i++) {
		word = atomic_load(&p->lease[i]);
		if (word != 0 && !(word & GOING) && !alive(word, now) &&
		    is_before(l, i, word) &&
		    atomic_compare_exchange_strong(&p->lease[i], &word, 0))
			return i + 1;
	}
	return 0;
}
