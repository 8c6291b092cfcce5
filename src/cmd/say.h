#ifndef CMD_SAY_H
#define CMD_SAY_H

/*
 * All that a person reads passes here, on stderr and, but for the answer
 * itself (core/sink.h), on stdout.  Text of servers, models and files may be
 * part of any of it: control characters are made visible (base/clean.h).
 */

#include "base/env.h"
#include "cmd/exits.h"

/* Writes "bide: TEXT" and a newline to stderr with one write(), so that the
 * lines of several processes do not mix. */
void say(struct slice text);
void sayf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Says why the program ends, and returns the given exit status. */
int fail(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Says that the file of an option ("--file") cannot be read, by errno.
 * The exit status: 78, or that of a signal which came first. */
int fail_read(const struct env *env, const char *option, const char *path);

/* Whether stderr is a terminal whose current line can be rewritten: not with
 * NO_COLOR, nor if TERM is unset or dumb. */
int say_can_live(void);

/* The columns of the terminal that fd is, or SIZE_MAX. */
size_t say_columns(int fd);

/*
 * Shows a text as the current line of a terminal on stderr, in place of what
 * the line says; and erases the line.  Where it is too long, the middle is
 * trimmed; where even head and tail do not fit, the tail is left out.
 */
void say_live(struct slice head, struct slice middle, struct slice tail);
void say_wipe(void);

/* Writes text to stdout; its control characters are made visible if that is a
 * terminal.  0; or the exit status, after a message if there is need of one. */
int show(const struct env *env, struct slice text);

#endif
