#ifndef CMD_LIMITS_H
#define CMD_LIMITS_H

/* The rate limits that processes on this host share: where their pages are
 * kept, and bide limits, which prints them. */

#include "cmd/plan.h"

/*
 * Gives a plan's job the limits of its provider, key and model, shared with
 * all processes that ask the same; not shared with --no-share, or where there
 * is no private directory for them.  A directory that others could have put
 * there is reported and never used: then --no-share holds from now on, in *o.
 * May be called again for another model.  plan_free() closes them.
 */
void limits_open(struct plan *p, struct opts *o, const struct env *env);

/* The same for a limit that is {0} or open: of a key, a base URL and a
 * model. */
void limits_page(struct limit *l, struct slice key, struct slice base,
    struct slice model, struct opts *o, const struct env *env);

/* bide limits [--forget [PATTERN ...]] */
int limits(const struct env *env, struct opts *o, struct slice command);

#endif
