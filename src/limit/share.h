#ifndef LIMIT_SHARE_H
#define LIMIT_SHARE_H

/*
 * The concurrency limit, where the server does not name it.
 *
 * A refusal that no bucket explains tells it: as many as are active at that
 * moment were admitted.  Of a crowd that is refused the last one tells best,
 * since each that is refused is no longer active.  Once there is a limit, those
 * that were active when the refused one was sent tell it too: some may have
 * finished since the server decided.  The limit then grows by one
 * each time that twice as many requests have succeeded.  Once it is two above
 * what was admitted, the server has more room than it had, and each success
 * raises it by one.
 */

#include "limit/page.h"

/* How many requests may be active at a time; 0: any number. */
size_t share_most(const struct page *p, msec now);

/* A request was refused, and has dropped its lease; so many were active when it
 * was sent, with it. */
void share_cut(struct page *p, size_t active, msec now);

/* A request got no response in time although others did meanwhile; it has
 * dropped its lease.  Each lowers the limit by one: when the last of a crowd
 * comes, those that were served may have finished. */
void share_slow(struct page *p, msec now);

/* The limit is not one of concurrency. */
void share_lift(struct page *p);

/* A request succeeded. */
void share_grow(struct page *p);

#endif
