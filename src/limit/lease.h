#ifndef LIMIT_LEASE_H
#define LIMIT_LEASE_H

/*
 * Who is active and who waits.
 *
 * A lease is a word of the page.  That of an active request says until when it
 * counts; that of a waiting one since when it waits, and when its process last
 * renewed it.  If a process dies its word is no longer renewed and is free
 * again once it expires; pids are not checked, since in another container one
 * may be another process's.  Beside the word of a waiting request stands what
 * it has reserved in the queues of the cells, so that others can return what
 * a dead process reserved.
 */

#include "limit/page.h"

#define LEASE_BEAT ((msec)500)
#define LEASE_MAX ((msec)60000)	/* a lease that lasts longer is invalid */

struct lease {			/* {0}: none */
	size_t at;		/* index of its word, from 1 */
	uint64_t word;		/* what we wrote there */
};

/*
 * The request waits since then and has reserved span[] of the cells; to be
 * called again within LEASE_BEAT.  Of those that are alive the one that waits
 * longest frees the leases of the dead before it.  Without effect if there is
 * no free word.
 */
void lease_wait(struct page *p, struct lease *l, const int64_t *span,
    msec since, msec now);

/*
 * Whether a waiting request may go now, with at most most requests active and
 * in the order of their times; if so it is active for length ms.  most 0: any
 * number, and it need not have waited; this also renews an active lease.
 */
int lease_take(struct page *p, struct lease *l, size_t most, msec length,
    msec now);

/* The request is over or given up; *l becomes {0}. */
void lease_drop(struct page *p, struct lease *l);

/* Whether no other request waits longer. */
int lease_is_first(struct page *p, const struct lease *l, msec now);

/* How many requests are active. */
size_t lease_count(struct page *p, msec now);

#endif
