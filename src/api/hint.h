#ifndef API_HINT_H
#define API_HINT_H

/* The waits that servers state in words and figures: providers.md 0.4, 0.5 and
 * 5.4.  What is a wait and what is none: wire/wait.h. */

#include "base/err.h"

/* The wait that a member of an error states, by its name.  Sets *reset if it
 * is a time of reset, even a past one. */
msec hint_member(struct slice key, struct slice tok, msec now, int *reset);

/* "try again in 1m12.5s", "will reset at 2026-02-26 16:15:12" and the like in
 * a message (unescaped text); the larger of several.  ahead: how far the clock
 * of dates without a zone is ahead of UTC. */
msec hint_text(struct slice text, msec now, msec ahead);

/* "Limit L, Used U, Requested R" in a message; -1 for what is missing. */
struct refill {
	int64_t limit, used, requested;
	msec window;			/* from "per min", "per day"; -1 */
};
struct refill hint_refill(struct slice text);

/* The wait that these figures give, (U + R - L) / L * window; 0 if the request
 * fits now, MSEC_NONE if a figure is missing. */
msec refill_wait(const struct refill *r);

/* Whether the request exceeds the whole limit, so no wait helps. */
int refill_never(const struct refill *r);

#endif
