#include "api/verdict.h"

#include "api/hint.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(class) (1u << (class))

/* Codes and types that decide alone (providers.md 0.2): they outrank the
 * status, which lies in both directions.  Compared without regard to case
 * and separators, so RateLimitReached is rate_limit_reached. */
static const struct named {
	const char *name;
	enum fclass class;
} named[] = {
	{ "insufficient_quota", F_QUOTA },
	{ "credit_balance_exhausted", F_QUOTA },
	{ "organization_spend_limit_exceeded", F_QUOTA },
	{ "project_spend_limit_exceeded", F_QUOTA },
	{ "organization_usage_limit_exceeded", F_QUOTA },
	{ "enforced_spend_limit_reached", F_QUOTA },
	{ "billing_hard_limit_reached", F_QUOTA },
	{ "billing_not_active", F_QUOTA },
	{ "billing_error", F_QUOTA },
	{ "billing_disabled", F_QUOTA },
	{ "usage_not_included", F_QUOTA },
	{ "insufficient_balance", F_QUOTA },
	{ "insufficient_credits", F_QUOTA },
	{ "exceeded_current_quota_error", F_QUOTA },	/* Moonshot */
	{ "openrouter_credits", F_QUOTA },
	{ "openrouter_key_limit", F_QUOTA },
	{ "context_length_exceeded", F_CONTEXT },
	{ "exceed_context_size_error", F_CONTEXT },	/* llama.cpp */
	{ "request_too_large", F_TOO_LARGE },
	{ "content_filter", F_POLICY },
	{ "content_policy_violation", F_POLICY },
	{ "image_content_policy_violation", F_POLICY },
	{ "ResponsibleAIPolicyViolation", F_POLICY },
	{ "moderation_blocked", F_POLICY },
	{ "invalid_prompt", F_POLICY },
	{ "cyber_policy", F_POLICY },
	{ "bio_policy", F_POLICY },
	{ "invalid_api_key", F_AUTH },
	{ "api_key_invalid", F_AUTH },
	{ "authentication_error", F_AUTH },
	{ "invalid_authentication_error", F_AUTH },
	{ "unauthenticated", F_AUTH },
	{ "permission_error", F_PERMISSION },
	{ "permission_denied", F_PERMISSION },
	{ "forbidden", F_PERMISSION },
	{ "unsupported_country_region_territory", F_PERMISSION },
	{ "organization_restricted", F_PERMISSION },
	{ "service_disabled", F_PERMISSION },
	{ "not_found", F_NOT_FOUND },
	{ "not_found_error", F_NOT_FOUND },
	{ "model_not_found", F_NOT_FOUND },
	{ "previous_response_not_found", F_NOT_FOUND },
	{ "deployment_not_found", F_NOT_FOUND },
	{ "rate_limit_exceeded", F_RATE },
	{ "rate_limit_error", F_RATE },
	{ "rate_limit_reached", F_RATE },
	{ "rate_limited", F_RATE },
	{ "resource_exhausted", F_RATE },
	{ "too_many_requests", F_RATE },
	{ "dynamic_request_limited", F_RATE },		/* Together */
	{ "dynamic_token_limited", F_RATE },
	{ "openrouter_in_flight_budget", F_RATE },	/* though it is a 402 */
	{ "throttling_exception", F_RATE },
	{ "usage_limit_reached", F_DAILY },
	{ "server_is_overloaded", F_OVERLOAD },
	{ "slow_down", F_OVERLOAD },
	{ "overloaded_error", F_OVERLOAD },
	{ "overloaded", F_OVERLOAD },
	{ "engine_overloaded", F_OVERLOAD },
	{ "engine_overloaded_error", F_OVERLOAD },
	{ "model_overloaded", F_OVERLOAD },
	{ "model_capacity_exhausted", F_OVERLOAD },
	{ "service_tier_capacity_exceeded", F_OVERLOAD },
	{ "3505", F_OVERLOAD },				/* Mistral's number */
	{ "capacity_exceeded", F_OVERLOAD },
	{ "no_capacity", F_OVERLOAD },
	{ "resource_unavailable", F_OVERLOAD },
	{ "service_unavailable", F_OVERLOAD },
	{ "service_unavailable_error", F_OVERLOAD },
	{ "unavailable", F_OVERLOAD },
	{ "unavailable_error", F_OVERLOAD },
	{ "timeout_error", F_TIMEOUT },
	{ "request_timeout", F_TIMEOUT },
	{ "vector_store_timeout", F_TIMEOUT },
	{ "deadline_exceeded", F_TIMEOUT },
	{ "not_supported_error", F_REQUEST },		/* llama.cpp's 501 */
	{ "unimplemented", F_REQUEST },
};

