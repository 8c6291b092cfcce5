#ifndef CORE_SINK_H
#define CORE_SINK_H

/*
 * The sinks that write the answer.
 *
 * text_sink writes its text, held until the answer is complete or live as it
 * comes, then its tool calls as JSON lines.  An answer that calls tools needs
 * no code block.  json_sink writes every event as a
 * line, always live.  Both buffer what they are given and write at each flush.
 */

#include "api/event.h"
#include "base/env.h"
#include "wire/fence.h"

struct text_sink {
	struct sink sink;
	const struct env *env;
	int fd;
	const char *path;	/* a file to replace instead; or NULL */
	msec end;		/* wait for its reader until then, if it is a
				   pipe; monotonic */
	int live;
	int tty;		/* escape control characters, end with a
				   newline */
	int check;		/* the answer, held, has to be JSON */
	int not_json;		/* it is not; set by EV_DONE */
	int extract;		/* write only its first or last code block */
	enum fence which;
	int no_block;		/* it has none; set by EV_DONE */
	/* private */
	struct buf out;
	struct buf calls;	/* lines; a retry may bring them again, so
				   they are written at the end */
	int done;		/* complete: flush writes what is held */
	int midline;		/* the last byte written is not a newline */
};

struct json_sink {
	struct sink sink;
	const struct env *env;
	int fd;
	const char *provider, *model;
	const char *path;	/* a file for the answer's text; or NULL */
	msec end;		/* as above */
	int check, not_json;
	struct buf out, text;
	int done;
};

/* {.env, .fd, ...} set by the caller; these set the rest. */
void text_sink_init(struct text_sink *t);
void json_sink_init(struct json_sink *j);

void text_sink_free(struct text_sink *t);
void json_sink_free(struct json_sink *j);

#endif
