#ifndef CORE_KEEP_H
#define CORE_KEEP_H

/*
 * Keeps a turn in its session's journal, in front of the sink that shows the
 * answer: what anybody sees of it is on disk before, tool calls and the end
 * also through fsync(), for somebody may act on them.
 *
 * Text is written at each flush where it is shown as it comes, else once a
 * second or every KEEP_TEXT bytes.
 */

#include "api/dialect.h"
#include "api/request.h"
#include "state/journal.h"

#define KEEP_TEXT ((size_t)64 << 10)
#define KEEP_SPAN ((msec)1000)

struct keep {
	struct sink sink;
	struct sink *next;
	const struct env *env;
	struct journal *journal;
	struct cursor *cursor;	/* where the stream is */
	int detach;		/* an interrupt leaves the turn to be resumed */
	int live;		/* next shows text as it comes */
	const char *provider, *model;	/* who is asked */
	const struct buf *earlier;	/* NULL, or struct part: what an
				   earlier run has journaled of the answer,
				   which is shown, and gone on from */
	size_t from;		/* bytes of the answer that are journaled */
	size_t items;		/* and tool calls, and items of others' own */
	size_t turn;		/* the number of the turn */
	/* Told once, at the first write that fails. */
	void (*broken)(void *ctx);
	void *broken_ctx;
	/* private */
	struct buf text;	/* to be journaled */
	struct buf records;	/* to be written */
	msec written;		/* the time of the last text */
	char named[128];	/* the response's id in the journal */
	int told;
	struct usage usage;
};

/* Shows the struct parts of an answer as events, calls too or text alone. */
void keep_show(struct sink *s, const struct buf *parts, int calls);

/* {.next, .env, ...} set by the caller; this sets the rest. */
void keep_init(struct keep *k);
void keep_free(struct keep *k);

#endif
