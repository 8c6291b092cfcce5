#ifndef API_QUOTA_H
#define API_QUOTA_H

/*
 * What servers say of their rate limits (providers.md 0.5 and 5.1), and what
 * a request costs.
 *
 * All limits are token buckets that refill evenly: limit per window.  Servers
 * do not name the window; it follows from what is used and the time until the
 * bucket is full again.
 */

#include "base/err.h"
#include "wire/http.h"

enum quota_kind {
	QUOTA_REQUESTS,
	QUOTA_TOKENS,		/* input and output together */
	QUOTA_INPUT,
	QUOTA_OUTPUT,
	QUOTA_KINDS
};

struct quota_of {		/* -1: unknown */
	int64_t limit;
	int64_t left;		/* below 0 is possible, from a text */
	msec reset;		/* until the bucket is full */
	msec window;
};

struct quota {
	struct quota_of of[QUOTA_KINDS];
	int fixed;		/* a fixed window, not a bucket: nothing refills
				   before the requests' .reset */
};

#define QUOTA_MINUTE ((msec)60000)
#define QUOTA_DAY ((msec)86400000)

/* Fills *q from a response's fields.  now: the peer's time of day. */
void quota_fields(const struct http_field *field, size_t n, msec now,
    struct quota *q);

/* Fills *of from the message of a 429 ("tokens per min (TPM): Limit 30000, Used
 * 22999, Requested 12528") and the wait it states, and *cost with what was
 * requested.  Returns the kind, or -1 if the figures or the kind are
 * missing. */
int quota_text(struct slice text, msec wait, struct quota_of *of,
    int64_t *cost);

/* A request's tokens. */
struct quota_cost {
	int64_t input;		/* estimated from the length of the text */
	int64_t output;		/* the maximum; -1: unknown */
};

/* The cost of a request body.  An escape counts as its character, and a run of
 * base64 as one image. */
struct quota_cost quota_cost(struct slice body);

#endif
