#include "cmd/batch_opts.h"

#include <stdint.h>

#include "api/price.h"
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

int
batch_budget(const char *text, int priced, int64_t *budget)
{
	struct slice s = slice_str(text);

	*budget = 0;
	if (text == NULL)
		return 0;
	*budget = priced ? price_decimal(s) : slice_dec(s, PRICE_UNIT);
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
