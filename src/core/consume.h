#ifndef CORE_CONSUME_H
#define CORE_CONSUME_H

/* The second half of an attempt: from the first byte of the response to the
 * dialect's terminal event, or to what stood in its way. */

#include "core/attempt.h"

/* What outlives the reading: for redirects and for keeping the connection. */
struct consumed {
	struct slice location;
	int keep;		/* the connection may carry another request */
	struct http http;
};

/*
 * Reads the response to job's request from c.  first: the deadline of the
 * first event.  Fills *out from .fault to .text_bytes, and .time.head and
 * .time.first.
 */
void consume(struct job *job, struct conn *c, msec first,
    struct consumed *got, struct outcome *out);

void consumed_free(struct consumed *got);

#endif
