#ifndef CMD_BATCH_RUN_H
#define CMD_BATCH_RUN_H

/* The state of a batch in its parent process, and how it takes its input. */

#include "cmd/batch_line.h"
#include "cmd/batch_out.h"
#include "cmd/batch_pool.h"
#include "cmd/progress.h"
#include "cmd/report.h"

struct batch {
	const struct env *env;
	struct env calm;	/* the same, without interruption by signals */
	struct opts *o;
	struct slice command;
	int stop;		/* start no further line; .c says why */
	struct complaint c;
	int in_over, signal;
	int warned, unpriced;	/* that was said */
	int pending;		/* .claim and .text are to be given */
	unsigned deferred_in_a_row;
	unsigned shard, shards;
	int64_t budget;		/* as progress_spent() counts; 0: none */
	msec deadline;
	msec mean;		/* duration of a request */
	msec answered;		/* when the last answer came */
	msec shown;		/* when the progress was shown */
	msec again;		/* wall: when to try again; MSEC_NONE */
	struct buf line;	/* for stderr */
	struct batch_in in;
	int64_t start;		/* where the input file begins */
	struct batch_out out, errors;	/* the latter with --errors */
	struct todo todo;
	struct buf id;
	struct line l;
	struct claim claim;
	struct slice text;
	struct pool pool;
	struct tally tally;
	struct work work;
};

/* Says b->line. */
void batch_tell(struct batch *b);

/* Starts no further line, for this reason and with this exit status; the first
 * one counts, but for 74, which outweighs others and is told at once. */
void batch_stop(struct batch *b, int status, const char *why);

/* The exit status for a signal that asks to stop; 0: none has come. */
int batch_cancelled(const struct batch *b);

/* Refuses input that is no batch, before anything is opened for writing: looks
 * at its first line, which a pipe is waited for.  0, or 65 after a message, or
 * that of a signal. */
int batch_look(struct batch *b, const char *path);

/* Reads an input file once, to find out which lines need an answer. */
void batch_scan(struct batch *b);

/* Reads the next line to be sent into b->l, .claim and .text. */
enum batch_in_ev batch_next(struct batch *b);

/* Gives up what is not needed once the files are open; and in a worker, what
 * only the parent needs. */
void batch_confine(const struct batch *b);
void batch_confine_worker(const struct batch *b);

#endif
