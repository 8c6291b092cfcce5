#ifndef CMD_BATCH_H
#define CMD_BATCH_H

#include "base/env.h"
#include "cmd/opts.h"

/* bide batch [FILE]: asks every line of it.  The exit status. */
int batch(const struct env *env, struct opts *o, struct slice command);

#endif
