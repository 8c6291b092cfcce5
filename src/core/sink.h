#ifndef CORE_SINK_H
#define CORE_SINK_H

/*
 * The ends of the line: what becomes of an answer's events.
 *
 * text_sink writes the answer itself, held until it is whole or live as it
 * comes; tool calls come out as JSON lines.  json_sink writes every event as a
 * line, always live.  Both keep what they have in memory and write once per
 * flush.
 */

#include "api/event.h"
#include "base/env.h"

struct text_sink {
	struct sink sink;
	const struct env *env;
	int fd;
	const char *path;	/* NULL, or the file to be replaced instead */
	int live;
	int tty;		/* make control characters visible, end with a
				   newline */
	int check;		/* the answer, held, has to be JSON (.not_json
				   after it is done) */
	int not_json;
	/* private */
	struct buf out;
	struct buf calls;	/* lines, for the end: what is cut off may
				   bring the same ones again */
	int done;		/* whole: flush may write what is held */
	int midline;		/* what is out does not end with a newline */
};

struct json_sink {
	struct sink sink;
	const struct env *env;
	int fd;
	const char *provider, *model;
	const char *path;	/* NULL, or a file for the answer's text */
	int check, not_json;	/* as above */
	struct buf out, text;
	int done;
};

/* {.env, .fd, ...} set by the caller; these set the rest. */
void text_sink_init(struct text_sink *t);
void json_sink_init(struct json_sink *j);

void text_sink_free(struct text_sink *t);
void json_sink_free(struct json_sink *j);

#endif
