#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * What went wrong, as a value.
 *
 * A failing world fills a struct fault where it happened and the value
 * travels up, unprinted, to the loop (which asks only "again, and when?") and
 * to cmd/ (which prints it).  Bad input is a plain return value instead; our
 * own bugs are must().
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

typedef int64_t msec;			/* milliseconds; a time or a span */

#define MSEC_NONE ((msec)-1)		/* no such time */
#define MSEC_MAX ((msec)INT64_MAX / 4)	/* later than any deadline */

/* Each class has one name in messages and events (fault_name()). */
enum fclass {
	F_NONE,
	/* between us and the peer */
	F_DNS,			/* the name does not resolve */
	F_CONNECT,		/* no connection */
	F_TLS,			/* handshake cut or refused, broken record */
	F_CERT,			/* certificate not acceptable */
	F_IO,			/* reset, or the end before the answer's end */
	F_TIMEOUT,		/* a deadline of ours, or 408/504/522/524 */
	F_PROTO,		/* not HTTP, not SSE, not the dialect */
	/* the provider's word: the classes of errors.jsonl */
	F_RATE,			/* rate_limit */
	F_DAILY,		/* daily_limit */
	F_OVERLOAD,		/* overloaded */
	F_SERVER,		/* server */
	F_QUOTA,		/* quota */
	F_AUTH,			/* auth */
	F_PERMISSION,		/* permission */
	F_NOT_FOUND,		/* not_found */
	F_CONTEXT,		/* context_length */
	F_TOO_LARGE,		/* too_large */
	F_POLICY,		/* content_policy */
	F_REQUEST,		/* bad_request */
	/* on this side */
	F_OUTPUT,		/* the answer could not be written */
	F_CANCEL		/* a signal, .code, asked to stop */
};

#define FAULT_ONCE 2

struct fault {
	enum fclass class;
	int retry;		/* the same request, unchanged, can succeed;
				   FAULT_ONCE: it is not worth more than one */
	int status;		/* HTTP status, or the one an in-stream error
				   stands for; 0 = none */
	int code;		/* errno, engine code or signal number; 0 */
	msec wait;		/* the server's own figure; MSEC_NONE */
	char name[64];		/* the provider's code or type, "" */
	char text[512];		/* why, for people; control characters and
				   keys may still be in it */
	char request_id[128];	/* "" where the server gave none */
};

/* "rate_limit", "timeout", ...: errors.jsonl's terms, and dns, connect, tls,
 * certificate, io, protocol, output, cancelled for our own. */
const char *fault_name(enum fclass class);

/*
 * Fills *f anew: class, whether a repetition can help, and a text.  wait is
 * MSEC_NONE.  Returns -1 so that a failing function can return it.
 */
int fault_set(struct fault *f, enum fclass class, int retry, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* Ends the program with status 71: the one failure nothing is done about. */
void err_oom(void) __attribute__((noreturn));

#endif
