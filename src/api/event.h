#ifndef API_EVENT_H
#define API_EVENT_H

/*
 * What flows from an attempt to the readers of the answer.
 *
 * A dialect's decoder puts TEXT, REASONING, TOOL_CALL and ITEM as they arrive;
 * the retry loop puts the rest.  Slices are borrowed for the call.  Only the
 * members named beside a type are set in its events.
 */

#include "base/buf.h"
#include "base/err.h"
#include "wire/json.h"

enum ev_type {
	EV_START,		/* an attempt begins: .attempt */
	EV_TEXT,		/* .text: whole code points of the answer */
	EV_REASONING,		/* .text: of the model's thinking */
	EV_TOOL_CALL,		/* a complete call: .id, .name, .text =
				   arguments; .signature, to be sent back */
	EV_ITEM,		/* .text: a finished output item of a kind of
				   the provider's own, JSON; .name: the
				   dialect.  Sent back as a PART_OWN at this
				   place */
	EV_RETRY,		/* .fault, .wait, .attempt, .discard */
	EV_WAIT,		/* for a slot: .text = why, .wait, .attempt */
	EV_USAGE,		/* .usage */
	EV_DONE,		/* .finish, .attempt, .text_bytes, .elapsed,
				   .request_id */
	EV_FALLBACK,		/* this provider failed: .fault, .discard;
				   .name, .text: the next one and its model */
	EV_ERROR		/* giving up: .fault, .wait */
};

/* Why the model stopped, for all providers. */
enum finish {
	FIN_NONE,		/* unknown, or not yet known */
	FIN_STOP,
	FIN_LENGTH,		/* at a token limit */
	FIN_TOOL_CALLS,
	FIN_REFUSAL,
	FIN_FILTER,
	FIN_PAUSE		/* the server's tools take long; another
				   request continues the turn */
};

/* Tokens as the provider counts them; -1 = unknown. */
struct usage {
	int64_t input, output, cached, reasoning;
	int64_t cost;		/* as in api/price.h; 0 = unknown */
};

#define USAGE_NONE { -1, -1, -1, -1, 0 }

struct event {
	enum ev_type type;
	struct slice text, id, name, signature;
	const struct fault *fault;
	const struct usage *usage;
	enum finish finish;
	unsigned attempt;	/* from 1 */
	msec wait;		/* RETRY, WAIT: ms until the next request;
				   ERROR: ms until a retry makes sense, or
				   MSEC_NONE */
	msec waited, patience;	/* RETRY, WAIT: time waited before this wait,
				   and the limit on it */
	int discard;		/* RETRY, FALLBACK: discard the text so far */
	int kept;		/* RETRY: the same stream will be resumed */
	uint64_t text_bytes;	/* DONE: of the answer */
	msec elapsed;		/* DONE: since the start of the run */
	const char *request_id;	/* DONE: "" if the server sent none */
};

struct http;

/*
 * Where events go.  put() reports no errors; flush() passes on what was put
 * and is called before every wait for the peer: 0, or -1 with *f if that or an
 * earlier put() failed.
 */
struct sink {
	void (*put)(struct sink *s, const struct event *e);
	int (*flush)(struct sink *s, struct fault *f);
	/* NULL, or called every second of a pause with the ms left, and with 0
	 * at its end. */
	void (*tick)(struct sink *s, msec left);
	/* NULL, or called with the body of an error reply, before the event
	 * that reports it. */
	void (*refused)(struct sink *s, struct slice body);
	/*
	 * For a relay; or all NULL.  head: the response has begun.  raw: bytes
	 * of its body, all of them and as they came, before what they mean is
	 * put.  whole: the bytes so far but for the last rest of them are whole
	 * events; carried: something of an answer was among them.  Without
	 * it the body is no stream of events.
	 */
	void (*head)(struct sink *s, const struct http *head);
	void (*raw)(struct sink *s, struct slice bytes);
	void (*whole)(struct sink *s, size_t rest, int carried);
	/* Bytes of the answer that were output and cannot be discarded. */
	uint64_t delivered;
};

/* "stop", "length", "tool_calls", "refusal", "content_filter", "pause"; ""
 * for none. */
const char *finish_name(enum finish finish);

/* Write members of an open object as --json and batch name them: id, name,
 * arguments; class, status, message; a count, null if it is negative, which is
 * unknown; the token counts and the cost. */
void event_put_call(struct json_out *w, const struct event *e);
void event_put_fault(struct json_out *w, const struct fault *f);
void event_put_count(struct json_out *w, const char *key, int64_t n);
void event_put_usage(struct json_out *w, const struct usage *u);

/* Adds what is known. */
void event_add_usage(struct usage *sum, const struct usage *u);

#endif
