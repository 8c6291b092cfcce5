#ifndef API_ANSWER_H
#define API_ANSWER_H

/*
 * A line of a batch's output, in the format of the input line's family.
 *
 * OpenAI: {"id", "custom_id", "response": {"status_code", "request_id",
 * "body"}, "error"}.  response is null if no reply came; error, {"code",
 * "message"}, is null if the body is the provider's JSON.
 *
 * Anthropic: {"custom_id", "result": {"type": "succeeded", "message"}} or
 * {"type": "errored", "error"}, with the provider's own error object or one of
 * the same form.
 *
 * Gemini: {"key", "response"} or {"key", "error"}, with the provider's own
 * error object or {"code", "status", "message"}.
 *
 * bide: {"custom_id", "text", "model"?, "finish", "calls"?, "usage"} or
 * {"custom_id", "error": {"class", "status", "message"}}.
 */

#include "api/event.h"
#include "api/line.h"

struct answer {
	enum family family;
	struct slice id;		/* custom_id, unescaped */
	uint64_t line;			/* its number in the input */
	const struct fault *fault;	/* F_NONE if answered */
	int status;			/* of HTTP; 0: no reply came */
	const char *request_id;
	struct slice body;		/* the text; for the providers' families
					   and errors the body as it came */
	struct slice calls;		/* a valid JSON array without line
					   breaks; or empty */
	struct slice model;		/* that answered instead of the one that
					   was asked; or empty */
	enum finish finish;
	struct usage usage;
};

/* Appends the line with its newline. */
void answer_put(struct buf *out, const struct answer *a);

enum {
	ANSWER_NONE = -1,		/* not such a line */
	ANSWER_DONE,
	ANSWER_FAILED,			/* for good */
	ANSWER_EXPIRED			/* the provider's batch ended before it
					   was asked: still to be done */
};

/* Reads a line of any family's output, also of the providers' own batches; *id
 * is its custom_id, a raw JSON string. */
int answer_read(struct slice text, struct slice *id);

#endif
