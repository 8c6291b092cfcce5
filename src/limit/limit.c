#include "limit/limit.h"

#include <string.h>

#include "limit/gcra.h"
#include "limit/limit_view.h"

#define LONG ((int64_t)1800000000)	/* us */

#define FIRST_MOST ((msec)1000)
#define FIRST_LOOK ((msec)10)
#define TURN_LOOK ((msec)50)
#define LOOK_LEAST ((msec)20)
#define LOOK_MOST LEASE_BEAT

#define OUTPUT_GUESS ((int64_t)1000)	/* tokens; until one was seen */

/* So late, as a part of the window, is not paced any more. */
#define CROWD 64

#define HOLD_ALL ((msec)600000)
/* A lease is twice as long as an answer takes: what a killed process holds is
 * free after that, and an answer that takes longer is not counted any more. */
#define LENGTH_LEAST ((msec)5000)
#define LENGTH_MOST ((msec)900000)

/* What nobody has told for so long, though answers came, holds no more. */
#define TOLD_MOST ((msec)3600000)

static void
raise(_Atomic int64_t *word, int64_t to)
{
	int64_t v = atomic_load(word);

	while (v < to && !atomic_compare_exchange_weak(word, &v, to))
		;
}

/* A running average. */
static void
average(_Atomic int64_t *word, int64_t v)
{
	int64_t old = atomic_load(word);

	atomic_store(word, old == 0 ? v : old + (v - old) / 8);
}

/* -- places ---------------------------------------------------------------- */

/* What an answer takes of a bucket of its own: Anthropic fills that as the
 * tokens come, and max_tokens only says where they end. */
static int64_t
likely_output(const struct limit *l, const struct ticket *t)
{
	int64_t seen = atomic_load(&l->page->output);

	if (seen <= 0)
		seen = OUTPUT_GUESS;
	return seen < t->cost.output ? seen : t->cost.output;
}

static int64_t
cost_of(const struct limit *l, const struct ticket *t, size_t k)
{
	switch (k) {
	case QUOTA_REQUESTS:
	case LIMIT_LONG + QUOTA_REQUESTS:
		return 1;
	case QUOTA_INPUT:
		return t->cost.input;
	case QUOTA_OUTPUT:
		return likely_output(l, t);
	default:
		return t->cost.input + t->cost.output;
	}
}

/* Costs are looked for only where there is a limit. */
static void
estimate(struct limit *l, struct ticket *t)
{
	if (t->cost.input > 0)
		return;
	t->cost = quota_cost(t->body);
	if (t->cost.output < 0)
		t->cost.output = atomic_load(&l->page->output);
	if (t->cost.output < 0)	/* of a page that was spoilt */
		t->cost.output = 0;
}

/* In each queue where it has none yet, as who comes at the time of its slot in
 * those before.  Tokens first: they are what is short, and the requests' bucket
 * fills up while one waits for them. */
static void
place(struct limit *l, struct ticket *t, msec now)
{
	int64_t at = now * 1000, slot, cost;
	struct limit_view v;
	size_t k;

	t->placed = 1;
	for (k = LIMIT_CELLS; k-- > 0;) {
		if (t->span[k] > 0)
			continue;
		if (!limit_look(l, t, k, &v)) {
			t->place[k] = v.tail;
			continue;
		}
		if (k % LIMIT_LONG != QUOTA_REQUESTS)
			estimate(l, t);
		cost = cost_of(l, t, k);
		if (cost > v.limit)	/* it is the server's to refuse that */
			cost = v.limit;
		while (!atomic_compare_exchange_weak(&v.c->base, &v.base,
		    gcra_base(v.base, atomic_load(&v.c->tail), at)))
			;
		t->span[k] = gcra_span(cost, v.limit, v.window);
		t->place[k] = atomic_fetch_add(&v.c->tail, t->span[k]) +
		    t->span[k];
		(void)limit_look(l, t, k, &v);
		slot = v.base + t->place[k] - v.burst;
		if (slot > at)
			at = slot;
	}
}

/* -- asking ---------------------------------------------------------------- */

/* Whether what is known of buckets is old: others may have used them.  What
 * answers do not confirm, a text's word, is forgotten in the end. */
