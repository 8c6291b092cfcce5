#ifndef LIMIT_HOLD_H
#define LIMIT_HOLD_H

/*
 * The hold: the wait that a 429 named, for all processes.
 *
 * Only a refusal sets it.  One of at most an hour is kept by all.  A longer
 * one may be a server's mistake, and nobody would notice before its end: it
 * binds the request that was told, and the others probe.  One of them may go a
 * minute after the hold was set, the next 2 minutes later, then 4, up to an
 * hour, until the server accepts a request, which ends the hold, or names
 * another wait, which replaces it.
 */

#include "limit/page.h"

#define HOLD_LONG ((msec)3600000)

/* When a request that was refused at from, until then, has gone again at the
 * latest, as core/retry.h has it. */
msec hold_last(msec from, msec until);

/* A request sent at sent was refused until then. */
void hold_set(struct page *p, msec until, msec sent, msec now);

/* The server accepted a request sent at sent. */
void hold_end(struct page *p, msec sent);

/* Whether the hold is one that others probe. */
int hold_is_long(const struct page *p);

/* When the next probe may go, of a wait that a server named at since. */
msec hold_next(const struct page *p, msec since);

/* Whether the caller is the next probe; if so it has to go. */
int hold_probe(struct page *p, msec since, msec now);

#endif
