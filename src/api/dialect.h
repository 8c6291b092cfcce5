#ifndef API_DIALECT_H
#define API_DIALECT_H

/*
 * A dialect is the API of one family of servers: how a request is written and
 * how a stream of events is read.  Each is one const struct, which is all
 * that the other modules know of it.
 *
 * Only the dialect's terminal event proves that an answer is complete
 * (providers.md 0.6): if the transport ends cleanly without it, the attempt
 * has failed; after it, nothing that the transport does matters any more.
 */

#include <string.h>

#include "api/event.h"
#include "api/request.h"
#include "wire/http.h"
#include "wire/json_like.h"
#include "wire/mask.h"
#include "wire/sse.h"

/* What an event meant. */
enum decoded {
	DECODE_MORE,		/* read on; .bytes tells whether the event
				   carried anything */
	DECODE_TAIL,		/* the answer seems complete; usage or a
				   [DONE] may follow, or the end of the
				   stream; content revokes it */
	DECODE_DONE,		/* terminal event: stop reading */
	DECODE_FAULT		/* see .fault; later events of the same read
				   may refine it */
};

/* A tool call being assembled. */
struct call {
	struct buf id, name, args;
	struct buf signature;
	uint16_t half;		/* a high surrogate that ended a delta */
	int64_t index;		/* its number in the stream */
	int put;		/* passed to the sink */
	int given;		/* messages: args came at once; deltas replace
				   them */
};

#define CALLS_MAX 128

/* The longest id of an answer: a gateway's holds the name of the model and of
 * the server behind it. */
#define ID_MAX ((size_t)1024)

/*
 * How much of a background run was put, so that a later attempt can resume it
 * and put every event once.
 */
struct cursor {
	char id[ID_MAX + 1];	/* of the response; "" if unknown */
	int64_t sequence;	/* of the last event handled; -1 */
	uint64_t text;		/* bytes of EV_TEXT put */
	size_t calls, items;	/* EV_TOOL_CALLs and EV_ITEMs put */
	uint16_t half;		/* a high surrogate that ended that event */
	int begun;		/* the run has left the queue */
	int over;		/* the server says how it ended */
	int resuming;		/* this attempt resumes it */
};

/* chat: what the model thought, raw, to be sent back (api/thoughts.h). */
struct thoughts {
	int wanted;		/* 0: unknown; -1: no */
	struct buf content;
	struct buf details;	/* entries; the last one may be: */
	int open;		/* its text and signature are still to come: */
	struct buf text, signature;	/* raw, after a quote */
	const char *name;	/* of the member that holds the text */
	struct buf kind;	/* the entry's type and index */
};

/* What the ids of the chunks say.  Mostly all are the same; GitHub Copilot and
 * others give each chunk one of its own. */
enum decode_ids {
	IDS_ONE,		/* no second one yet */
	IDS_STEADY,		/* one came again */
	IDS_DOUBT,		/* another one: of another answer, or
				   IDS_VARY? */
	IDS_VARY
};

/* The state of one stream.  Starts as {0} but for .sink, .wall, .request,
 * .usage. */
struct decode {
	struct sink *sink;
	msec wall;		/* time of day, for waits named in errors */
	struct slice request;	/* the body that was sent */
	int status;		/* that the stream gives the current event; 0 */
	struct cursor *cursor;	/* responses: of a background run; or NULL */
	/* results */
	enum finish finish;
	struct usage usage;	/* the caller starts it with -1s */
	int content;		/* text, reasoning, a call or an item was put */
	/* What the answer takes up so far: text, reasoning, calls, items, and
	 * what is of no use here, but part of it.  An event that leaves this
	 * as it is carried nothing: a ping, an empty delta, usage alone. */
	uint64_t bytes;
	uint64_t names;		/* of these: ids and names, of which nobody
				   reads anything yet */
	uint64_t text_bytes;	/* of EV_TEXT put */
	int failed;
	struct fault fault;	/* if failed */
	char id[ID_MAX + 1];	/* of the response */
	char word[48];		/* of the provider, for how it ended; "" */
	/* private */
	uint64_t skip;		/* bytes of text still to skip as put before */
	struct buf scratch;	/* unescaped text */
	uint16_t text_half, reasoning_half;
	struct buf call_mem;	/* the memory of .calls */
	struct call *calls;
	size_t ncalls;
	int finished;		/* chat, gemini: a finish_reason came, and no
				   content after it */
	int tail;		/* which ends the answer: DECODE_TAIL */
	int revoked;		/* content came after one: only the end of
				   the stream counts from then on */
	enum decode_ids ids;
	size_t id_n;		/* the length of the last id */
	uint64_t doubted;	/* IDS_DOUBT: .text_bytes then */
	int begun;		/* chat: a choice was seen; messages: the
				   start was */
	int whole;		/* chat: the answer is one JSON text */
	int running;		/* gemini: a tool of the server's; messages: a
				   block that is neither text nor a call */
	int refused;		/* there was refusal text */
	int other;		/* or output of a kind that is not shown */
	int64_t inputs[3];	/* tokens that are fresh, written to the cache,
				   read from it */
	/* responses: what of the output's text was put */
	size_t messages;	/* whole messages */
	size_t parts;		/* whole parts of the message after these */
	int open;		/* deltas of the part after these */
	/* gemini: path of the last value of streamed arguments; .open: in a
	 * string */
	struct buf path;
	/* messages: the thinking block to send back; .open: in its signature.
	 * chat: the text that came in messages instead of deltas */
	struct buf block;
	struct thoughts thoughts;
	struct json_like like;	/* the members of the last event */
	/* If it had text and nothing else of use: the want with the text, and
	 * the bits of those that may differ in an event like it; or 0. */
	unsigned text, vary;
};

