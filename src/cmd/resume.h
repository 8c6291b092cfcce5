#ifndef CMD_RESUME_H
#define CMD_RESUME_H

#include "base/env.h"
#include "cmd/opts.h"

/* bide resume: finishes the last turn of a session, or shows its answer.
 * command: what the user typed.  Reports what goes wrong and returns the exit
 * status. */
int resume(const struct env *env, struct opts *o, struct slice command);

#endif