static int
is_old(struct page *p, msec head, msec now)
{
	int64_t window;
	struct cell *c;
	msec told;
	int old = 0;

	for (c = p->cell; c < p->cell + LIMIT_CELLS; c++) {
		if (atomic_load(&c->limit) == 0)
			continue;
		window = atomic_load(&c->window) / 1000;
		if (window < QUOTA_MINUTE)
			window = QUOTA_MINUTE;
		told = atomic_load(&c->told);
		if (head - told > window && head - told > TOLD_MOST)
			atomic_store(&c->limit, 0);
		old |= now - told > window && now - head > window;
	}
	return old;
}

/* Whether to wait for the answer to somebody else's request. */
static int
wait_first(struct limit *l, struct ticket *t, msec now)
{
	struct page *p = l->page;
	msec head = atomic_load(&p->head), probe = atomic_load(&p->probe);

	if ((head != 0 && !is_old(p, head, now)) || t->hurry ||
	    now - t->asked >= FIRST_MOST)
		return 0;
	if (probe <= now - FIRST_MOST &&
	    atomic_compare_exchange_strong(&p->probe, &probe, now))
		return 0;
	t->why = LIMIT_FIRST;
	t->slot = t->asked + FIRST_MOST;
	return 1;
}

/* Its slot is the latest of the cells' and the hold. */
static void
find_slot(struct limit *l, struct ticket *t, msec now)
{
	struct limit_view v;
	msec at;
	size_t k;

	t->slot = atomic_load(&l->page->hold);
	t->why = LIMIT_HOLD;
	for (k = 0; k < LIMIT_CELLS; k++) {
		if (t->span[k] == 0 || !limit_look(l, t, k, &v))
			continue;
		if (t->place[k] >= v.tail) {
			/* the last one; some before it may have left */
			t->place[k] = v.tail;
			if (t->refused && !t->exact && !v.own)
				continue;	/* the server knows best */
		}
		at = (v.base + t->place[k] - v.burst + 999) / 1000;
		if (at > t->slot) {
			t->slot = at;
			t->why = (int)k;
		}
	}
	if (t->slot < now)
		t->slot = now;
}

/* Waits where others can see it, and gives back the places of the dead. */
static void
stay(struct limit *l, struct ticket *t, msec now)
{
	struct page *p = l->page;
	size_t i, k;

	if (lease_wait(p, &t->lease, t->span, t->asked, now) < 0)
		return;
	while ((i = lease_bury(p, &t->lease, now)) > 0)
		for (k = 0; k < LIMIT_CELLS; k++)
			atomic_fetch_sub(&p->cell[k].base,
			    atomic_load(&p->span[i - 1][k]));
}

static int
take_turn(struct limit *l, struct ticket *t, msec now)
{
	struct page *p = l->page;
	size_t share = t->hurry ? 0 : limit_share(p, now);
	msec length = atomic_load(&p->length);
	msec most = length < LENGTH_LEAST / 2 ? LENGTH_LEAST : length * 2;

	if (most > LENGTH_MOST)
		most = LENGTH_MOST;
	if (share > 0)
		stay(l, t, now);
	if (lease_take(p, &t->lease, share, most, now))
		return 1;
	t->why = LIMIT_TURN;
	t->slot = now + (length > TURN_LOOK ? length : TURN_LOOK);
	return 0;
}

/* Between two looks base may have moved: at first seldom, near the slot more
 * often. */
static msec
next_look(const struct ticket *t, msec now)
{
	msec span = (t->slot - now) / 2;

	if (span < LOOK_LEAST)
		return t->slot - now < LOOK_LEAST ? t->slot : now + LOOK_LEAST;
	return now + (span > LOOK_MOST ? LOOK_MOST : span);
}

msec
limit_ask(struct limit *l, struct ticket *t, struct slice body, msec now)
{
	if (t->asked == 0)
		t->asked = now;
	if (!t->placed && wait_first(l, t, now))
		return now + FIRST_LOOK + (now - t->asked) / 8;
	t->body = body;
	place(l, t, now);
	find_slot(l, t, now);
	if (t->slot > now) {
		stay(l, t, now);
		return next_look(t, now);
	}
	if (!take_turn(l, t, now))
		return now + TURN_LOOK;
	limit_go(t, now);
	return now;
}

