#ifndef CMD_SESSIONS_H
#define CMD_SESSIONS_H

#include "base/env.h"
#include "cmd/opts.h"

/* bide sessions: lists them, or deletes old ones (--prune).  Returns the exit
 * status. */
int sessions(const struct env *env, struct opts *o, struct slice command);

#endif
