#ifndef SERVE_REPLY_H
#define SERVE_REPLY_H

/*
 * The response to a client: a sink that holds what the upstream sends until
 * some of the answer has come, then passes it on event by event.
 *
 * Before that an attempt may fail and be repeated unseen.  After it the bytes
 * that went out cannot be taken back: what breaks then ends with an error event
 * of the dialect and a connection that is closed without the last chunk.  The
 * head may have to go out early, or the client would not wait any longer: from
 * then on comments show that there is still someone (reply_watch()).
 */

#include "serve/relay.h"
#include "serve/manners.h"
#include "serve/path.h"
#include "serve/rest.h"

enum framing {
	FRAME_CHUNKS,		/* RFC 9112 section 7.1 */
	FRAME_LENGTH,		/* Content-Length */
	FRAME_CLOSE,		/* to the end of the connection */
	FRAME_NONE		/* no content: HEAD, 204, 304 */
};

struct reply {
	struct sink sink;
	struct relay *relay;
	struct client *client;
	const struct dialect *dialect;	/* NULL: passes through */
	struct job *job;
	const struct manners *manners;
	int hold;		/* until the answer is whole */
	const struct path *to;
	enum on_break *on_break;	/* the run's, set after each attempt;
					   or NULL */
	msec commit;		/* how long the head of a stream may take; 0:
				   for ever */
	/* private: the attempt */
	int status, minor;
	int coded;		/* compressed, so it passes unread */
	int stream;		/* a stream of events */
	int content;		/* some of the answer has come */
	long long length;	/* the upstream's Content-Length; -1 */
	struct buf fields;	/* to pass on, lines */
	struct buf held;	/* of the body, not yet sent */
	size_t whole;		/* of these: whole events */
	int64_t sequence;	/* of the last event sent; -1: has none */
	struct rest rest;	/* .form is NULL: of no answer */
	/* private: the response */
	enum framing framing;
	int begun;		/* the head is out */
	int signs;		/* comments may stand in it */
	int gone;		/* the client is */
	int done;		/* the answer is whole */
	unsigned attempt;
	msec start, pause;	/* when the request came; when the last attempt
				   ended */
	msec sign;		/* when something was last sent */
	int asked;		/* the client is known to want a stream; -1:
				   not to */
};

/* {.relay, .client, ...} set by the caller; this sets the rest. */
void reply_init(struct reply *p);
void reply_free(struct reply *p);

/* After a failed attempt: when the run has to end, because the client leaves
 * then (struct run's after). */
void reply_after(void *ctx, struct outcome *out, unsigned n);

/* Writing the response: appends its head (all: the whole body is held; more:
 * further lines), or content in its framing; writes what is gathered so, and
 * returns 0, or -1 if the client is gone. */
void reply_head(struct reply *p, int all, struct slice more);
void reply_put(struct reply *p, struct slice content);
int reply_send(struct reply *p);

/* Makes waits attend to the client, and stops that. */
void reply_watch(struct reply *p);
void reply_unwatch(struct reply *p);

/* Sets when waits are to do something for the client. */
void reply_schedule(struct reply *p);

/* The run is over: sends the rest of an answer, or what went wrong. */
enum relayed reply_end(struct reply *p, const struct result *res);

#endif
