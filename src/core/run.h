#ifndef CORE_RUN_H
#define CORE_RUN_H

/* The loop: sends the job's exchange and sends it again, until the answer is
 * complete or there is no point in another attempt. */

#include "core/attempt.h"
#include "core/retry.h"

/* When a stream breaks after part of the answer was delivered. */
enum on_break {
	BREAK_RESTART,		/* the answer starts over */
	BREAK_CONTINUE,		/* .retry makes the job ask for the rest */
	BREAK_FAIL		/* the run ends */
};

struct run {
	struct job *job;
	struct policy policy;
	enum on_break on_break;
	int queue;		/* one of many requests: waiting for a slot
				   within a rate limit does not count against
				   the patience */
	int once;		/* what was sent must not be sent again, unless
				   the server has refused to take it */
	/* The fault that ended an earlier run, and how many ms from now it
	 * asks to wait; or .wait <= 0. */
	const struct fault *before;
	msec wait;
	struct slice next_provider, next_model;	/* the fallback; or empty */
	/*
	 * Called after each attempt, n from 1; or NULL.  After a failed one it
	 * may change the job's exchange and out's .fault.retry, .discard,
	 * .kept and .again (send the exchange again at once), and .on_break.
	 */
	void (*after)(void *ctx, struct outcome *out, unsigned n);
	/* Called before the wait for the next attempt, when the sink knows of
	 * the failed one; or NULL.  May change the job's exchange. */
	void (*retry)(void *ctx, const struct outcome *out);
	void *ctx;
};

struct result {
	unsigned attempts;
	enum verdict verdict;	/* of a failed run: why it ended */
	msec wait;		/* ms from now until a retry makes sense, or
				   MSEC_NONE */
	msec waited;		/* ms spent in pauses */
	msec elapsed;		/* ms from the start to the last attempt's
				   end */
	int waiting;		/* a signal ended the run in a pause */
	int gave_way;		/* the fallback is to be asked */
	struct usage usage;	/* of all attempts */
	struct outcome last;	/* of the last attempt; F_NONE: a complete
				   answer */
};

/* Runs the job and fills *res.  A connection that can be reused stays in the
 * job, for another run or for job_close(). */
void run(struct run *r, struct result *res);

#endif
