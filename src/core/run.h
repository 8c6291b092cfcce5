#ifndef CORE_RUN_H
#define CORE_RUN_H

/* The loop: connect, send and consume again until the answer is whole. */

#include "core/attempt.h"
#include "core/retry.h"

struct run {
	struct job *job;
	struct policy policy;
	int fail_on_break;	/* a stream that breaks after text was
				   delivered ends the run */
	int queue;		/* there are many: waiting for one's turn within
				   a limit is no matter of patience */
	/*
	 * NULL, or called when an attempt failed after text was delivered:
	 * makes the job ask for the rest.  1: ask at once, though f cannot be
	 * retried as it was; 0: as f says.
	 */
	int (*resume)(void *ctx, const struct fault *f);
	void *resume_ctx;
	/* What an earlier run met, and how long from now it is no use to ask
	 * again; NULL and 0 or less. */
	const struct fault *before;
	msec wait;
	/* NULL, or called after a failed attempt: may change what the next one
	 * asks for, .fault.retry, .discard and .kept. */
	void (*settle)(void *ctx, struct outcome *out);
	void *settle_ctx;
	struct slice next_provider, next_model;	/* who is asked when this one
				   fails for reasons of its own; or empty */
	struct slice key;	/* masked wherever it turns up in a message */
	/* NULL, or told of each attempt when it is over. */
	void (*watch)(void *ctx, const struct outcome *out, unsigned n);
	void *watch_ctx;
};

struct result {
	unsigned attempts;
	enum verdict verdict;	/* why no further one, when it failed */
	msec wait;		/* from now until a try makes sense, or
				   MSEC_NONE */
	msec waited;		/* in pauses, all together */
	msec elapsed;
	int waiting;		/* it was interrupted in a pause */
	int gave_way;		/* the next one is to be asked */
	struct outcome last;	/* of the last attempt; fault F_NONE: whole */
};

/* Runs the job to its end and fills *res.  A connection that may be used again
 * stays in the job, for another run or job_close(). */
void run(struct run *r, struct result *res);

#endif
