#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

/* The progress of a batch: a line for people, and a summary at its end. */

#include "cmd/batch_work.h"

#define CLASSES (F_CANCEL + 1)
#define MINUTE 12			/* of 5 s each */

/* The counters of the summary. */
enum {
	T_DONE, T_FAILED,
	T_LEFT,			/* deferred to the next run */
	T_BEFORE,		/* with a result from an earlier run */
	T_REQUESTS,
	T_LIMITED,		/* of these, answered by a 429 */
	/* tokens of all attempts, as the provider counts them; those that were
	 * cached are input, those of reasoning are output */
	T_INPUT, T_CACHED, T_OUTPUT, T_REASONING,
	TALLIES
};

struct tally {
	int64_t n[TALLIES];
	int64_t total;		/* lines to be sent in this run; -1: not known
				   yet */
	msec start;
	int64_t failed_before;	/* of T_BEFORE */
	int64_t limit[2];	/* requests and tokens a minute; 0: not known */
	int64_t by_class[CLASSES];	/* failed and deferred */
	int priced;		/* there are prices */
	int64_t cost;		/* of all attempts (api/price.h) */
	int tty;		/* stderr is a terminal */
	/* private */
	int open;		/* the line is on the terminal */
	int64_t tokens[MINUTE];	/* of the last minute, newest first */
	msec part;		/* when the newest part began */
};

/* Counts what became of a line. */
void progress_count(struct tally *p, msec now, const struct report *r);

/* Shows the progress on stderr, on a terminal in one line that stays there.
 * waiting: the number of workers that pause; until: when the first pause
 * ends. */
void progress_show(struct tally *p, msec now, size_t waiting, msec until);

/* Says something in place of that line; ends that line. */
void progress_say(struct tally *p, struct slice text);
void progress_end(struct tally *p);

/* What was spent: the cost, or tokens if there are no prices. */
int64_t progress_spent(const struct tally *p);

/* Appends the tokens and their cost, for people. */
void progress_usage(const struct tally *p, struct buf *out);

/* Appends the summary, a JSON object. */
void progress_report(const struct tally *p, struct buf *out, msec now);

#endif
