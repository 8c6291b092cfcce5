#ifndef WIRE_RESP_H
#define WIRE_RESP_H

/*
 * Parser for the replies of a Redis server (RESP2).
 *
 * The initial state is {0}, also for the next reply.  A reply is one value; an
 * array is followed by its elements, which may be arrays too.  Bytes may come
 * in any pieces.
 *
 * A line has at most RESP_LINE bytes, a bulk string RESP_BULK, and arrays
 * RESP_ITEMS elements and RESP_DEPTH levels: more is an error, as is every
 * type of RESP3, which nobody has asked for.
 */

#include <stdint.h>

#include "base/buf.h"

#define RESP_LINE 1024
#define RESP_BULK 65536
#define RESP_ITEMS 4096
#define RESP_DEPTH 4

enum resp_ev {
	RESP_MORE,		/* the input is used up */
	RESP_TEXT,		/* a simple or bulk string, in .text */
	RESP_ERROR,		/* in .text */
	RESP_INT,		/* in .number */
	RESP_NULL,
	RESP_ARRAY,		/* of .number elements */
	RESP_BAD		/* not RESP2; sticky */
};

struct resp {
	struct buf text;	/* until the next push */
	int64_t number;
	int whole;		/* that event was the last of the reply */
	/* the rest is private */
	char state;
	size_t need;		/* bytes of a bulk string, with its CRLF */
	size_t left[RESP_DEPTH];	/* elements of the open arrays */
	int depth;
};

/* Removes what it has parsed from the front of *in. */
enum resp_ev resp_push(struct resp *r, struct slice *in);

void resp_free(struct resp *r);

/* Appends a command of n arguments: "*3", then resp_arg() for each. */
void resp_command(struct buf *out, size_t n);
void resp_arg(struct buf *out, struct slice arg);

#endif
