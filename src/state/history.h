#ifndef STATE_HISTORY_H
#define STATE_HISTORY_H

/*
 * Replays a session's records one by one: the conversation up to the last
 * turn, and the state of that turn.  bide-session(5) documents the records.
 *
 * A turn that was not finished before the next one began is left out of the
 * conversation, because it has no answer.  So is one that lost a record,
 * unless other records prove it complete.  Slices point into the records,
 * which must stay in memory, or into .talk.
 */

#include "api/dialect.h"
#include "api/talk.h"
#include "base/env.h"
#include "wire/json.h"

enum turn_state {
	TURN_NONE,		/* no turn yet */
	TURN_OPEN,		/* neither answered nor given up */
	TURN_LATER,		/* given up for now; see .not_before */
	TURN_FAILED,		/* cannot succeed unless changed */
	TURN_DROPPED,		/* interrupted by the user */
	TURN_DONE		/* answered; see .finish and .usage */
};

struct history {
	size_t turns;		/* all, including those left out */
	int damaged;		/* records were lost */
	struct usage spent;	/* sum over finished turns; -1: unknown */
	struct slice system;	/* of the last turn, after history_ask() */
	struct slice schema, tools;	/* the same; JSON */
	struct slice first;	/* the first turn's record; {0}: lost */
	/* the last turn */
	enum turn_state state;
	struct slice turn;	/* its record; {0}: lost */
	struct slice provider, model;	/* of its last attempt, raw JSON */
	size_t attempts;
	struct buf parts;	/* struct part of the answer so far */
	size_t text_bytes;	/* in them */
	size_t items;		/* in them: tool calls and items of the
				   provider's own */
	int gap;		/* some of the answer's records are lost */
	size_t base, base_parts;	/* what the last attempt continues */
	struct slice response;	/* the server's id for it, raw JSON */
	int64_t sequence, half;	/* position in its stream; -1 */
	struct slice fault;	/* the last fault's record; {0}: none since
				   the last attempt began */
	msec not_before;	/* wall; MSEC_NONE */
	enum finish finish;
	struct usage usage;
	struct talk talk;	/* the finished turns */
};

/* Initialises h; n is the expected size of all records, a hint. */
void history_init(struct history *h, size_t n);

/* Takes the next record.  Records of an unknown type, or without the members
 * that their type needs, are ignored. */
void history_take(struct history *h, struct slice record);

/* Notes that a damaged record stood here. */
void history_damage(struct history *h);

/* Whether a record belongs to another turn than the current one. */
int history_begins(const struct history *h, struct slice record);

/* Appends the text of the first question, without files. */
void history_question(const struct history *h, struct buf *b);

/* Appends the text of the answer so far. */
void history_text(const struct history *h, struct buf *b);

/* The position in the stream that the server keeps of the last turn; .id is
 * empty if there is none. */
void history_cursor(const struct history *h, struct cursor *c);

/* The fault that ended the last run, if the journal has one. */
void history_fault(const struct history *h, struct fault *f);

/* Appends the ids, joined with ", ", of the last turn's tool calls if that
 * turn is finished: these still need results. */
void history_open_calls(const struct history *h, struct buf *ids);

/*
 * Adds the last turn's question to the conversation; call it once.  Turns
 * that no longer fit because others are lost are removed.  NULL, or what is
 * wrong, as in talk.h (.talk.name is the call concerned).
 */
const char *history_ask(struct history *h);

/* The type of a member of the last turn's record, and its raw value in tok
 * (strings without quotes); JSON_BAD if it is missing. */
enum json_type history_member(const struct history *h, const char *name,
    struct slice *tok);

void history_free(struct history *h);

#endif
