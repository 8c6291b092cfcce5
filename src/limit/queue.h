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

/*
 * Whether a limit has changed so much that all have to take new places.  Who
 * changes it begins another era and sets base so that the bucket is as the
 * server says after the last of the old places, which are not returned.
 */
int queue_change(int64_t from, int64_t to);

/* Sets .cost and .excess from .body, unless that is done. */
void queue_measure(const struct limit *l, struct ticket *t);

/* Takes a place in each queue where the ticket has none. */
void queue_join(struct limit *l, struct ticket *t, msec now);

/* Returns its places. */
void queue_leave(struct limit *l, struct ticket *t);

/* Sets .slot to the latest of the hold and the slots in all queues, and .why
 * to which of them that is.  A probe heeds only the cells of short windows, a
 * guess only those whose limit is known. */
void queue_slot(struct limit *l, struct ticket *t, msec now);

#endif
