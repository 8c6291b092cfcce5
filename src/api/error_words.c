#include "api/error_words.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(class) (1u << (class))

/*
 * Codes and types that outrank the status (providers.md 0.2), with who sends
 * them.  A name that ends in _ is a prefix.  A code listed twice has the class
 * of its first row.
 */
static const struct {
	enum fclass class;
	const char *names;
} codes[] = {
	/* OpenAI */
	{ F_QUOTA, "insufficient_quota credit_balance_exhausted "
	    "organization_spend_limit_exceeded project_spend_limit_exceeded "
	    "organization_usage_limit_exceeded enforced_spend_limit_reached "
	    "billing_hard_limit_reached billing_not_active "
	    "usage_not_included" },
	{ F_CONTEXT, "context_length_exceeded" },
	{ F_POLICY, "content_filter content_policy_violation "
	    "image_content_policy_violation moderation_blocked "
	    "invalid_prompt cyber_policy bio_policy" },
	{ F_AUTH, "invalid_api_key" },
	{ F_PERMISSION, "unsupported_country_region_territory" },
	{ F_NOT_FOUND, "model_not_found previous_response_not_found" },
	{ F_RATE, "rate_limit_exceeded too_many_requests" },
	{ F_DAILY, "usage_limit_reached" },
	{ F_OVERLOAD, "server_is_overloaded slow_down no_capacity "
	    "resource_unavailable service_unavailable" },
	{ F_TIMEOUT, "vector_store_timeout" },
	/* Anthropic */
	{ F_QUOTA, "billing_error" },
	{ F_TOO_LARGE, "request_too_large" },
	{ F_AUTH, "authentication_error" },
	{ F_PERMISSION, "permission_error" },
	{ F_NOT_FOUND, "not_found_error" },
	{ F_RATE, "rate_limit_error" },
	{ F_OVERLOAD, "overloaded_error" },
	{ F_TIMEOUT, "timeout_error" },
	/* Google */
	{ F_QUOTA, "billing_disabled" },
	{ F_POLICY, "prohibited_content" },
	{ F_AUTH, "api_key_invalid unauthenticated" },
	{ F_PERMISSION, "permission_denied service_disabled" },
	{ F_RATE, "resource_exhausted user_rate_limit_exceeded" },
	{ F_OVERLOAD, "model_capacity_exhausted unavailable" },
	{ F_TIMEOUT, "deadline_exceeded" },
	{ F_REQUEST, "unimplemented" },
	/* Azure, GitHub Models */
	{ F_CONTEXT, "tokens_limit_reached" },
	{ F_POLICY, "ResponsibleAIPolicyViolation content_filtered" },
	{ F_AUTH, "unauthorized" },
	{ F_PERMISSION, "forbidden" },
	{ F_NOT_FOUND, "not_found deployment_not_found "
	    "resource_not_found" },
	{ F_RATE, "rate_limit_reached" },
	{ F_TIMEOUT, "request_timeout" },
	/* Bedrock; LiteLLM's throttling_error */
	{ F_AUTH, "unrecognized_client_exception "
	    "expired_token_exception invalid_signature_exception" },
	{ F_PERMISSION, "access_denied_exception" },
	{ F_NOT_FOUND, "resource_not_found_exception" },
	{ F_RATE, "throttling_exception" },
	{ F_OVERLOAD, "model_not_ready_exception" },
	{ F_TIMEOUT, "model_timeout_exception" },
	/* LiteLLM */
	{ F_QUOTA, "budget_exceeded exceeded_budget" },
	{ F_CONTEXT, "ContextWindowExceededError" },
	/* one-api, New API */
	{ F_QUOTA, "insufficient_user_quota pre_consume_token_quota_failed" },
	{ F_POLICY, "sensitive_words_detected prompt_blocked" },
	/* OpenRouter; its budget comes with a 402 */
	{ F_QUOTA, "openrouter_credits openrouter_key_limit" },
	{ F_RATE, "openrouter_in_flight_budget" },
	/* Groq, Together, Fireworks, xAI */
	{ F_QUOTA, "blocked_api_access insufficient_credits" },
	{ F_PERMISSION, "organization_restricted" },
	{ F_RATE, "dynamic_request_limited dynamic_token_limited" },
	/* Mistral: 3505 is the capacity of a service tier */
	{ F_RATE, "rate_limited" },
	{ F_OVERLOAD, "3505 service_tier_capacity_exceeded "
	    "capacity_exceeded" },
	/* Moonshot */
	{ F_QUOTA, "exceeded_current_quota_error" },
	{ F_AUTH, "invalid_authentication_error" },
	{ F_OVERLOAD, "engine_overloaded model_overloaded overloaded" },
	/* DashScope (Alibaba Model Studio) */
	{ F_QUOTA, "Arrearage AllocationQuota.FreeTierOnly" },
	{ F_POLICY, "DataInspectionFailed" },
	{ F_PERMISSION, "AccessDenied AccessDenied.Unpurchased" },
	{ F_RATE, "throttling limit_requests limit_burst_rate" },
	{ F_RATE, "Throttling_" },
	/* Zhipu (Z.ai): errors of the account, of the limits */
	{ F_QUOTA, "1113 1309" },
	{ F_POLICY, "1301" },
	{ F_CONTEXT, "1261" },
	{ F_NOT_FOUND, "1211" },
	{ F_RATE, "1302 1303" },
	{ F_DAILY, "1304 1308 1310 1316 1317 1318 1319 1320 1321" },
	{ F_OVERLOAD, "1305 1312" },
	/* DeepSeek, MiniMax, SiliconFlow (30001) */
	{ F_QUOTA, "insufficient_balance 30001" },
	/* Volcengine Ark, BytePlus */
	{ F_QUOTA, "AccountOverdue OperationDenied.ServiceOverdue "
	    "SetLimitExceeded InvalidSubscription" },
	{ F_POLICY, "SensitiveContentDetected_ "
	    "InputTextSensitiveContentDetected "
	    "InputImageSensitiveContentDetected "
	    "OutputTextSensitiveContentDetected" },
	{ F_NOT_FOUND, "InvalidEndpointOrModel.NotFound" },
	{ F_RATE, "RateLimitExceeded_ ModelAccountRpmRateLimitExceeded "
	    "ModelAccountTpmRateLimitExceeded AccountRateLimitExceeded "
	    "RequestBurstTooFast InflightBatchsizeExceeded" },
	{ F_DAILY, "AccountQuotaExceeded" },
	{ F_OVERLOAD, "server_overloaded" },
	/* Qianfan (Baidu): its numbers */
	{ F_REQUEST, "336001 336002 336003 336005 336006" },
	{ F_CONTEXT, "336007 336103" },
	{ F_RATE, "336501 336502" },
	{ F_OVERLOAD, "336100" },
	/* llama.cpp */
	{ F_CONTEXT, "exceed_context_size_error" },
	{ F_REQUEST, "not_supported_error" },
	/* TGI */
	{ F_OVERLOAD, "overloaded" },
	/* vLLM */
	{ F_OVERLOAD, "service_unavailable_error" },
	{ F_PERMISSION, "permissions_error" },
};

