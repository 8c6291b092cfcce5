#ifndef CMD_TASK_H
#define CMD_TASK_H

/*
 * A turn and everything that is needed to ask it, which is the same for ask and
 * for resume.  Its functions report what goes wrong and return the exit status,
 * 0 if nothing does.
 */

#include "cmd/plan.h"
#include "cmd/report.h"
#include "core/keep.h"
#include "core/pipeline.h"
#include "core/sink.h"
#include "core/stored.h"
#include "state/session.h"

struct task {
	const struct env *env;
	struct opts *o;
	struct slice command;		/* how to ask again */
	struct session session;
	int unkept;			/* the journal cannot be written */
	struct plan plan[1 + FALLBACKS_MAX];	/* for the model to ask, then
						   for the fallbacks */
	size_t n;
	size_t at;			/* the one that is asked */
	/* what an earlier run has received of the answer, and the fault that
	 * ended it, with a wait until a time of day, or MSEC_NONE */
	struct buf earlier;
	struct fault before;
	msec until;
	/* the run */
	msec end;			/* its deadline, monotonic */
	struct cursor cursor;
	struct stored stored;
	struct pipeline pipe;
	struct keep keep;
	struct text_sink text;
	struct json_sink json;		/* with --json instead of text */
	struct status status;
};

/* {.env, .o, .command, .until = MSEC_NONE, .cursor.sequence = -1}, and a
 * session, are set by the caller. */

/* Plans a request to each model, and checks -o. */
int task_plan(struct task *t);

/* Asks until there is an answer. */
int task_ask(struct task *t);

/* Shows the complete answer from the journal. */
int task_show(struct task *t);

/* Prints the request. */
int task_dry_run(struct task *t);

/* Frees it, and removes a session created for a turn that was not asked. */
void task_end(struct task *t);

#endif
