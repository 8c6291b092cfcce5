#ifndef CMD_ASKING_H
#define CMD_ASKING_H

/* A turn on its way: whom to ask, in which order, where the answer goes and
 * where it is kept.  bide ask and bide resume differ in where the turn comes
 * from. */

#include "cmd/plan.h"
#include "cmd/report.h"
#include "core/keep.h"
#include "core/pipeline.h"
#include "core/sink.h"
#include "core/stored.h"
#include "state/session.h"

/* Both kinds of sink, of which one is used, and what stands before it. */
struct sinks {
	struct text_sink text;
	struct json_sink json;
	struct keep keep;
	struct pipeline pipe;
	struct status status;
};

/* A model to ask: the user's choice and then the fallbacks, each with the
 * options as they hold for it. */
struct candidate {
	struct opts opts;
	struct plan plan;
};

struct asking {
	const struct env *env;
	struct opts *o;
	struct slice command;		/* to be typed for asking again */
	struct session session;
	int unkept;			/* writing the journal has failed */
	struct cursor cursor;
	struct stored stored;
	struct sinks sinks;
	struct candidate one[1 + FALLBACKS_MAX];
	size_t n;
	size_t at;			/* the one that is asked */
	struct buf earlier;		/* of the answer, by an earlier run */
	struct fault before;		/* what that run met last, and waits for
					   until */
	msec until;			/* wall; MSEC_NONE */
};

/* Whom to ask, by the options.  0, or the exit status after a message. */
int asking_choose(struct asking *a);

/*
 * Asks the history's question until there is an answer, says what went wrong,
 * and returns the exit status.
 */
int asking_go(struct asking *a);

/* Shows an answer that is in the journal; the exit status. */
int asking_show(struct asking *a);

/* Prints the request instead; the exit status. */
int asking_dry_run(struct asking *a);

void asking_free(struct asking *a);

#endif
