#ifndef API_RESPONSES_ITEM_H
#define API_RESPONSES_ITEM_H

/* The items of an answer by the Responses API: messages, calls, reasoning; in
 * events of their own, and all together at the end.  For responses.c. */

#include "api/dialect.h"

/* Whether this is the rest of a run whose beginning was put already. */
int responses_late(const struct decode *d);

/* response.output_item.added and .done, a part's .done, and those of a call's
 * arguments (.delta, .done); data is the event's JSON object. */
enum decoded responses_item_added(struct decode *d, struct slice data);
enum decoded responses_item_done(struct decode *d, struct slice data);
enum decoded responses_part_done(struct decode *d, struct slice data);
enum decoded responses_args(struct decode *d, struct slice data,
    struct slice delta);
enum decoded responses_args_done(struct decode *d, struct slice data);

/* The output of a response that is over; streamed: events brought of it what
 * was put already. */
enum decoded responses_output(struct decode *d, struct slice output,
    int streamed);

#endif
