#include "api/error.h"

#include <string.h>

#include "api/error_body.h"
#include "api/hint.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(class) (1u << (class))

/* Codes and types that outrank the status (providers.md 0.2).  Case and
 * separators are ignored, so RateLimitReached is rate_limit_reached. */
static const struct {
	enum fclass class;
	const char *names;
} named[] = {
	/* among them Moonshot's, OpenRouter's, Groq's, LiteLLM's, New API's */
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
	/* dynamic_* are Together's; OpenRouter's budget comes with a 402 */
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

/* Names of bad requests that servers use for any error: they count only
 * without a status, in a stream.  user_error is Azure's.  A name that ends in
 * _ is a prefix; a dozen of the Responses API's begin with image_. */
static const char vague[] = "invalid_request_error bad_request_error "
    "bad_request user_error invalid_argument failed_precondition "
    "out_of_range validation_error data_residency_mismatch "
    "empty_image_file failed_to_download_image invalid_ image_ unsupported_";

/* The status for an error that came without one. */
static const struct {
	enum fclass class;
	int status;
} implied[] = {
	{ F_TIMEOUT, 504 }, { F_RATE, 429 }, { F_DAILY, 429 },
	{ F_OVERLOAD, 503 }, { F_SERVER, 500 }, { F_QUOTA, 402 },
	{ F_AUTH, 401 }, { F_PERMISSION, 403 }, { F_NOT_FOUND, 404 },
	{ F_CONTEXT, 400 }, { F_TOO_LARGE, 413 }, { F_POLICY, 400 },
	{ F_REQUEST, 400 },
};

/* The class where the body says nothing (providers.md 0.3). */
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
	{ 407, F_PERMISSION, "the proxy wants a user and password" },
	{ 408, F_TIMEOUT, "request timeout" },
	{ 409, F_SERVER, "conflict" },
	{ 410, F_NOT_FOUND, "gone" },
	{ 413, F_TOO_LARGE, "content too large" },
	{ 415, F_REQUEST, "unsupported media type" },
	{ 422, F_REQUEST, "unprocessable content" },
	{ 423, F_SERVER, "locked" },
	{ 425, F_SERVER, "too early" },
	{ 429, F_RATE, "too many requests" },
	{ 498, F_OVERLOAD, "capacity exceeded" }, /* Groq's flex tier */
	{ 499, F_RATE, "cancelled" }, /* Google */
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
 * Messages, for errors without a code of their own.  The first rule counts
 * whose phrases match, and only where the class so far is among over.
 * Alternatives are separated by |; both phrases around a & must occur.  Whole
 * phrases only: "quota", "billing", "try again" and "retry" occur in messages
 * of every class (providers.md 0.1).
 */
static const struct {
	enum fclass class;
	unsigned over;
	const char *phrases;
} rules[] = {
	/* "any credits" is xAI's, "call volume" Azure's, "extra usage" (for
	 * long contexts) Anthropic's; the last is from what SDKs print */
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
	/* a limit per minute may advertise a paid plan's limits per day */
	{ F_RATE, BIT(F_RATE), "per min|per-min" },
	/* byday is GitHub Models', the allocation Cloudflare's; Ollama limits
	 * the usage per hour, week or session */
	{ F_DAILY, RATES, "per day|per-day|perday|per_day|byday|"
	    "daily rate limit|daily limit|daily quota|"
	    "daily free allocation|reached your&usage limit" },
	{ F_AUTH, REFUSALS, "incorrect api key|invalid api key|"
	    "api key not valid|api key expired" },
	{ F_PERMISSION, VAGUE, "location is not supported|"
	    "organization has been disabled" },
	/* usage guidelines are xAI's, the risk DeepSeek's */
	{ F_POLICY, REFUSALS, "content management policy|"
	    "content filtering policy|content policy|"
	    "violates usage guidelines|our usage polic&viola|"
	    "safety system&rejected|content exists risk|"
	    "input was flagged|prompt was flagged|request was flagged|"
	    "request has been flagged|blocked&guardrail" },
	/* the last three are TGI's and LM Studio's */
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

/* -- the class ------------------------------------------------------------- */

struct verdict {
	enum fclass class;
	int sure;		/* known by a code or message: outranks
				   x-should-retry */
	int coded;		/* known by a code */
};

static int
is_rate(enum fclass class)
{
	return class == F_RATE || class == F_DAILY;
}

/* Copies the name in lower case without separators; returns its length, or 0
 * if it does not fit. */
static size_t
squeeze(struct slice name, char *to, size_t size)
{
	size_t i, n = 0;
	char c;

	for (i = 0; i < name.n; i++) {
		c = name.p[i];
		if (c == '_' || c == '-' || c == ' ' || c == '.')
			continue;
		if (n == size)
			return 0;
		to[n++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	return n;
}

/* Whether the name is in the space-separated list. */
static int
listed(struct slice name, const char *names)
{
	struct slice list = slice_str(names), want;
	char a[64], b[64];
	size_t n = squeeze(name, a, sizeof(a));

	while (list.n > 0) {
		want = slice_cut(&list, ' ');
		if (want.p[want.n - 1] == '_' ?
		    slice_eq(slice_sub(name, 0, want.n), want) :
		    n > 0 && squeeze(want, b, sizeof(b)) == n &&
		    memcmp(a, b, n) == 0)
			return 1;
	}
	return 0;
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

/* Decides by the codes, else by the status, else (an error in a stream without
 * a known code) by vague names and the text. */
static struct verdict
first_verdict(const struct error_body *b, int status)
{
	const struct status *known = find_status(status);
	struct verdict v = { .class = F_NONE };
	size_t i, k;

	for (i = 0; i < b->nnames; i++)
		for (k = 0; k < COUNT(named); k++)
			if (listed(b->name[i], named[k].names))
				return (struct verdict){ named[k].class, 1, 1 };
	if (known != NULL)
		v.class = known->class;
	else if (status >= 300)
		v.class = status >= 500 ? F_SERVER : F_REQUEST;
	for (i = 0; i < b->nnames && v.class == F_NONE; i++)
		if (listed(b->name[i], vague))
			v.class = F_REQUEST;
	if (v.class == F_NONE)		/* as Codex does */
		v.class = slice_ifind(buf_slice(&b->text), "rate limit") >= 0 ?
		    F_RATE : F_SERVER;
	return v;
}

/* Whether text has "limit: 0" (but not "limit: 0.5"), where no wait helps. */
static int
no_allowance(struct slice text)
{
	ptrdiff_t at;
	char c;

	while ((at = slice_ifind(text, "limit: 0")) >= 0) {
		slice_skip(&text, (size_t)at + 8);
		c = text.n > 0 ? *text.p : ' ';
		if ((c < '0' || c > '9') && c != '.')
			return 1;
	}
	return 0;
}

static int
matches(struct slice text, const char *phrases)
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

/* The verdict by codes, status and messages.  status: of the reply or named by
 * a code; below 300 for an error in a stream. */
static struct verdict
judge(const struct error_body *b, int status)
{
	struct verdict v = first_verdict(b, status);
	struct slice text = buf_slice(&b->text);
	struct refill refill = hint_refill(text);
	size_t i;

	if (is_rate(v.class) && no_allowance(text))
		v = (struct verdict){ F_QUOTA, 1, v.coded };
	else if (is_rate(v.class) && (refill_never(&refill) || status == 413))
		v = (struct verdict){ F_TOO_LARGE, 1, v.coded };
	else if (is_rate(v.class) && b->daily)
		v = (struct verdict){ F_DAILY, 1, v.coded };
	/* a rate code outranks a message about overload */
	for (i = 0; i < COUNT(rules); i++)
		if ((rules[i].over & BIT(v.class)) != 0 &&
		    !(rules[i].class == F_OVERLOAD && v.coded) &&
		    matches(text, rules[i].phrases))
			return (struct verdict){ rules[i].class, 1, v.coded };
	return v;
}

/* -- the fault ------------------------------------------------------------- */

static struct slice
find_field(const struct http_field *field, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (slice_ieq(field[i].name, slice_str(name)))
			return field[i].value;
	return (struct slice){ 0 };
}

/* The longest wait that the server states.  If it states none for a rate
 * limit: the reset of a bucket, else what the message's figures give. */
static msec
stated_wait(const struct reply *r, const struct error_body *b,
    enum fclass class, msec now)
{
	msec wait = hint_fields(r->field, r->nfields, now);
	msec text = hint_text(buf_slice(&b->text));
	struct refill refill;

	if (b->wait > wait)
		wait = b->wait;
	if (text > wait)
		wait = text;
	if (wait != MSEC_NONE || !is_rate(class))
		return wait;
	wait = hint_reset(r->field, r->nfields, now);
	if (wait != MSEC_NONE)
		return wait;
	refill = hint_refill(buf_slice(&b->text));
	wait = refill_wait(&refill);
	if (wait > 0)
		return wait;
	/* Google without RetryInfo: gemini-cli waits a minute */
	return b->minute ? 60000 : MSEC_NONE;
}

/* Sets .retry and .wait. */
static void
set_retry(struct fault *f, const struct reply *r, const struct error_body *b,
    const struct verdict *v, msec now)
{
	struct slice should = find_field(r->field, r->nfields,
	    "x-should-retry");
	int google = b->daily;
	size_t i;

	f->retry = v->class == F_TIMEOUT || v->class == F_OVERLOAD ||
	    v->class == F_SERVER || is_rate(v->class);
	if (slice_ieq(should, SLICE("false")))
		f->retry = 0;
	if (slice_ieq(should, SLICE("true")) && !v->sure)
		f->retry = 1;
	if (!f->retry)
		return;
	f->wait = stated_wait(r, b, v->class, now);
	if (v->class != F_DAILY)
		return;
	/* Google's daily quotas end at midnight Pacific time, whatever
	 * RetryInfo says; for others, retry only if the server says when */
	for (i = 0; i < b->nnames; i++)
		google |= listed(b->name[i], "resource_exhausted");
	if (google) {
		f->wait = MSEC_NONE;
		f->retry = 0;
	} else if (f->wait == MSEC_NONE) {
		f->retry = b->reset;
	}
}

/* Sets .name to the most specific code or type, and .text. */
static void
describe(struct fault *f, const struct reply *r, const struct error_body *b)
{
	const struct status *known = find_status(r->status);
	const char *meaning = known != NULL ? known->meaning :
	    b->html ? "a web page" : "without a reason";
	struct slice body = b->html ? SLICE("") : slice_trim(r->body);
	struct slice summary = buf_slice(&b->summary), title = summary;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < b->nnames && f->name[0] == '\0'; i++)
		if (slice_dec(b->name[i], 1 << 20) < 0 &&
		    !slice_is(b->name[i], "error"))
			slice_copy(b->name[i], f->name, sizeof(f->name));
	/* nginx's titles begin with the status; Squid's are all the same */
	if (b->html && summary.n > 0 &&
	    slice_dec(slice_cut(&title, ' '), 999) != r->status)
		buf_printf(&text, "HTTP %d, %s: ", r->status, meaning);
	if (summary.n > 0)
		buf_put(&text, summary);
	else if (body.n > 0)
		buf_put(&text, slice_sub(body, 0, sizeof(f->text)));
	else
		buf_printf(&text, "HTTP %d, %s", r->status, meaning);
	for (i = 0; i < text.n; i++)
		if (text.p[i] == '\0')
			text.p[i] = '?';
	slice_copy(buf_slice(&text), f->text, sizeof(f->text));
	buf_free(&text);
}

struct slice
reply_request_id(const struct http_field *field, size_t n)
{
	static const char *const names[] = {
		"x-request-id", "request-id", "apim-request-id", "cf-ray"
	};
	struct slice id = { 0 };
	size_t i;

	for (i = 0; i < COUNT(names) && id.n == 0; i++)
		id = find_field(field, n, names[i]);
	return id;
}

void
classify(const struct reply *r, struct fault *f)
{
	struct slice id = reply_request_id(r->field, r->nfields);
	msec now = hint_now(r->field, r->nfields, r->wall);
	struct error_body b;
	struct verdict v;
	size_t i;

	*f = (struct fault){ .status = r->status, .wait = MSEC_NONE };
	error_body_read(&b, r->body, now);
	v = judge(&b, b.status != 0 ? b.status : r->status);
	/* a captive portal answers everything with a 200 */
	if (r->status < 300 && b.status == 0 &&
	    (b.html || slice_trim(r->body).n == 0))
		v = (struct verdict){ .class = F_PROTO, .sure = 1 };
	/* OpenRouter's 402s, whose codes are numbers, are temporary if they
	 * state a wait */
	if (v.class == F_QUOTA && !v.sure && b.status == 402 &&
	    hint_fields(r->field, r->nfields, now) != MSEC_NONE)
		v.class = F_RATE;
	f->class = v.class;
	if (r->status < 300 && v.class != F_PROTO) {
		f->status = b.status;
		for (i = 0; i < COUNT(implied) && f->status == 0; i++)
			if (implied[i].class == v.class)
				f->status = implied[i].status;
	}
	set_retry(f, r, &b, &v, now);
	slice_copy(id.n > 0 ? id : b.request_id, f->request_id,
	    sizeof(f->request_id));
	describe(f, r, &b);
	error_body_free(&b);
}
