#ifndef CORE_CONSUME_H
#define CORE_CONSUME_H

/* The second half of an attempt: from the first byte of the response to the
 * dialect's terminal event, or to the fault that prevents it. */

#include "core/attempt.h"

/* What is needed after the response is read, to follow a redirect and to reuse
 * the connection. */
struct consumed {
	struct slice location;
	int keep;		/* the connection may carry another request */
	struct http http;
};

/*
 * Reads the response to the job's request from c.  first: the deadline of the
 * first event, on the monotonic clock.  Fills *got, {0} at first, and *out but
 * for .again, .discard, .kept and the times of sending.
 */
void consume(struct job *job, struct conn *c, msec first,
    struct consumed *got, struct outcome *out);

void consumed_free(struct consumed *got);

#endif
