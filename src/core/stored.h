#ifndef CORE_STORED_H
#define CORE_STORED_H

/*
 * A run that the server stores (--background; providers.md 1.7): it continues
 * there when the connection breaks, and its stream resumes after the last
 * event received.  Five minutes after its start a run has no stream any more:
 * then the whole response is polled for.  A run that failed is started over,
 * and so is one that does not leave the queue, once it is cancelled; one that
 * the server has lost only by bide resume.  Before that there is never a second
 * POST: the run may go on, and is paid for.
 *
 * This module decides which request comes next; the loop is unaware of it.
 */

#include "core/attempt.h"

struct stored {
	struct job *job;
	struct cursor *cursor;
	struct exchange start;		/* the request that starts a run */
	struct buf target;		/* of the current request */
	int polling;			/* there is no stream any more */
	int earlier;			/* an earlier process started it */
	unsigned lost;			/* 404s in a row */
	msec queue;			/* ms it may wait in the queue */
	msec since;			/* when it was started, monotonic */
};

/* Prepares a job whose exchange starts a run; if the cursor has the id of a
 * run, the job asks for that one instead.  queue: see above. */
void stored_begin(struct stored *s, struct job *job, struct cursor *cursor,
    msec queue);

/* After a failed attempt: makes the job ask for what comes next, and sets
 * .fault.retry, .discard and .kept. */
void stored_next(struct stored *s, struct outcome *out);

/* Asks the server to cancel the run; whether it agreed.  Takes two seconds at
 * most and ignores signals. */
int stored_cancel(struct stored *s);

void stored_free(struct stored *s);

#endif
