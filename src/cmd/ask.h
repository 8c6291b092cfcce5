#ifndef CMD_ASK_H
#define CMD_ASK_H

#include "base/env.h"
#include "cmd/opts.h"

/* bide ask: asks and sees the answer through.  command: what was typed.  The
 * exit status. */
int ask(const struct env *env, struct opts *o, struct slice command);

#endif
