#ifndef CMD_ASK_H
#define CMD_ASK_H

#include "base/env.h"
#include "cmd/opts.h"

/* The commands that ask one question.  command: what the user typed.  Both
 * report what went wrong and return the exit status. */

/* bide ask */
int ask(const struct env *env, struct opts *o, struct slice command);

/* bide resume: finishes the last turn of a session, or shows its answer. */
int resume(const struct env *env, struct opts *o, struct slice command);

#endif
