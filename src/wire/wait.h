#ifndef WIRE_WAIT_H
#define WIRE_WAIT_H

/*
 * The waits in the fields of an HTTP response: Retry-After, under the names
 * that servers and gateways give it, and the resets of RateLimit fields
 * (providers.md 0.4, 5.1, 5.2).
 *
 * All waits are in ms, 0 = at once.  MSEC_NONE: the server says nothing, or
 * garbage, or a wait that is negative or over WAIT_MAX.  As it is less than
 * any wait, the larger of two waits is always right.
 */

#include "base/err.h"
#include "wire/http.h"

#define WAIT_MAX ((msec)366 * 86400 * 1000)

/* The wait, or MSEC_NONE if it is negative or over WAIT_MAX. */
msec wait_sane(msec wait);

/* A number of ms: digits with at most one point. */
msec wait_ms(struct slice value);

/* The peer's time of day: its Date field, else wall. */
msec wait_now(const struct http_field *field, size_t n, msec wall);

/* The wait in a *retry-after-ms, else a *retry-after; the larger of several. */
msec wait_fields(const struct http_field *field, size_t n, msec now);

/*
 * The latest reset of the buckets whose remaining is 0, also in a RateLimit
 * field; of all buckets if no field counts what remains.  That is the time
 * until a bucket is full, not until the request fits: use it only for a 429
 * that states no wait.
 */
msec wait_reset(const struct http_field *field, size_t n, msec now);

/* One reset: a span, a number of seconds, a date, or a Unix time in seconds or
 * ms.  MSEC_NONE for a time in the past. */
msec wait_until(struct slice value, msec now);

#endif
