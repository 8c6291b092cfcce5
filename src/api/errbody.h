#ifndef API_ERRBODY_H
#define API_ERRBODY_H

/*
 * What an error body says, whatever its form (providers.md 1.5, 2, 3.3, 4,
 * 7.2): {"error":{...}}, {"error":"text"}, an array of one, no wrapper at all
 * (message, detail, errors), response.failed, a chunk with an error in it or
 * in its first choice, JSON inside a JSON string, any of these as server-sent
 * events, HTML, "error code: 522", plain text, nothing.
 *
 * Only reading is done here; what it means is classify's.
 */

#include "base/err.h"

#define ERRBODY_NAMES 16
#define ERRBODY_TEXT ((size_t)8 << 10)	/* of messages; more is cut off */

struct errbody {
	size_t nnames;
	int status;		/* a code that is an HTTP status, or 0 */
	int html;
	int minute, daily;	/* a quota per minute, per day is named */
	int reset;		/* a time of reset is named, be it over */
	msec wait;		/* the largest figure outside of messages */
	struct slice request_id;	/* raw */
	struct buf text;	/* all messages, a line each */
	struct buf say;		/* one line for people; may be empty */
	/* private */
	struct buf event;	/* one of a stream */
	struct buf inner;	/* JSON that stood in a string */
	int nested;
	msec now;
	struct slice name[ERRBODY_NAMES]; /* codes and types, raw, the most
					     telling first */
};

/* Reads body into *b, which is overwritten.  now is the peer's time of day.
 * Names point into body and *b. */
void errbody_read(struct errbody *b, struct slice body, msec now);

void errbody_free(struct errbody *b);

#endif
