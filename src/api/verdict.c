#include "api/verdict.h"

#include <string.h>

#include "api/hint.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(class) (1u << (class))

/*
 * The tables hold lists in strings: a pointer for each word would be four
 * times as long as the word, for each is relocated at start.
 */

/* Codes and types that decide alone (providers.md 0.2): they outrank the
 * status, which lies in both directions.  Compared without regard to case
 * and separators, so RateLimitReached is rate_limit_reached. */
static const struct {
	enum fclass class;
	const char *names;
} named[] = {
	/* Moonshot's, OpenRouter's; Groq's, LiteLLM's, New API's */
	{ F_QUOTA, "insufficient_quota credit_balance_exhausted "
	    "organization_spend_limit_exceeded project_spend_limit_exceeded "
	    "organization_usage_limit_exceeded enforced_spend_limit_reached "
	    "billing_hard_limit_reached billing_not_active billing_error "
	    "billing_disabled usage_not_included insufficient_balance "
	    "insufficient_credits exceeded_current_quota_error "
	    "openrouter_credits openrouter_key_limit "
	    "blocked_api_access budget_exceeded insufficient_user_quota" },
	/* the second is llama.cpp's */
	{ F_CONTEXT, "context_length_exceeded exceed_context_size_error" },
	{ F_TOO_LARGE, "request_too_large" },
	{ F_POLICY, "content_filter content_policy_violation "
	    "image_content_policy_violation ResponsibleAIPolicyViolation "
	    "moderation_blocked invalid_prompt cyber_policy bio_policy" },
	{ F_AUTH, "invalid_api_key api_key_invalid authentication_error "
	    "invalid_authentication_error unauthenticated unauthorized" },
	{ F_PERMISSION, "permission_error permission_denied forbidden "
	    "unsupported_country_region_territory organization_restricted "
	    "service_disabled permissions_error" },
	{ F_NOT_FOUND, "not_found not_found_error model_not_found "
	    "previous_response_not_found deployment_not_found" },
	/* dynamic_* are Together's; the in-flight budget comes with a 402 */
	{ F_RATE, "rate_limit_exceeded rate_limit_error rate_limit_reached "
	    "rate_limited resource_exhausted too_many_requests "
	    "dynamic_request_limited dynamic_token_limited "
	    "openrouter_in_flight_budget throttling_exception" },
	{ F_DAILY, "usage_limit_reached" },
	/* 3505 is Mistral's */
	{ F_OVERLOAD, "server_is_overloaded slow_down overloaded_error "
	    "overloaded engine_overloaded engine_overloaded_error "
	    "model_overloaded model_capacity_exhausted "
	    "service_tier_capacity_exceeded 3505 capacity_exceeded "
	    "no_capacity resource_unavailable service_unavailable "
	    "service_unavailable_error unavailable unavailable_error" },
	{ F_TIMEOUT, "timeout_error request_timeout vector_store_timeout "
	    "deadline_exceeded" },
	/* the first is llama.cpp's 501 */
	{ F_REQUEST, "not_supported_error unimplemented" },
};

/* Names of bad requests that servers give to anything: they count where no
 * status does, in a stream.  user_error is Azure's. */
static const char vague[] = "invalid_request_error bad_request_error "
    "bad_request user_error invalid_argument failed_precondition "
    "out_of_range validation_error data_residency_mismatch "
    "empty_image_file failed_to_download_image";

/* How such names begin, the Responses API's dozen for images among them. */
static const char vague_starts[] = "invalid_ image_ unsupported_";

/* What a class is as a status, for an error that came without one. */
static const struct {
	short class, status;
} stands_for[] = {
	{ F_TIMEOUT, 504 }, { F_RATE, 429 }, { F_DAILY, 429 },
	{ F_OVERLOAD, 503 }, { F_SERVER, 500 }, { F_QUOTA, 402 },
	{ F_AUTH, 401 }, { F_PERMISSION, 403 }, { F_NOT_FOUND, 404 },
	{ F_CONTEXT, 400 }, { F_TOO_LARGE, 413 }, { F_POLICY, 400 },
	{ F_REQUEST, 400 },
};

