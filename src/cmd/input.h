#ifndef CMD_INPUT_H
#define CMD_INPUT_H

#include "base/env.h"
#include "cmd/opts.h"

/*
 * The prompt: the words joined by blanks, then, when stdin is read (it is not
 * a terminal and there was no -n), a blank line and all of stdin.  0; -1 with
 * *c (64: there is no prompt at all; 74: stdin cannot be read), or with
 * c->status 128 + N when signal N asked to stop.
 */
int input_read(const struct env *env, const struct opts *o, struct buf *prompt,
    struct complaint *c);

#endif
