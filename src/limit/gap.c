#include "limit/gap.h"

#define GAP_FIRST ((int64_t)100000)	/* us */
#define GAP_MAX ((int64_t)60000000)
#define GAP_OFF ((int64_t)5000)

/* A measured interval is lengthened by 1/MORE, and each success shortens it by
 * 1/LESS; by 1/LESS_FAST once MANY have succeeded. */
#define MORE 16
#define LESS 128
#define LESS_FAST 16
#define MANY 32

/* The interval is lifted if no request was refused for so long. */
#define REFUSED_MAX ((msec)600000)

msec
gap_next(const struct page *p, msec now)
{
	int64_t gap = atomic_load(&p->gap);

	if (gap == 0 || now - atomic_load(&p->gap_refused) > REFUSED_MAX)
		return 0;
	return atomic_load(&p->gap_last) + gap / 1000;
}

int
gap_take(struct page *p, msec now)
{
	msec last = atomic_load(&p->gap_last), next = gap_next(p, now);

	return next == 0 || (next <= now &&
	    atomic_compare_exchange_strong(&p->gap_last, &last, now));
}

int
gap_refused(struct page *p, int alone, msec sent, msec now)
{
	int64_t gap = atomic_load(&p->gap), n;
	msec last = atomic_load(&p->gap_refused);

	if (gap == 0 && !alone)
		return 0;
	if (gap > 0 && sent < last)	/* one of the same crowd */
		return 1;
	if (!atomic_compare_exchange_strong(&p->gap_refused, &last, now))
		return 1;
	n = atomic_exchange(&p->gap_accepted, 0);
	if (gap == 0)
		gap = GAP_FIRST;
	else if (n == 0)
		gap *= 2;
	else if ((now - last) * 1000 / n > gap)
		gap = (now - last) * 1000 / n;
	gap += gap / MORE;
	atomic_store(&p->gap, gap < GAP_MAX ? gap : GAP_MAX);
	atomic_store(&p->gap_last, sent);
	return 1;
}

void
gap_shrink(struct page *p)
{
	int64_t gap = atomic_load(&p->gap);
	int64_t n = atomic_fetch_add(&p->gap_accepted, 1);

	if (gap == 0)
		return;
	gap -= gap / (n < MANY ? LESS : LESS_FAST);
	atomic_store(&p->gap, gap > GAP_OFF ? gap : 0);
}
