#ifndef CMD_SHARE_H
#define CMD_SHARE_H

/* Where the processes of a host keep what they share of limits. */

#include "cmd/plan.h"

/*
 * The pace that a plan's requests keep, with all processes that ask the same
 * model of the same provider with the same key; where there is no place for
 * that, and with --no-share, by itself.  It is the plan's (plan_free()); before
 * it is opened again, for another model, page_close() its page.
 */
struct pace *share_open(struct plan *p, const struct opts *o,
    const struct env *env);

/* The folder of pages: the ith of two places, the first to be tried first.
 * 0, or -1 when there is no such. */
int share_dir(int i, char *dir, size_t size);

#endif
