#ifndef CORE_PIPELINE_H
#define CORE_PIPELINE_H

/*
 * The sinks of a run, in one place.  run() puts events into .sink; from there
 * each goes to the journal, then to the answer's own sink, then to the status
 * on stderr.  .sink.delivered counts what the answer's sink has written, and
 * the body of a refused request goes to whichever sink asks for it.  The deltas
 * of one read reach the sinks as one, which saves most of the work on each.
 *
 * With .joining the pipeline also joins a continuation to the part of the
 * answer that was delivered before its stream broke (--on-break continue).
 * It keeps the end of the text that passed through, at most SEAM_KEEP bytes,
 * so that it still fits into a request.  A model that is asked to continue
 * tends to repeat its last words, or white space that was trimmed: the start
 * of a continuation is held back until SEAM_WINDOW bytes have come or the
 * answer ends, and what overlaps with the end of the kept text is dropped.
 * An overlap of less than SEAM_LEAST bytes may be a coincidence and is kept,
 * unless it is the whole text: then the model has started over.
 */

#include "api/event.h"

#define SEAM_WINDOW ((size_t)1024)
#define SEAM_LEAST ((size_t)8)
#define SEAM_ALL ((size_t)3)
#define SEAM_KEEP ((size_t)256 << 10)

struct pipeline {
	struct sink sink;
	struct sink *journal;	/* or NULL */
	struct sink *answer;
	struct sink *status;	/* or NULL */
	int joins;		/* --on-break continue */
	int each;		/* pass on text as it comes, each event by
				   itself, and not gathered at a flush */
	const struct buf *earlier;	/* struct part: what an earlier run
				   has received, shown after the first
				   EV_START; or NULL */
	int calls;		/* with its tool calls, not the text alone */
	/* private */
	struct buf text;	/* the end of what passed through */
	struct buf head;	/* the start of a continuation, held back */
	int joining;
	struct buf gathered;	/* text since the last flush */
};

/* {.journal, .answer, ...} set by the caller; this sets the rest. */
void pipeline_init(struct pipeline *p);
void pipeline_free(struct pipeline *p);

/* Text from an earlier run; joining: the first answer continues it. */
void pipeline_earlier(struct pipeline *p, struct slice text, int joining);

/* Puts the struct parts of an answer as events, tool calls only with calls. */
void pipeline_show(struct sink *s, const struct buf *parts, int calls);

/* How many bytes at the start of head repeat the end of text. */
size_t seam_overlap(struct slice text, struct slice head);

/* Appends the words that ask a model to go on with its text. */
void seam_quote(struct slice text, struct buf *out);

#endif
