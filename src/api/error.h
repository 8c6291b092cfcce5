#ifndef API_ERROR_H
#define API_ERROR_H

/*
 * What a provider's error means: providers.md section 0, in its order.  A
 * structured code comes first, because statuses mislead in both directions;
 * then x-should-retry (a quota code outranks it); then the status; message
 * text only for waits and for the few errors without a code.
 */

#include "base/err.h"
#include "wire/http.h"

struct reply {
	int status;			/* 200: an error inside a stream */
	const struct http_field *field;
	size_t nfields;
	struct slice body;		/* the error, or the event's JSON */
	msec wall;			/* the local time of day */
};

/* Fills *f: class, retry, status (for an error inside a stream the one that
 * its code stands for), wait, name, text, request id. */
void classify(const struct reply *r, struct fault *f);

/* The provider's ID of this exchange from its fields; empty if there is
 * none. */
struct slice reply_request_id(const struct http_field *field, size_t n);

#endif
