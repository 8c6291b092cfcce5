#ifndef LIMIT_GCRA_H
#define LIMIT_GCRA_H

/*
 * The arithmetic of a bucket that refills evenly, as a queue in time.  Pure.
 *
 * All costs are spans: how long the bucket takes to refill so much.  A queue
 * is two numbers.  tail only grows: whoever wants something adds its span,
 * and what tail is then is its place.  base + place is when the bucket is
 * full again after it; burst before that (the window, for a whole bucket) is
 * when it fits: its slot.  Slots are in the order of places, so the first to
 * come is the first to go, and nobody has to be told when base moves.
 *
 * The server's word moves base, for everybody: what is gone of its bucket at
 * a time is base + place - time, so base is time + gone - place, exactly.
 * Only the time is not known exactly: between the sending and the answer.
 *
 * Times and spans are microseconds.
 */

#include <stdint.h>

struct gcra {
	int64_t base, tail;
	int64_t margin;		/* kept back in the bucket against what others
				   take from it between two answers */
};

/* cost of limit in window, rounded up; at least 0, at most 2^56. */
int64_t gcra_span(int64_t cost, int64_t limit, int64_t window);

/* base for what comes at now: of a full bucket nothing is left over. */
int64_t gcra_base(int64_t base, int64_t tail, int64_t now);

/*
 * An answer says that base is least to most, counted as above from the time
 * of sending and of the answer.  Too low a base meets refusals: it is raised
 * at once, and the margin with it.  Too high a one only waits: it comes down
 * by a quarter, for answers may overtake each other, and by a refusal not at
 * all: those before it may not have been counted either.
 */
void gcra_sync(struct gcra *g, int64_t least, int64_t most, int64_t window,
    int refused);

/* The first answer since long says that it is base. */
void gcra_start(struct gcra *g, int64_t base, int64_t window);

#endif
