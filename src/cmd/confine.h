#ifndef CMD_CONFINE_H
#define CMD_CONFINE_H

/* What the sandboxes of the commands have in common (base/sandbox.h). */

#include "base/sandbox.h"
#include "cmd/opts.h"

/* To connect: the files of the resolver, and the trust store. */
void confine_net(struct sandbox *s, const struct opts *o);

/* The folders of shared limits; the preferred one is created if make is 1. */
void confine_limits(struct sandbox *s, const struct opts *o, int make);

/* A file that is to be replaced (core/output.h); NULL: none. */
void confine_output(struct sandbox *s, const char *path);

/* sandbox_close(), and with -v what is in force. */
void confine(struct sandbox *s, const struct opts *o, unsigned calls);

#endif
