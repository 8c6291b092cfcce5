#ifndef WIRE_WHEN_H
#define WIRE_WHEN_H

/* Times and durations as text. */

#include "base/buf.h"
#include "base/err.h"

/* A date and time in UTC. */
struct civil {
	int year, month, day, hour, minute, second;
};

/* ms since 1970; MSEC_NONE if the date is invalid or before 1970. */
msec when_civil(const struct civil *c);

/* Parses an HTTP date: IMF-fixdate, RFC 850 or asctime (RFC 9110, 5.6.7).  ms
 * since 1970; MSEC_NONE if it is invalid. */
msec when_http(struct slice s);

/* Parses an RFC 3339 date-time with Z or an offset.  The same. */
msec when_rfc3339(struct slice s);

/*
 * Takes a date and time of day from the front of *s as servers write them in
 * messages: "2026-02-26 16:15:12", also with T or "at" between, without
 * seconds, with a fraction, and with a zone (Z, UTC, GMT, +0800, +00:00 UTC).
 * ahead: how far the clock is ahead of UTC if no zone is named.  ms since 1970;
 * MSEC_NONE with *s unchanged if there is none.
 */
msec when_date(struct slice *s, msec ahead);

/* The same for a time of day in UTC, "10:00 UTC" or "midnight UTC": the next
 * one after now. */
msec when_clock(struct slice *s, msec now);

/* The next midnight in Los Angeles after wall, where Google's days end. */
msec when_pacific_midnight(msec wall);

/*
 * Parses a duration at the front of *s and removes it: one or more NUMBER UNIT
 * with optional blanks, a comma or "and" between them ("1h12m3.36s", "1 hour
 * and 5 minutes").  UNIT is ms, s, sec, second, m, min, minute, h, hr, hour, d,
 * day or week, singular or plural, in any case, or Chinese.  Returns ms,
 * rounded up; MSEC_NONE with *s unchanged if there is none, or if it exceeds a
 * hundred years.
 */
msec when_span(struct slice *s);

/* Parses a whole text from the user: a duration, a number of seconds, or "inf"
 * (MSEC_MAX).  MSEC_NONE if it is invalid. */
msec when_dur(struct slice s);

/* Appends a duration for people: 80ms, 6.4 s, 1m12s, 8h24m. */
void when_put(struct buf *out, msec span);

/* Appends a time as RFC 3339 in UTC, rounded up to whole seconds. */
void when_put_rfc3339(struct buf *out, msec wall);

#endif
