#ifndef WIRE_SSE_H
#define WIRE_SSE_H

/*
 * Server-sent events (WHATWG HTML, "event stream interpretation"): lines end
 * with LF, CR or CRLF; a leading BOM and one blank after a colon are removed;
 * data lines are joined with LF; unknown fields and comments are ignored; a
 * block without data is not an event.
 *
 * Extensions: an event that is pending at the end of the stream is returned by
 * sse_eof(), because language model servers omit the last blank line.  With
 * .error_field set, a field "error" is the data of an event named "error" (old
 * llama.cpp servers).  With .raw_json set, lines that look like bare JSON are
 * data, up to the next blank line (errors that Google's front end writes into
 * a stream), and a line of data that is a complete JSON object or "[DONE]" ends
 * its event at the next line, blank or not, because some servers end events
 * with one line break.
 *
 * {0} is a valid start; set .max to limit the size of an event (0 = 64 MiB).
 * Whole lines are used in place; only lines that continue in the next input
 * and multiple data lines are copied.
 */

#include <stddef.h>

#include "base/buf.h"

#define SSE_MAX_DEFAULT ((size_t)64 << 20)

enum sse_ev {
	SSE_BAD,		/* an event exceeded .max; sticky */
	SSE_MORE,		/* all input was consumed */
	SSE_EVENT		/* *out is set */
};

struct sse_event {
	struct slice name;	/* "message" if the event has none */
	struct slice data;
	struct slice id;	/* the last one seen */
	long long retry;	/* the last valid one, in ms; -1 = none */
	int status;		/* of a comment "HTTP_STATUS/429" in the event's
				   block (DashScope); 0 = none */
	struct slice block;	/* all of it in the input, data in its middle;
				   or empty */
};

struct sse {
	size_t max;
	int error_field, raw_json;
	/* private */
	struct slice data_ref;	/* one data line, still in the input */
	struct slice name_ref;
	long long retry;
	int status;
	char field_name[6];	/* of a line that came in pieces */
	char comment[16];	/* the start of one that did */
	unsigned char field_len, comment_len, field, place;
	unsigned char bom, skip_lf, has_data, has_retry, fired, bad, raw;
	struct buf data;	/* copied data lines */
	struct buf name, id;
	struct buf value;	/* of another field, in a line in pieces */
};

/*
 * Consumes bytes from the front of *in until an event is complete or the input
 * is used up.  *out is valid until the next call, and while the input is.
 */
enum sse_ev sse_push(struct sse *s, struct slice *in, struct sse_event *out);

/* Whether the last call has returned an event and the next byte begins a block,
 * which the caller may then take from the input by itself. */
static inline int
sse_at_block(const struct sse *s)
{
	return s->fired && !s->skip_lf;
}

/* Whether lines of an event have come without its end. */
int sse_lingers(const struct sse *s);

/* Whether the input so far ends between events. */
int sse_between(const struct sse *s);

/* Takes that event if it is such a line; else SSE_MORE, and it stays. */
enum sse_ev sse_linger(struct sse *s, struct sse_event *out);

/* Ends the stream: SSE_EVENT with the pending event, if any, else SSE_MORE. */
enum sse_ev sse_eof(struct sse *s, struct sse_event *out);

/* Frees the memory and resets s; .max and the options stay. */
void sse_free(struct sse *s);

#endif