void
limit_go(struct ticket *t, msec now)
{
	t->at = now;
}

/* -- what the server says -------------------------------------------------- */

/* The bucket of a kind: long windows have their own. */
static size_t
cell_of(const struct page *p, size_t kind, const struct quota_of *of)
{
	if (kind < 2 && (of->window > LONG / 1000 || (of->window < 0 &&
	    atomic_load(&p->cell[LIMIT_LONG + kind].limit) == of->limit)))
		return LIMIT_LONG + kind;
	return kind;
}

/* How much is gone of the bucket as this ticket left it, or, not counted, as
 * it found it. */
static void
learn(struct limit *l, struct ticket *t, size_t k, const struct quota_of *of,
    int counted, msec now)
{
	struct cell *c = &l->page->cell[k];
	int64_t old = atomic_load(&c->limit), sent = t->at * 1000;
	int64_t gone, last, most, least;
	struct limit_view v;
	struct gcra g;
	int first, crowd, refused;

	/* what is inferred from a count that was cut off is never too long */
	if (of->window > 0)
		raise(&c->window, of->window * 1000);
	atomic_store(&c->limit, of->limit);
	(void)limit_look(l, t, k, &v);
	first = now - atomic_exchange(&c->told, now) > v.window / 1000;
	if (of->left < 0 && counted)
		return;
	/* by this bucket; a text only says again what the head has */
	refused = !counted && !(t->told >> k & 1) &&
	    of->left < cost_of(l, t, k);
	t->told |= 1u << k;
	/* who goes within so short a time may overtake: this is the last place
	 * that may have been counted before ours */
	last = sent + v.window / 1000 + v.burst - v.base;
	if (last > v.tail)
		last = v.tail;
	if (last < t->place[k])
		last = t->place[k];
	gone = gcra_span(of->limit - of->left, v.limit, v.window) +
	    (counted ? 0 : t->span[k]);
	most = now * 1000 + gone - t->place[k];
	/* of those that go together, late for their slots, any may be counted
	 * first */
	crowd = v.base + t->place[k] - v.burst < sent - v.window / CROWD;
	gone -= gcra_span(1, v.limit, v.window);	/* it is cut off */
	least = sent + gone - last;
	do {
		g = (struct gcra){ v.base, 0, v.margin };
		if (first || old == 0)
			gcra_start(&g, most, v.window);
		/* refused, though nothing says that base is too low: it is,
		 * by less than the order of places is sure */
		if (refused && least <= g.base)
			g.margin += g.margin / 2;
		gcra_sync(&g, least, crowd ? INT64_MAX : most,
		    v.window, !counted);
	} while (!atomic_compare_exchange_weak(&c->base, &v.base, g.base));
	if (first || t->span[k] > 0)	/* else it went without asking */
		atomic_store(&c->margin, g.margin);
}

static void
hear(struct limit *l, struct ticket *t, const struct quota *q, int counted,
    msec now)
{
	const struct quota_of *of;
	size_t k, kind;

	for (kind = 0; kind < QUOTA_KINDS; kind++) {
		of = &q->of[kind];
		if (of->limit <= 0)	/* Azure tells only what is left */
			continue;
		k = cell_of(l->page, kind, of);
		learn(l, t, k, of, counted, now);
		if (of->left >= 0 && of->left < cost_of(l, t, k))
			t->explained = 1;
	}
	/* of those that wait for this answer it is the first */
	if (!counted)
		place(l, t, now);
}

void
limit_head(struct limit *l, struct ticket *t, const struct quota *q,
    int status, msec now)
{
	const struct quota_of *of = &q->of[QUOTA_REQUESTS];

	if (t->asked == 0)
		return;
	hear(l, t, q, status != 429, now);
	if (q->fixed && of->left == 0 && of->reset > 0)
		raise(&l->page->hold, now + of->reset);
	raise(&l->page->head, now);
}

/* -- what became of it ----------------------------------------------------- */

/* After a refusal that no bucket explains.  Those that went before the last
 * cut are of the same crowd. */
