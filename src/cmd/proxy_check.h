#ifndef CMD_PROXY_CHECK_H
#define CMD_PROXY_CHECK_H

#include "cmd/opts.h"

/*
 * bide proxy --check: asks each provider whose key is at hand, or that needs
 * none, for its models, and says which would work.  Returns the exit status: 0,
 * or 78 if one of them does not work or none is at hand.
 */
int proxy_check(const struct env *env, const struct opts *o);

#endif
