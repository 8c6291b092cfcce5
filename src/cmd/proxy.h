#ifndef CMD_PROXY_H
#define CMD_PROXY_H

/* bide proxy: the same loop for any other client (serve/relay.h). */

#include "cmd/opts.h"

int proxy(const struct env *env, struct opts *o, struct slice command);

#endif
