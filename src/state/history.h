#ifndef STATE_HISTORY_H
#define STATE_HISTORY_H

/*
 * What a session's records say, taken one by one: the conversation up to the
 * last turn, and how far that one came.  bide-session.5 tells the records.
 *
 * A turn that was not finished before the next one began is left out of the
 * conversation: nobody answered it.  So is one that lost a record, unless
 * others show that it is whole all the same.  Slices point into the records,
 * which have to stay, or into the talk.
 */

#include "api/dialect.h"
#include "api/talk.h"
#include "base/env.h"
#include "wire/json.h"

enum turn_state {
	TURN_NONE,		/* no turn yet */
	TURN_OPEN,		/* asked, and neither answered nor given up */
	TURN_LATER,		/* given up for now; .not_before */
	TURN_FAILED,		/* can never succeed as it is */
	TURN_DROPPED,		/* interrupted by whoever asked */
	TURN_DONE		/* answered; .finish and .usage */
};

struct history {
	size_t turns;		/* all of them, with those left out */
	int damaged;		/* records were lost */
	struct usage spent;	/* of the finished ones, together; -1 where
				   nobody told */
	struct slice system;	/* of the last turn, after history_ask() */
	struct slice schema, tools;	/* the same; JSON */
	/* the last turn */
	enum turn_state state;
	struct slice turn;	/* its record; {0}: that is lost */
	struct slice provider, model;	/* of its last attempt, raw JSON */
	size_t attempts;
	struct buf parts;	/* struct part of the answer so far */
	size_t text_bytes;	/* in them */
	int gap;		/* damage has cost some of it */
	size_t base, base_parts;	/* what it goes on from */
	struct slice response;	/* the server's name for it, raw JSON */
	int64_t sequence, half;	/* where its stream was; -1 */
	struct slice fault;	/* the last fault's record; {0}: none since
				   the last attempt began */
	msec not_before;	/* wall; MSEC_NONE */
	enum finish finish;
	struct usage usage;
	struct talk talk;	/* the finished turns */
};

/* An empty one, that will take records of n bytes in all and may take more. */
void history_init(struct history *h, size_t n);

/* Takes the next record; one of an unknown type, or that lacks what its type
 * needs, is passed over. */
void history_take(struct history *h, struct slice record);

/* The same for what is no record. */
void history_damage(struct history *h);

/* Whether a record is of another turn than the one at hand. */
int history_begins(const struct history *h, struct slice record);

/* How many tool calls the answer has so far, and pieces that are the
 * provider's own. */
size_t history_items(const struct history *h);

/* The part of the answer that is text, so far; into b. */
void history_text(const struct history *h, struct buf *b);

/* Where the run is that the server keeps of the last turn; without an id there
 * is none. */
void history_cursor(const struct history *h, struct cursor *c);

/* Appends the ids of calls of the last turn, a finished one, that have no
 * results yet, with commas between. */
void history_open_calls(const struct history *h, struct buf *ids);

/*
 * Adds the last turn's question to the conversation, for asking it: once.
 * NULL, or what is wrong, as in talk.h (where .talk.name tells of which call).
 * Turns that fit no more, for others are lost, are taken out.
 */
const char *history_ask(struct history *h);

/* A member of the last turn's record: its type, and the value in tok, raw; a
 * string's without quotes. */
enum json_type history_member(const struct history *h, const char *name,
    struct slice *tok);

void history_free(struct history *h);

#endif
