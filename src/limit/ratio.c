#include "limit/ratio.h"

#define ONE PAGE_RATIO
#define RATIO_MIN ((int64_t)16)		/* ONE / 64 */
#define RATIO_MAX (ONE * 8)

/* A sum is compared once it is this part of a window and this number of
 * requests: each end of it is uncertain by a request, and by the time that a
 * response takes. */
#define PART 32
#define REQUESTS 8

/* Requests differ: the ratio is applied with a reserve of 1/RESERVE, and a sum
 * that differs by less from it says nothing. */
#define RESERVE 8

int64_t
ratio_apply(const struct cell *c, int64_t cost)
{
	int64_t ratio = atomic_load(&c->ratio);

	if (ratio == 0)
		return cost;
	if (ratio < ONE) {
		ratio += ratio / RESERVE;
		if (ratio > ONE)
			ratio = ONE;
	}
	return (int64_t)((double)cost * (double)ratio / (double)ONE);
}

static int64_t
ratio_of(double counted, double estimated)
{
	double ratio = estimated > 0 ? counted / estimated * (double)ONE : 0;

	return ratio < (double)RATIO_MIN ? RATIO_MIN :
	    ratio > (double)RATIO_MAX ? RATIO_MAX : (int64_t)ratio;
}

void
ratio_text(struct cell *c, int64_t counted, int64_t cost)
{
	int64_t old = atomic_load(&c->ratio);
	int64_t ratio = ratio_of((double)counted, (double)cost);

	atomic_store(&c->ratio, old == 0 ? ratio : (old + ratio) / 2);
}

void
ratio_report(struct cell *c, int64_t place, int64_t base, int64_t span,
    int64_t window)
{
	int64_t sum = atomic_fetch_add(&c->estimated, span) + span;
	int64_t from = atomic_load(&c->from_place);
	int64_t moved = base - atomic_load(&c->from_base);
	int64_t old = atomic_load(&c->ratio), ratio;

	if (from != 0 && (sum < window / PART || sum < span * REQUESTS))
		return;
	/* of several processes one compares */
	if (!atomic_compare_exchange_strong(&c->from_place, &from, place))
		return;
	atomic_store(&c->from_base, base);
	atomic_store(&c->estimated, 0);
	if (from == 0 || place <= from)
		return;
	ratio = ratio_of((double)(place - from + moved), (double)sum);
	old = old > 0 ? old : ONE;
	if (ratio > old && old < ONE)
		ratio = ratio < ONE ? ratio : ONE;
	else if (ratio > old - old / RESERVE)
		return;
	atomic_store(&c->ratio, (old + ratio) / 2);
}

void
ratio_restart(struct cell *c)
{
	atomic_store(&c->from_place, 0);
	atomic_store(&c->estimated, 0);
}
