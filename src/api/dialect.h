#ifndef API_DIALECT_H
#define API_DIALECT_H

/*
 * A dialect is what one family of servers speaks: how a question is written
 * and how a stream of events is read.  One const struct each; the loop knows
 * nothing else of them.
 *
 * The dialect's terminal event alone proves a whole answer (providers.md
 * 0.6): a clean end of the transport without it is a failure, and after it
 * nothing that the transport does matters any more.
 */

#include "api/event.h"
#include "api/request.h"
#include "wire/http.h"
#include "wire/json_like.h"
#include "wire/sse.h"

/* What one event meant. */
enum decoded {
	DECODE_IDLE,		/* no sign of progress: a ping, an empty one */
	DECODE_MORE,		/* read on */
	DECODE_TAIL,		/* the answer is whole, the peer may still add
				   usage or a marker; its end is now as good */
	DECODE_DONE,		/* terminal event: stop reading */
	DECODE_FAULT		/* .fault says what; later events of the same
				   read may refine it */
};

/* A tool call being put together. */
struct call {
	struct buf id, name, args;
	struct buf signature;
	uint16_t half;		/* a surrogate cut between two deltas */
	int64_t index;		/* the stream's own number for it */
	int put;		/* handed to the sink */
	int given;		/* messages: args came whole; deltas replace
				   them */
};

#define CALLS_MAX 128

/*
 * Where a run is that the server keeps: what was put of it so far, so that a
 * later attempt can take it up there, each event once.
 */
struct cursor {
	char id[128];		/* the server's name for the answer, "" */
	int64_t sequence;	/* of the last event that was handled; -1 */
	uint64_t text;		/* bytes of EV_TEXT put */
	size_t calls, items;	/* EV_TOOL_CALLs and EV_ITEMs put */
	uint16_t half;		/* of a surrogate pair, as that event ended */
	int begun;		/* it is not in the queue any more */
	int resuming;		/* this attempt takes it up */
};

/* The state of one stream.  {0} but for .sink and .wall at the start. */
struct decode {
	struct sink *sink;
	msec wall;		/* the time of day, for hints */
	struct cursor *cursor;	/* responses: of a run that the server keeps;
				   NULL */
	/* results */
	enum finish finish;
	struct usage usage;	/* the caller starts it with -1s */
	struct buf usage_raw;	/* the provider's own usage object */
	int content;		/* text, reasoning or a call was seen */
	uint64_t text_bytes;	/* of EV_TEXT put so far */
	int failed;
	/* private */
	uint64_t skip;		/* bytes of text that were put before */
	struct buf scratch;	/* the delta being unescaped */
	uint16_t text_half, reasoning_half;
	struct buf call_mem;	/* of the calls */
	struct call *calls;
	size_t ncalls;
	int tail;		/* chat: DECODE_TAIL was returned */
	int begun;		/* chat: a choice was seen; messages: the
				   start was */
	int64_t inputs[3];	/* messages: fresh tokens, written to the
				   cache, read from it */
	int refused;		/* there was refusal text */
	/* responses: what of the output's text was put already, so that text
	 * that comes in a later event only is put too, and once */
	size_t messages;	/* whole messages */
	size_t parts;		/* whole parts of the message after these */
	int open;		/* deltas of the part after these */
	/* gemini: where the last piece of arguments went; .open: a string */
	struct buf path;
	/* messages: the block that goes back as it is; .open: it is whole but
	 * for its last bracket */
	struct buf block;
	/* results once more, and what events look like */
	char finish_word[32];	/* the provider's own, "" = none yet */
	char id[128];		/* of the response */
	struct fault fault;	/* after DECODE_FAULT */
	struct json_like like;	/* what events look like */
};

struct dialect {
	const char *name;	/* as the config file names it */
	const char *path;	/* below the base URL; {model} in it stands for
				   the model's name */
	const char *models;	/* below the base URL: the list of models */
	const char *auth;	/* the field for the key; NULL: a bearer's */
	const char *fields;	/* lines of further fields; NULL: none */
	/* Whether that model goes on from an assistant's turn at the end of
	 * a conversation; NULL: none does. */
	int (*prefill)(struct slice model);
	/* Appends the request's body, one JSON object that asks for a stream;
	 * NULL where others write it. */
	void (*encode)(const struct request *r, struct buf *body);
	/* One event of a 200 stream. */
	enum decoded (*event)(struct decode *d, const struct sse_event *e);
	/* A whole answer as one JSON text, from a server that does not
	 * stream: DECODE_DONE or DECODE_FAULT. */
	enum decoded (*whole)(struct decode *d, struct slice body);
};

