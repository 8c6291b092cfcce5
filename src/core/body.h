#ifndef CORE_BODY_H
#define CORE_BODY_H

/* The body of a response: what it is, the events in it, and what they mean for
 * the attempt.  A part of consume(). */

#include "core/consume.h"
#include "core/sniff.h"

/* {0} but for what consume() sets. */
struct reader {
	struct job *job;
	struct outcome *out;
	struct consumed *got;
	struct sse sse;
	struct decode dec;
	struct buf body;
	enum content content;
	int ended;		/* the outcome is decided */
	int complete;		/* the message is, by HTTP */
	int coded;		/* there is a Content-Encoding: the first
				   bytes are in .body and decide */
	int events;		/* one came; before, .body has the text */
	int tail;		/* the answer is complete, its usage or
				   terminal event may follow */
	msec first, error;	/* deadlines of the first event and of an
				   error's body */
	msec last;		/* when the last event that carried something
				   came */
	msec sign;		/* the last bytes of the body */
	uint64_t bytes;		/* dec.bytes after the last event */
	msec line;		/* when to take one without its blank line */
	const char *limit;	/* the option that sets the deadline */
	msec now;
	char *in;		/* READ_MAX bytes */
};

/* The head has come: whether the body is that of an error, or coded. */
void body_begin(struct reader *r);

/* Takes bytes of the body. */
void body_push(struct reader *r, struct slice in);

/* Nothing came for a while: takes what is complete but for its end, which some
 * servers never send. */
void body_quiet(struct reader *r);

/* No more of the body will come. */
void body_end(struct reader *r);

/* When the wait for more ends, and for .line, with body_quiet(). */
msec body_deadline(struct reader *r);

/* Decides the outcome. */
void body_fail(struct reader *r, enum fclass class, int retry,
    const char *why);

#endif
