#ifndef SERVE_BROKEN_H
#define SERVE_BROKEN_H

/* How a client is told, in a stream, that the answer failed.  Pure. */

#include "api/dialect.h"

/* The kind of a fault as APIs name it: "rate_limit_error". */
const char *broken_kind(const struct fault *f);

/* Appends an error event in the dialect's own form.  wait: ms until a retry
 * makes sense, or MSEC_NONE; sequence: the event's number in a stream that has
 * them, or -1; codex: that program acts on response.failed only. */
void broken_event(const struct dialect *d, const struct fault *f, msec wait,
    int64_t sequence, int codex, struct buf *out);

#endif
