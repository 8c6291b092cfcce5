#ifndef LIMIT_GCRA_H
#define LIMIT_GCRA_H

/*
 * The arithmetic of a token bucket that refills evenly, as a queue in time
 * (GCRA, the generic cell rate algorithm).  Pure.
 *
 * A cost is given as a span: the time in which the bucket refills by it.  A
 * queue is two numbers, base and tail.  tail only grows: a request adds its
 * span, and the sum is its place.  The bucket is full again after the request
 * at base + place.  The request fits, which is its slot, burst before that;
 * burst is the window if the whole bucket may be emptied.  Slots are in the
 * order of places, so requests are served first come, first served, and
 * need not be told when base moves.
 *
 * What the server reports moves base for all.  At any time the bucket lacks
 * base + place - time, so base is time + lack - place.  Only the time is
 * uncertain: it lies between sending and the response.
 *
 * Times and spans are microseconds.
 */

#include <stdint.h>

struct gcra {
	int64_t base;
	int64_t margin;		/* kept in the bucket for what others take
				   from it between two responses */
	int64_t peak;		/* the margin that the last responses, */
	int64_t reports;	/* so many, needed */
};

/* The span of cost, where limit refills in window; rounded up, at least 0, at
 * most 2^56. */
int64_t gcra_span(int64_t cost, int64_t limit, int64_t window);

/* base for a request at now.  A full bucket accumulates no credit. */
int64_t gcra_base(int64_t base, int64_t tail, int64_t now);

/*
 * A response says that base is between least and most, the values for the
 * times of sending and of the response.  A base that is too low leads to
 * refusals, so it is raised at once, and the margin with it.  One that is too
 * high only delays; it is lowered as far as most.  A refusal never lowers it:
 * the requests before may not have been counted either.  The margin is the
 * largest that one of the last 24 to 48 responses needed; what was taken in
 * elapsed, since the response before, counts less if that is long.
 */
void gcra_sync(struct gcra *g, int64_t least, int64_t most, int64_t window,
    int64_t elapsed, int refused);

/* A request was refused although base does not seem too low: it is, by less
 * than the uncertainty in the order of places. */
void gcra_refused(struct gcra *g, int64_t window);

/* The first response after a long time says that it is base. */
void gcra_start(struct gcra *g, int64_t base, int64_t window);

#endif
