#ifndef LIMIT_RATE_H
#define LIMIT_RATE_H

/*
 * The limit, where a server only says what is left (Azure).
 *
 * The bucket holds at least what is left in it, so that is the limit at first:
 * right if it was full, else far too low.  The true one is measured: between
 * two responses the bucket gained what is left more now, and what was taken
 * meanwhile.  As long as it is not measured, a request goes out each RATE_LOOK
 * to find out.
 */

#include "limit/page.h"

#define RATE_LOOK ((msec)500)

/* A response to a request that was decided on at that time says what is left;
 * cost: what was taken for it.  Returns the limit per minute. */
int64_t rate_learn(struct cell *c, int64_t left, int64_t cost, msec at);

/* Whether the limit is none that was told or measured. */
int rate_is_guess(const struct cell *c);

#endif