static void
cut_share(struct limit *l, struct ticket *t, msec now)
{
	struct page *p = l->page;
	int64_t share = atomic_load(&p->share), half;
	msec cut = atomic_load(&p->cut);

	if (t->at <= cut || !atomic_compare_exchange_strong(&p->cut, &cut,
	    now))
		return;
	half = (int64_t)lease_count(p, now) * SHARE_ONE / 2;
	if (share > 0 && share / 2 < half)
		half = share / 2;
	atomic_store(&p->share, half < SHARE_ONE ? SHARE_ONE : half);
}

static void
grow_share(struct page *p)
{
	int64_t share = atomic_load(&p->share);

	if (share > 0 && share < PAGE_LEASES * SHARE_ONE)
		(void)atomic_compare_exchange_strong(&p->share, &share,
		    share + SHARE_ONE * SHARE_ONE / share);
}

/* A long wait that has figures is of a large request: a small one may fit
 * before. */
static void
refused(struct limit *l, struct ticket *t, const struct fault *f, msec now)
{
	struct quota q;
	struct quota_of of;
	struct limit_view v;
	int64_t cost;
	int kind = quota_text(slice_str(f->text), f->wait, &of, &cost);
	size_t k;

	if (kind >= 0) {
		/* "per min" is only a word where fields have told better */
		if (atomic_load(&l->page->cell[kind].limit) == of.limit)
			of.window = MSEC_NONE;
		memset(&q, 0xff, sizeof(q));
		q.of[kind] = of;
		hear(l, t, &q, 0, now);
		t->explained = t->exact = 1;
		/* the server counts otherwise than we do */
		k = cell_of(l->page, (size_t)kind, &of);
		(void)limit_look(l, t, k, &v);
		cost = gcra_span(cost, v.limit, v.window) - t->span[k];
		atomic_fetch_add(&v.c->tail, cost);
		t->span[k] += cost;
		t->place[k] += cost;
	}
	t->refused = f->wait > 0;
	if (f->wait > 0 && (kind < 0 || f->wait <= HOLD_ALL))
		raise(&l->page->hold, now + f->wait);
	if (!t->explained)
		cut_share(l, t, now);
}

/* Where the server does not say what is left, what was really used counts.
 * Nobody says that it gives back what was not. */
static void
settle(struct limit *l, struct ticket *t, const struct usage *u)
{
	int64_t used, span;
	struct limit_view v;
	size_t k;

	for (k = 0; k < LIMIT_CELLS; k++) {
		if (k % LIMIT_LONG == QUOTA_REQUESTS || t->span[k] == 0 ||
		    (t->told & 1u << k) != 0 || !limit_look(l, t, k, &v))
			continue;
		used = k == QUOTA_OUTPUT ? u->output : k == QUOTA_INPUT ?
		    u->input : u->input + u->output;
		span = gcra_span(used, v.limit, v.window) - t->span[k];
		if (span > 0 || v.own)
			atomic_fetch_add(&v.c->base, span);
	}
}

void
limit_drop(struct limit *l, struct ticket *t)
{
	size_t k;

	for (k = 0; k < LIMIT_CELLS; k++)
		if (t->placed)
			atomic_fetch_sub(&l->page->cell[k].tail, t->span[k]);
	lease_drop(l->page, &t->lease);
	*t = (struct ticket){ 0 };
}

void
limit_done(struct limit *l, struct ticket *t, const struct fault *f, int sent,
    const struct usage *u, msec now)
{
	struct page *p = l->page;

	if (t->asked == 0)
		return;
	if (f->class == F_NONE) {
		grow_share(p);
		average(&p->length, now - t->at);
		if (u->output >= 0)
			average(&p->output, u->output);
		if (u->input >= 0 && u->output >= 0)
			settle(l, t, u);
	} else if (f->class == F_RATE || f->class == F_DAILY) {
		refused(l, t, f, now);
	}
	lease_drop(p, &t->lease);
	if (f->class != F_RATE && f->class != F_DAILY && sent)
		*t = (struct ticket){ 0 };
	else if (!f->retry)
		limit_drop(l, t);
	t->told = 0;	/* .asked stays: it is the first in line again */
	t->explained = 0;
}
