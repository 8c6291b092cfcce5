#ifndef LIMIT_RATIO_H
#define LIMIT_RATIO_H

/*
 * What a server counts for a request, compared with what we estimate.
 *
 * It may count other tokens than a quarter of the bytes, or the answer's real
 * length instead of max_tokens.  The ratio of the two is kept in each cell.
 *
 * The text of a refusal states what one request counts.  What is left after
 * each response only tells the sum: between two responses the bucket lost the
 * spans reserved in its queue, and in addition as much as base moved
 * (limit/gcra.h).  Since others may have taken part of that, such a ratio is
 * not more than one, unless a text said so.
 */

#include "limit/page.h"

/* What the server will probably count for a request estimated as cost. */
int64_t ratio_apply(const struct cell *c, int64_t cost);

/* A refusal says that the request estimated as cost counts as much. */
void ratio_text(struct cell *c, int64_t counted, int64_t cost);

/* The request at place, whose estimate takes span to refill, was counted, and
 * the bucket is such that base would be right; window: of the bucket, all in
 * us. */
void ratio_report(struct cell *c, int64_t place, int64_t base, int64_t span,
    int64_t window);

/* The limit has changed: what was reported before is of no use. */
void ratio_restart(struct cell *c);

#endif
