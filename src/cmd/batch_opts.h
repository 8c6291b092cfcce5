#ifndef CMD_BATCH_OPTS_H
#define CMD_BATCH_OPTS_H

/* Options of a batch that are more than a value.  NULL stands for one that is
 * not given.  0, or 64 after a message. */

#include <stdint.h>

#include "base/env.h"

/* --shard I/N: part I of N, counted from 0 or from 1. */
int batch_shard(const char *text, unsigned *part, unsigned *parts);

/* --price IN,OUT: of a million tokens; *price gets what one costs, in
 * PRICE_UNITs.  --budget: a cost if there is a price, else tokens; 0: none. */
#define PRICE_UNIT INT64_C(1000000000000)	/* of the currency's unit */
int batch_price(const char *text, int64_t price[2]);
int batch_budget(const char *text, int priced, int64_t *budget);

/* --deadline: a duration, or a time of day; *end is mono. */
int batch_deadline(const char *text, const struct env *env, msec *end);

#endif
