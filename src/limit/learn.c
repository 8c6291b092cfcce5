#include "limit/learn.h"

#include "api/hint.h"
#include "limit/gcra.h"
#include "limit/hold.h"
#include "limit/queue.h"
#include "limit/rate.h"
#include "limit/ratio.h"

/* Tickets later than window/CROWD are not paced: the server may count them in
 * any order, as also while one that it refused has not gone again. */
#define CROWD 64

/* A server decides so soon after a request was sent, however slow its head. */
#define DECIDED ((msec)300)

/* Anthropic rounds tokens to thousands (providers.md 5.1). */
#define ROUND 1000

/* The cell of a kind.  A window that is not told is a long one if the limit is
 * that of the long cell. */
static size_t
cell_of(const struct page *p, size_t kind, const struct quota_of *of)
{
	if (kind < 2 && (of->window > QUEUE_LONG / 1000 || (of->window < 0 &&
	    atomic_load(&p->cell[LIMIT_LONG + kind].limit) == of->limit)))
		return LIMIT_LONG + kind;
	return kind;
}

static msec
decided(const struct ticket *t, msec now)
{
	return now - t->at > DECIDED ? t->at + DECIDED : now;
}

/* In what unit the figures of a cell are.  One that is no multiple of ROUND
 * tells that none is rounded. */
static int64_t
unit_of(struct cell *c, int64_t left)
{
	int64_t unit = atomic_load(&c->unit);

	if (left > 0 && unit != 1) {
		unit = left % ROUND == 0 ? ROUND : 1;
		atomic_store(&c->unit, unit);
	}
	return unit > 0 ? unit : 1;
}

/* A response, as a cell's queue sees it. */
struct report {
	int64_t place, span;	/* of its request */
	int64_t gone;		/* the span of what its bucket lacks */
	int64_t least, most;	/* base is between them */
};

/* The bounds that a report sets to base. */
static void
bound(struct report *r, const struct view *v, const struct ticket *t,
    int64_t unit, msec now)
{
	int64_t sent = t->at * 1000, last;

	/* the last place that may have been counted before this one: requests
	 * sent within window/1000 of each other may overtake */
	last = sent + v->window / 1000 + v->burst - v->base;
	if (last > v->tail)
		last = v->tail;
	if (last < r->place)
		last = r->place;
	r->most = decided(t, now) * 1000 + r->gone - r->place;
	/* what is left was rounded down */
	r->least = sent + r->gone - gcra_span(unit, v->limit, v->window) -
	    last;
}

/* Corrects a cell's base by what the server says is left in its bucket: as the
 * request left it, or as it found it if it was not counted.  A bucket that
 * lacks more than twice its size is not believed: all would wait for it. */
static void
learn(struct limit *l, struct ticket *t, size_t k, const struct quota_of *of,
    int counted, msec now)
{
	struct cell *c = &l->page->cell[k];
	int64_t old = atomic_load(&c->limit), left = of->left, lacks;
	struct report r;
	struct view v;
	struct gcra g;
	msec since, told;
	int first, crowd, refused, changed;
	int tokens = k % LIMIT_LONG != QUOTA_REQUESTS;

	/* a window inferred from a count that was rounded down is never too
	 * long */
	if (of->window > 0)
		page_raise(&c->window, of->window * 1000);
	atomic_store(&c->limit, of->limit);
	if (of->limit != old)
		ratio_restart(c);
	changed = queue_change(old, of->limit);
	if (changed)
		atomic_fetch_add(&c->era, 1);
	(void)queue_look(l, t, k, &v);
	told = atomic_exchange(&c->told, now);
	first = now - told > v.window / 1000;
	if (left < 0 && counted)
		return;
	if (left < -of->limit)
		left = -of->limit;
	/* refused by this bucket; a text only repeats what the head said */
	refused = !counted && !(t->told >> k & 1) && left < queue_cost(l, t, k);
	t->told |= 1u << k;
	crowd = t->early[k] > v.window / CROWD || now <= hold_last(
	    atomic_load(&l->page->held), atomic_load(&l->page->hold));
	r.place = t->place[k];
	r.span = t->span[k];
	if (t->era[k] != atomic_load(&c->era)) {
		/* a place of an earlier era is before all others */
		r.place = v.tail;
		r.span = 0;
		crowd = 1;
	}
	lacks = gcra_span(of->limit - left, v.limit, v.window);
	r.gone = lacks + (counted ? 0 : r.span);
	bound(&r, &v, t, tokens ? unit_of(c, left) : 1, now);
	if (counted && tokens && r.span > 0 && l->hosts <= 1)
		ratio_report(c, r.place, r.most, gcra_span(queue_estimate(l,
		    t, k), v.limit, v.window), v.window);
	do {
		g = (struct gcra){ v.base, v.margin, atomic_load(&c->peak),
		    atomic_load(&c->reports) };
		if (changed) {
			gcra_start(&g, decided(t, now) * 1000 + lacks - v.tail,
			    v.window);
			continue;
		}
		if (first || old == 0)
			gcra_start(&g, r.most, v.window);
		if (refused && r.least <= g.base)
			gcra_refused(&g, v.window);
		gcra_sync(&g, r.least, crowd ? INT64_MAX : r.most, v.window,
		    (now - told) * 1000, !counted);
	} while (!atomic_compare_exchange_weak(&c->base, &v.base, g.base));
	/* that requests from before the limit was known are counted does not
	 * tell what others will take */
	since = atomic_load(&c->since);
	if (first || (since == 0 && t->early[k] != INT64_MAX)) {
		atomic_store(&c->margin, g.margin);
		atomic_store(&c->peak, g.peak);
		atomic_store(&c->reports, g.reports);
	}
	if (first || t->at >= since)
		atomic_store(&c->since, first ? now : 0);
}

