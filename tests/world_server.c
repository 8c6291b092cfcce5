/* The provider of tests/world.h. */

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "tests/world.h"

static void
refill(struct world_bucket *b, msec now)
{
	if (b->limit == 0)
		return;
	if (!b->fixed)
		b->left += (double)(now - b->at) * (double)b->limit /
		    (double)b->window;
	else if ((now - START) / b->window > (b->at - START) / b->window)
		b->left = (double)b->limit;
	if (b->left > (double)b->limit)
		b->left = (double)b->limit;
	b->at = now;
}

/* When cost more than is left will be there, from now. */
static double
refilled(const struct world_bucket *b, double cost)
{
	if (b->fixed)
		return (double)(b->window - (b->at - START) % b->window);
	return cost * (double)b->window / (double)b->limit;
}

static void
next_foreign(struct world *w)
{
	const struct world_bucket *b = &w->bucket[W_TOKENS];
	msec mean = (msec)((double)w->lump * (double)b->window /
	    (double)b->limit / w->foreign);

	w->foreign_at += (msec)((double)mean * (0.5 + world_chance(w)));
}

/* Takes what others used up to now. */
static void
foreign(struct world *w)
{
	struct world_bucket *b = &w->bucket[W_TOKENS];

	if (w->foreign == 0)
		return;
	for (; w->foreign_at <= w->now; next_foreign(w)) {
		refill(b, w->foreign_at);
		b->left -= (double)w->lump;
		w->eaten += (double)w->lump;
	}
}

static void
pass(struct world *w)
{
	struct world_bucket *b = &w->bucket[W_TOKENS];
	size_t k;

	foreign(w);
	for (k = 0; k < W_KINDS; k++)
		refill(&w->bucket[k], w->now);
	if (w->change > 0 && w->now >= START + w->change &&
	    b->limit != w->to) {
		b->limit = w->to;
		refill(b, w->now);
	}
}

