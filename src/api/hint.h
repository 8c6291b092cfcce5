#ifndef API_HINT_H
#define API_HINT_H

/* The waits that servers state: providers.md 0.4, 0.5, 5.1, 5.2 and 5.4. */

#include "base/err.h"
#include "wire/http.h"

/*
 * From response fields: retry-after-ms before retry-after (of several the
 * larger), then the reset of a bucket whose remaining is 0, then Together's
 * x-ratelimit-reset.  status is needed since some count on a 429 only.  ms,
 * 0 = at once; MSEC_NONE where there is none or it is garbage, negative or
 * absurd.
 */
msec hint_fields(const struct http_field *field, size_t n, int status,
    msec wall);

/* "try again in 1m12.5s" and its like in a message (unescaped text). */
msec hint_text(struct slice text);

/* "Limit L, Used U, Requested R" in a message: -1 for what is not there. */
struct refill {
	int64_t limit, used, requested;
	msec window;			/* from "per min", "per day"; -1 */
};
struct refill hint_refill(struct slice text);

/* The wait that the figures themselves give, (U + R - L) / L * window; 0 when
 * it fits now, MSEC_NONE when a figure is missing. */
msec refill_wait(const struct refill *r);

/* Whether the request can never fit, however long one waits. */
int refill_never(const struct refill *r);

#endif
