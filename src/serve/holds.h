#ifndef SERVE_HOLDS_H
#define SERVE_HOLDS_H

#include "base/env.h"

/* Appends to the metrics what is known of the limits that this host shares
 * (limit/limit.h), whoever uses them: figures, what of them is used, holds. */
void holds_put(const struct env *env, struct buf *out);

#endif
