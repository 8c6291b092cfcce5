#ifndef CMD_INPUT_H
#define CMD_INPUT_H

#include "base/env.h"
#include "cmd/opts.h"

/*
 * The prompt: the words joined by blanks, then, when stdin is read (it is not
 * a terminal and there was no -n), a blank line and all of stdin.  Empty when
 * there is none and that is all right (optional).  0; -1 with *c (64: there is
 * no prompt at all; 74: stdin cannot be read; 128 + N: signal N asked to
 * stop).
 */
int input_read(const struct env *env, const struct opts *o, int optional,
    struct buf *prompt, struct complaint *c);

/* Appends all of stdin.  The same. */
int input_stdin(const struct env *env, const struct opts *o, struct buf *in,
    struct complaint *c);

#endif