/* The status when the body says nothing (providers.md 0.3), and its meaning. */
#define STATUSES(X) \
	X(400, F_REQUEST, "bad request") \
	X(401, F_AUTH, "unauthorized") \
	X(402, F_QUOTA, "payment required") \
	X(403, F_PERMISSION, "forbidden") \
	X(404, F_NOT_FOUND, "not found") \
	X(405, F_REQUEST, "method not allowed") \
	X(407, F_PERMISSION, "the proxy wants a user and password") \
	X(408, F_TIMEOUT, "request timeout") \
	X(409, F_SERVER, "conflict") \
	X(410, F_NOT_FOUND, "gone") \
	X(413, F_TOO_LARGE, "content too large") \
	X(415, F_REQUEST, "unsupported media type") \
	X(422, F_REQUEST, "unprocessable content") \
	X(423, F_SERVER, "locked") \
	X(425, F_SERVER, "too early") \
	X(429, F_RATE, "too many requests") \
	X(498, F_OVERLOAD, "capacity exceeded") /* Groq, flex */ \
	X(499, F_RATE, "cancelled") /* Google */ \
	X(500, F_SERVER, "internal server error") \
	X(501, F_REQUEST, "not implemented") \
	X(502, F_SERVER, "bad gateway") \
	X(503, F_OVERLOAD, "service unavailable") \
	X(504, F_TIMEOUT, "gateway timeout") \
	X(505, F_REQUEST, "HTTP version not supported") \
	X(507, F_REQUEST, "insufficient storage") \
	X(508, F_REQUEST, "loop detected") \
	X(509, F_REQUEST, "bandwidth limit exceeded") \
	X(510, F_REQUEST, "not extended") \
	X(511, F_REQUEST, "network authentication required") \
	X(520, F_SERVER, "unknown error of the origin") /* Cloudflare's */ \
	X(521, F_SERVER, "origin is down") \
	X(522, F_TIMEOUT, "connection to the origin timed out") \
	X(523, F_SERVER, "origin is unreachable") \
	X(524, F_TIMEOUT, "origin took too long") \
	X(529, F_OVERLOAD, "overloaded")

#define CODE(status, class, meaning) { status, class },
#define MEANING(status, class, meaning) meaning "\0"

static const struct {
	short status, class;
} statuses[] = { STATUSES(CODE) };

static const char meanings[] = STATUSES(MEANING);

#define RATES (BIT(F_RATE) | BIT(F_DAILY))
#define VAGUE (BIT(F_REQUEST) | BIT(F_SERVER))
#define REFUSALS (VAGUE | BIT(F_PERMISSION))
#define LENGTHS (VAGUE | BIT(F_TOO_LARGE))
#define FAILURES (BIT(F_SERVER) | BIT(F_RATE))

/*
 * Messages, for the errors that carry no code of their own.  A rule needs
 * both of its phrases and changes only a verdict among over.  Whole phrases:
 * "quota", "billing", "try again" and "retry" stand in messages of every
 * class (providers.md 0.1).  The first that fits counts.  A list of rules
 * has | between them and & between the two phrases.
 */
