#include "limit/limit.h"

#include "api/hint.h"
#include "limit/gcra.h"
#include "limit/hold.h"
#include "limit/queue.h"
#include "limit/rate.h"
#include "limit/ratio.h"
#include "limit/share.h"
#include "wire/when.h"

/* When to look again. */
#define FIRST_MAX ((msec)1000)
#define FIRST_DOUBLE 7		/* times */
#define FIRST_LOOK ((msec)10)
#define TURN_LOOK ((msec)50)
#define LOOK_MIN ((msec)20)
#define LOOK_PART 8		/* of the time until the slot, */
#define LOOK_MAX LEASE_BEAT	/* at most */

/* Tickets later than window/CROWD are not paced: the server may count them in
 * any order. */
#define CROWD 64

/* A server decides so soon after a request was sent, however slow its head. */
#define DECIDED ((msec)300)

/* A longer wait with figures concerns a large request: smaller ones may fit. */
#define HOLD_ALL ((msec)600000)

/*
 * What the server says when it refuses a request beats what is known of its
 * buckets: the request goes after the stated wait w, in at most 1.2 w + SLACK,
 * as core/retry.h has it.  A bucket counts all the same while others use it or
 * are first in its queue, as each of them was told the wait of one alone;
 * unless the server contradicts its own figures.  After TRUST such refusals in
 * a row the buckets count again.
 */
#define TRUST 3
#define SLACK ((msec)200)

/* What a killed process held is free after LEASE; a living one renews it. */
#define LEASE ((msec)5000)
#define LEASE_RENEW ((msec)1500)

/* A limit that no response confirms is forgotten after so long. */
#define UNCONFIRMED_MAX ((msec)3600000)

static void
raise(_Atomic int64_t *word, int64_t to)
{
	int64_t v = atomic_load(word);

	while (v < to && !atomic_compare_exchange_weak(word, &v, to))
		;
}

static void
average(_Atomic int64_t *word, int64_t v)
{
	int64_t old = atomic_load(word);

	atomic_store(word, old == 0 ? v : old + (v - old) / 8);
}

/*
 * Whether to wait for the response to another process's request, because what
 * is known is stale: others may have used the buckets meanwhile.  Until there
 * is a response requests start slowly: one in the first FIRST_MAX, and in each
 * further one twice as many as in the one before.
 */
static int
wait_first(struct limit *l, struct ticket *t, msec now)
{
	struct page *p = l->page;
	msec head = atomic_load(&p->head), probe = atomic_load(&p->probe);
	msec age = now - atomic_load(&p->start);
	msec window, told;
	int stale = head == 0;
	struct cell *c;

	for (c = p->cell; c < p->cell + LIMIT_CELLS; c++) {
		if (atomic_load(&c->limit) == 0)
			continue;
		window = atomic_load(&c->window) / 1000;
		if (window < QUOTA_MINUTE)
			window = QUOTA_MINUTE;
		told = atomic_load(&c->told);
		if (head - told > window && head - told > UNCONFIRMED_MAX)
			atomic_store(&c->limit, 0);
		stale |= now - told > window && now - head > window;
	}
	if (!stale || t->hurry)
		return 0;
	t->why = LIMIT_FIRST;
	t->slot = now;
	/* nobody has waited, or the clock was set back */
	if (now - probe >= 2 * FIRST_MAX || age <= -FIRST_MAX)
		atomic_store(&p->start, now);
	else
		t->slot = probe + (FIRST_MAX >> (age < FIRST_DOUBLE *
		    FIRST_MAX ? age / FIRST_MAX : FIRST_DOUBLE));
	return t->slot > now ||
	    !atomic_compare_exchange_strong(&p->probe, &probe, now);
}

/* Whether the server's word for a refused request beats its cell. */
static int
is_overruled(struct limit *l, const struct ticket *t, msec now)
{
	return t->last > 0 && t->slot > t->last && t->why < LIMIT_CELLS &&
	    atomic_load(&l->page->cell[t->why].limit) > 0 &&	/* no --tpm */
	    (t->odd || (lease_count(l->page, now) == 0 &&
	    lease_is_first(l->page, &t->lease, now)));
}