static void
put_field(struct world_worker *x, const char *value, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
put_field(struct world_worker *x, const char *value, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(x->name[x->nfields], sizeof(x->name[0]), fmt, ap);
	va_end(ap);
	snprintf(x->value[x->nfields++], sizeof(x->value[0]), "%s", value);
}

/* "86ms", "6.379s" */
static const char *
span(double ms, char to[32])
{
	if (ms < 1000)
		snprintf(to, 32, "%dms", (int)(ms + 0.5));
	else
		snprintf(to, 32, "%.3fs", ms / 1000);
	return to;
}

static const char *
number(double n, char to[32])
{
	snprintf(to, 32, "%lld", (long long)(n > 0 ? n : 0));
	return to;
}

/* OpenAI's; Azure has only what remains. */
static void
put_openai(const struct world *w, struct world_worker *x)
{
	static const char *const names[] = { "requests", "tokens", NULL, NULL,
	    "requests" };
	const struct world_bucket *b;
	char v[32];
	size_t k;

	for (k = 0; k < W_KINDS; k++) {
		b = &w->bucket[k];
		if (b->limit == 0 || names[k] == NULL)
			continue;
		put_field(x, number(b->left, v), "x-ratelimit-remaining-%s",
		    names[k]);
		if (w->style == W_AZURE)
			continue;
		put_field(x, number((double)b->limit, v),
		    "x-ratelimit-limit-%s", names[k]);
		put_field(x, span(refilled(b, (double)b->limit - b->left), v),
		    "x-ratelimit-reset-%s", names[k]);
	}
}

static void
put_anthropic(const struct world *w, struct world_worker *x)
{
	static const char *const names[] = { "requests", NULL, "input-tokens",
	    "output-tokens", NULL };
	const struct world_bucket *b;
	double left;
	time_t at;
	char v[32];
	size_t k;

	for (k = 0; k < W_KINDS; k++) {
		b = &w->bucket[k];
		if (b->limit == 0 || names[k] == NULL)
			continue;
		left = b->left > 0 ? b->left : 0;
		if (w->rounded && k != W_CALLS)
			left = (double)((long)left / 1000 * 1000);
		put_field(x, number((double)b->limit, v),
		    "anthropic-ratelimit-%s-limit", names[k]);
		put_field(x, number(left, v),
		    "anthropic-ratelimit-%s-remaining", names[k]);
		at = (w->now + (msec)refilled(b, (double)b->limit -
		    b->left)) / 1000;
		strftime(v, sizeof(v), "%Y-%m-%dT%H:%M:%SZ", gmtime(&at));
		put_field(x, v, "anthropic-ratelimit-%s-reset", names[k]);
	}
}

/* The fields of a response; wait: of a refusal, else below 0. */
static void
put_fields(const struct world *w, struct world_worker *x, double wait)
{
	int seconds = (int)(wait / 1000) + 1;
	char v[32];

	x->nfields = 0;
	if (w->style == W_OPENAI || w->style == W_AZURE)
		put_openai(w, x);
	if (w->style == W_ANTHROPIC)
		put_anthropic(w, x);
	if (wait < 0)
		return;
	if (w->style == W_AZURE)
		put_field(x, number(wait + 1, v), "retry-after-ms");
	if (w->style == W_AZURE || w->style == W_ANTHROPIC ||
	    w->style == W_RETRY_AFTER)
		put_field(x, number(seconds, v), "retry-after");
}

static void
put_text(const struct world *w, struct world_worker *x, size_t k, double wait)
{
	static const char *const names[] = { "requests per min (RPM)",
	    "tokens per min (TPM)", "", "", "requests per day (RPD)" };
	const struct world_bucket *b = &w->bucket[k];
	double cost = k < W_KINDS ? x->cost[k] : 0;
	char v[32];

	if (k == W_TOKENS)
		cost -= x->later;
	if (k == W_KINDS)
		snprintf(x->text, sizeof(x->text), "{\"error\":{\"code\":"
		    "\"rate_limit_exceeded\",\"message\":\"Max concurrent "
		    "requests reached. Please try again later.\"}}");
	else if (w->style == W_OPENAI || w->style == W_TEXTS)
		snprintf(x->text, sizeof(x->text), "{\"error\":{\"code\":"
		    "\"rate_limit_exceeded\",\"message\":\"Rate limit reached "
		    "for gpt-5 in organization org-T on %s: Limit %lld, Used "
		    "%lld, Requested %lld. Please try again in %s. Visit "
		    "https://x to learn more.\"}}", names[k],
		    (long long)b->limit, (long long)((double)b->limit -
		    b->left), (long long)cost, span(wait, v));
	else
		snprintf(x->text, sizeof(x->text), "{\"error\":{\"code\":"
		    "\"429\",\"message\":\"Rate limit is exceeded.\"}}");
}

/* The bucket that holds the request up longest, or W_KINDS for the number at a
 * time, or -1; *wait: how long. */
static int
refuse(struct world *w, struct world_worker *x, double *wait)
{
	const struct world_bucket *b;
	double over;
	int k, by = -1;

	*wait = -1;
	if (w->at_a_time > 0 && w->going >= w->at_a_time) {
		*wait = 1000;
		by = W_KINDS;
	}
	for (k = 0; k < W_KINDS; k++) {
		b = &w->bucket[k];
		over = k == W_OUTPUT ? 1 - b->left : x->cost[k] - b->left;
		if (k == W_TOKENS)
			over -= x->later;
		if (b->limit == 0 || over <= 0 || refilled(b, over) <= *wait)
			continue;
		*wait = refilled(b, over);
		by = k;
	}
	return by;
}

void
world_arrive(struct world *w, struct world_worker *x)
{
	double wait;
	int by, k;

	pass(w);
	by = refuse(w, x, &wait);
	x->status = by < 0 ? 200 : 429;
	if (by >= 0) {
		if (w->all_count && w->bucket[W_CALLS].left >= 1)
			w->bucket[W_CALLS].left -= 1;
		put_text(w, x, (size_t)by, wait);
		put_fields(w, x, wait);
		return;
	}
	for (k = 0; k < W_KINDS; k++)
		if (k != W_OUTPUT)
			w->bucket[k].left -= x->cost[k];
	w->bucket[W_TOKENS].left += x->later;
	put_fields(w, x, -1);
	w->end = w->now;
	if (++w->going > w->peak)
		w->peak = w->going;
}

void
world_half(struct world *w, const struct world_worker *x)
{
	pass(w);
	w->bucket[W_OUTPUT].left -= x->cost[W_OUTPUT] / 2;
}

void
world_done(struct world *w, const struct world_worker *x)
{
	size_t k;

	world_half(w, x);
	w->bucket[W_TOKENS].left -= x->later;
	for (k = 0; k < W_KINDS; k++)
		w->spent[k] += x->cost[k];
	w->answered++;
	w->going--;
}
