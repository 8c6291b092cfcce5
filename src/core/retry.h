#ifndef CORE_RETRY_H
#define CORE_RETRY_H

/*
 * When to retry.  Pure arithmetic: time and random bits are arguments.
 *
 * Without a time from the server the backoff is 0.5 s (2 s after an overload),
 * doubled up to 60 s; half of it is fixed and half random, which spreads out
 * clients without letting one come early.  At 60 s only the upper fifth is
 * random: a dead server gets at most 20 requests in ten minutes.
 *
 * When the server asks for a wait of w, it is max(w, backoff) x (1 .. 1.2),
 * never less than w.  The first RETRY_TRUST such waits in a row are at most
 * 1.2 w + 250 ms (promise 3).  If each of them ended in another refusal, the
 * server's times are not reliable and the backoff applies without that bound.
 */

#include "base/err.h"

#define RETRY_BASE ((msec)500)
#define RETRY_BASE_OVERLOAD ((msec)2000)
#define RETRY_CAP ((msec)60000)
#define RETRY_SLACK ((msec)200)		/* 50 ms for the machine */
#define RETRY_TRUST 3
#define RETRY_CONFLICTS 3		/* 409s in a row */
#define RETRY_SAME 3			/* the same 500s in a row */
#define RETRY_BRIEF ((msec)30000)	/* FAULT_BRIEFs in a row */

struct policy {
	msec patience;		/* at most this long in pauses, in total */
	unsigned retries;	/* at most so many in a row without any part
				   of an answer */
};

struct retry {			/* {0} at the start of a run */
	msec waited;		/* in pauses so far */
	unsigned count;		/* failures in a row without any answer */
	unsigned steps;		/* failures in a row without progress: the
				   exponent of the backoff */
	unsigned hinted;	/* the last of these with a wait from the
				   server */
	unsigned dull;		/* 409s or FAULT_ONCEs in a row */
	msec brief;		/* in pauses after FAULT_BRIEFs in a row */
	uint64_t error;		/* the last error of the server, as a number */
	unsigned same;		/* how often in a row it was that */
};

/* How much of an answer a failed attempt brought. */
enum advance {
	ADVANCE_NONE,
	ADVANCE_SOME,		/* not more than an earlier attempt */
	ADVANCE_FURTHER
};

enum verdict {
	RETRY_AGAIN,
	RETRY_FATAL,		/* a retry cannot help */
	RETRY_IMPATIENT,	/* the wait exceeds the remaining patience */
	RETRY_SPENT,		/* too many attempts */
	RETRY_BELIEVED		/* the server will never do it: it says so with
				   the same 500 each time */
};

struct decision {
	enum verdict verdict;
	msec wait;		/* AGAIN: the pause; else ms until a retry
				   makes sense, or MSEC_NONE */
};

/* Whether a fallback may succeed: after faults of the network, the server, the
 * quota or the size, not after errors in the request or the key. */
int retry_elsewhere(enum fclass class);

/* Whether a run that ended with f can be resumed later; SIGINT ends it for
 * good. */
int retry_later(const struct fault *f);

/*
 * Decides after a failed attempt.  Any part of an answer resets the count of
 * retries; only progress resets the backoff, so that a stream which always
 * breaks at the same place is requested less and less often.  A little more
 * text before the same error of the server is no progress: text is random.
 * rnd: 32 random bits.  Updates *st, except .waited, which the caller adds to
 * after the pause.
 */
struct decision retry_next(const struct policy *p, struct retry *st,
    const struct fault *f, enum advance advance, uint32_t rnd);

#endif
