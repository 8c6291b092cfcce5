#ifndef CMD_BATCH_OPTS_H
#define CMD_BATCH_OPTS_H

/* Options of a batch that are more than a value.  NULL stands for one that is
 * not given.  0, or 64 after a message. */

#include <stdint.h>

#include "base/env.h"

/* --shard I/N: part I of N, counted from 0 or from 1. */
int batch_shard(const char *text, unsigned *part, unsigned *parts);

/* --budget: a cost (api/price.h) if there are prices, else tokens; 0: none. */
int batch_budget(const char *text, int priced, int64_t *budget);

/* --deadline: a duration, or a time of day; *end is mono. */
int batch_deadline(const char *text, const struct env *env, msec *end);

#endif
