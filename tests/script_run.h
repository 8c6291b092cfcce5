#ifndef TESTS_SCRIPT_RUN_H
#define TESTS_SCRIPT_RUN_H

/* run() over a script, with the real sinks, and what came of it. */

#include <stdio.h>

#include "core/pace.h"
#include "tests/script.h"

enum trial_out { OUT_HOLD, OUT_LIVE, OUT_JSON };

struct trial {
	struct script script;
	enum trial_out mode;
	int tty;
	int ticks;			/* log the seconds of a pause */
	enum on_break on_break;
	struct policy policy;
	struct deadlines limit;		/* .end: a span here */
	size_t max_answer;
	struct slice target, body;
	int paced;			/* with its own page of limits, */
	msec held;			/* held for this long */
	/* results */
	struct result res;
	struct buf out;			/* what the reader received */
	FILE *file;			/* private: where it is written to */
};

/* Defaults as the command line's; held text. */
void trial_init(struct trial *t);

/* Runs script.visit from the start. */
void trial_run(struct trial *t);

void trial_free(struct trial *t);

#endif