struct dialect {
	const char *name;	/* as in the config file */
	const char *path;	/* below the base URL; {model} stands for the
				   model's name */
	const char *models;	/* path of the list of models; or NULL */
	const char *auth;	/* header field for the key; NULL: bearer */
	const char *fields;	/* further header lines; or NULL */
	/* Whether the model can continue an assistant's turn at the end of the
	 * conversation; NULL: no model can. */
	int (*prefill)(struct slice model);
	/* Appends the request's body, a JSON object that asks for a stream;
	 * NULL if the body is written elsewhere. */
	void (*encode)(const struct request *r, struct buf *body);
	/* Takes one event of a stream with status 200. */
	enum decoded (*event)(struct decode *d, const struct sse_event *e);
	/* Takes a complete answer, one JSON text, of a server that does not
	 * stream: DECODE_DONE or DECODE_FAULT. */
	enum decoded (*whole)(struct decode *d, struct slice body);
};

/*
 * Takes from *in, which is at the start of a block (sse.h), an event that
 * differs from the last one in its text alone, as nearly all do, and puts the
 * text; 0 if the event is another, or the text has a secret in it.
 */
int decode_alike(struct decode *d, const struct mask *m, struct slice *in);

/*
 * The body has ended; e is what sse_eof() gave, or NULL; clean: it ended as
 * HTTP says it should.  DECODE_DONE if the answer is complete all the same;
 * else DECODE_FAULT, with F_IO unless an event reported an error.
 */
enum decoded decode_end(struct decode *d, const struct dialect *dialect,
    const struct sse_event *e, int clean);

/* After DECODE_DONE: the same, or DECODE_FAULT with F_EMPTY, to be asked once
 * more, if there is no text, no call and no refusal in the answer. */
enum decoded decode_void(struct decode *d);

/* Frees all memory. */
void decode_free(struct decode *d);

/* Whether data is [DONE], the end marker of OpenAI's chat and its imitators. */
int decode_is_done(struct slice data);

extern const struct dialect dialect_responses;
extern const struct dialect dialect_chat;
extern const struct dialect dialect_messages;
extern const struct dialect dialect_gemini;

/* No dialect: takes any complete JSON text that is no error as the text of the
 * answer, unchanged.  It has no .encode; its .event fails. */
extern const struct dialect dialect_raw;
enum decoded raw_event(struct decode *d, const struct sse_event *e);

/* The list of a provider's models, so that run() can fetch it: there is no body
 * to send, and the text of the answer is one id a line (models_ids), control
 * characters made visible, or the provider's JSON as a line (models_json). */
extern const struct dialect models_ids, models_json;

/*
 * The rest is what the dialects share (decode.c, end.c).  w is a member that
 * was looked up; raw is the inside of a JSON string, still escaped.
 */

/* Looks up the members of an event, as json_pick_like(). */
int decode_pick(struct decode *d, const struct sse_event *e, size_t n);

/* Puts a JSON string as EV_TEXT or EV_REASONING; a surrogate pair may be split
 * between two of them.  A number or a boolean is text, too.  Ignores an empty
 * string and any other type. */
void decode_text(struct decode *d, enum ev_type type,
    const struct json_want *w);

/* The same for content in any form: text, or an array of texts and parts, or a
 * part ({"text"}, or Mistral's {"thinking"}, which is reasoning). */
void decode_content(struct decode *d, enum ev_type type,
    const struct json_want *w);

/* Puts U+FFFD for high surrogates still waiting for the other half; to be
 * called before a terminal. */
void decode_flush(struct decode *d);

/* Puts an item of the dialect's own; ignores invalid JSON. */
void decode_item(struct decode *d, const char *dialect, struct slice json);

/* The last call of that index; or NULL. */
struct call *decode_call(struct decode *d, int64_t index);

/* A new call; NULL past CALLS_MAX, with d failed.  Invalidates other pointers
 * to calls. */
struct call *decode_new_call(struct decode *d, int64_t index);

/* Sets a call's id, name or arguments. */
void decode_set(struct decode *d, struct buf *field, struct slice raw);

/* Appends a JSON string, or an object as it is, to a call's arguments; or makes
 * it all of them. */
void decode_args(struct decode *d, struct call *c, const struct json_want *w);
void decode_set_args(struct decode *d, struct call *c,
    const struct json_want *w);

/* Puts one call, or all, as EV_TOOL_CALL unless put before, with an id made up
 * if it has none; truncated: only those with valid arguments (providers.md
 * 7.5). */
