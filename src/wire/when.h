#ifndef WIRE_WHEN_H
#define WIRE_WHEN_H

/* Times and spans as text: HTTP dates, RFC 3339, durations.  Pure. */

#include "base/buf.h"
#include "base/err.h"

/* IMF-fixdate, RFC 850 or asctime date (RFC 9110 section 5.6.7) as ms since
 * 1970; MSEC_NONE when s is none of them. */
msec when_http(struct slice s);

/* RFC 3339 date-time with Z or an offset; MSEC_NONE when it is not one. */
msec when_rfc3339(struct slice s);

/*
 * A span at the front of *s: one or more NUMBER UNIT with optional blanks, a
 * comma, "and" between, UNIT ms, s, sec, second, m, min, minute, h, hr, hour,
 * d, day, with plurals, any case ("1h12m3.36s", "1 hour and 5 minutes").
 * Takes it from *s and returns ms, rounded up; MSEC_NONE, taking nothing, when
 * there is none.
 * Numbers that pass a hundred years give MSEC_NONE.
 */
msec when_span(struct slice *s);

/* A whole text as a user types it: a span, a plain number of seconds, or
 * "inf" (MSEC_MAX); MSEC_NONE when it is none of these or negative. */
msec when_dur(struct slice s);

/* Appends a span for people: 80ms, 6.4 s, 1m12s, 8h24m. */
void when_put(struct buf *out, msec span);

/* Appends a wall-clock time as RFC 3339 in UTC, whole seconds rounded up. */
void when_put_rfc3339(struct buf *out, msec wall);

#endif