static const struct {
	enum fclass class;
	unsigned over;
	const char *phrases;
} rules[] = {
	/* "any credits" is xAI's, "call volume" Azure's, "extra usage" for long
	 * contexts Anthropic's; the last stands in what SDKs print */
	{ F_QUOTA, RATES | REFUSALS, "credit balance is too low|"
	    "credits are depleted|out of credits|used all available credits|"
	    "no credits remaining|have any credits|requires more credits|"
	    "insufficient credits|insufficient balance|"
	    "api usage limits&reached|reached its spend limit|"
	    "reached your spend limit|exceeded its spend limit|"
	    "exceeded your spend limit|workspace spend limit|"
	    "spend limit reached|monthly spend|"
	    "billing hard limit&reached|key limit exceeded|"
	    "call volume quota|extra usage&required|insufficient_quota" },
	{ F_QUOTA, RATES, "your current quota&platform.openai.com" },
	{ F_QUOTA, REFUSALS, "please enable billing" },	/* Google */
	{ F_TOO_LARGE, RATES | VAGUE, "request too large" },
	/* what is limited per minute may praise a paid plan's limits per day */
	{ F_RATE, BIT(F_RATE), "per min|per-min" },
	/* GitHub Models say byday, Cloudflare the allocation; Ollama's usage
	 * limits are hourly, weekly, or a session's */
	{ F_DAILY, RATES, "per day|per-day|perday|per_day|byday|"
	    "daily rate limit|daily limit|daily quota|"
	    "daily free allocation|reached your&usage limit" },
	{ F_AUTH, REFUSALS, "incorrect api key|invalid api key|"
	    "api key not valid|api key expired" },
	{ F_PERMISSION, VAGUE, "location is not supported|"
	    "organization has been disabled" },
	/* xAI has usage guidelines, DeepSeek a risk */
	{ F_POLICY, REFUSALS, "content management policy|"
	    "content filtering policy|content policy|"
	    "violates usage guidelines|our usage polic&viola|"
	    "safety system&rejected|content exists risk|"
	    "input was flagged|prompt was flagged|request was flagged|"
	    "request has been flagged|blocked&guardrail" },
	/* TGI's, and two of LM Studio's */
	{ F_CONTEXT, LENGTHS, "prompt is too long|prompt too long|"
	    "input is too long|too long to fit|input length|"
	    "reduce the length|maximum context|max context length|"
	    "maximum prompt length|maximum model length|max_model_len|"
	    "prompt exceeds|token count&exceeds the limit|"
	    "context length&exceed|context length&longer|"
	    "context length&greater|context window&exceed|"
	    "context size&exceed|context limit&exceed|"
	    "exceeded model token limit|"
	    "maximum number of tokens allowed&exceed|input tokens exceed|"
	    "max_new_tokens` must be|context length&only|n_keep" },
	{ F_OVERLOAD, FAILURES, "overloaded|at capacity|capacity exceeded|"
	    "high demand|busy|currently loading|loading model|"
	    "queue is full" },
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
name_is(struct slice raw, struct slice want)
{
	size_t i, k = 0;

	for (i = 0; i < raw.n; i++) {
		if (separator(raw.p[i]))
			continue;
		while (k < want.n && separator(want.p[k]))
			k++;
		if (k == want.n || lower(raw.p[i]) != lower(want.p[k]))
			return 0;
		k++;
	}
	return raw.n > 0 && k == want.n;
}

static int
name_starts(struct slice raw, struct slice want)
{
	return slice_eq(slice_sub(raw, 0, want.n), want);
}

/* Whether a name fits one of a list's. */
static int
listed(struct slice raw, const char *names,
    int (*fits)(struct slice raw, struct slice want))
{
	struct slice list = slice_str(names);

	while (list.n > 0)
		if (fits(raw, slice_cut(&list, ' ')))
			return 1;
	return 0;
}

static int
any_listed(const struct errbody *b, const char *names,
    int (*fits)(struct slice raw, struct slice want))
{
	size_t i;

	for (i = 0; i < b->nnames; i++)
		if (listed(b->name[i], names, fits))
			return 1;
	return 0;
}

static enum fclass
look_up(const struct errbody *b)
{
	size_t i, k;

	for (i = 0; i < b->nnames; i++)
		for (k = 0; k < COUNT(named); k++)
			if (listed(b->name[i], named[k].names, name_is))
				return named[k].class;
	return F_NONE;
}

static enum fclass
by_status(int status)
{
	size_t i;

	for (i = 0; i < COUNT(statuses); i++)
		if (statuses[i].status == status)
			return (enum fclass)statuses[i].class;
	if (status >= 500)
		return F_SERVER;
	return status >= 300 ? F_REQUEST : F_NONE;
}

static struct verdict
first_verdict(const struct errbody *b, int status)
{
	struct verdict v;

	v.class = look_up(b);
	v.sure = v.coded = v.class != F_NONE;
	if (v.class == F_NONE)
		v.class = by_status(status);
	if (v.class == F_NONE && (any_listed(b, vague, name_is) ||
	    any_listed(b, vague_starts, name_starts)))
		v.class = F_REQUEST;
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

/* Whether one of the rules has both of its phrases in the text. */
static int
says(struct slice text, const char *phrases)
{
	struct slice list = slice_str(phrases), also;

	while (list.n > 0) {
		also = slice_cut(&list, '|');
		if (slice_isearch(text, slice_cut(&also, '&')) >= 0 &&
		    slice_isearch(text, also) >= 0)
			return 1;
	}
	return 0;
}

static void
refine_by_text(struct verdict *v, struct slice text)
{
	size_t i;

	for (i = 0; i < COUNT(rules); i++) {
		/* an overload by its message is no news against a rate code */
		if ((rules[i].over & BIT(v->class)) == 0 ||
		    (rules[i].class == F_OVERLOAD && v->coded) ||
		    !says(text, rules[i].phrases))
			continue;
		become(v, rules[i].class);
		return;
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
	return any_listed(b, "resource_exhausted", name_is);
}

int
verdict_status(enum fclass class)
{
	size_t i;

	for (i = 0; i < COUNT(stands_for); i++)
		if ((enum fclass)stands_for[i].class == class)
			return stands_for[i].status;
	return 0;
}

const char *
verdict_meaning(int status)
{
	const char *meaning = meanings;
	size_t i;

	for (i = 0; i < COUNT(statuses); i++) {
		if (statuses[i].status == status)
			return meaning;
		meaning += strlen(meaning) + 1;
	}
	return NULL;
}
