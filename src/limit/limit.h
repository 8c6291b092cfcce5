#ifndef LIMIT_LIMIT_H
#define LIMIT_LIMIT_H

/*
 * Rate limits shared by all processes that use the same key.
 *
 * The caller keeps a ticket for each request.  It asks until the request may
 * go out, then reports what the response head says of the limits, and how the
 * attempt ended:
 *
 *	while ((at = l->ops->ask(l, &t, body, now)) > now)
 *		sleep until at
 *	send, and ask at the time that ask names, until the end of
 *	... l->ops->head(l, &t, &quota, status, now)
 *	... l->ops->done(l, &t, &fault, sent, &usage, now)
 *
 * A request waits, in this order, for
 *   the first response to any process, if nothing is known; one may go in the
 *     first second all the same, two in the next, then four, and so on; if
 *     that names no limit, one in the next 50 ms, two in those after, and so
 *     on, up to 350 ms;
 *   its slot in each token bucket (limit/gcra.h) whose limit is known from a
 *     response head, from the text of a 429, or from the user;
 *   the end of the wait that a 429 named, whichever process received it, or
 *     that of its own alone; a wait of more than an hour only if this request
 *     was told, else until the next probe (limit/hold.h);
 *   the interval that the server seems to demand, after 429s without figures
 *     (limit/gap.h);
 *   its turn (limit/lease.h), after a 429 that no bucket explains, which
 *     tells how many are served at a time (limit/share.h); a request with a
 *     wait of its own needs neither.
 *
 * Times are milliseconds of the wall clock.
 */

#include "api/event.h"
#include "api/quota.h"
#include "limit/lease.h"
#include "limit/page.h"

/* The cells of a page: one for each quota kind, then one for requests and one
 * for tokens in windows of more than half an hour, which are limits besides
 * those per minute. */
#define LIMIT_LONG QUOTA_KINDS
#define LIMIT_CELLS (QUOTA_KINDS + 2)

/* What a ticket waits for: a cell if less than LIMIT_CELLS, else one of */
enum {
	LIMIT_HOLD = LIMIT_CELLS,	/* the end of a 429's wait */
	LIMIT_TURN,			/* the concurrency limit */
	LIMIT_FIRST,			/* the first response */
	LIMIT_GAP			/* the interval between requests */
};

struct limit {
	const struct limit_ops *ops;
	struct page *page;
	int64_t own[2];		/* requests and tokens a minute set by the
				   user, 0: none; they apply where the server
				   names no limit */
	int64_t hosts;		/* how many share the limits; 0: one.  This one
				   takes its part of them. */
	struct remote *remote;	/* limit/redis.h; else NULL */
};

/* The state of one request; {0} at first. */
struct ticket {
	uint64_t id;		/* at a server (limit/redis.h); 0: none */
	int queued;		/* it has its places in the queues */
	int hurry;		/* set by the caller: too little patience is
				   left to wait for the first response */
	msec asked;
	int going;		/* it is under way, */
	msec at;		/* since then; both set by the caller if it
				   goes before its slot */
	size_t active;		/* and how many with it, if that is limited */
	msec slot;		/* when it may go, as known now */
	int why;		/* what it waits for, */
	int64_t limit;		/* and that cell's limit and window (us) */
	int64_t window;
	struct slice body;	/* borrowed from ask() until done() or drop() */
	struct lease lease;
	struct quota_cost cost;
	int64_t excess;		/* output tokens added to the maximum in
				   .cost; below 0: there is no maximum */
	int64_t span[LIMIT_CELLS], place[LIMIT_CELLS];	/* limit/gcra.h */
	int64_t era[LIMIT_CELLS];	/* the cell's at that time */
	int64_t early[LIMIT_CELLS];	/* us from its slot there to sending */
	unsigned told;		/* bit k: the head reported cell k */
	int headed;		/* its response has begun */
	int explained;		/* a bucket explains the refusal */
	int refused;		/* the server said how long to wait, */
	int exact;		/* and gave the figures of the bucket */
	msec last;		/* by when it should go then; 0: never said */
	int odd;		/* the figures ask for a longer wait */
	unsigned words;		/* such refusals in a row */
	msec held;		/* until when, if it held all */
	int probe;		/* it goes in spite of a long wait, */
	int guess;		/* or of a limit that is only a guess */
	/* of a ticket with an .id: */
	msec due;		/* it has been let go, for then; or 0 */
	msec renew;		/* when its lease is to be renewed */
	int wanted;		/* others wait for its response head */
	int status;		/* of a head of which the server was not told
				   yet; 0: none */
	msec came;
	struct quota quota;
};

/* The policy, for the place where the limits are kept. */
struct limit_ops {
	/* When the request may go: at once if the result is not later than
	 * now, else ask again at that time.  Ask also while it is under way:
	 * others count on it only as long as that is renewed. */
	msec (*ask)(struct limit *l, struct ticket *t, struct slice body,
	    msec now);
	/* The head of a response has arrived.  A success, whatever it says
	 * is left, makes others wait for a bucket but never holds them. */
	void (*head)(struct limit *l, struct ticket *t, const struct quota *q,
	    int status, msec now);
	/* The attempt ended with f.  After a rate limit, or if nothing was
	 * sent, the ticket keeps its places for the next attempt, provided
	 * that f is worth a retry; else it becomes {0}. */
	void (*done)(struct limit *l, struct ticket *t, const struct fault *f,
	    int sent, const struct usage *u, msec now);
	/* There will be no further attempt: returns the places.  The ticket
	 * becomes {0}. */
	void (*drop)(struct limit *l, struct ticket *t);
};

/* The limits are kept in .page. */
extern const struct limit_ops limit_local;

/* Unmaps the page and frees .remote; harmless if there is none. */
void limit_close(struct limit *l);

#endif
