#ifndef LIMIT_LEASE_H
#define LIMIT_LEASE_H

/*
 * Who is asking now, and who waits.
 *
 * A lease is a word of the page: of a request on its way, until when it
 * counts at most; of one that waits, since when, and when it last showed that
 * it lives.  A process that dies leaves a word that nobody keeps up, and that
 * is free again when its time is over: no process is asked after, for its
 * number may mean another one in another container.  Beside the word of who
 * waits stands what it has taken of the cells' queues, so that others can
 * give back what the dead have left there.
 */

#include "limit/page.h"

struct lease {			/* {0}: none */
	size_t at;		/* its word, from 1 */
	uint64_t word;		/* what we put there */
};

/* It waits, since that time: to be called again within LEASE_BEAT.  -1: there
 * is no room. */
int lease_wait(struct page *p, struct lease *l, const int64_t *span,
    msec since, msec now);

#define LEASE_BEAT ((msec)500)

/*
 * Whether what waits may go now, with at most share at a time and in the
 * order of their times; if so it counts from now on, for length ms.  share 0:
 * any number, and it need not have waited.
 */
int lease_take(struct page *p, struct lease *l, size_t share, msec length,
    msec now);

/* The request is over, or given up. */
void lease_drop(struct page *p, struct lease *l);

/* How many are on their way. */
size_t lease_count(struct page *p, msec now);

/* Who waits longest of those that live takes back one of the dead before it:
 * the word's number from 1; 0 when there is none, or another waits longer. */
size_t lease_bury(struct page *p, const struct lease *l, msec now);

#endif