/* Whether the ticket waits long for what the server told only others, and
 * since when it is told.  In a bucket's queue that is known of the first. */
static int
is_hearsay(struct limit *l, const struct ticket *t, msec *since, msec now)
{
	struct page *p = l->page;

	if (t->why == LIMIT_HOLD) {
		*since = atomic_load(&p->held);
		return hold_is_long(p) && t->held < atomic_load(&p->hold);
	}
	*since = atomic_load(&p->cell[t->why].told);
	return t->window > QUEUE_LONG && t->slot - now > HOLD_LONG &&
	    !t->refused && lease_is_first(p, &t->lease, now);
}

/* Whether the ticket is the one that goes although a limit that is only a guess
 * would have it wait. */
static int
is_guess(struct limit *l, struct ticket *t, msec now)
{
	struct page *p = l->page;
	msec probe = atomic_load(&p->probe);

	if (t->why >= LIMIT_CELLS || !rate_is_guess(&p->cell[t->why]) ||
	    now - probe < RATE_LOOK ||
	    now - atomic_load(&p->head) < RATE_LOOK)
		return 0;
	t->guess = 1;
	queue_slot(l, t, now);
	t->guess = 0;
	return t->slot <= now &&
	    atomic_compare_exchange_strong(&p->probe, &probe, now);
}

static msec
ask(struct limit *l, struct ticket *t, struct slice body, msec now)
{
	struct page *p = l->page;
	msec wait, usual, since, next, hold;
	size_t most;

	if (t->going) {
		(void)lease_take(p, &t->lease, 0, LEASE, now);
		return now + LEASE_RENEW;
	}
	if (t->asked == 0)
		t->asked = now;
	if (!t->queued && wait_first(l, t, now))
		return t->slot > now && t->slot < now + FIRST_LOOK ? t->slot :
		    now + FIRST_LOOK;
	t->body = body;
	queue_join(l, t, now);
	queue_slot(l, t, now);
	if (t->slot > now) {
		lease_wait(p, &t->lease, t->span, t->asked, now);
		if (is_overruled(l, t, now)) {
			hold = atomic_load(&p->hold);
			t->slot = hold > t->last ? hold : t->last;
		}
		if (is_hearsay(l, t, &since, now)) {
			t->probe = hold_probe(p, since, now);
			next = hold_next(p, since);
			if (t->probe)
				queue_slot(l, t, now);
			else if (next < t->slot)
				t->slot = next;
		}
	}
	if (t->slot > now && !is_guess(l, t, now)) {
		/* bases move: look more often as the slot comes near */
		wait = (t->slot - now) / LOOK_PART;
		if (wait < LOOK_MIN)
			wait = LOOK_MIN;
		if (wait > LOOK_MAX)
			wait = LOOK_MAX;
		return t->slot - now < wait ? t->slot : now + wait;
	}
	most = t->hurry ? 0 : share_most(p, now);
	if (most > 0)
		lease_wait(p, &t->lease, t->span, t->asked, now);
	if (!lease_take(p, &t->lease, most, LEASE, now)) {
		t->why = LIMIT_TURN;
		usual = atomic_load(&p->length);
		t->slot = now + (usual > TURN_LOOK ? usual :
		    TURN_LOOK);
		return now + TURN_LOOK;
	}
	t->going = 1;
	t->at = now;
	return now;
}

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

/* Corrects a cell's base by what the server says is left in its bucket: as the
 * request left it, or as it found it if it was not counted.  A bucket that
 * lacks more than twice its size is not believed: all would wait for it. */