/* Names that servers give to anything: they count where no status does, in
 * a stream. */
static const struct named vague[] = {
	{ "invalid_request_error", F_REQUEST },
	{ "bad_request_error", F_REQUEST },
	{ "bad_request", F_REQUEST },
	{ "user_error", F_REQUEST },			/* Azure */
	{ "invalid_argument", F_REQUEST },
	{ "failed_precondition", F_REQUEST },
	{ "out_of_range", F_REQUEST },
	{ "data_residency_mismatch", F_REQUEST },
	{ "empty_image_file", F_REQUEST },
	{ "failed_to_download_image", F_REQUEST },
	{ "unsupported_image_media_type", F_REQUEST },
};

/* The Responses API has a dozen codes for images alone. */
static const struct named prefixes[] = {
	{ "invalid_image", F_REQUEST },
	{ "image_", F_REQUEST },
	{ "unsupported_", F_REQUEST },
};

/* What a class is as a status, for an error that came without one. */
static const struct {
	enum fclass class;
	int status;
} stands_for[] = {
	{ F_TIMEOUT, 504 }, { F_RATE, 429 }, { F_DAILY, 429 },
	{ F_OVERLOAD, 503 }, { F_SERVER, 500 }, { F_QUOTA, 402 },
	{ F_AUTH, 401 }, { F_PERMISSION, 403 }, { F_NOT_FOUND, 404 },
	{ F_CONTEXT, 400 }, { F_TOO_LARGE, 413 }, { F_POLICY, 400 },
	{ F_REQUEST, 400 },
};

/* The status when the body says nothing (providers.md 0.3). */
static const struct status {
	int status;
	enum fclass class;
	const char *meaning;
} statuses[] = {
	{ 400, F_REQUEST, "bad request" },
	{ 401, F_AUTH, "unauthorized" },
	{ 402, F_QUOTA, "payment required" },
	{ 403, F_PERMISSION, "forbidden" },
	{ 404, F_NOT_FOUND, "not found" },
	{ 405, F_REQUEST, "method not allowed" },
	{ 407, F_REQUEST, "proxy authentication required" },
	{ 408, F_TIMEOUT, "request timeout" },
	{ 409, F_SERVER, "conflict" },
	{ 410, F_NOT_FOUND, "gone" },
	{ 413, F_TOO_LARGE, "content too large" },
	{ 415, F_REQUEST, "unsupported media type" },
	{ 422, F_REQUEST, "unprocessable content" },
	{ 423, F_SERVER, "locked" },
	{ 425, F_SERVER, "too early" },
	{ 429, F_RATE, "too many requests" },
	{ 498, F_OVERLOAD, "capacity exceeded" },	/* Groq, flex */
	{ 499, F_RATE, "cancelled" },			/* Google */
	{ 500, F_SERVER, "internal server error" },
	{ 501, F_REQUEST, "not implemented" },
	{ 502, F_SERVER, "bad gateway" },
	{ 503, F_OVERLOAD, "service unavailable" },
	{ 504, F_TIMEOUT, "gateway timeout" },
	{ 505, F_REQUEST, "HTTP version not supported" },
	{ 507, F_REQUEST, "insufficient storage" },
	{ 508, F_REQUEST, "loop detected" },
	{ 509, F_REQUEST, "bandwidth limit exceeded" },
	{ 510, F_REQUEST, "not extended" },
	{ 511, F_REQUEST, "network authentication required" },
	{ 520, F_SERVER, "unknown error of the origin" }, /* Cloudflare's */
	{ 521, F_SERVER, "origin is down" },
	{ 522, F_TIMEOUT, "connection to the origin timed out" },
	{ 523, F_SERVER, "origin is unreachable" },
	{ 524, F_TIMEOUT, "origin took too long" },
	{ 529, F_OVERLOAD, "overloaded" },
};

