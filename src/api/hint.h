#ifndef API_HINT_H
#define API_HINT_H

/*
 * The waits that servers state: providers.md 0.4, 0.5, 5.1, 5.2 and 5.4.
 *
 * Everything here gives ms, 0 = at once, and MSEC_NONE where nothing is said
 * or what is said is garbage, negative or over HINT_MAX; since MSEC_NONE is
 * less than any wait, the larger of two is always the right one.
 */

#include "base/err.h"
#include "wire/http.h"

#define HINT_MAX ((msec)366 * 86400 * 1000)

/* The peer's time of day: its Date field, else wall. */
msec hint_now(const struct http_field *field, size_t n, msec wall);

/* retry-after-ms before retry-after (of several the larger). */
msec hint_fields(const struct http_field *field, size_t n, msec now);

/*
 * What a 429 has instead: the resets of buckets whose remaining is 0 (the
 * largest), and Together's x-ratelimit-reset.  The time until a bucket is
 * full, not until the request fits: safe, but to be used only when nothing
 * better is given.
 */
msec hint_reset(const struct http_field *field, size_t n, msec now);

/* One reset: a span, a number of seconds, RFC 3339, or an epoch in seconds or
 * ms.  What is over is MSEC_NONE. */
msec hint_until(struct slice value, msec now);

/* "try again in 1m12.5s" and its like in a message (unescaped text); of
 * several the larger. */
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