/* MiniMax's base_resp.status_code.  The numbers have other meanings in other
 * servers' codes. */
static const struct {
	int code;
	enum fclass class;
} minimax[] = {
	{ 1000, F_SERVER }, { 1001, F_TIMEOUT }, { 1002, F_RATE },
	{ 1004, F_AUTH }, { 1008, F_QUOTA }, { 1013, F_SERVER },
	{ 1026, F_POLICY }, { 1027, F_POLICY }, { 1033, F_SERVER },
	{ 1039, F_RATE }, { 1041, F_RATE }, { 1042, F_REQUEST },
	{ 2013, F_REQUEST }, { 2045, F_RATE }, { 2049, F_AUTH },
	{ 2056, F_DAILY },
};

/* Names of bad requests that servers use for any error: they count only
 * without a status, in a stream.  user_error is Azure's.  A name that ends in
 * _ is a prefix; a dozen of the Responses API's begin with image_. */
static const char vague[] = "invalid_request_error bad_request_error "
    "bad_request user_error invalid_argument failed_precondition "
    "out_of_range validation_error data_residency_mismatch "
    "unprocessable_entity missing_parameter missing_required_parameter "
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
static const struct error_status statuses[] = {
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
#define VAGUE (BIT(F_REQUEST) | BIT(F_SERVER) | BIT(F_OVERLOAD))
#define REFUSALS (VAGUE | BIT(F_PERMISSION))
#define ACCOUNT (RATES | REFUSALS | BIT(F_AUTH))
#define LENGTHS (VAGUE | BIT(F_TOO_LARGE))

/*
 * Messages, for errors without a code of their own, and for gateways that wrap
 * one error in another.  The first row counts whose phrases match, and only
 * where the class so far is among over.  Alternatives are separated by |; both
 * phrases around a & must occur.  Whole phrases only: "quota", "billing", "try
 * again" and "retry" occur in messages of every class (providers.md 0.1).
 */
static const struct {
	enum fclass class;
	unsigned over;
	const char *phrases;
} phrases[] = {
	/* DashScope calls its limit per minute insufficient_quota, New API a
	 * busy upstream (the last: "the load is saturated") */
	{ F_RATE, BIT(F_QUOTA), "allocated quota exceeded, please increase|"
	    "#token-limit|upstream load is saturated|负载已饱和" },
	/* -- no money: Anthropic ("extra usage": of long contexts), OpenAI */
	{ F_QUOTA, ACCOUNT, "credit balance is too low|"
	    "api usage limits&reached|reached its spend limit|"
	    "reached your spend limit|exceeded its spend limit|"
	    "exceeded your spend limit|workspace spend limit|"
	    "spend limit reached|monthly spend|extra usage&required|"
	    "billing hard limit&reached|insufficient_quota" },
	/* xAI, OpenRouter, Together, Hugging Face, Azure ("call volume") */
	{ F_QUOTA, ACCOUNT, "credits are depleted|out of credits|"
	    "used all available credits|no credits remaining|"
	    "have any credits|requires more credits|insufficient credits|"
	    "not enough credits|credit limit exceeded|negative balance|"
	    "exceeded your monthly included credits|key limit exceeded|"
	    "call volume quota" },
	/* DeepSeek, MiniMax, SiliconFlow, DashScope, Volcengine, Bedrock */
	{ F_QUOTA, ACCOUNT, "insufficient balance|balance is insufficient|"
	    "insufficient account balance|insufficient_balance|"
	    "balance is not enough|not enough balance|insufficient funds|"
	    "in good standing|arrearage|overdue balance|overdue payment|"
	    "balance is overdue|account is overdue|"
	    "invalid_payment_instrument|please recharge" },
	/* LiteLLM, one-api, New API, Moonshot; free tiers */
	{ F_QUOTA, ACCOUNT, "exceededbudget|budget has been exceeded|"
	    "exceeded budget|over budget|quota is not enough|"
	    "quota not enough|insufficient quota|insufficient user quota|"
	    "quota has been used up|account is suspended&balance|"
	    "suspended due to insufficient|free tier&exhausted|"
	    "free allocated quota exceeded|free quota&exhausted" },
	/* Chinese: balance or quota insufficient, quota used up, in arrears,
	 * please recharge, package expired */
	{ F_QUOTA, ACCOUNT, "余额不足|额度不足|额度已用尽|额度已用完|"
	    "额度已耗尽|额度失败|配额不足|欠费|请充值|套餐已到期" },
	{ F_QUOTA, RATES, "your current quota&platform.openai.com" },
	{ F_QUOTA, REFUSALS, "please enable billing" },	/* Google */
	{ F_TOO_LARGE, RATES | VAGUE, "request too large" },
	/* a limit per minute may advertise a paid plan's limits per day */
	{ F_RATE, BIT(F_RATE), "per min|per-min" },
	/* byday is GitHub Models', the allocation Cloudflare's; Ollama limits
	 * the usage per hour, week or session */
	{ F_DAILY, RATES | BIT(F_PERMISSION), "per day|per-day|perday|per_day|byday|"
	    "daily rate limit|daily limit|daily quota|"
	    "daily request limit|daily free allocation|"
	    "reached your&usage limit" },
	/* Kimi, Z.ai, MiniMax, Copilot, ChatGPT; Chinese: usage limit, quota
	 * of the day, of the week */
	{ F_DAILY, ACCOUNT, "usage limit reached|usage limit exceeded|"
	    "hit your usage limit|weekly limit|weekly usage limit|"
	    "weekly/monthly limit|monthly limit&reached|"
	    "monthly limit&exhausted|monthly quota|session limit reached|"
	    "5-hour limit|使用上限|每日限额|当日&上限|本周&上限|周限额" },
	{ F_AUTH, REFUSALS, "incorrect api key|invalid api key|"
	    "invalid api-key|invalid x-api-key|api key not valid|"
	    "api key expired|api key is invalid|invalid authentication|"
	    "authentication failed|401 unauthorized|litellm.authenticationerror|"
	    "无效的令牌|令牌已过期|"
	    "令牌无效|身份验证失败" },
	{ F_PERMISSION, VAGUE, "location is not supported|"
	    "region, or territory not supported|"
	    "organization has been disabled" },
	/* usage guidelines are xAI's, the risk DeepSeek's and Moonshot's */
	{ F_POLICY, REFUSALS, "content management policy|"
	    "content filtering policy|content policy|"
	    "violates usage guidelines|our usage polic&viola|"
	    "safety system&rejected|content exists risk|"
	    "considered high risk|input was flagged|prompt was flagged|"
	    "request was flagged|request has been flagged|"
	    "blocked&guardrail|contentpolicyviolation|"
	    "responsibleaipolicy" },
	/* DashScope, Zhipu, Volcengine, MiniMax, New API; Chinese: sensitive
	 * content, sensitive words, against the rules */
	{ F_POLICY, REFUSALS, "inappropriate content|data_inspection_failed|"
	    "datainspectionfailed|unsafe or sensitive content|"
	    "contain sensitive information|new_sensitive|"
	    "sensitive words detected|prohibited content|"
	    "敏感内容|敏感词|违规内容|内容违规" },
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
	/* llama.cpp, SGLang, Cohere, what gateways quote; Chinese: context
	 * length, exceeds the maximum length, input too long */
	{ F_CONTEXT, LENGTHS, "input is too large to process|"
	    "context shift is disabled|context_length_exceeded|"
	    "contextwindowexceeded|exceeds the maximum allowed length|"
	    "too many tokens&cannot exceed|prompt tokens&exceed|"
	    "上下文长度|超过最大长度|超出最大长度|输入过长" },
	/* what can never succeed, said with a 5xx or in a stream: llama.cpp,
	 * TGI, LM Studio, LiteLLM */
	{ F_REQUEST, BIT(F_SERVER) | BIT(F_OVERLOAD),
	    "cannot use tools with stream|tools param requires|"
	    "unsupported param|only one completion choice|"
	    "input validation error|unexpected endpoint|"
	    "this server does not support|does not support tools|"
	    "image input is not supported|vision add-on is not loaded|"
	    "litellm.badrequesterror|litellm.unsupportedparamserror" },
	{ F_NOT_FOUND, BIT(F_SERVER) | BIT(F_REQUEST),
	    "litellm.notfounderror|model not exist" },
	/* rate limits with another status, or with none */
	{ F_RATE, REFUSALS, "rate limit exceeded|rate limit reached|"
	    "rate limit has been|exceeded&rate limit|reached&rate limit|"
	    "too many requests|hit a rate limit|litellm.ratelimiterror|"
	    "请求过于频繁|请求频率|速率限制" },
	/* Chinese: busy, load saturated, too many visits */
	{ F_OVERLOAD, BIT(F_SERVER) | BIT(F_RATE), "overloaded|at capacity|"
	    "capacity exceeded|high demand|busy|currently loading|"
	    "loading model|queue is full|繁忙|负载已饱和|访问量过大" },
};


/* Texts of a 500 that is worth many retries. */
static const char passing[] = "internal|again|retry|temporar|timeout|"
    "timed out|time out|unavailable|busy|load|capacity|sorry|upstream|"
    "provider|gateway|connect|network|reset|closed|crash|out of memory|"
    "unexpected error|unknown error|went wrong|had an error|error occurred|"
    "failed to generate|worker|engine|请稍后|重试|内部错误";

/* -- looking them up ------------------------------------------------------- */

/* Copies the name in lower case without separators and without a final "error"
 * or "exception"; returns its length, or 0 if it does not fit. */
static size_t
squeeze(struct slice name, char *to, size_t size)
{
	static const char *const ends[] = { "error", "exception" };
	size_t i, k, n = 0;
	char c;

	for (i = 0; i < name.n; i++) {
		c = name.p[i];
		if (c == '_' || c == '-' || c == ' ' || c == '.')
			continue;
		if (n == size)
			return 0;
		to[n++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	for (i = 0; i < COUNT(ends); i++) {
		k = strlen(ends[i]);
		if (n > k && memcmp(to + n - k, ends[i], k) == 0)
			return n - k;
	}
	return n;
}

int
error_listed(struct slice name, const char *names)
{
	struct slice list = slice_str(names), want;
	char a[64], b[64];
	size_t n = squeeze(name, a, sizeof(a)), k;

	while (list.n > 0) {
		want = slice_cut(&list, ' ');
		k = squeeze(want, b, sizeof(b));
		if ((n == k || (n > k && want.p[want.n - 1] == '_')) &&
		    k > 0 && memcmp(a, b, k) == 0)
			return 1;
	}
	return 0;
}

enum fclass
error_code(struct slice name)
{
	size_t i;

	for (i = 0; i < COUNT(codes); i++)
		if (error_listed(name, codes[i].names))
			return codes[i].class;
	return F_NONE;
}

int
error_vague(struct slice name)
{
	return error_listed(name, vague);
}

enum fclass
error_minimax(int code)
{
	size_t i;

	for (i = 0; i < COUNT(minimax); i++)
		if (minimax[i].code == code)
			return minimax[i].class;
	return F_SERVER;
}

static int
matches(struct slice text, const char *any)
{
	struct slice list = slice_str(any), also;

	while (list.n > 0) {
		also = slice_cut(&list, '|');
		if (slice_isearch(text, slice_cut(&also, '&')) >= 0 &&
		    slice_isearch(text, also) >= 0)
			return 1;
	}
	return 0;
}

enum fclass
error_phrase(struct slice text, enum fclass class, int coded)
{
	size_t i;

	/* a rate code outranks a message about overload */
	for (i = 0; i < COUNT(phrases); i++)
		if ((phrases[i].over & BIT(class)) != 0 &&
		    !(phrases[i].class == F_OVERLOAD && coded) &&
		    matches(text, phrases[i].phrases))
			return phrases[i].class;
	return F_NONE;
}

int
error_passing(struct slice text)
{
	return memchr(text.p, ' ', text.n) == NULL || matches(text, passing);
}

const struct error_status *
error_status(int status)
{
	size_t i;

	for (i = 0; i < COUNT(statuses); i++)
		if (statuses[i].status == status)
			return &statuses[i];
	return NULL;
}

int
error_implied(enum fclass class)
{
	size_t i;

	for (i = 0; i < COUNT(implied); i++)
		if (implied[i].class == class)
			return implied[i].status;
	return 0;
}
