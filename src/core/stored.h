#ifndef CORE_STORED_H
#define CORE_STORED_H

/*
 * A run that the server keeps (--background; providers.md 1.7): whatever
 * breaks, it goes on there, and its stream is taken up behind the last event
 * that was handled.  Five minutes after its start it has no stream any more:
 * then its whole is asked for until it is there.  One that the server has
 * lost, that failed, or that never leaves the queue, is begun anew.
 *
 * All of it is which request comes next; the loop knows nothing of it.
 */

#include "core/attempt.h"

struct stored {
	struct job *job;
	struct cursor *cursor;
	struct slice path, body;	/* of the request that begins a run */
	struct buf get;			/* the path of what takes it up */
	int polling;			/* it has no stream any more */
	msec queue;			/* most time in the queue */
	msec since;			/* mono: when it was begun */
};

/* For the job as it stands, its path and body those of a new run; a cursor
 * that names one takes that up. */
void stored_begin(struct stored *s, struct job *job, struct cursor *cursor,
    msec queue);

/* After a failed attempt: makes the job ask for what comes next, and says in
 * the outcome whether that is worth a retry and what becomes of the text. */
void stored_next(struct stored *s, struct outcome *out);

/* Asks the server to stop a run that nobody wants any more; gives it two
 * seconds for that, deaf to signals. */
void stored_cancel(struct stored *s);

void stored_free(struct stored *s);

#endif
