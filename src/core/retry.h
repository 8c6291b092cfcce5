#ifndef CORE_RETRY_H
#define CORE_RETRY_H

/*
 * When to ask again.  Pure arithmetic: the clock and the dice are arguments.
 *
 * Without a figure of the server's: 0.5 s (2 s after an overload) doubling to
 * 60 s, half of it fixed and half of it random, so that neighbours spread out
 * and yet nobody is early.  At the ceiling only the upper fifth is random,
 * which bounds a dead server to 20 requests in ten minutes.
 *
 * With one, w: max(w, backoff) x (1 .. 1.2), never below w.  The first waits
 * in a row stay within 1.2 w + 250 ms (promise 3), trusting the server's
 * word; when RETRY_TRUST such waits were obeyed and each met the next refusal,
 * the word was not good and the backoff alone decides how much is added to it.
 */

#include "base/err.h"

#define RETRY_BASE ((msec)500)
#define RETRY_BASE_OVERLOAD ((msec)2000)
#define RETRY_CAP ((msec)60000)
#define RETRY_SLACK ((msec)200)		/* of 250, 50 for the machine */
#define RETRY_TRUST 3
#define RETRY_CONFLICTS 3		/* 409s in a row */

struct policy {
	msec patience;		/* most time in pauses, all together */
	unsigned retries;	/* most attempts in a row that bring nothing */
};

struct retry {			/* {0} at the start of a run */
	msec waited;		/* in pauses so far */
	unsigned count;		/* failures in a row that brought nothing */
	unsigned steps;		/* the same, or that came no further: backoff */
	unsigned hinted;	/* of these, the last ones with a wait */
	unsigned dull;		/* 409s in a row, or FAULT_ONCEs */
};

/* What a failed attempt brought of an answer. */
enum advance {
	ADVANCE_NONE,
	ADVANCE_SOME,		/* but no more than one before it */
	ADVANCE_FURTHER
};

enum verdict {
	RETRY_AGAIN,
	RETRY_FATAL,		/* a repetition cannot help */
	RETRY_IMPATIENT,	/* the wait passes the patience that is left */
	RETRY_SPENT		/* too many attempts */
};

struct decision {
	enum verdict verdict;
	msec wait;		/* AGAIN: this long; else when a try would make
				   sense, or MSEC_NONE */
};

/* Whether another model or provider may well do better: after the last word
 * on what time, money or size did not allow, not on what is wrong with the
 * request or the key. */
int retry_elsewhere(enum fclass class);

/*
 * After a failed attempt.  Any of an answer begins the count of retries anew;
 * the backoff only begins anew when it came further, so that a stream which
 * always breaks at the same place is asked for less and less often.  rnd: 32
 * random bits.  *st is brought up to date, but for .waited: what is really
 * slept is for the caller to add.
 */
struct decision retry_next(const struct policy *p, struct retry *st,
    const struct fault *f, enum advance advance, uint32_t rnd);

#endif
