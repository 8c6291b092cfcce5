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
	struct slice key;	/* masked wherever it turns up in a message */
	/* NULL, or told of each attempt when it is over. */
	void (*watch)(void *ctx, const struct outcome *out, unsigned n);
	void *watch_ctx;
};

struct result {
	struct outcome last;	/* of the last attempt; fault F_NONE: whole */
	unsigned attempts;
	enum verdict verdict;	/* why no further one, when it failed */
	msec wait;		/* from now until a try makes sense, or
				   MSEC_NONE */
	msec waited;		/* in pauses, all together */
	msec elapsed;
	int waiting;		/* it was interrupted in a pause */
};

/* Runs the job to its end and fills *res. */
void run(struct run *r, struct result *res);

#endif