/* A fixed window does not refill before its end. */
static void
use_up(struct limit *l, struct ticket *t, size_t k, msec end)
{
	struct view v;

	if (queue_look(l, t, k, &v))
		page_raise(&v.c->base, end * 1000 + v.burst - t->place[k] -
		    gcra_span(1, v.limit, v.window));
}

void
learn_head(struct limit *l, struct ticket *t, const struct quota *q,
    int status, msec now)
{
	struct quota_of of;
	size_t kind, k;

	for (kind = 0; kind < QUOTA_KINDS; kind++) {
		of = q->of[kind];
		k = cell_of(l->page, kind, &of);
		if (of.limit > 0)
			atomic_store(&l->page->cell[k].rate, 0);
		else if (of.left < 0 || (kind < 2 && l->own[kind] > 0))
			continue;
		else
			of.limit = rate_learn(&l->page->cell[k], of.left,
			    status == 429 ? 0 : queue_cost(l, t, k),
			    decided(t, now));
		learn(l, t, k, &of, status != 429, now);
		if (of.left >= 0 && of.left < queue_cost(l, t, k))
			t->explained = 1;
		if (q->fixed && of.left == 0 && of.reset > 0 &&
		    of.reset <= QUOTA_MINUTE)
			use_up(l, t, k, now + of.reset);
	}
}

int
learn_text(struct limit *l, struct ticket *t, const struct fault *f, msec now)
{
	struct page *p = l->page;
	struct quota_of of;
	struct view v;
	int64_t cost;
	int kind = quota_text(slice_str(f->text), f->wait, &of, &cost);
	size_t k;

	if (kind < 0)
		return 0;
	/* header fields tell the window better than "per min" does */
	if (atomic_load(&p->cell[kind].limit) == of.limit)
		of.window = MSEC_NONE;
	k = cell_of(p, (size_t)kind, &of);
	learn(l, t, k, &of, 0, now);
	queue_join(l, t, now);
	t->explained = t->exact = 1;
	/* the cost as the server counts it */
	if (k % LIMIT_LONG != QUOTA_REQUESTS)
		ratio_text(&p->cell[k], cost, queue_estimate(l, t, k));
	if (cost > of.limit)
		cost = of.limit;
	(void)queue_look(l, t, k, &v);
	cost = gcra_span(cost, v.limit, v.window) - t->span[k];
	atomic_fetch_add(&v.c->tail, cost);
	t->span[k] += cost;
	t->place[k] += cost;
	return 1;
}

/* How many output tokens of an answer were not reserved.  An answer longer than
 * its maximum is counted all the same, and others may be too. */
static int64_t
unforeseen(struct page *p, const struct ticket *t, const struct usage *u)
{
	int64_t over = u->output - t->cost.output;

	if (u->output < 0 || t->cost.input <= 0)
		return 0;
	if (t->excess >= 0)
		page_average(&p->excess, over + t->excess > 0 ?
		    over + t->excess : 0);
	return over > 0 ? over : 0;
}

void
learn_usage(struct limit *l, struct ticket *t, const struct usage *u)
{
	int64_t over = unforeseen(l->page, t, u), used, span;
	struct view v;
	size_t k;

	for (k = 0; k < LIMIT_CELLS; k++) {
		if (k % LIMIT_LONG == QUOTA_REQUESTS || t->span[k] == 0 ||
		    !queue_look(l, t, k, &v))
			continue;
		used = k == QUOTA_OUTPUT ? u->output : k == QUOTA_INPUT ?
		    u->input : u->input + u->output;
		if (used > v.limit)
			used = v.limit;
		span = gcra_span(used, v.limit, v.window) - t->span[k];
		if ((t->told & 1u << k) != 0)	/* as it was at its start */
			span = k % LIMIT_LONG == QUOTA_TOKENS ?
			    gcra_span(over, v.limit, v.window) : 0;
		else if (u->input < 0 || u->output < 0)
			span = 0;
		if (span > 0 || v.own)
			atomic_fetch_add(&v.c->base, span);
	}
}
