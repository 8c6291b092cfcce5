#ifndef CORE_PACE_H
#define CORE_PACE_H

/*
 * Keeps a job within the rate limits that it shares with other processes
 * (limit/limit.h).  Without effect for a job that has no pace or no body.
 */

#include "core/run.h"
#include "limit/limit.h"

struct pace {
	struct limit limit;
	struct ticket ticket;		/* {0} */
};

/*
 * Sleeps until the next attempt may go out, which counts against st's
 * patience, and tells the sink why.  SIGUSR1 ends the sleep early.  Returns 0:
 * go; 1: the wait would be too long, or the sink failed, as res->last.fault
 * says; -1: a signal asks to stop.
 */
int pace_wait(struct run *r, struct result *res, struct retry *st);

/* The attempt is under way; to be called again at the result, which is
 * monotonic. */
msec pace_renew(struct job *job);

/* The head of the response has arrived. */
void pace_head(struct job *job, const struct http *head);

/* The attempt is over. */
void pace_done(struct job *job, const struct outcome *out);

/* There will be no further attempt. */
void pace_end(struct job *job);

#endif
