#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include "base/env.h"
#include "cmd/opts.h"

/*
 * bide completion SHELL: prints a script for bash, zsh or fish.  The scripts
 * ask bide itself what can stand on a command line:
 *
 *	bide completion words -- WORD ... CURRENT
 *
 * prints what CURRENT can become, a line each, from the tables of commands,
 * options and providers, the configuration file, and the sessions.  Where it
 * prints nothing, the shell completes the names of files.
 */
int completion(const struct env *env, struct opts *o, struct slice command);

#endif
