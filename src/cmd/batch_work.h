#ifndef CMD_BATCH_WORK_H
#define CMD_BATCH_WORK_H

/*
 * A worker of a batch: takes a line, sends its request and hands back a result.
 *
 * It is a forked child with one socket to its parent.  The parent sends a claim
 * only to a worker that has none.  So during a request the socket is readable
 * only when the parent is gone: it is the descriptor that every wait of the
 * loop watches, and a worker does not outlive its parent for long.
 */

#include <stdatomic.h>

#include "api/answer.h"
#include "cmd/input.h"
#include "cmd/plan.h"

/* A line of the input.  Its text follows if it is short or the input is not a
 * file. */
#define CLAIM_SHORT ((size_t)4096)

struct claim {
	uint64_t line;
	int64_t at;		/* its offset in the input file; -1 */
	uint64_t n;		/* bytes */
	uint64_t given;		/* bytes that follow: n or 0 */
};

/* What became of a line. */
enum fate {
	FATE_DONE,
	FATE_FAILED,		/* permanently; there is a result */
	FATE_LEFT,		/* to the next run; no result */
	FATE_STOP		/* the same, and so would all others */
};

/* Sent back by a worker; n bytes for the output follow. */
struct report {
	uint64_t n;
	enum fate fate;
	unsigned limited;	/* attempts answered by a 429 */
	int bare;		/* a key was sent in the clear */
	int unpriced;		/* what it costs is not known */
	struct result res;
};

/* In shared memory: the mono time until which a worker pauses, or 0. */
struct pause {
	_Atomic int64_t until;
};

/* The request of a line and its answer. */
struct question {
	struct sink sink;
	struct route *route;	/* NULL: it cannot be sent */
	struct pause *pause;
	const struct env *env;
	struct buf id, text;
	struct buf answer, calls, refused;
	struct report report;
	struct talk talk;
	struct line line;
	struct param params[LINE_PARAMS];
};

/* Where the lines of a family go (batch_route.h). */
struct route {
	struct plan plan;
	struct request base;	/* without the options of a line */
	char model[160];
	char own[160];		/* the model that it was opened for; or "-" */
	int instead;		/* which takes the place of a line's */
	int open;
};

/* All that a worker inherits. */
struct work {
	struct env env;		/* of the parent, for clock and random */
	struct opts *o;
	int input;
	struct input texts;	/* of the command line, for plain lines */
	struct route route[FAMILIES];
	struct route other;	/* to a model that a line names */
	struct route fallback[FALLBACKS_MAX];
	unsigned told;		/* a bit per family: no fallback takes it */
	struct question q;
};

/* Runs a worker until fd ends. */
void work(struct work *w, int fd, struct pause *pause)
    __attribute__((noreturn));

/* Appends the request for a line, or what is wrong with it. */
void work_show(struct work *w, const struct claim *c, struct slice text,
    struct buf *out);

void work_free(struct work *w);

#endif