#define RATES (BIT(F_RATE) | BIT(F_DAILY))
#define VAGUE (BIT(F_REQUEST) | BIT(F_SERVER))
#define REFUSALS (VAGUE | BIT(F_PERMISSION))
#define LENGTHS (VAGUE | BIT(F_TOO_LARGE))
#define FAILURES (BIT(F_SERVER) | BIT(F_RATE))

/*
 * Messages, for the errors that carry no code of their own.  A rule needs
 * both of its phrases and changes only a verdict among over.  Whole phrases:
 * "quota", "billing", "try again" and "retry" stand in messages of every
 * class (providers.md 0.1).  The first that fits counts.
 */
static const struct rule {
	const char *phrase, *also;
	enum fclass class;
	unsigned over;
} rules[] = {
	{ "credit balance is too low", "", F_QUOTA, RATES | REFUSALS },
	{ "credits are depleted", "", F_QUOTA, RATES | REFUSALS },
	{ "used all available credits", "", F_QUOTA, RATES | REFUSALS },
	{ "no credits remaining", "", F_QUOTA, RATES | REFUSALS },
	{ "have any credits", "", F_QUOTA, RATES | REFUSALS },	/* xAI */
	{ "requires more credits", "", F_QUOTA, RATES | REFUSALS },
	{ "insufficient credits", "", F_QUOTA, RATES | REFUSALS },
	{ "insufficient balance", "", F_QUOTA, RATES | REFUSALS },
	{ "api usage limits", "reached", F_QUOTA, RATES | REFUSALS },
	{ "reached its spend limit", "", F_QUOTA, RATES | REFUSALS },
	{ "reached your spend limit", "", F_QUOTA, RATES | REFUSALS },
	{ "exceeded its spend limit", "", F_QUOTA, RATES | REFUSALS },
	{ "exceeded your spend limit", "", F_QUOTA, RATES | REFUSALS },
	{ "workspace spend limit", "", F_QUOTA, RATES | REFUSALS },
	{ "monthly spending limit", "", F_QUOTA, RATES | REFUSALS },
	{ "monthly spending cap", "", F_QUOTA, RATES | REFUSALS },
	{ "your current quota", "platform.openai.com", F_QUOTA, RATES },
	{ "billing hard limit", "reached", F_QUOTA, RATES | REFUSALS },
	{ "please enable billing", "", F_QUOTA, REFUSALS },	/* Google */
	{ "key limit exceeded", "", F_QUOTA, RATES | REFUSALS },
	{ "request too large", "", F_TOO_LARGE, RATES | VAGUE },
	/* what is limited per minute may praise a paid plan's limits per day */
	{ "per min", "", F_RATE, BIT(F_RATE) },
	{ "per-min", "", F_RATE, BIT(F_RATE) },
	{ "per day", "", F_DAILY, RATES },
	{ "per-day", "", F_DAILY, RATES },
	{ "perday", "", F_DAILY, RATES },
	{ "per_day", "", F_DAILY, RATES },
	{ "byday", "", F_DAILY, RATES },		/* GitHub Models */
	{ "daily rate limit", "", F_DAILY, RATES },
	{ "daily limit", "", F_DAILY, RATES },
	{ "daily quota", "", F_DAILY, RATES },
	{ "daily free allocation", "", F_DAILY, RATES }, /* Cloudflare */
	{ "incorrect api key", "", F_AUTH, REFUSALS },
	{ "invalid api key", "", F_AUTH, REFUSALS },
	{ "api key not valid", "", F_AUTH, REFUSALS },
	{ "api key expired", "", F_AUTH, REFUSALS },
	{ "location is not supported", "", F_PERMISSION, VAGUE },
	{ "organization has been disabled", "", F_PERMISSION, VAGUE },
	{ "content management policy", "", F_POLICY, REFUSALS },
	{ "content filtering policy", "", F_POLICY, REFUSALS },
	{ "content policy", "", F_POLICY, REFUSALS },
	{ "violates usage guidelines", "", F_POLICY, REFUSALS },  /* xAI */
	{ "violating our usage policy", "", F_POLICY, REFUSALS },
	{ "our safety system", "rejected", F_POLICY, REFUSALS },
	{ "content exists risk", "", F_POLICY, REFUSALS },	/* DeepSeek */
	{ "input was flagged", "", F_POLICY, REFUSALS },
	{ "prompt was flagged", "", F_POLICY, REFUSALS },
	{ "request was flagged", "", F_POLICY, REFUSALS },
	{ "request has been flagged", "", F_POLICY, REFUSALS },
	{ "blocked", "guardrail", F_POLICY, REFUSALS },
	{ "prompt is too long", "", F_CONTEXT, LENGTHS },
	{ "prompt too long", "", F_CONTEXT, LENGTHS },
	{ "input is too long", "", F_CONTEXT, LENGTHS },
	{ "maximum context length", "", F_CONTEXT, LENGTHS },
	{ "max context length", "", F_CONTEXT, LENGTHS },
	{ "maximum prompt length", "", F_CONTEXT, LENGTHS },
	{ "maximum model length", "", F_CONTEXT, LENGTHS },
	{ "context length", "exceed", F_CONTEXT, LENGTHS },
	{ "context length", "longer", F_CONTEXT, LENGTHS },
	{ "context length", "greater", F_CONTEXT, LENGTHS },
	{ "context window", "exceed", F_CONTEXT, LENGTHS },
	{ "context size", "exceed", F_CONTEXT, LENGTHS },
	{ "context limit", "exceed", F_CONTEXT, LENGTHS },
	{ "exceeded model token limit", "", F_CONTEXT, LENGTHS },
	{ "maximum number of tokens allowed", "exceed", F_CONTEXT, LENGTHS },
	{ "input tokens exceed", "", F_CONTEXT, LENGTHS },
	{ "max_new_tokens` must be", "", F_CONTEXT, LENGTHS },	/* TGI */
	{ "overloaded", "", F_OVERLOAD, FAILURES },
	{ "at capacity", "", F_OVERLOAD, FAILURES },
	{ "capacity exceeded", "", F_OVERLOAD, FAILURES },
	{ "high demand", "", F_OVERLOAD, FAILURES },
	{ "server busy", "", F_OVERLOAD, FAILURES },
	{ "too busy", "", F_OVERLOAD, FAILURES },
	{ "currently loading", "", F_OVERLOAD, FAILURES },
	{ "loading model", "", F_OVERLOAD, FAILURES },
};

