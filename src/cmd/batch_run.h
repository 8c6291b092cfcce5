#ifndef CMD_BATCH_RUN_H
#define CMD_BATCH_RUN_H

/*
 * Many questions at a time: what is between a batch's beginning and its end.
 *
 * The parent reads lines, looks up which have a result already, hands one
 * line at a time to each worker and writes results as they come: it alone
 * touches the output, and does nothing that takes long.  A worker is a forked
 * process that runs the same loop as ask does.
 *
 * What a custom_id is known by is a hash in a set (state/ids.h): marked done
 * by the output, which is read first, and seen by the input, which is read
 * twice where it is a file, so that an id that stands twice is found before
 * anything is sent.
 */

#include "cmd/batch_in.h"
#include "cmd/batch_out.h"
#include "cmd/batch_pool.h"
#include "cmd/progress.h"

/* Large members last: the near ones have short addresses. */
struct batch {
	const struct env *env;
	const struct opts *o;
	int tty, line_open;	/* of stderr */
	int stop;		/* no further line is begun: .c says why */
	int in_over, marking, signal;
	int pending;		/* .claim and .text are still to be given */
	unsigned left_in_a_row;
	unsigned shard, shards;
	msec deadline;
	msec mean;		/* of a request's time */
	msec answered;		/* when the last answer came */
	msec shown;		/* the progress */
	msec again;		/* wall: when a try makes sense; MSEC_NONE */
	struct buf line;	/* to be told */
	struct batch_out out;
	struct pool pool;
	struct tally tally;
	struct batch_in in;
	struct ids ids;
	struct buf id;
	struct line l;
	struct claim claim;
	struct slice text;
	struct env calm;	/* which no signal interrupts */
	struct slice command;
	struct complaint c;
	struct work work;
};

/* Says b->line, which is empty then. */
void batch_tell(struct batch *b);

/* No further line is begun, for this reason and with this exit status, unless
 * there was one before. */
void batch_stop(struct batch *b, int status, const char *why);

/* Reads a file through, once: ids that stand twice, and how much there is to
 * do. */
void batch_scan(struct batch *b);

/* Asks all lines, or until it is to stop and the workers have ended. */
void batch_run(struct batch *b);

/* Notes what is known of limits now. */
void batch_limits(struct batch *b);

/* Puts the progress to stderr. */
void batch_show(struct batch *b, msec now);

#endif
