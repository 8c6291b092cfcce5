#ifndef API_ERROR_BODY_H
#define API_ERROR_BODY_H

/*
 * Reads an error body in any of the forms seen so far (providers.md 1.5, 2,
 * 3.3, 4, 7.2): {"error":{...}}, {"error":"text"}, an array of one of these,
 * no wrapper at all (message, detail, errors), other wrappers (base_resp,
 * Response.Error, header), response.failed, a chunk with an error in it or in
 * its first choice, JSON inside a JSON string, any of these as server-sent
 * events, HTML, "error code: 522", plain text, nothing.
 *
 * Only reads: what it means is decided in error.c.
 */

#include "base/err.h"

#define ERROR_NAMES 16
#define ERROR_TEXT ((size_t)8 << 10)	/* messages are truncated to this */

struct error_body {
	size_t nnames;
	enum fclass class;	/* that base_resp names; else F_NONE */
	int status;		/* the HTTP status that a code names, or 0 */
	int quoted;		/* the one in a message, or that a code names in
				   JSON inside a message; or 0 */
	int html;
	int minute, daily;	/* names a quota per minute, per day */
	int reset;		/* names a time of reset, even a past one */
	msec wait;		/* the longest wait outside of messages */
	struct slice request_id;	/* raw */
	struct buf text;	/* all messages, one per line */
	struct buf summary;	/* one line for the user; may be empty */
	/* private */
	struct buf event;	/* data of the current event of a stream */
	struct buf inner;	/* JSON that was inside a string */
	int nested;
	msec now;
	struct slice name[ERROR_NAMES];	/* codes and types, raw, the most
					   specific first */
};

/* Reads body into *b, whose old content is ignored.  now: the peer's time of
 * day.  Names point into body and *b; free with error_body_free(). */
void error_body_read(struct error_body *b, struct slice body, msec now);

void error_body_free(struct error_body *b);

#endif