static int
separator(char c)
{
	return c == '_' || c == '-' || c == ' ' || c == '.';
}

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static int
name_is(struct slice raw, const char *lit)
{
	size_t i;

	for (i = 0; i < raw.n; i++) {
		if (separator(raw.p[i]))
			continue;
		while (separator(*lit))
			lit++;
		if (*lit == '\0' || lower(raw.p[i]) != lower(*lit))
			return 0;
		lit++;
	}
	return raw.n > 0 && *lit == '\0';
}

static enum fclass
look_up(const struct errbody *b, const struct named *table, size_t n)
{
	size_t i, k;

	for (i = 0; i < b->nnames; i++)
		for (k = 0; k < n; k++)
			if (name_is(b->name[i], table[k].name))
				return table[k].class;
	return F_NONE;
}

static enum fclass
look_up_prefix(const struct errbody *b)
{
	size_t i, k;

	for (i = 0; i < b->nnames; i++)
		for (k = 0; k < COUNT(prefixes); k++)
			if (slice_starts(b->name[i], prefixes[k].name))
				return prefixes[k].class;
	return F_NONE;
}

static const struct status *
find_status(int status)
{
	size_t i;

	for (i = 0; i < COUNT(statuses); i++)
		if (statuses[i].status == status)
			return &statuses[i];
	return NULL;
}

