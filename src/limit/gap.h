#ifndef LIMIT_GAP_H
#define LIMIT_GAP_H

/*
 * The interval between two requests, where the server only refuses: no limit,
 * nothing of what is left, at most how long the refused request is to wait.
 *
 * A request that is refused although no other is active came too early, not
 * beside too many.  After the first such refusal the interval is short, a
 * tenth of a second, and each further one doubles it until requests succeed in
 * between.  Since each refusal finds the bucket empty, the time from the first
 * to the last and the number of requests accepted meanwhile then tell the
 * interval, as long as there was always one that waited.  Each success shortens
 * it a little, to find out.  It is forgotten when 64 intervals, or a minute
 * if that is longer, pass without a refusal.
 *
 * A stated wait of more than two intervals is not for the next place in a
 * bucket, but for the end of a window: such a limit has no interval.
 */

#include "limit/page.h"

/* When the next request may go; 0: at any time. */
msec gap_next(const struct page *p, msec now);

/* Whether the caller is the next request; if so it has to go now. */
int gap_take(struct page *p, msec now);

/* A request goes all the same; the next waits from now. */
void gap_pass(struct page *p, msec now);

/* A request sent at sent was refused without any figures but perhaps its wait
 * (else below 1), after which it goes; alone: no other is active.  Whether the
 * interval explains it. */
int gap_refused(struct page *p, int alone, msec sent, msec wait,
    msec now);

/* A request succeeded. */
void gap_accepted(struct page *p);

#endif
