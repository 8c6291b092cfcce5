#ifndef API_VERDICT_H
#define API_VERDICT_H

/*
 * From what an error says to its class, by tables: codes, statuses, messages,
 * in this order (providers.md 0.1 to 0.3).  A provider's new code is a row.
 */

#include "api/errbody.h"

struct verdict {
	enum fclass class;
	int sure;		/* a code or a message says so, not merely the
				   status: x-should-retry cannot revive it */
	int coded;		/* a code says so */
};

/* status: the HTTP status, or what a code says of it; under 300 in a
 * stream. */
struct verdict verdict_of(const struct errbody *b, int status);

/* Whether the same request may succeed later. */
int verdict_retryable(enum fclass class);

/* Whether it is a matter of rates: waits of buckets count. */
int verdict_is_rate(enum fclass class);

/* Whether one of the names is Google's for every kind of limit. */
int verdict_google(const struct errbody *b);

/* The status that a class stands for, 0 where none does. */
int verdict_status(enum fclass class);

/* What a status means, in a few words; NULL for one that nobody uses. */
const char *verdict_meaning(int status);

#endif
