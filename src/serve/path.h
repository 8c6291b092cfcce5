#ifndef SERVE_PATH_H
#define SERVE_PATH_H

/*
 * Where a request goes, by its path: /NAME/... to the provider of that name,
 * else as the APIs name their paths, and what kind of request it is.  Pure.
 */

#include "serve/relay.h"

struct path {
	struct upstream *up;		/* NULL: no such upstream */
	/* of the answers to a request that generates one; or NULL: it passes
	 * through as it is */
	const struct dialect *dialect;
	struct slice rest;		/* the target without the prefix */
};

void path_find(const struct relay *r, struct slice method,
    struct slice target, struct path *to);

/*
 * Appends the target below the path of a base URL.  What both name is there
 * once: /v1 and /v1/models give /v1/models, as do /openai/v1 and
 * /openai/v1/models; where both name a version, the request's counts.
 */
void path_target(struct slice base, struct slice rest, struct buf *out);

/* The model that a path names (Gemini), or empty. */
struct slice path_model(struct slice target);

/* Whether the path says that the answer is a stream of events (Gemini). */
int path_streams(struct slice target);

#endif
