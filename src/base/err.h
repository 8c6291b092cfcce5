#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * Errors as values.
 *
 * A function that fails for outside reasons fills a struct fault.  It is
 * passed up, unprinted, to the loop, which decides whether to retry and when,
 * and to cmd/, which prints it.  Bad input is a plain return value; our
 * own bugs are must().
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

typedef int64_t msec;			/* milliseconds; a time or a duration */

#define MSEC_NONE ((msec)-1)		/* no time given */
#define MSEC_MAX ((msec)INT64_MAX / 4)	/* later than any deadline */

/* Each class has one name in messages and events (fault_name()). */
enum fclass {
	F_NONE,
	/* between us and the peer */
	F_DNS,			/* the name does not resolve */
	F_CONNECT,		/* no connection */
	F_TLS,			/* handshake failed, or a broken record */
	F_CERT,			/* certificate not acceptable */
	F_IO,			/* connection reset or closed too early */
	F_TIMEOUT,		/* our deadline, or 408/504/522/524 */
	F_PROTO,		/* not HTTP, not SSE, not the dialect */
	F_EMPTY,		/* complete, but neither text nor a call */
	/* reported by the provider: the classes of errors.jsonl */
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
	F_CANCEL		/* interrupted by the signal in .code */
};

#define FAULT_ONCE 2
#define FAULT_BRIEF 3

struct fault {
	enum fclass class;
	int retry;		/* the same request may succeed later;
				   FAULT_ONCE: retry it only once;
				   FAULT_BRIEF: only for half a minute */
	int status;		/* HTTP status, or the equivalent of an
				   in-stream error; 0 = none */
	int code;		/* errno, engine code or signal number; 0 */
	msec wait;		/* as the server says; MSEC_NONE */
	char name[64];		/* the provider's code or type, or "" */
	char text[512];		/* message; may contain control characters
				   and keys */
	char request_id[128];	/* "" if the server gave none */
};

/* "rate_limit", "timeout", ...: the terms of errors.jsonl, and dns, connect,
 * tls, certificate, io, protocol, empty, output, cancelled. */
const char *fault_name(enum fclass class);

/* Sets *f to the class, .retry and text given; .wait is MSEC_NONE, the rest
 * zero.  Returns -1, for the caller to return. */
int fault_set(struct fault *f, enum fclass class, int retry, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* Exits with status 71: running out of memory is not handled. */
void err_oom(void) __attribute__((noreturn));

/* Says that a call of the system failed, with errno, and exits with status 71:
 * for what bide cannot do without. */
void err_system(const char *call) __attribute__((noreturn));

#endif
