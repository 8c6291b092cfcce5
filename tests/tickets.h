#ifndef TESTS_TICKETS_H
#define TESTS_TICKETS_H

/* Tickets of a page of their own, in virtual time from 0. */

#include "limit/limit.h"
#include "limit/share.h"
#include "tests/t.h"

#define START ((msec)1767225600 * 1000)
#define BODY SLICE("{\"max_tokens\":100,\"input\":\"hello there, you\"}")
#define COST 111

static const struct usage none = USAGE_NONE;
static const struct fault whole = { .class = F_NONE };

static inline struct limit
fresh(void)
{
	return (struct limit){ .page = page_alone() };
}

/* When it may go, as known now. */
static inline msec
ask(struct limit *l, struct ticket *t, msec now)
{
	msec look = limit_local.ask(l, t, BODY, START + now);

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
	limit_local.head(l, t, &q, status, START + now);
}

static inline void
done(struct limit *l, struct ticket *t, msec now)
{
	limit_local.done(l, t, &whole, 1, &none, START + now);
}

static inline void
refuse(struct limit *l, struct ticket *t, const char *text, msec wait,
    msec now)
{
	struct fault f = { .class = F_RATE, .retry = 1, .status = 429,
	    .wait = wait };

	slice_copy(slice_str(text), f.text, sizeof(f.text));
	limit_local.done(l, t, &f, 1, &none, START + now);
}

#endif
