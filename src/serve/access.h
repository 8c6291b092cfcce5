#ifndef SERVE_ACCESS_H
#define SERVE_ACCESS_H

/* One line for each request, in logfmt or as a JSON object.  It has neither
 * keys, which the query of a target may hold, nor any of the content. */

#include "serve/client.h"

struct access {
	msec wall;		/* when the request was complete */
	msec took;		/* ms from then to the end of its response */
	const char *peer;	/* the client's address */
};

/* Appends the line, without a newline. */
void access_put(struct buf *out, const struct access *a,
    const struct client *c, int json);

#endif
