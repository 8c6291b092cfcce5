#ifndef WIRE_SSE_H
#define WIRE_SSE_H

/*
 * Server-sent events by the WHATWG rules ("event stream interpretation"): line
 * ends LF, CR or CRLF, one leading BOM dropped, one blank dropped after a
 * colon, data lines joined with LF, unknown fields and comments skipped, a
 * block without data not dispatched.
 *
 * Beyond the standard: what is pending when the stream ends is offered by
 * sse_eof() (language model servers leave the last blank line out), and a
 * field named `error` counts as data of an event named "error" when
 * .error_field is set (old llama.cpp servers).  With .raw_json set lines that
 * begin as JSON does are data whole, up to the next blank line (errors that
 * Google's front end writes into a stream).
 *
 * {0} is a valid start; set .max first to bound an event (0 = 64 MiB).
 * Whole lines are used where they stand; only what a cut leaves over, and
 * what several data lines join, is copied.
 */

#include <stddef.h>

#include "base/buf.h"

#define SSE_MAX_DEFAULT ((size_t)64 << 20)

enum sse_ev {
	SSE_BAD,		/* an event passed .max; sticky */
	SSE_MORE,		/* all of the input is used up */
	SSE_EVENT		/* *out is set */
};

struct sse_event {
	struct slice name;	/* "message" where the block named none */
	struct slice data;
	struct slice id;	/* the last one in force */
	long long retry;	/* the last valid one, ms; -1 = none */
};

struct sse {
	size_t max;
	int error_field, raw_json;
	/* private */
	struct slice data_ref;	/* one data line, still in the input */
	struct slice name_ref;
	long long retry;
	char field_name[6];	/* of a line that was cut there */
	unsigned char field_len, field, place;
	unsigned char bom, skip_lf, has_data, has_retry, fired, bad, raw;
	struct buf data;	/* joined or kept data lines */
	struct buf name, id;
	struct buf value;	/* of another field, in a line that was cut */
};

/*
 * Takes bytes from the front of *in until an event is complete or nothing is
 * left.  *out is valid until the next call and as long as the input's bytes
 * are.
 */
enum sse_ev sse_push(struct sse *s, struct slice *in, struct sse_event *out);

/* The stream has ended: SSE_EVENT with what was pending, once, else
 * SSE_MORE. */
enum sse_ev sse_eof(struct sse *s, struct sse_event *out);

/* Gives the memory back and starts anew; max and the options stay. */
void sse_free(struct sse *s);

#endif
