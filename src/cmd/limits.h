#ifndef CMD_LIMITS_H
#define CMD_LIMITS_H

/* bide limits: prints what is known of shared limits. */

#include "base/env.h"
#include "cmd/opts.h"

int limits(const struct env *env, struct opts *o, struct slice command);

#endif
