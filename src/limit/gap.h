#ifndef LIMIT_GAP_H
#define LIMIT_GAP_H

/*
 * The interval between two requests, where the server only refuses.
 *
 * A request that is refused although no other is active, and though no bucket
 * explains it, came too early, not beside too many.  Each such refusal finds
 * the bucket empty, so the time between two of them and the number of requests
 * accepted meanwhile tell the interval.  It is shortened a little after each
 * success, to find out, and doubled if none was accepted.
 */

#include "limit/page.h"

/* When the next request may go; 0: at any time. */
msec gap_next(const struct page *p, msec now);

/* Whether the caller is the next request and goes now. */
int gap_take(struct page *p, msec now);

/* A request sent at sent was refused; alone: no other was active.  Whether that
 * is explained by the interval. */
int gap_refused(struct page *p, int alone, msec sent, msec now);

/* A request succeeded. */
void gap_shrink(struct page *p);

#endif
