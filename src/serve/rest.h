#ifndef SERVE_REST_H
#define SERVE_REST_H

/*
 * The rest of a streamed answer that broke off (--on-break continue): what to
 * ask the upstream for, and its events as those of the stream that the client
 * is reading.  Pure.
 *
 * An answer can be gone on from if what the client has of it is text alone: no
 * reasoning, no tool calls, one choice, and not the end; in the Responses API
 * also after reasoning that has ended.  The rest is joined to that text as in
 * core/pipeline.h; its events keep what they say, but the ids, indexes and
 * numbers go on from those of the first part, and what begins a stream is left
 * out.  Of the Responses API, whose events repeat what went before, those that
 * end the text and the list of output in the last one are made anew.
 */

#include "api/dialect.h"

/* {0} but for what rest_init() sets. */
struct rest {
	const struct rest_form *form;	/* NULL: passed on as broken */
	int lives;		/* how often the rest was asked for */
	struct buf body;	/* the request for it */
	/* private: what the client has */
	int never;		/* more than text */
	struct buf text;
	uint16_t half;		/* a high surrogate at its end */
	struct buf kept[2];	/* raw members of its events */
	int64_t index;		/* of the last block, or item with text */
	int open;		/* it has not ended */
	struct buf item, part;	/* responses: as they began */
	struct buf items;	/* all that have ended, "[a,b" */
	/* private: of this life */
	int joining, placed;
	int64_t shift;		/* of the indexes */
	int64_t mine;		/* responses: that of the item with the text */
	int64_t sequence;	/* of the last event */
	struct buf head;	/* its start, held back */
	uint16_t head_half;
	struct buf like;	/* the data of an event with text */
};

/* d: of a stream whose text is to be gone on from; or NULL. */
void rest_init(struct rest *r, const struct dialect *d);
void rest_free(struct rest *r);

/* Whole events that go to the client.  Of the first life they are only taken
 * note of; of a later one, what the client is to get instead is appended. */
void rest_events(struct rest *r, struct slice events, struct buf *out);

/* Writes the request that asks for the rest, from the one that the client has
 * sent.  0; -1: it cannot be gone on from. */
int rest_request(struct rest *r, struct slice asked);

/* That is sent: the next events are those of the rest.  sequence: the number of
 * the last one that the client has, or -1. */
void rest_begin(struct rest *r, int64_t sequence);

#endif
