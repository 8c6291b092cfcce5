#include "limit/gap.h"

/* In us: the first interval, the longest, and what is none. */
#define GAP_FIRST ((int64_t)100000)
#define GAP_MAX ((int64_t)60000000)
#define GAP_NONE ((int64_t)5000)

/* A measured interval is lengthened by 1/MORE, and each success shortens it by
 * 1/LESS, after MANY without a refusal by 1/LESS_FAST. */
#define MORE 16
#define LESS 96
#define LESS_FAST 16
#define MANY 24

/* Of more requests than MEASURE the older half is left out. */
#define MEASURE 64

/* A wait of more than two intervals is not for the next place in a bucket, but
 * for the end of a window.  It may be in whole seconds. */
#define ROUND ((msec)1000)

/* It is forgotten after so many intervals without a refusal, a minute at
 * least. */
#define LIFE 64
#define LIFE_MIN ((msec)60000)

/* The interval, doubled for each refusal in a row. */
static int64_t
current(const struct page *p)
{
	int64_t gap = atomic_load(&p->gap), n = atomic_load(&p->gap_tries);

	for (; n > 0 && gap < GAP_MAX; n--)
		gap *= 2;
	return gap < GAP_MAX ? gap : GAP_MAX;
}

msec
gap_next(const struct page *p, msec now)
{
	int64_t gap = current(p);
	msec life = gap * LIFE / 1000;

	if (gap == 0 || now - atomic_load(&p->gap_refused) >
	    (life > LIFE_MIN ? life : LIFE_MIN))
		return 0;
	return atomic_load(&p->gap_last) + gap / 1000;
}

int
gap_take(struct page *p, msec now)
{
	msec last = atomic_load(&p->gap_last), next = gap_next(p, now);

	if (next == 0)
		return 1;
	if (next > now || !atomic_compare_exchange_strong(&p->gap_last, &last,
	    now))
		return 0;
	/* nobody waited: the bucket may have filled up */
	if (now - next > next - last)
		atomic_store(&p->gap_from, 0);
	return 1;
}

void
gap_pass(struct page *p, msec now)
{
	page_raise(&p->gap_last, now);
}

/* The interval after a refusal; so many requests were accepted since the one
 * before, and n in span (us) since the first. */
static int64_t
longer(int64_t gap, int64_t accepted, int64_t n, int64_t span)
{
	if (gap == 0)
		return GAP_FIRST;
	if (accepted == 0)
		return gap;
	if (n > 0 && span / n > gap)
		gap = span / n;
	gap += gap / MORE;
	return gap < GAP_MAX ? gap : GAP_MAX;
}

int
gap_refused(struct page *p, int alone, msec sent, msec wait, msec now)
{
	int64_t gap = gap_next(p, now) == 0 ? 0 : atomic_load(&p->gap);
	msec last = atomic_load(&p->gap_refused);
	msec from = atomic_load(&p->gap_from);
	int64_t accepted, n, next;

	if ((gap == 0 && !alone) || wait > GAP_MAX / 1000)
		return 0;
	if (gap > 0 && sent <= last)	/* one of the same crowd */
		return 1;
	if (!atomic_compare_exchange_strong(&p->gap_refused, &last, now))
		return 1;
	accepted = atomic_exchange(&p->gap_accepted, 0);
	n = atomic_load(&p->gap_count) + accepted;
	if (gap == 0 || from == 0) {
		from = sent;
		n = 0;
	}
	next = longer(gap, accepted, n, (sent - from) * 1000);
	if (n > 0 && accepted > 0 && wait > ROUND + 2 * next / 1000)
		next = 0;
	if (n > MEASURE) {
		from += (sent - from) / 2;
		n /= 2;
	}
	atomic_store(&p->gap, next);
	atomic_store(&p->gap_tries, gap == 0 || accepted > 0 ? 0 :
	    atomic_load(&p->gap_tries) + 1);
	atomic_store(&p->gap_from, from);
	atomic_store(&p->gap_count, n);
	/* the refused one goes first */
	atomic_store(&p->gap_last, wait > 0 ? now + wait : sent);
	return next > 0;
}

void
gap_accepted(struct page *p)
{
	int64_t gap = atomic_load(&p->gap);
	int64_t n = atomic_fetch_add(&p->gap_accepted, 1);

	if (gap == 0)
		return;
	atomic_store(&p->gap_tries, 0);
	gap -= gap / (n < MANY ? LESS : LESS_FAST);
	atomic_store(&p->gap, gap > GAP_NONE ? gap : 0);
}
