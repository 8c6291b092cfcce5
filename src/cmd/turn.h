#ifndef CMD_TURN_H
#define CMD_TURN_H

/* What is asked: a conversation from --messages, results of calls from
 * --tool-result, what -f attaches, and the prompt; and the texts that come
 * with it: instructions, a schema, tools. */

#include "api/talk.h"
#include "base/env.h"
#include "cmd/opts.h"
#include "state/session.h"

struct turn {
	struct talk talk;
	struct buf messages;		/* the file's text */
	struct buf file[FILES_MAX], fenced[FILES_MAX];
	struct part part[FILES_MAX];
	struct buf result[RESULTS_MAX];
	struct buf prompt;
	struct buf system, schema, tools;
};

/*
 * Reads the files, then the prompt, into *t, {0} at first, and puts them
 * together.  0; -1 with *c: 64 and 78 for what the user did wrong, 128 + N
 * when signal N asked to stop.
 */
int turn_read(struct turn *t, const struct env *env, const struct opts *o,
    struct complaint *c);

/* Reads instructions, schema and tools alone.  0; -1 with *c (78). */
int turn_texts(struct turn *t, const struct opts *o, struct complaint *c);

/* Whether a dialect takes what is attached: -1 with *c (65) when not. */
int turn_check(const struct turn *t, const struct opts *o,
    const char *dialect, struct complaint *c);

/* Appends the turn's record to s->turn; instructions and tools are those of the
 * turn before where there are no others. */
void turn_record(const struct turn *t, const struct opts *o, msec wall,
    struct session *s);

void turn_free(struct turn *t);

#endif
