#ifndef CMD_ASK_H
#define CMD_ASK_H

#include "base/env.h"
#include "cmd/opts.h"

/* bide ask: asks one question.  command: what the user typed.  Reports what
 * goes wrong and returns the exit status. */
int ask(const struct env *env, struct opts *o, struct slice command);

#endif
