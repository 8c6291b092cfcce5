#include "limit/queue.h"

#include <stdlib.h>

#include "limit/gcra.h"
#include "limit/rate.h"
#include "limit/ratio.h"

/* Output tokens of an answer before any was seen. */
#define OUTPUT_GUESS ((int64_t)1000)

/* The margin of a request that was refused and told how long to wait: it
 * should not wait much longer than that. */
#define REFUSED_MARGIN ((int64_t)50000)	/* us */

/* A change of the limit by less than 1/CHANGE of it is none. */
#define CHANGE 4

int
queue_look(const struct limit *l, const struct ticket *t, size_t k,
    struct view *v)
{
	struct cell *c = &l->page->cell[k];

	*v = (struct view){ .c = c, .limit = atomic_load(&c->limit),
	    .window = atomic_load(&c->window), .base = atomic_load(&c->base),
	    .tail = atomic_load(&c->tail), .margin = atomic_load(&c->margin) };
	if (v->limit == 0 && k < 2) {
		v->limit = l->own[k];
		v->window = 0;
		v->own = 1;
	}
	if (v->window <= 0)
		v->window = PAGE_MINUTE;
	v->burst = v->window - (t->refused && v->margin > REFUSED_MARGIN ?
	    REFUSED_MARGIN : v->margin);
	if (v->own)		/* evenly spaced: no bucket to empty */
		v->burst = t->span[k];
	return v->limit > 0;
}

int64_t
queue_estimate(const struct limit *l, const struct ticket *t, size_t k)
{
	int64_t seen;

	switch (k) {
	case QUOTA_REQUESTS:
	case LIMIT_LONG + QUOTA_REQUESTS:
		return 1;
	case QUOTA_INPUT:
		return t->cost.input;
	case QUOTA_OUTPUT:
		/* Anthropic counts output as it is generated; max_tokens is
		 * only an upper bound. */
		seen = atomic_load(&l->page->output);
		if (seen <= 0)
			seen = OUTPUT_GUESS;
		return seen < t->cost.output ? seen : t->cost.output;
	default:
		return t->cost.input + t->cost.output;
	}
}

int64_t
queue_cost(const struct limit *l, const struct ticket *t, size_t k)
{
	return ratio_apply(&l->page->cell[k], queue_estimate(l, t, k));
}

/* The same as the time that the bucket needs to refill by it, or this host's
 * part of the bucket.  The server will refuse more than the limit. */
static int64_t
span_of(const struct limit *l, const struct ticket *t, size_t k,
    const struct view *v)
{
	int64_t cost = queue_cost(l, t, k);

	if (l->hosts > 1)
		cost *= l->hosts;
	return gcra_span(cost < v->limit ? cost : v->limit, v->limit,
	    v->window);
}

int
queue_change(int64_t from, int64_t to)
{
	return from > 0 && llabs(to - from) > to / CHANGE;
}

void
queue_leave(struct limit *l, struct ticket *t)
{
	struct cell *c;
	size_t k;

	for (k = 0; k < LIMIT_CELLS; k++) {
		c = &l->page->cell[k];
		if (t->era[k] == atomic_load(&c->era))
			atomic_fetch_sub(&c->tail, t->span[k]);
	}
}

void
queue_measure(const struct limit *l, struct ticket *t)
{
	if (t->cost.input > 0)
		return;
	t->cost = quota_cost(t->body);
	t->excess = t->cost.output < 0 ? -1 : atomic_load(&l->page->excess);
	t->cost.output = t->excess < 0 ? atomic_load(&l->page->output) :
	    t->cost.output + t->excess;
	if (t->cost.output < 0)		/* a damaged page */
		t->cost.output = 0;
}

void
queue_join(struct limit *l, struct ticket *t, msec now)
{
	struct view v;
	int64_t era;
	size_t k;

	t->queued = 1;
	for (k = 0; k < LIMIT_CELLS; k++) {
		era = atomic_load(&l->page->cell[k].era);
		if (!queue_look(l, t, k, &v)) {
			if (t->span[k] == 0) {
				t->place[k] = v.tail;
				t->era[k] = era;
			}
			continue;
		}
		if (t->span[k] > 0 && t->era[k] == era)
			continue;
		t->era[k] = era;
		/* the body is searched for costs only if a limit is known */
		if (k % LIMIT_LONG != QUOTA_REQUESTS)
			queue_measure(l, t);
		while (!atomic_compare_exchange_weak(&v.c->base, &v.base,
		    gcra_base(v.base, atomic_load(&v.c->tail), now * 1000)))
			;
		t->span[k] = span_of(l, t, k, &v);
		t->place[k] = atomic_fetch_add(&v.c->tail, t->span[k]) +
		    t->span[k];
	}
}

void
queue_slot(struct limit *l, struct ticket *t, msec now)
{
	struct view v;
	int64_t more;
	msec at;
	size_t k;

	t->slot = t->probe ? 0 : t->last > 0 ? t->held :
	    atomic_load(&l->page->hold);
	t->why = LIMIT_HOLD;
	for (k = 0; k < LIMIT_CELLS; k++) {
		t->early[k] = INT64_MAX;
		if (t->span[k] == 0 || !queue_look(l, t, k, &v) ||
		    (t->probe && v.window > QUEUE_LONG) ||
		    (t->guess && rate_is_guess(v.c)))
			continue;
		if (t->place[k] >= v.tail) {
			/* the last one; some before it may have left */
			t->place[k] = v.tail;
			if (t->refused && !t->exact && !v.own)
				continue;	/* the server knows best */
		}
		/* if less is reserved now for such a request, less will do */
		more = t->exact || v.own ? 0 : t->span[k] -
		    span_of(l, t, k, &v);
		at = (v.base + t->place[k] - (more > 0 ? more : 0) - v.burst +
		    999) / 1000;
		t->early[k] = (now - at) * 1000;
		if (at > t->slot) {
			t->slot = at;
			t->why = (int)k;
			t->limit = v.limit;
			t->window = v.window;
		}
	}
	if (t->slot < now)
		t->slot = now;
}
