#ifndef CMD_LOG_H
#define CMD_LOG_H

#include "base/env.h"
#include "cmd/opts.h"

/* bide log: prints a session as a transcript, or its records with --json.
 * Returns the exit status. */
int log_print(const struct env *env, struct opts *o, struct slice command);

#endif
