#include "cmd/batch_opts.h"

#include <stdint.h>

#include "cmd/report.h"
#include "wire/when.h"

int
batch_shard(const char *text, unsigned *part, unsigned *parts)
{
	struct slice n = slice_str(text), i = slice_cut(&n, '/');
	long long at = slice_dec(i, UINT32_MAX);
	long long of = slice_dec(n, UINT32_MAX);

	if (text == NULL)
		at = of = 1;
	if (at < 0 || of < 1 || at > of)
		return fail(EXIT_USAGE, "--shard: '%s' is not I/N", text);
	*parts = (unsigned)of;
	*part = (unsigned)(at % of);
	return 0;
}

/* A decimal number in millionths; -1. */
static int64_t
millionths(struct slice s)
{
	struct slice whole = slice_cut(&s, '.');
	long long n = slice_dec(whole, 1000000), part = 0;
	size_t i;

	if (n < 0 || s.n > 6 ||
	    (s.n > 0 && (part = slice_dec(s, 999999)) < 0))
		return -1;
	for (i = s.n; i < 6; i++)
		part *= 10;
	return n * 1000000 + part;
}

int
batch_price(const char *text, int64_t price[2])
{
	struct slice out = slice_str(text), in = slice_cut(&out, ',');

	price[0] = price[1] = 0;
	if (text == NULL)
		return 0;
	price[0] = millionths(in);
	price[1] = millionths(out);
	if (price[0] >= 0 && price[1] >= 0 && out.n > 0)
		return 0;
	return fail(EXIT_USAGE, "--price: '%s' is not IN,OUT: what a million "
	    "tokens cost, as in 2.50,10", text);
}

int
batch_budget(const char *text, int priced, int64_t *budget)
{
	struct slice s = slice_str(text);

	*budget = 0;
	if (text == NULL)
		return 0;
	*budget = priced ? millionths(s) : slice_dec(s, PRICE_UNIT);
	if (*budget <= 0)
		return fail(EXIT_USAGE, "--budget: '%s' is not a %s", text,
		    priced ? "cost above 0" : "number of tokens above 0; for "
		    "a cost --price is needed");
	if (priced)
		*budget *= PRICE_UNIT / 1000000;
	return 0;
}

int
batch_deadline(const char *text, const struct env *env, msec *end)
{
	struct slice s = slice_str(text);
	msec span = when_dur(s), wall = when_rfc3339(s);

	if (text == NULL)
		span = MSEC_MAX;
	else if (wall != MSEC_NONE)
		span = wall - env->wall(env->ctx);
	else if (span == MSEC_NONE)
		return fail(EXIT_USAGE, "--deadline: '%s' is neither a "
		    "duration nor a time like 2030-01-31T18:00:00Z", text);
	*end = span >= MSEC_MAX ? span : env_mono(env) + span;
	return 0;
}
