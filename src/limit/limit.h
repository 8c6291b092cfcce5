#ifndef LIMIT_LIMIT_H
#define LIMIT_LIMIT_H

/*
 * The limits that processes with the same key live within together.
 *
 * A request asks for its slot until it may go, tells what the answer's head
 * says of the limits, and what became of it:
 *
 *	while ((at = limit_ask(l, &t, body, now)) > now)
 *		sleep until at
 *	send ... limit_head(l, &t, &quota, status, now)
 *	... limit_done(l, &t, outcome, now)
 *
 * What it waits for, in this order:
 *   the first answer of all, a second at most, while nothing is known;
 *   buckets (limit/gcra.h) of requests and tokens, as far as their limits
 *     are known: from a head, from a 429's text, or from the user;
 *   the time that a 429 has named, be it another process's;
 *   its turn (limit/lease.h), when a 429 came that no bucket explains: then
 *     the number of requests at a time is halved, and grows again by one each
 *     time that so many have succeeded.
 *
 * Times are ms of the wall clock.
 */

#include "api/event.h"
#include "api/quota.h"
#include "limit/lease.h"
#include "limit/page.h"

/* Buckets: QUOTA_KINDS, and of the first two another one for windows of more
 * than half an hour, which are limits beside those of a minute. */
#define LIMIT_LONG QUOTA_KINDS
#define LIMIT_CELLS (QUOTA_KINDS + 2)

/* What a ticket waits for; below LIMIT_CELLS: that bucket. */
enum {
	LIMIT_HOLD = LIMIT_CELLS,
	LIMIT_TURN,
	LIMIT_FIRST
};

struct limit {
	struct page *page;
	int64_t own[2];		/* requests and tokens a minute that the user
				   names; 0: none.  They count where the server
				   names none. */
};

/* A request's, from its first call on; {0} before. */
struct ticket {
	int placed;		/* it has its places in the queues */
	int hurry;		/* set by the caller: no time for the first
				   answer of others */
	msec asked;
	msec at;		/* when it went */
	msec slot;		/* when it may go, as things are now */
	int why;		/* what it waits for */
	struct slice body;	/* borrowed from limit_ask() */
	struct lease lease;
	struct quota_cost cost;
	int64_t span[LIMIT_CELLS], place[LIMIT_CELLS];
	unsigned told;		/* cells whose state the head told */
	int explained;		/* a bucket explains the refusal */
	int refused;		/* the server has said when it will fit, */
	int exact;		/* and the bucket says the same */
};

/* When to go: now, if that is not later than now; else call again then. */
msec limit_ask(struct limit *l, struct ticket *t, struct slice body, msec now);

/* It goes now, slot or not. */
void limit_go(struct ticket *t, msec now);

/* An answer's head has come. */
void limit_head(struct limit *l, struct ticket *t, const struct quota *q,
    int status, msec now);

/*
 * The attempt is over, f says how.  After a refusal by rate, or when nothing
 * was sent, the ticket keeps its places for another attempt; else it is {0}
 * again.
 */
void limit_done(struct limit *l, struct ticket *t, const struct fault *f,
    int sent, const struct usage *u, msec now);

/* There will be no attempt: gives the places back.  The ticket is {0}. */
void limit_drop(struct limit *l, struct ticket *t);

/* For people: "TPM 60000", "a refusal", ... */
void limit_why(const struct limit *l, const struct ticket *t,
    struct buf *out);

/* What is known of one bucket; limit 0: nothing. */
struct limit_state {
	int64_t limit, used;
	msec window;
	msec slot;		/* until something small would fit */
};
struct limit_state limit_state(struct page *p, size_t cell, msec now);

/* How many requests may be under way at a time; 0: any number. */
size_t limit_share(struct page *p, msec now);

/* "TPM 60000", "RPD 200", "T 2000 in 2.0 s". */
void limit_label(struct buf *out, size_t cell, int64_t limit, msec window);

#endif
