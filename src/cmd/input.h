#ifndef CMD_INPUT_H
#define CMD_INPUT_H

/* What the user asks: a conversation (--messages), results of tool calls,
 * files and the prompt; and with it instructions, a schema and tools. */

#include "api/talk.h"
#include "base/env.h"
#include "cmd/opts.h"
#include "state/session.h"

struct input {
	struct talk talk;		/* all of it; points into the rest */
	struct buf messages;		/* text of the file */
	/* what is attached: --file, and stdin if it is no text */
	struct buf file[FILES_MAX + 1], fenced[FILES_MAX + 1];
	struct part part[FILES_MAX + 1];
	const char *path[FILES_MAX + 1];
	size_t nfiles;
	struct buf result[RESULTS_MAX];
	struct buf prompt;
	struct buf system, schema, tools;
};

/*
 * Reads everything into *in, {0} at first.  The prompt is the words joined by
 * blanks, then, if stdin is not a terminal and without -n, an empty line and
 * all of stdin; what --file accepts but is no text is attached.  0; or the exit
 * status after a message: 64, 65 and 78 for bad input, 74 if stdin cannot be
 * read, 128 + N when signal N asks to stop.
 */
int input_read(struct input *in, const struct env *env, const struct opts *o);

/* Reads only instructions, schema and tools.  0, or 78 after a message. */
int input_texts(struct input *in, const struct opts *o);

/* Checks the files against the limits of a dialect.  0, or 65 after a
 * message. */
int input_check(const struct input *in, const char *dialect);

/* Appends the record of a turn to s->turn; instructions and tools are those of
 * the turn before where there are no new ones. */
void input_record(const struct input *in, const struct opts *o, msec wall,
    struct session *s);

void input_free(struct input *in);

#endif
