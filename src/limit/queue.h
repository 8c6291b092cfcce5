#ifndef LIMIT_QUEUE_H
#define LIMIT_QUEUE_H

/* A ticket's places in the queues of the cells (limit/gcra.h), and the slot
 * that follows from them. */

#include "limit/limit.h"

/* Longer windows than this, in us, are long ones: see LIMIT_LONG. */
#define QUEUE_LONG ((int64_t)1800000000)

/* A cell as read at one moment, and the limit that applies. */
struct view {
	struct cell *c;
	int64_t limit, window, base, tail, margin;	/* us */
	int64_t burst;
	int own;		/* the limit is the user's */
};

/* Reads a cell for a ticket; 0: no limit. */
int queue_look(const struct limit *l, const struct ticket *t, size_t k,
    struct view *v);

/* What the ticket's request takes from the bucket of a cell: as estimated, and
 * as the server will probably count it. */
int64_t queue_estimate(const struct limit *l, const struct ticket *t,
    size_t k);
int64_t queue_cost(const struct limit *l, const struct ticket *t, size_t k);

/* Takes a place in each queue where the ticket has none yet. */
void queue_join(struct limit *l, struct ticket *t, msec now);

/* Sets .slot to the latest of the hold and the slots in all queues, and .why
 * to which of them that is.  A probe heeds only the cells of short windows. */
void queue_slot(struct limit *l, struct ticket *t, msec now);

#endif