void decode_put_call(struct decode *d, struct call *c);
void decode_put_calls(struct decode *d, int truncated);

/* Whether a member is that string. */
int decode_is(const struct json_want *w, const char *lit);

/* Whether a member is a non-empty string. */
static inline int
decode_has_text(const struct json_want *w)
{
	return w->type == JSON_STRING && w->tok.n > 0;
}

/* Whether a member is other than missing, null, false, 0 and empty. */
int decode_truthy(const struct json_want *w);

/* Takes the object or array at the front of *data, and the blanks around it;
 * 0 if there is no complete one. */
int decode_next(struct slice *data, struct slice *json);

/* A count of tokens; -1 if there is none. */
int64_t decode_count(const struct json_want *w);

/* Takes a usage object of Gemini, or of any other dialect, in which counts that
 * are missing stay as they are; ignores what is none. */
void gemini_usage(struct decode *d, struct slice json);
void decode_usage(struct decode *d, struct slice json);

/*
 * What a finish_reason or stop_reason means; keeps it in .word.  Prefixes are
 * compared, as Gemini's OpenAI-compatible API sends "content_filter:
 * RECITATION".
 * FIN_NONE: the answer failed; unknown words are FIN_STOP.
 */
enum finish decode_reason(struct decode *d, struct slice word);

/* Whether a word stands for none: empty, "null", "None". */
int decode_no_word(struct slice word);

/* Whether a member is an id or a name: such a string, or a number. */
int decode_is_word(const struct json_want *w);

/*
 * A finish_reason: DECODE_TAIL, or DECODE_MORE where it ends nothing.  Some
 * servers send one in each chunk, or in an empty first one: before the answer
 * a stop is none, and content that follows revokes it (decode_revoke()); after
 * that only the end of the stream counts, by its marker or cleanly.
 */
enum decoded decode_finish(struct decode *d, enum finish fin);
void decode_revoke(struct decode *d);

/* The end of the stream of chat or gemini: puts what is left. */
enum decoded decode_close(struct decode *d);

/* Another answer begins in the stream, as when a gateway repeats its request:
 * a fault if part of one was put, else that is dropped. */
enum decoded decode_anew(struct decode *d);

/* Whether the request asks for more than one answer: in the member at path. */
int decode_several(const struct decode *d, const char *path);

/* Takes the choices or candidates of a chunk, whose n members are in the wants
 * of d->like from there on: those of the first already, then of the others. */
enum decoded decode_list(struct decode *d, struct slice list,
    struct slice first, size_t from, size_t n,
    enum decoded (*take)(struct decode *d, struct slice one));

/* The text of a raw id; "" if it is too long, or is nothing that can be asked
 * for: it contains a NUL, or is a dot or two, which end a path. */
void decode_id(struct slice raw, char id[ID_MAX + 1]);

/* The id of a chunk, raw; begins: it looks like the first of an answer.  The
 * same when it is one, with another id.  Not needed if decode_known(). */
enum decoded decode_life(struct decode *d, struct slice id, int begins);

/* Whether a chunk's id says nothing new, as nearly all do. */
static inline int
decode_known(const struct decode *d, const struct json_want *id)
{
	size_t n = id->tok.n;

	return !decode_has_text(id) || d->ids == IDS_VARY ||
	    (d->ids == IDS_STEADY && n == d->id_n && n < sizeof(d->id) &&
	    memcmp(id->tok.p, d->id, n) == 0);
}

/* Fails with a retryable fault, unless failed already.  All that follow return
 * DECODE_FAULT where they fail. */
enum decoded decode_fail(struct decode *d, enum fclass class,
    const char *what);

/* The stream ended, the answer did not: F_IO. */
enum decoded decode_truncated(struct decode *d);

/* An error in JSON.  A second one can add a wait or a name to the first. */
enum decoded decode_error(struct decode *d, struct slice json);

/* Whether the code of an envelope (MiniMax, Spark, Tencent, Google) says that
 * the answer failed. */
int decode_is_failed(struct slice json);

/* Whether JSON that is no part of an answer reports an error, in a form that
 * no type or event name tells. */
int decode_is_error(struct slice json);

/* A complete body without an answer: an error, or F_PROTO. */
enum decoded decode_no_answer(struct decode *d, struct slice body);

/* JSON of an unknown kind, or a chunk without choices or candidates: an error,
 * or nothing new. */
enum decoded decode_empty(struct decode *d, struct slice json);

/* An event that is no JSON object: several of them, a ping, an error as text
 * or in an array, or one that is not understood. */
enum decoded decode_odd(struct decode *d, const struct dialect *dialect,
    const struct sse_event *e);

/* What the JSON of an event, or of a whole answer, means that the dialect has
 * made nothing of (foreign.c): DECODE_FAULT, for good, if it is plainly another
 * API's; the message names the prefix of -m to use.  Else DECODE_MORE, as
 * always for the dialect that takes any JSON. */
enum decoded decode_foreign(struct decode *d, const struct dialect *own,
    struct slice json);

#endif
