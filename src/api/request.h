#ifndef API_REQUEST_H
#define API_REQUEST_H

/* One question, in no provider's words. */

#include "base/buf.h"
#include "wire/json.h"

/* A further top-level member of the request body; one that names a member
 * that bide itself would write takes its place. */
struct param {
	struct slice key;
	struct slice json;		/* valid JSON */
};

/* What a server of the chat dialect does otherwise than OpenAI's own. */
enum {
	QUIRK_MAX_TOKENS = 1,		/* "max_tokens", as before o1 */
	QUIRK_NO_STREAM_OPTIONS = 2	/* refuses "stream_options" */
};

struct request {
	struct slice model;
	struct slice system;		/* empty: none */
	struct slice prompt;
	int64_t max_tokens;		/* 0: the provider's own limit */
	struct slice temperature;	/* a JSON number; empty: none */
	struct slice effort;		/* empty: none */
	struct slice schema;		/* a JSON schema; empty: none */
	struct slice tools;		/* JSON array of {name, description,
					   parameters}; empty: none */
	const struct param *params;
	size_t nparams;
	unsigned quirks;
};

/* Whether a param takes the place of member key. */
int request_overrides(const struct request *r, const char *key);

/* Writes all params as members. */
void request_params(const struct request *r, struct json_out *w);

#endif