static void
learn(struct limit *l, struct ticket *t, size_t k, const struct quota_of *of,
    int counted, msec now)
{
	struct cell *c = &l->page->cell[k];
	int64_t old = atomic_load(&c->limit), sent = t->at * 1000;
	int64_t left, gone, last, most, least;
	struct view v;
	struct gcra g;
	msec since;
	int first, crowd, refused;

	/* a window inferred from a count that was rounded down is never too
	 * long */
	if (of->window > 0)
		raise(&c->window, of->window * 1000);
	atomic_store(&c->limit, of->limit);
	if (of->limit != old)
		ratio_restart(c);
	(void)queue_look(l, t, k, &v);
	first = now - atomic_exchange(&c->told, now) > v.window / 1000;
	if (of->left < 0 && counted)
		return;
	/* refused by this bucket; a text only repeats what the head said */
	refused = !counted && !(t->told >> k & 1) &&
	    of->left < queue_cost(l, t, k);
	t->told |= 1u << k;
	/* the last place that may have been counted before this one: requests
	 * sent within window/1000 of each other may overtake */
	last = sent + v.window / 1000 + v.burst - v.base;
	if (last > v.tail)
		last = v.tail;
	if (last < t->place[k])
		last = t->place[k];
	left = of->left < -of->limit ? -of->limit : of->left;
	gone = gcra_span(of->limit - left, v.limit, v.window) +
	    (counted ? 0 : t->span[k]);
	most = decided(t, now) * 1000 + gone - t->place[k];
	crowd = t->early[k] > v.window / CROWD;
	if (counted && k % LIMIT_LONG != QUOTA_REQUESTS && t->span[k] > 0)
		ratio_report(c, t->place[k], most, gcra_span(queue_estimate(l,
		    t, k), v.limit, v.window), v.window);
	gone -= gcra_span(1, v.limit, v.window);	/* rounded down */
	least = sent + gone - last;
	do {
		g = (struct gcra){ v.base, v.margin };
		if (queue_change(old, of->limit)) {
			gcra_start(&g, decided(t, now) * 1000 + gcra_span(
			    of->limit - left, v.limit, v.window) - v.tail,
			    v.window);
			continue;
		}
		if (first || old == 0)
			gcra_start(&g, most, v.window);
		/* refused although base does not seem too low: it is, by less
		 * than the uncertainty in the order of places */
		if (refused && least <= g.base)
			g.margin += g.margin / 2;
		gcra_sync(&g, least, crowd ? INT64_MAX : most,
		    v.window, !counted);
	} while (!atomic_compare_exchange_weak(&c->base, &v.base, g.base));
	/* that requests from before the limit was known are counted does not
	 * tell what others will take */
	since = atomic_load(&c->since);
	if (first || (since == 0 && t->early[k] != INT64_MAX))
		atomic_store(&c->margin, g.margin);
	if (first || t->at >= since)
		atomic_store(&c->since, first ? now : 0);
}

/* A fixed window does not refill before its end. */
static void
use_up(struct limit *l, struct ticket *t, size_t k, msec end)
{
	struct view v;

	if (queue_look(l, t, k, &v))
		raise(&v.c->base, end * 1000 + v.burst - t->place[k] -
		    gcra_span(1, v.limit, v.window));
}

static void
head(struct limit *l, struct ticket *t, const struct quota *q, int status,
    msec now)
{
	struct quota_of of;
	size_t kind, k;

	if (t->asked == 0)
		return;
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
	/* before the others that wait for this response */
	if (status == 429)
		queue_join(l, t, now);
	else if (status < 300)
		hold_end(l->page, t->at);
	raise(&l->page->head, now);
	t->headed = 1;
}

