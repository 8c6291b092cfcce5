#ifndef CMD_BATCH_ROUTE_H
#define CMD_BATCH_ROUTE_H

/*
 * Where the lines of a batch go.  Each family has a route, to the model of -m
 * if its provider accepts such lines, else to the family's own provider; prompt
 * lines that name their model share another.
 */

#include "cmd/batch_work.h"

/*
 * Opens the route of a line, unless the line names its model, and those of
 * fallbacks.  0; 1 with a notice in *c, once for a family: no fallback takes
 * its lines; -1 with *c.  Called before workers fork, which then
 * share what it opens.
 */
int route_ready(struct work *w, const struct line *l, struct complaint *c);

/* The route of a line; NULL with *c. */
struct route *route_find(struct work *w, const struct line *l,
    struct complaint *c);

/* Whether the provider of a route takes the body of a line, which can be given
 * another model, but is not translated. */
int route_accepts(const struct route *r, const struct line *l);

/* The model of a route, for the body of a line that names none; or empty. */
struct slice route_model(const struct route *r);

/* Opens the limits of the model of a line, unless they are open. */
void route_limits(struct work *w, struct route *r, const struct line *l);

/* Sets the path of the request for a provider's line; text is for the url.
 * NULL, or what is wrong. */
const char *route_path(struct route *r, const struct line *l,
    struct buf *text);

/* Sets the limits of requests and tokens per minute, where they are known. */
void route_per_minute(const struct work *w, int64_t limit[2]);

/* Closes the connections that are kept for further lines. */
void route_rest(struct work *w);

void route_close(struct route *r);

#endif