/*
 * The body has ended; e is what sse_eof() offered, or NULL.  DECODE_DONE when
 * the answer is whole all the same; else DECODE_FAULT, F_IO if nothing worse.
 */
enum decoded decode_end(struct decode *d, const struct dialect *dialect,
    const struct sse_event *e);

extern const struct dialect dialect_responses;
extern const struct dialect dialect_chat;
extern const struct dialect dialect_messages;
extern const struct dialect dialect_gemini;

/* No dialect at all: any JSON text goes out, and one that comes in whole and
 * is no error is the answer's text, as it came.  It has no .encode. */
extern const struct dialect dialect_raw;

/*
 * For the dialects' own use (decode.c): everything that they share.
 */

/* Puts a raw JSON string as text or reasoning, pairing surrogate halves
 * across deltas.  Empty strings are no content. */
void decode_text(struct decode *d, struct slice raw);
void decode_reasoning(struct decode *d, struct slice raw);

/* The last call of that index; NULL when there is none. */
struct call *decode_call(struct decode *d, int64_t index);

/* One more call; NULL past CALLS_MAX.  Moves the others. */
struct call *decode_new_call(struct decode *d, int64_t index);

/* Sets a call's id, name or arguments from a raw JSON string. */
void decode_set(struct buf *field, struct slice raw);

/* Appends a raw JSON string to a call's arguments. */
void decode_args(struct call *c, struct slice raw);

/* Puts one call, or all that were not put yet, as EV_TOOL_CALL; early: but
 * those whose arguments the end cut off, which are none (providers.md 7.5). */
void decode_put_call(struct decode *d, struct call *c);
void decode_put_calls(struct decode *d, int early);

/* Puts an item of the dialect's own; nothing where it is not valid JSON. */
void decode_item(struct decode *d, const char *dialect, struct slice json);

/*
 * What the last word of a chat or a message means, by its begin (Gemini's
 * imitation says "content_filter: RECITATION"): FIN_NONE for an end that is
 * none; words that nobody knows are a stop.
 */
enum finish decode_word(struct slice word);

/* Whether a member is that string. */
int decode_is(const struct json_want *w, const char *lit);

/* Whether a member is a string that is not empty. */
static inline int
decode_has_text(const struct json_want *w)
{
	return w->type == JSON_STRING && w->tok.n > 0;
}

/* Whether a member says something: not missing, null, false, 0 or empty. */
int decode_truthy(const struct json_want *w);

/* Whether a JSON text without an answer in it reports an error, in any of the
 * shapes that have no type or name to tell it by. */
int decode_complaint(struct slice json);

/* A chunk that has none of the choices, for which there is a place or not. */
enum decoded decode_empty(struct decode *d, struct slice json,
    const struct json_want *choices, const struct json_want *usage);

/* A text of which nothing is known but that it is no part of an answer, and a
 * whole body without one: an error if it complains of something. */
enum decoded decode_other(struct decode *d, struct slice json);
enum decoded decode_no_answer(struct decode *d, struct slice body);

/* A count of tokens; -1 where there is none. */
int64_t decode_count(const struct json_want *w);

/* Notes the provider's usage object, in either dialect's names. */
void decode_usage(struct decode *d, struct slice json);

/* Writes out surrogate halves that found no partner; before a terminal. */
void decode_flush(struct decode *d);

/* Notes the provider's word for its end (a raw JSON string). */
void decode_finish(struct decode *d, struct slice raw, enum finish finish);

/* An error event: classifies its JSON; a second one can only refine (add a
 * wait or a name to) the first.  Always DECODE_FAULT. */
enum decoded decode_error(struct decode *d, struct slice json);

/* Not the dialect at all: DECODE_FAULT, F_PROTO, retryable. */
enum decoded decode_bad(struct decode *d, const char *what);

/* An event that is no JSON object: nothing, an error in an array, rubbish. */
enum decoded decode_odd(struct decode *d, struct slice data);

/* Takes the object or array in front of *data, and the blanks around it; 0
 * where there is no whole one. */
int decode_next(struct slice *data, struct slice *json);

/* The stream says that it is over, the answer is not: F_IO, retryable. */
enum decoded decode_cut(struct decode *d);

/* Another answer began, and what was put of this one is void: the same. */
enum decoded decode_void(struct decode *d);

/* Whether the data is the marker that imitators of OpenAI end with. */
int decode_is_marker(struct slice data);

/* Gives all memory back. */
void decode_free(struct decode *d);

#endif
