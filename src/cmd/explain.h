#ifndef CMD_EXPLAIN_H
#define CMD_EXPLAIN_H

#include "cmd/opts.h"
#include "core/run.h"

/* The exit status that a result means. */
int explain_status(const struct result *res);

/*
 * Says on stderr what stands in the way of status 0: one line what and why,
 * and for 75 and signals a last line with what is left to do.  command: what
 * the user typed.
 */
void explain(const struct result *res, const struct opts *o,
    struct slice command, msec wall, uint64_t delivered);

/* A command line, quoted for a shell; its first word becomes bide. */
void explain_command(int argc, const char *const *argv, struct buf *out);

#endif
