#ifndef CMD_BATCH_WORK_H
#define CMD_BATCH_WORK_H

/*
 * The worker's half of a batch: takes a line, asks, hands a result back.
 *
 * A worker is a forked child with one socket to its parent.  The parent sends
 * a claim only to a worker that has none, so while one asks, the socket is
 * silent, and readable only when the parent is gone: it is the descriptor that
 * every wait of the loop watches.  A worker thus never outlives its parent by
 * more than what it does between two waits.
 */

#include <stdatomic.h>

#include "api/answer.h"
#include "cmd/input.h"
#include "cmd/plan.h"

/* What a worker is told: a line of the input, and its text, if that is short
 * or stands nowhere else. */
#define CLAIM_SHORT ((size_t)4096)

struct claim {
	uint64_t line;
	int64_t at;		/* its offset in the input; -1 */
	uint64_t n;		/* bytes */
	uint64_t given;		/* of these, that follow: all or none */
};

/* What became of a line. */
enum fate {
	FATE_DONE,
	FATE_FAILED,		/* for good: there is a result */
	FATE_LEFT,		/* for the next run: none */
	FATE_STOP		/* the same, and no other line will fare
				   better */
};

/* What a worker says; n bytes for the output follow. */
struct report {
	uint64_t n;
	enum fate fate;
	unsigned limited;	/* attempts that met a 429 */
	struct result res;
};

/* What other processes see of a worker: mono time until which it pauses, or
 * 0. */
struct pause {
	_Atomic int64_t until;
};

/* A line's question, and what comes of its answer. */
struct question {
	struct sink sink;
	struct route *route;	/* NULL: it cannot be asked */
	struct pause *pause;
	const struct env *env;
	struct buf id, text;
	struct buf answer, calls, refused;
	struct report report;
	struct talk talk;
	struct line line;
	struct param params[LINE_PARAMS];
};

/* How the lines of a family are sent. */
struct route {
	struct opts opts;
	struct plan plan;
	struct request base;	/* before a line's own options */
	char model[160];
	int open;
};

/* All that a worker inherits. */
struct work {
	struct env env;		/* the parent's; for its clock and chance */
	const struct opts *o;
	int input;
	struct input texts;	/* of the command line, for lines of our own */
	struct route route[FAMILIES];
	struct route other;	/* of the model that a line names */
	struct question q;
};

/* Makes the route of a line, unless it says itself whom to ask.  0; -1 with
 * *c.  Best before the fork: what it takes, the key's page above all, is
 * shared then. */
int work_ready(struct work *w, const struct line *l, struct complaint *c);

/* Lives until fd ends. */
void work(struct work *w, int fd, struct pause *pause)
    __attribute__((noreturn));

/* Appends what would be sent for a line, or what is wrong with it. */
void work_show(struct work *w, const struct claim *c, struct slice text,
    struct buf *out);

void work_free(struct work *w);

#endif
