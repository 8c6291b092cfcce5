#ifndef CMD_BATCH_H
#define CMD_BATCH_H

/*
 * bide batch: many requests, one per line.
 *
 * The parent reads lines, looks up which have a result already, gives one line
 * at a time to each worker and writes results as they come.  Only it touches
 * the output, and it does nothing that takes long.  A worker is a forked
 * process that runs the same loop as ask (batch_work.h).
 *
 * The ids of results in the output, which is read first, tell which lines of
 * the input are done (state/todo.h).  An input file is read once before
 * anything is sent, to find duplicate ids and what there is to do.
 */

#include "base/env.h"
#include "cmd/opts.h"

/* Sends each line of a file or of stdin.  Returns the exit status. */
int batch(const struct env *env, struct opts *o, struct slice command);

#endif
