#ifndef API_EVENT_H
#define API_EVENT_H

/*
 * What flows from an attempt to whoever reads the answer.
 *
 * A dialect's decoder puts TEXT, REASONING, TOOL_CALL and ITEM as the stream
 * brings them; the loop puts the rest.  Slices are borrowed for the call.
 * Only what stands behind a type here is set in its events.
 */

#include "base/buf.h"
#include "base/err.h"
#include "wire/json.h"

enum ev_type {
	EV_START,		/* an attempt begins: .attempt */
	EV_TEXT,		/* .text: whole code points of the answer */
	EV_REASONING,		/* .text: of the model's thinking */
	EV_TOOL_CALL,		/* .id, .name, .text = arguments; a whole call;
				   .signature, which goes back with it */
	EV_ITEM,		/* .text: finished output of a kind of the
				   provider's own, as JSON; .name: the
				   dialect's.  Goes back as a PART_OWN at this
				   place */
	EV_RETRY,		/* .fault, .wait, .attempt, .discard */
	EV_WAIT,		/* for a slot: .text = why, .wait, .attempt */
	EV_USAGE,		/* .usage */
	EV_DONE,		/* .finish, .attempt, .text_bytes, .elapsed,
				   .request_id */
	EV_FALLBACK,		/* .fault, .discard, .name, .text: given up
				   with this one; who and which is next */
	EV_ERROR		/* .fault, .wait: given up */
};

/* Why the model stopped; one of these for every provider's own word. */
enum finish {
	FIN_NONE,		/* not known, or not yet */
	FIN_STOP,
	FIN_LENGTH,		/* a token limit cut it off */
	FIN_TOOL_CALLS,
	FIN_REFUSAL,
	FIN_FILTER,
	FIN_PAUSE		/* the server's tools take long: it wants to be
				   asked to go on */
};

/* Tokens as the provider counts them; -1 = not told. */
struct usage {
	int64_t input, output, cached, reasoning;
};

struct event {
	enum ev_type type;
	struct slice text, id, name, signature;
	const struct fault *fault;
	const struct usage *usage;
	enum finish finish;
	unsigned attempt;	/* from 1 */
	msec wait;		/* RETRY: ms until the next one goes out;
				   ERROR: ms until one makes sense, or
				   MSEC_NONE */
	msec waited, patience;	/* RETRY, WAIT: what is spent, this wait
				   aside, and the most that may be */
	int discard;		/* RETRY: the text so far is void */
	int kept;		/* RETRY: the very same stream goes on after
				   it */
	uint64_t text_bytes;	/* DONE: of the answer */
	msec elapsed;		/* DONE: since the run began */
	const char *request_id;	/* DONE: "" where the server gave none */
};

/*
 * Where events go.  put never fails visibly; flush hands on what was put, is
 * called before every wait for the peer, and returns -1 with *f when that
 * fails.
 */
struct sink {
	void (*put)(struct sink *s, const struct event *e);
	int (*flush)(struct sink *s, struct fault *f);
	/* NULL, or called each second of a pause with the ms that are left,
	 * 0 at its end. */
	void (*tick)(struct sink *s, msec left);
	/* NULL, or given the body of a refusal as it came, before anybody
	 * is told of it. */
	void (*refused)(struct sink *s, struct slice body);
	/* Bytes of the answer that cannot be taken back any more. */
	uint64_t delivered;
};

/* "stop", "length", "tool_calls", "refusal", "content_filter", "pause"; ""
 * for none. */
const char *finish_name(enum finish finish);

/* The members, in an object that is open, by which --json and batch name
 * them: id, name, arguments; class, status, message; the counts. */
void event_put_call(struct json_out *w, const struct event *e);
void event_put_fault(struct json_out *w, const struct fault *f);
void event_put_usage(struct json_out *w, const struct usage *u);

#endif
