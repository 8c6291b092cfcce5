#ifndef API_QUOTA_H
#define API_QUOTA_H

/*
 * What servers say of their rate limits (providers.md 0.5 and 5.1), and what
 * a request costs of them.
 *
 * All of them are buckets that refill evenly: so much in a window.  The
 * window is not told, but follows from what is gone and the time until the
 * bucket is full again.
 */

#include "base/err.h"
#include "wire/http.h"

enum quota_kind {
	QUOTA_REQUESTS,
	QUOTA_TOKENS,		/* both ways */
	QUOTA_INPUT,
	QUOTA_OUTPUT,
	QUOTA_KINDS
};

struct quota_of {		/* -1: not told */
	int64_t limit;
	int64_t left;		/* may be less than 0, from a text */
	msec reset;		/* until the bucket is full */
	msec window;
};

struct quota {
	struct quota_of of[QUOTA_KINDS];
	int fixed;		/* no bucket: nothing is back before .reset of
				   the requests */
};

#define QUOTA_MINUTE ((msec)60000)
#define QUOTA_DAY ((msec)86400000)

/* What a response's fields say; now is the peer's time of day. */
void quota_fields(const struct http_field *field, size_t n, msec now,
    struct quota *q);

/* What a 429's text says ("tokens per min (TPM): Limit 30000, Used 22999,
 * Requested 12528"), which waits so long; *cost: what was requested.  Returns
 * the kind, or -1 when it has no figures. */
int quota_text(struct slice text, msec wait, struct quota_of *of,
    int64_t *cost);

/* A request's tokens. */
struct quota_cost {
	int64_t input;		/* of text: estimated from its length */
	int64_t output;		/* the most it may be; -1: not told */
};

/* What a body asks for.  Base64 counts as a picture, not as text. */
struct quota_cost quota_cost(struct slice body);

#endif
