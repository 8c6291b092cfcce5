#include "wire/wait.h"

#include <string.h>

#include "wire/when.h"

static msec
larger(msec a, msec b)
{
	return a > b ? a : b;
}

msec
wait_sane(msec wait)
{
	return wait < 0 || wait > WAIT_MAX ? MSEC_NONE : wait;
}

msec
wait_now(const struct http_field *field, size_t n, msec wall)
{
	msec now = MSEC_NONE;
	size_t i;

	for (i = 0; i < n && now == MSEC_NONE; i++)
		if (slice_ieq(field[i].name, SLICE("date")))
			now = when_http(field[i].value);
	return now == MSEC_NONE ? wall : now;
}

/* No sign, no 0x, no exponent; when_dur() takes the digits for seconds. */
msec
wait_ms(struct slice v)
{
	size_t i, digits = 0, points = 0;
	msec micro;

	for (i = 0; i < v.n; i++) {
		digits += v.p[i] >= '0' && v.p[i] <= '9';
		points += v.p[i] == '.';
	}
	if (digits == 0 || points > 1 || digits + points != v.n)
		return MSEC_NONE;
	micro = when_dur(v);
	return micro == MSEC_NONE ? MSEC_NONE : wait_sane((micro + 999) / 1000);
}

msec
wait_fields(const struct http_field *field, size_t n, msec now)
{
	msec ms = MSEC_NONE, s = MSEC_NONE, at;
	struct slice v, name;
	ptrdiff_t after;
	size_t i;

	for (i = 0; i < n; i++) {
		v = field[i].value;
		name = field[i].name;
		/* LiteLLM prefixes the upstream's with llm_provider-, Azure
		 * has x-ms-retry-after-ms, Kong x-ai-ratelimit-retry-after */
		after = slice_ifind(name, "retry-after");
		if (after < 0)
			after = slice_ifind(name, "limit-reset-after");
		if (after < 0)
			continue;
		slice_skip(&name, (size_t)after);
		if (slice_ieq(name, SLICE("retry-after-ms")))
			ms = larger(ms, wait_ms(v));
		if (!slice_ieq(name, SLICE("retry-after")) &&
		    !slice_ieq(name, SLICE("retry-after-seconds")) &&
		    !slice_ieq(name, SLICE("limit-reset-after")))
			continue;
		/* RFC 9110 section 10.2.3; also fractions, other dates, Unix
		 * times, and two fields that a proxy has joined into a list */
		at = when_http(v);
		if (at != MSEC_NONE) {
			s = larger(s, at > now ? wait_sane(at - now) : 0);
			continue;
		}
		while (v.n > 0)
			s = larger(s,
			    wait_until(slice_trim(slice_cut(&v, ',')), now));
	}
	return ms == MSEC_NONE ? s : ms;
}

msec
wait_until(struct slice value, msec now)
{
	long long epoch = slice_dec(value, WAIT_MAX * 1000);
	struct slice rest = slice_trim(value);
	msec at;

	if (epoch >= 100000000000)
		return wait_sane(epoch - now);
	if (epoch >= 1000000000)
		return wait_sane(epoch * 1000 - now);
	at = when_date(&rest, 0);
	if (at == MSEC_NONE || rest.n > 0)
		at = when_http(value);
	return wait_sane(at == MSEC_NONE ? when_dur(value) : at - now);
}

/* Whether a count is 0. */
static int
none_left(struct slice count)
{
	size_t i;

	for (i = 0; i < count.n; i++)
		if (count.p[i] != '0' && count.p[i] != '.')
			return 0;
	return count.n > 0;
}

/* Whether the bucket of "x-ratelimit-reset-tokens" is empty by its
 * "x-ratelimit-remaining-tokens".  Together sends a reset without a count,
 * in place of Retry-After; some gateways do so for each bucket. */
static int
exhausted(const struct http_field *field, size_t n, struct slice reset)
{
	struct slice tail = reset, head = slice_sub(reset, 0,
	    (size_t)slice_ifind(reset, "reset")), name;
	int counted = 0;
	size_t i;

	slice_skip(&tail, head.n + strlen("reset"));
	for (i = 0; i < n; i++) {
		name = field[i].name;
		counted |= slice_ifind(name, "remaining") >= 0;
		if (!slice_ieq(slice_sub(name, 0, head.n), head))
			continue;
		slice_skip(&name, head.n);
		if (!slice_istarts(name, "remaining"))
			continue;
		slice_skip(&name, 9);
		if (slice_ieq(name, tail))
			return none_left(field[i].value);
	}
	return !counted || slice_ieq(reset, SLICE("x-ratelimit-reset"));
}

/* The wait in a RateLimit field of the IETF's drafts: "burst";r=0;t=2,
 * "day";r=9 or, until draft 7, limit=100, remaining=0, reset=2. */
static msec
rate_limit(struct slice value)
{
	msec wait = MSEC_NONE, t = MSEC_NONE;
	int empty = 0;
	struct slice item, pair, key;

	while (value.n > 0) {
		item = slice_cut(&value, ',');
		while (item.n > 0) {
			pair = slice_trim(slice_cut(&item, ';'));
			if (memchr(pair.p, '=', pair.n) == NULL) {
				empty = 0;	/* the next bucket */
				t = MSEC_NONE;
				continue;
			}
			key = slice_cut(&pair, '=');
			if (slice_is(key, "r") || slice_is(key, "remaining"))
				empty = none_left(pair);
			if (slice_is(key, "t") || slice_is(key, "reset"))
				t = wait_sane(when_dur(pair));
			if (empty)
				wait = larger(wait, t);
		}
	}
	return wait;
}

msec
wait_reset(const struct http_field *field, size_t n, msec now)
{
	msec wait = MSEC_NONE;
	struct slice name;
	size_t i;

	for (i = 0; i < n; i++) {
		name = field[i].name;
		if (slice_ieq(name, SLICE("ratelimit")))
			wait = larger(wait, rate_limit(field[i].value));
		if ((slice_ifind(name, "ratelimit-") >= 0 ||
		    slice_ifind(name, "rate-limit-") >= 0) &&
		    slice_ifind(name, "reset") >= 0 &&
		    exhausted(field, n, name))
			wait = larger(wait, wait_until(field[i].value, now));
	}
	return wait;
}
