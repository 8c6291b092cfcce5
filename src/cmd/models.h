#ifndef CMD_MODELS_H
#define CMD_MODELS_H

#include "base/env.h"
#include "cmd/opts.h"

/* bide models [PROVIDER]: prints the ids of its models, one per line, or its
 * own response with --json.  Returns the exit status. */
int models(const struct env *env, struct opts *o, struct slice command);

#endif
