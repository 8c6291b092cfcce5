#ifndef API_HINT_H
#define API_HINT_H

/*
 * The waits that servers state: providers.md 0.4, 0.5, 5.1, 5.2 and 5.4.
 *
 * All waits are in ms, 0 = at once.  MSEC_NONE: the server says nothing, or
 * garbage, or a wait that is negative or over HINT_MAX.  As it is less than
 * any wait, the larger of two waits is always right.
 */

#include "base/err.h"
#include "wire/http.h"

#define HINT_MAX ((msec)366 * 86400 * 1000)

/* The peer's time of day: its Date field, else wall. */
msec hint_now(const struct http_field *field, size_t n, msec wall);

/* The wait in a *retry-after-ms, else a *retry-after; the larger of several. */
msec hint_fields(const struct http_field *field, size_t n, msec now);

/*
 * The latest reset of the buckets whose remaining is 0, also in a RateLimit
 * field; of all buckets if no field counts what remains.  That is the time
 * until a bucket is full, not until the request fits: use it only for a 429
 * that states no wait.
 */
msec hint_reset(const struct http_field *field, size_t n, msec now);

/* One reset: a span, a number of seconds, a date, or a Unix time in seconds or
 * ms.  MSEC_NONE for a time in the past. */
msec hint_until(struct slice value, msec now);

/* The wait that a member of an error states, by its name.  Sets *reset if it
 * is a time of reset, even a past one. */
msec hint_member(struct slice key, struct slice tok, msec now, int *reset);

/* "try again in 1m12.5s", "will reset at 2026-02-26 16:15:12" and the like in
 * a message (unescaped text); the larger of several.  ahead: how far the clock
 * of dates without a zone is ahead of UTC. */
msec hint_text(struct slice text, msec now, msec ahead);

/* "Limit L, Used U, Requested R" in a message; -1 for what is missing. */
struct refill {
	int64_t limit, used, requested;
	msec window;			/* from "per min", "per day"; -1 */
};
struct refill hint_refill(struct slice text);

/* The wait that these figures give, (U + R - L) / L * window; 0 if the request
 * fits now, MSEC_NONE if a figure is missing. */
msec refill_wait(const struct refill *r);

/* Whether the request exceeds the whole limit, so no wait helps. */
int refill_never(const struct refill *r);

#endif
