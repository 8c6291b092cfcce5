#ifndef API_RESPONSES_H
#define API_RESPONSES_H

/* What an answer of the Responses API consists of: a part of its decoder.  The
 * enum decoded of these functions is DECODE_MORE or DECODE_FAULT. */

#include "api/dialect.h"

/* Whether this attempt resumes a run, whose beginning was put already. */
static inline int
responses_resumed(const struct decode *d)
{
	return d->cursor != NULL && d->cursor->resuming;
}

/* Puts the text of a part that came without deltas. */
void responses_part(struct decode *d, const struct json_want *text,
    const struct json_want *refusal);

/* Take an item, a JSON object: one that begins, or a finished one. */
enum decoded responses_added(struct decode *d, struct slice item,
    int64_t index);
enum decoded responses_done(struct decode *d, struct slice item,
    int64_t index);

/* Puts what of a finished response's output was not put yet.  In a resumed run
 * the cursor counts that, as the events before it are not seen again. */
enum decoded responses_output(struct decode *d, struct slice output,
    int streamed);

#endif
