#include "limit/rate.h"

#define MINUTE ((msec)60000)

/* The time between the two responses: the longer the better, but the rate may
 * change. */
#define SPAN_FIRST ((msec)400)
#define SPAN_MIN ((msec)2000)
#define SPAN_MAX ((msec)10000)

/* .rate */
enum { TOLD, GUESS, MEASURED, AGAIN };

static void
restart(struct cell *c, int64_t left, msec at, int64_t rate)
{
	atomic_store(&c->rate_left, left);
	atomic_store(&c->rate_at, at);
	atomic_store(&c->rate_taken, 0);
	atomic_store(&c->rate, rate);
}

int64_t
rate_learn(struct cell *c, int64_t left, int64_t cost, msec at)
{
	int64_t limit = atomic_load(&c->limit), rate = atomic_load(&c->rate);
	int64_t gained;
	msec span;

	if (limit == 0) {
		restart(c, left, at, GUESS);
		return left + cost > 0 ? left + cost : 1;
	}
	if (rate == TOLD)
		return limit;
	gained = left - atomic_load(&c->rate_left) + cost +
	    atomic_fetch_add(&c->rate_taken, cost);
	span = at - atomic_load(&c->rate_at);
	if (gained > 0 && span >= (rate == AGAIN ? SPAN_MIN : SPAN_FIRST)) {
		limit = gained * MINUTE / span;
		if (rate == GUESS && span >= SPAN_MIN)
			atomic_store(&c->rate, MEASURED);
		if (span > SPAN_MAX)
			restart(c, left, at, AGAIN);
	}
	return limit > left + cost ? limit : left + cost;
}

int
rate_is_guess(const struct cell *c)
{
	return atomic_load(&c->limit) > 0 && atomic_load(&c->rate) == GUESS;
}
