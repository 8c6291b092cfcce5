#include "limit/share.h"

#include "limit/lease.h"

#define ONE PAGE_ONE

/* The limit is lifted if it was not reduced for so long. */
#define CUT_MAX ((msec)600000)

size_t
share_most(const struct page *p, msec now)
{
	if (now - atomic_load(&p->cut) > CUT_MAX)
		return 0;
	return (size_t)(atomic_load(&p->concurrency) / ONE);
}

static void
set(struct page *p, int64_t n, msec now)
{
	if (n < 1)
		n = 1;
	atomic_store(&p->admitted, n * ONE);
	atomic_store(&p->concurrency, n * ONE);
	atomic_store(&p->cut, now);
}

void
share_cut(struct page *p, size_t active, msec now)
{
	size_t n = lease_count(p, now), most = share_most(p, now);

	if (active > most)
		active = most;
	set(p, (int64_t)(n + 1 < active ? active - 1 : n), now);
}

void
share_slow(struct page *p, msec now)
{
	int64_t others = (int64_t)lease_count(p, now);
	int64_t less = (int64_t)share_most(p, now) - 1;

	set(p, others > less ? others : less, now);
}

void
share_lift(struct page *p)
{
	atomic_store(&p->concurrency, 0);
}

void
share_grow(struct page *p)
{
	int64_t n = atomic_load(&p->concurrency);
	int64_t more = n < atomic_load(&p->admitted) + 2 * ONE ?
	    ONE * ONE / (2 * n + 1) : ONE;

	if (n > 0 && n < PAGE_LEASES * ONE)
		(void)atomic_compare_exchange_strong(&p->concurrency, &n,
		    n + more);
}
