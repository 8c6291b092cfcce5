#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

/* How a batch is getting on: a line for people, and a summary at its end. */

#include "api/event.h"

#define CLASSES (F_CANCEL + 1)
#define MINUTE 12			/* parts of 5 s */

/* What is counted, each with its name in the summary. */
enum {
	T_DONE, T_FAILED,
	T_LEFT,
	T_BEFORE,		/* lines that had a result already */
	T_REQUESTS,
	T_LIMITED,		/* of these, met a 429 */
	T_INPUT, T_OUTPUT,	/* tokens, as the provider counts them */
	TALLIES
};

struct tally {
	int64_t n[TALLIES];
	int64_t total;		/* lines to be asked in this run; -1: nobody
				   knows yet */
	msec start;
	int64_t failed_before;	/* of T_BEFORE */
	int64_t limit[2];	/* requests and tokens a minute; 0: not known */
	int64_t by_class[CLASSES];	/* of failed and left */
	/* private */
	int64_t tokens[MINUTE];	/* of the last minute */
	msec part;		/* the time of the last of them */
};

/* Lines that are through with. */
int64_t progress_through(const struct tally *p);

/* Tokens that an answer took. */
void progress_tokens(struct tally *p, msec now, const struct usage *u);

/* Appends the line.  waiting: workers that pause, the first one until. */
void progress_put(struct tally *p, struct buf *out, msec now,
    size_t waiting, msec until);

/* Appends the summary: a JSON object. */
void progress_report(const struct tally *p, struct buf *out, msec now);

#endif
