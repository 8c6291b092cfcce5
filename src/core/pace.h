#ifndef CORE_PACE_H
#define CORE_PACE_H

/* The loop's side of limit/limit.h: a job's place among the requests of all
 * processes that share its key. */

#include "core/run.h"
#include "limit/limit.h"

struct pace {
	struct limit limit;
	struct ticket ticket;		/* {0} */
};

/*
 * Sleeps until the next attempt may go out, as part of st's patience, and
 * tells the sink why.  0: go; 1: it would take too long, or the sink failed,
 * which res->last.fault says; -1: a signal asks to stop.  A nudge ends it
 * early.  All of these do nothing for a job without a pace, or without a body.
 */
int pace_wait(struct run *r, struct result *res, struct retry *st);

/* The answer's head has come. */
void pace_head(struct job *job, const struct http *head);

/* The attempt is over. */
void pace_done(struct job *job, const struct outcome *out);

/* There is no further one. */
void pace_end(struct job *job);

#endif