static enum fclass
by_status(int status)
{
	const struct status *s = find_status(status);

	if (s != NULL)
		return s->class;
	if (status >= 500)
		return F_SERVER;
	return status >= 300 ? F_REQUEST : F_NONE;
}

static struct verdict
first_verdict(const struct errbody *b, int status)
{
	struct verdict v;

	v.class = look_up(b, named, COUNT(named));
	v.sure = v.coded = v.class != F_NONE;
	if (v.class == F_NONE)
		v.class = by_status(status);
	if (v.class == F_NONE)
		v.class = look_up(b, vague, COUNT(vague));
	if (v.class == F_NONE)
		v.class = look_up_prefix(b);
	if (v.class == F_NONE)
		v.class = slice_ifind(buf_slice(&b->text), "rate limit") >= 0 ?
		    F_RATE : F_SERVER;	/* Codex's rule for the unknown */
	return v;
}

static void
become(struct verdict *v, enum fclass class)
{
	v->class = class;
	v->sure = 1;
}

/* "limit: 0": no allowance at all, so no wait helps.  Not "limit: 0.5". */
static int
no_allowance(struct slice text)
{
	ptrdiff_t at;
	char c;

	while ((at = slice_ifind(text, "limit: 0")) >= 0) {
		text = slice_sub(text, (size_t)at + 8, text.n);
		c = text.n > 0 ? *text.p : ' ';
		if ((c < '0' || c > '9') && c != '.')
			return 1;
	}
	return 0;
}

static int
rule_fits(const struct rule *r, const struct verdict *v, struct slice text)
{
	/* an overload by its message is no news against a rate code */
	if (r->class == F_OVERLOAD && v->coded)
		return 0;
	return (r->over & BIT(v->class)) != 0 &&
	    slice_ifind(text, r->phrase) >= 0 &&
	    slice_ifind(text, r->also) >= 0;
}

static void
refine_by_text(struct verdict *v, struct slice text)
{
	size_t i;

	for (i = 0; i < COUNT(rules); i++) {
		if (rule_fits(&rules[i], v, text)) {
			become(v, rules[i].class);
			return;
		}
	}
}

/* What a verdict of a rate limit may be instead. */
static void
refine_rate(struct verdict *v, const struct errbody *b, int status)
{
	struct refill r = hint_refill(buf_slice(&b->text));

	if (!verdict_is_rate(v->class))
		return;
	if (no_allowance(buf_slice(&b->text)))
		become(v, F_QUOTA);
	else if (refill_never(&r) || status == 413)
		become(v, F_TOO_LARGE);
	else if (b->daily)
		become(v, F_DAILY);
}

struct verdict
verdict_of(const struct errbody *b, int status)
{
	struct verdict v = first_verdict(b, status);

	refine_rate(&v, b, status);
	refine_by_text(&v, buf_slice(&b->text));
	return v;
}

int
verdict_retryable(enum fclass class)
{
	return class == F_TIMEOUT || class == F_OVERLOAD ||
	    class == F_SERVER || verdict_is_rate(class);
}

int
verdict_is_rate(enum fclass class)
{
	return class == F_RATE || class == F_DAILY;
}

int
verdict_google(const struct errbody *b)
{
	static const struct named google[] = {
		{ "resource_exhausted", F_RATE }
	};

	return look_up(b, google, COUNT(google)) != F_NONE;
}

int
verdict_status(enum fclass class)
{
	size_t i;

	for (i = 0; i < COUNT(stands_for); i++)
		if (stands_for[i].class == class)
			return stands_for[i].status;
	return 0;
}

const char *
verdict_meaning(int status)
{
	const struct status *s = find_status(status);

	return s == NULL ? NULL : s->meaning;
}