static void
learn_refusal(struct limit *l, struct ticket *t, const struct fault *f,
    msec now)
{
	struct page *p = l->page;
	int64_t cost;
	struct quota_of of;
	struct view v;
	int kind = quota_text(slice_str(f->text), f->wait, &of, &cost);
	struct refill refill = hint_refill(slice_str(f->text));
	size_t k;

	if (kind >= 0) {
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
	}
	t->refused = f->wait > 0;
	t->probe = 0;
	t->words = t->refused ? t->words + 1 : 0;
	t->last = t->refused && t->words <= TRUST ?
	    now + f->wait + f->wait / 5 + SLACK : 0;
	t->odd = now + refill_wait(&refill) > t->last;
	if (f->wait > 0 && (kind < 0 || f->wait <= HOLD_ALL)) {
		t->held = now + f->wait;
		hold_set(p, t->held, t->at, now);
	}
	if (!t->explained)
		share_cut(p, now);
}

/* Where the server does not report what is left, the real usage counts.  It is
 * not known to return what was reserved and not used. */
static void
settle(struct limit *l, struct ticket *t, const struct usage *u)
{
	int64_t used, span;
	struct view v;
	size_t k;

	for (k = 0; k < LIMIT_CELLS; k++) {
		if (k % LIMIT_LONG == QUOTA_REQUESTS || t->span[k] == 0 ||
		    (t->told & 1u << k) != 0 || !queue_look(l, t, k, &v))
			continue;
		used = k == QUOTA_OUTPUT ? u->output : k == QUOTA_INPUT ?
		    u->input : u->input + u->output;
		if (used > v.limit)
			used = v.limit;
		span = gcra_span(used, v.limit, v.window) - t->span[k];
		if (span > 0 || v.own)
			atomic_fetch_add(&v.c->base, span);
	}
}

static void
drop(struct limit *l, struct ticket *t)
{
	queue_leave(l, t);
	lease_drop(l->page, &t->lease);
	*t = (struct ticket){ 0 };
}

static void
done(struct limit *l, struct ticket *t, const struct fault *f, int sent,
    const struct usage *u, msec now)
{
	struct page *p = l->page;
	int limited = f->class == F_RATE || f->class == F_DAILY;

	if (t->asked == 0)
		return;
	t->going = 0;
	lease_drop(p, &t->lease);
	if (f->class == F_NONE) {
		share_grow(p);
		average(&p->length, now - t->at);
		if (u->output >= 0)
			average(&p->output, u->output);
		if (u->input >= 0 && u->output >= 0)
			settle(l, t, u);
	} else if (limited) {
		learn_refusal(l, t, f, now);
	} else if (f->class == F_TIMEOUT && sent && !t->headed &&
	    atomic_load(&p->head) > t->at) {
		share_slow(p, now);	/* others were served */
	}
	if (!limited && sent)
		*t = (struct ticket){ 0 };
	else if (!f->retry)
		drop(l, t);
	t->headed = 0;
	t->told = 0;	/* .asked stays: it is the first in line again */
	t->explained = 0;
}

const struct limit_ops limit_local = { ask, head, done, drop };

void
limit_close(struct limit *l)
{
	page_close(l->page);
	l->page = NULL;
}

/* -- reports --------------------------------------------------------------- */

void
limit_label(struct buf *out, size_t cell, int64_t limit, msec window)
{
	static const char names[][3] = { "R", "T", "IT", "OT" };
	int day = window == QUOTA_DAY, usual = day || window == QUOTA_MINUTE;

	buf_printf(out, "%s%s %lld", names[cell % LIMIT_LONG],
	    !usual ? "" : day ? "PD" : "PM", (long long)limit);
	if (!usual) {
		buf_puts(out, " in ");
		when_put(out, window);
	}
}

void
limit_why(const struct ticket *t, struct buf *out)
{
	if (t->why < LIMIT_CELLS)
		limit_label(out, (size_t)t->why, t->limit, t->window / 1000);
	else
		buf_puts(out, t->why == LIMIT_HOLD ?
		    "held after a refusal" : "concurrency limit");
}

int64_t
limit_per_minute(const struct limit *l, enum quota_kind kind)
{
	struct page_state s = { 0 };

	if (l->page != NULL)
		s = page_state(l->page, kind, 0);
	return s.window > 0 ? s.limit * 60000 / s.window : 0;
}
