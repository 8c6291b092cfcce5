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

void
share_cut(struct page *p, msec now)
{
	int64_t others = (int64_t)lease_count(p, now) * ONE;

	if (others < ONE)
		others = ONE;
	atomic_store(&p->admitted, others);
	atomic_store(&p->concurrency, others);
	atomic_store(&p->cut, now);
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
