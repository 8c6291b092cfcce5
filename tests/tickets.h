#ifndef TESTS_TICKETS_H
#define TESTS_TICKETS_H

/* Tickets of a page of their own, in virtual time from 0. */

#include "limit/share.h"
#include "tests/home.h"
#include "tests/t.h"

#define START ((msec)1767225600 * 1000)
#define BODY SLICE("{\"max_tokens\":100,\"input\":\"hello there, you\"}")
#define COST 111

static const struct usage none = USAGE_NONE;
static const struct fault whole = { .class = F_NONE };

/* How many are active, and how many may be. */
static inline size_t
active(struct limit *l, msec now)
{
	return lease_count(home_view(l, START + now), START + now);
}

static inline size_t
most(struct limit *l, msec now)
{
	return share_most(home_view(l, START + now), START + now);
}

static inline struct page_state
state(struct limit *l, size_t cell)
{
	return page_state(home_view(l, START), cell, START);
}

/* The policy, at a time. */
static inline const struct limit_ops *
ops_at(const struct limit *l, msec now)
{
	home_clock(START + now);
	return l->ops;
}

/* When it may go, as known now. */
static inline msec
ask(struct limit *l, struct ticket *t, msec now)
{
	msec look = ops_at(l, now)->ask(l, t, BODY, START + now);

	if (look <= START + now)
		return now;
	return t->slot - START;
}

static inline void
head(struct limit *l, struct ticket *t, int64_t limit, int64_t left,
    int status, msec now)
{
	struct quota q;

	quota_fields(NULL, 0, START + now, &q);
	q.of[QUOTA_TOKENS].limit = limit;
	q.of[QUOTA_TOKENS].left = left;
	q.of[QUOTA_TOKENS].window = limit > 0 ? QUOTA_MINUTE : MSEC_NONE;
	ops_at(l, now)->head(l, t, &q, status, START + now);
	/* by the next step a server is told of it */
	if (t->going && status != 429)
		(void)l->ops->ask(l, t, BODY, START + now);
}

static inline void
done(struct limit *l, struct ticket *t, msec now)
{
	ops_at(l, now)->done(l, t, &whole, 1, &none, START + now);
}

static inline void
refuse(struct limit *l, struct ticket *t, const char *text, msec wait,
    msec now)
{
	struct fault f = { .class = F_RATE, .retry = 1, .status = 429,
	    .wait = wait };

	slice_copy(slice_str(text), f.text, sizeof(f.text));
	ops_at(l, now)->done(l, t, &f, 1, &none, START + now);
}

#endif
