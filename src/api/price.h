#ifndef API_PRICE_H
#define API_PRICE_H

/*
 * What tokens cost.  Prices are the user's, in any currency: providers change
 * theirs too often for a list in a program.  A discount for cached tokens is
 * not taken into account.
 */

#include "base/buf.h"
#include "wire/json.h"

struct usage;

/* In a unit of the currency. */
#define PRICE_UNIT INT64_C(1000000000000)

/* Of a token, in PRICE_UNITs. */
struct price {
	int64_t input, output;
};

/* A decimal number with at most six decimals, in millionths; -1. */
int64_t price_decimal(struct slice s);

/* Reads "IN,OUT", the price of a million tokens as decimal numbers.  0, or
 * -1. */
int price_read(struct slice text, struct price *p);

/* In PRICE_UNITs, at most INT64_MAX / 2; 0 if p is NULL. */
int64_t price_cost(const struct price *p, const struct usage *u);

/* The sum, at most INT64_MAX / 2, of two costs that are no more. */
int64_t price_add(int64_t a, int64_t b);

/* Appends a cost with six decimals, rounded up: nothing is free. */
void price_put(int64_t cost, struct buf *out);

/* Writes a member "cost", a number, unless it is 0, which is unknown. */
void price_put_cost(struct json_out *w, int64_t cost);

#endif
