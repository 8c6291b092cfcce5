#ifndef API_ANSWER_H
#define API_ANSWER_H

/*
 * A line of a batch's output, in the words of the question's family.
 *
 * OpenAI's: {"id", "custom_id", "response": {"status_code", "request_id",
 * "body"}, "error"}.  response is null where no answer came; error, {"code",
 * "message"}, is null where the body is the provider's JSON.
 *
 * Anthropic's: {"custom_id", "result": {"type": "succeeded", "message"}} or
 * {"type": "errored", "error"}, the provider's own error object or one in its
 * form.
 *
 * Our own: {"custom_id", "text", "finish", "calls"?, "usage"} or {"custom_id",
 * "error": {"class", "status", "message"}}.
 */

#include "api/event.h"
#include "api/line.h"

struct answer {
	enum family family;
	struct slice id;		/* the custom_id's text */
	uint64_t line;			/* its number in the input */
	const struct fault *fault;	/* F_NONE: it is whole */
	int status;			/* of HTTP; 0: none came */
	const char *request_id;
	struct slice body;		/* text; of the providers' families,
					   and of errors, as it came */
	struct slice calls;		/* a JSON array in a line; or empty */
	enum finish finish;
	struct usage usage;
};

/* Appends the line and its end. */
void answer_put(struct buf *out, const struct answer *a);

/* The custom_id of a line of any family's output, raw.  0: the question was
 * answered, 1: it failed for good; -1: it is no such line. */
int answer_read(struct slice text, struct slice *id);

#endif
