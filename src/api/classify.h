#ifndef API_CLASSIFY_H
#define API_CLASSIFY_H

/*
 * What a provider's refusal means: providers.md section 0, in its order.
 * The structured code first, because statuses lie in both directions; then
 * x-should-retry (a quota code outranks it); then the status; message text
 * only for waits and for the few errors that carry no code.
 */

#include "base/err.h"
#include "wire/http.h"

struct reply {
	int status;			/* 200: an error inside the stream */
	const struct http_field *field;
	size_t nfields;
	struct slice body;		/* the error, or the event's JSON */
	msec wall;			/* the time of day now */
};

/* Fills *f: class, retry, status (of an in-stream error the one that its code
 * stands for), wait, name, text, request id. */
void classify(const struct reply *r, struct fault *f);

/* What the provider calls this exchange in its fields; empty where it says
 * nothing. */
struct slice reply_request_id(const struct http_field *field, size_t n);

#endif
