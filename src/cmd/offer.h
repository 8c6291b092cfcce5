#ifndef CMD_OFFER_H
#define CMD_OFFER_H

#include "base/env.h"
#include "cmd/opts.h"

/* bide models [PROVIDER]: what it offers, an id a line (--json: as it came),
 * through the same loop as an answer.  The exit status. */
int offer(const struct env *env, struct opts *o, struct slice command);

#endif
