#ifndef CORE_KEEP_H
#define CORE_KEEP_H

/*
 * Writes a turn to its session's journal: the sink that comes before the one
 * which shows the answer, so that everything shown is on disk first; tool
 * calls and the end also synced, since somebody may act on them.
 *
 * Text is written at each flush when it is shown as it comes, otherwise once
 * a second or every KEEP_TEXT bytes.
 */

#include "api/dialect.h"
#include "state/journal.h"

#define KEEP_TEXT ((size_t)64 << 10)
#define KEEP_SPAN ((msec)1000)
#define KEEP_MEMORY ((size_t)1 << 20)	/* of records, between two writes */

struct keep {
	struct sink sink;
	const struct env *env;
	struct journal *journal;
	struct cursor *cursor;	/* the position in the stream */
	int detach;		/* SIGINT leaves the turn for resume */
	int live;		/* text is shown as it comes */
	const char *provider, *model;	/* of the attempt */
	size_t from;		/* bytes of the answer in the journal */
	size_t items;		/* tool calls and the provider's own items */
	size_t turn;		/* the number of the turn */
	/* Called once, when the first write fails. */
	void (*broken)(void *ctx);
	void *broken_ctx;
	/* private */
	struct buf text;	/* not yet in a record */
	struct buf records;	/* not yet written */
	msec written;		/* when the last text was, monotonic */
	char named[ID_MAX + 1];	/* the response's id in the journal */
	int told;		/* .broken was called */
	struct usage usage;
};

/* {.env, .journal, ...} set by the caller; this sets the rest. */
void keep_init(struct keep *k);
void keep_free(struct keep *k);

#endif
