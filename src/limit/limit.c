#include "limit/limit.h"

#include <stdlib.h>

#include "api/hint.h"
#include "limit/gap.h"
#include "limit/hold.h"
#include "limit/learn.h"
#include "limit/queue.h"
#include "limit/rate.h"
#include "limit/share.h"

/* When to look again. */
#define FIRST_MAX ((msec)1000)
#define FIRST_NEXT ((msec)50)
#define FIRST_DOUBLE 7		/* times */
#define FIRST_LOOK ((msec)10)
#define TURN_LOOK ((msec)50)
#define LOOK_MIN ((msec)20)
#define LOOK_PART 8		/* of the time until the slot, */
#define LOOK_MAX LEASE_BEAT	/* at most */

/* A longer wait with figures concerns a large request: smaller ones may fit. */
#define HOLD_ALL ((msec)600000)

/*
 * What the server says when it refuses a request beats what is known of its
 * limits: the request goes after the stated wait, by hold_last(), whatever
 * others were told, and waits for no turn and no interval.  A bucket counts all
 * the same while others use it or are first in its queue, as each of them was
 * told the wait of one alone; unless the server contradicts its own figures.
 * After TRUST such refusals in a row it waits as all do.
 */
#define TRUST 3

/* What a killed process held is free after LEASE; a living one renews it. */
#define LEASE ((msec)5000)
#define LEASE_RENEW ((msec)1500)

/* A limit that no response confirms is forgotten after so long. */
#define UNCONFIRMED_MAX ((msec)3600000)

/*
 * Whether to wait for the response to another process's request, because what
 * is known is stale: others may have used the buckets meanwhile.  Until there
 * is a response requests start slowly: one in the first FIRST_MAX, and in each
 * further one twice as many as in the one before.  After a first response
 * without a limit it is FIRST_NEXT: a server that says nothing may refuse.
 */
static int
wait_first(struct limit *l, struct ticket *t, msec now)
{
	struct page *p = l->page;
	msec head = atomic_load(&p->head), probe = atomic_load(&p->probe);
	msec age = now - atomic_load(&p->start);
	msec window, told;
	msec step = head == 0 ? FIRST_MAX : FIRST_NEXT;
	int stale = head == 0, known = l->own[0] > 0 || l->own[1] > 0;
	struct cell *c;

	for (c = p->cell; c < p->cell + LIMIT_CELLS; c++) {
		if (atomic_load(&c->limit) == 0)
			continue;
		known = 1;
		window = atomic_load(&c->window) / 1000;
		if (window < QUOTA_MINUTE)
			window = QUOTA_MINUTE;
		told = atomic_load(&c->told);
		if (head - told > window && head - told > UNCONFIRMED_MAX)
			atomic_store(&c->limit, 0);
		if (now - told > window && now - head > window) {
			stale = 1;
			step = FIRST_MAX;
		}
	}
	if (t->hurry || (!stale && (known || age < 0 ||
	    age > FIRST_DOUBLE * FIRST_NEXT)))
		return 0;
	t->why = LIMIT_FIRST;
	t->slot = now;
	/* nobody has waited, or the clock was set back */
	if (stale && (now - probe >= 2 * step || age <= -FIRST_MAX))
		atomic_store(&p->start, now);
	else
		t->slot = probe + (step >> (age < FIRST_DOUBLE * step ?
		    age / step : FIRST_DOUBLE));
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
	msec wait, usual, since, next;
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
		if (is_overruled(l, t, now))
			t->slot = t->last;
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
	if (t->last > 0)
		gap_pass(p, now);
	most = t->hurry || t->last > 0 ? 0 : share_most(p, now);
	next = t->hurry || t->last > 0 ? 0 : gap_next(p, now);
	if (most > 0 || next > 0)
		lease_wait(p, &t->lease, t->span, t->asked, now);
	if (next > 0 && (!lease_is_first(p, &t->lease, now) ||
	    !gap_take(p, now))) {
		t->why = LIMIT_GAP;
		t->slot = next > now ? next : now + TURN_LOOK;
		return t->slot - now < TURN_LOOK ? t->slot : now + TURN_LOOK;
	}
	if (!lease_take(p, &t->lease, most, LEASE, now)) {
		t->why = LIMIT_TURN;
		usual = atomic_load(&p->length);
		t->slot = now + (usual > TURN_LOOK ? usual :
		    TURN_LOOK);
		return now + TURN_LOOK;
	}
	t->active = most > 0 ? lease_count(p, now) : 0;
	t->going = 1;
	t->at = now;
	return now;
}

static void
head(struct limit *l, struct ticket *t, const struct quota *q, int status,
    msec now)
{
	if (t->asked == 0)
		return;
	learn_head(l, t, q, status, now);
	/* before the others that wait for this response */
	if (status == 429)
		queue_join(l, t, now);
	else if (status < 300)
		hold_end(l->page, t->at);
	if (atomic_load(&l->page->head) == 0)
		atomic_store(&l->page->start, status < 300 ? now : 0);
	page_raise(&l->page->head, now);
	t->headed = 1;
}

static void
learn_refusal(struct limit *l, struct ticket *t, const struct fault *f,
    msec now)
{
	struct page *p = l->page;
	struct refill refill = hint_refill(slice_str(f->text));
	int told = learn_text(l, t, f, now);

	t->refused = f->wait > 0;
	t->probe = 0;
	t->words = t->refused ? t->words + 1 : 0;
	t->last = t->refused && t->words <= TRUST ?
	    hold_last(now, now + f->wait) : 0;
	t->odd = now + refill_wait(&refill) > t->last;
	if (f->wait > 0 && (!told || f->wait <= HOLD_ALL)) {
		t->held = now + f->wait;
		hold_set(p, t->held, t->at, now);
	}
	if (t->explained)
		return;
	if (gap_refused(p, lease_count(p, now) == 0, t->at, f->wait, now))
		share_lift(p);
	else
		share_cut(p, t->active, now);
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
		gap_accepted(p);
		page_average(&p->length, now - t->at);
		if (u->output >= 0)
			page_average(&p->output, u->output);
		learn_usage(l, t, u);
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
	free(l->remote);
	*l = (struct limit){ 0 };
}
