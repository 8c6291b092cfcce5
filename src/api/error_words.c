#include "api/error_words.h"

#include <string.h>

#define BIT(class) (1u << (class))

/*
 * Codes and types that outrank the status (providers.md 0.2), with who sends
 * them.  A name that ends in _ is a prefix.
 */
static const struct {
	enum fclass class;
	const char *names;
} codes[] = {
	/* OpenAI, Azure, GitHub Models, Groq */
	{ F_QUOTA, "insufficient_quota credit_balance_exhausted "
	    "organization_spend_limit_exceeded project_spend_limit_exceeded "
	    "organization_usage_limit_exceeded enforced_spend_limit_reached "
	    "billing_hard_limit_reached billing_not_active "
	    "usage_not_included blocked_api_access" },
	{ F_CONTEXT, "context_length_exceeded tokens_limit_reached" },
	{ F_POLICY, "content_filter content_policy_violation "
	    "image_content_policy_violation ResponsibleAIPolicyViolation "
	    "content_filtered moderation_blocked invalid_prompt cyber_policy "
	    "bio_policy" },
	{ F_AUTH, "invalid_api_key unauthorized" },
	{ F_PERMISSION, "unsupported_country_region_territory forbidden "
	    "organization_restricted" },
	{ F_NOT_FOUND, "not_found model_not_found deployment_not_found "
	    "resource_not_found previous_response_not_found" },
	{ F_RATE, "rate_limit_exceeded rate_limit_reached too_many_requests" },
	{ F_DAILY, "usage_limit_reached" },
	{ F_OVERLOAD, "server_is_overloaded slow_down no_capacity "
	    "resource_unavailable service_unavailable" },
	{ F_TIMEOUT, "vector_store_timeout request_timeout" },
	/* Anthropic; the second is vLLM's */
	{ F_QUOTA, "billing_error" },
	{ F_TOO_LARGE, "request_too_large" },
	{ F_AUTH, "authentication_error" },
	{ F_PERMISSION, "permission_error permissions_error" },
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
	/* Bedrock */
	{ F_PERMISSION, "access_denied unrecognized_client expired_token "
	    "invalid_signature" },
	{ F_OVERLOAD, "model_not_ready" },
	{ F_TIMEOUT, "model_timeout" },
	/* LiteLLM; one-api, New API */
	{ F_QUOTA, "budget_exceeded exceeded_budget insufficient_user_quota "
	    "pre_consume_token_quota_failed" },
	{ F_CONTEXT, "ContextWindowExceededError" },
	{ F_POLICY, "sensitive_words_detected prompt_blocked" },
	/* OpenRouter, whose budget comes with a 402; Together, Fireworks */
	{ F_QUOTA, "openrouter_credits openrouter_key_limit "
	    "insufficient_credits" },
	{ F_RATE, "openrouter_in_flight_budget dynamic_request_limited "
	    "dynamic_token_limited" },
	/* Mistral: 3505 is the capacity of a service tier */
	{ F_RATE, "rate_limited" },
	{ F_OVERLOAD, "3505 service_tier_capacity_exceeded "
	    "capacity_exceeded" },
	/* Moonshot */
	{ F_QUOTA, "exceeded_current_quota_error" },
	{ F_AUTH, "invalid_authentication_error" },
	{ F_OVERLOAD, "engine_overloaded model_overloaded" },
	/* DashScope (Alibaba Model Studio), also of Bedrock and LiteLLM */
	{ F_QUOTA, "Arrearage AllocationQuota.FreeTierOnly" },
	{ F_POLICY, "DataInspectionFailed" },
	{ F_PERMISSION, "AccessDenied.Unpurchased" },
	{ F_RATE, "limit_requests limit_burst_rate Throttling_" },
	/* 1113 to 1321 are Zhipu's (Z.ai), 10013 to 11203 Spark's (iFlytek),
	 * 30001 SiliconFlow's, 336001 to 336502 Qianfan's (Baidu) */
	{ F_QUOTA, "1113 1309 30001" },
	{ F_POLICY, "1301 10013 10014 10019" },
	{ F_CONTEXT, "1261 10907 336007 336103" },
	{ F_AUTH, "11200" },
	{ F_NOT_FOUND, "1211" },
	{ F_RATE, "1302 1303 11202 11203 336501 336502" },
	{ F_DAILY, "1304 1308 1310 1316 1317 1318 1319 1320 1321 11201" },
	{ F_OVERLOAD, "1305 1312 336100" },
	{ F_REQUEST, "336001 336002 336003 336005 336006" },
	/* DeepSeek, MiniMax */
	{ F_QUOTA, "insufficient_balance" },
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
	/* Tencent */
	{ F_AUTH, "AuthFailure_" },
	{ F_RATE, "LimitExceeded_ RequestLimitExceeded_" },
	/* MiniMax's base_resp.status_code, whose numbers have other meanings
	 * elsewhere; all others are like a 500 */
	{ F_QUOTA, "base_resp1008" },
	{ F_POLICY, "base_resp1026 base_resp1027" },
	{ F_AUTH, "base_resp1004 base_resp2049" },
	{ F_REQUEST, "base_resp1042 base_resp2013" },
	{ F_TIMEOUT, "base_resp1001" },
	{ F_RATE, "base_resp1002 base_resp1039 base_resp1041 base_resp2045" },
	{ F_DAILY, "base_resp2056" },
	{ F_SERVER, "base_resp_" },
	/* llama.cpp */
	{ F_CONTEXT, "exceed_context_size_error" },
	{ F_REQUEST, "not_supported_error" },
};

/* Names of bad requests that servers use for any error: they count only
 * without a status, in a stream.  user_error is Azure's.  A name that ends in
 * _ is a prefix; a dozen of the Responses API's begin with image_. */
const char error_vague[] = "invalid_request_error bad_request_error "
    "bad_request user_error invalid_argument failed_precondition "
    "out_of_range validation_error data_residency_mismatch "
    "unprocessable_entity missing_parameter missing_required_parameter "
    "empty_image_file failed_to_download_image invalid_ image_ unsupported_";

/* The status for an error that came without one, by its class. */
static const short implied[] = {
	[F_TIMEOUT] = 504, [F_RATE] = 429, [F_DAILY] = 429,
	[F_OVERLOAD] = 503, [F_SERVER] = 500, [F_QUOTA] = 402,
	[F_AUTH] = 401, [F_PERMISSION] = 403, [F_NOT_FOUND] = 404,
	[F_CONTEXT] = 400, [F_TOO_LARGE] = 413, [F_POLICY] = 400,
	[F_REQUEST] = 400,
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
 * one error in another, with who sends them.  The first row counts whose
 * phrases match, and only where the class so far is among over.  Alternatives
 * are separated by |; both phrases around a & must occur.  Whole phrases only:
 * "quota", "billing", "try again" and "retry" occur in messages of every class
 * (providers.md 0.1).
 */
static const struct {
	enum fclass class;
	unsigned over;
	const char *phrases;
} phrases[] = {
	{ F_RATE, BIT(F_QUOTA),
	    /* DashScope's insufficient_quota is a limit per minute */
	    "allocated quota exceeded, please increase|#token-limit|"
	    /* New API's is a busy upstream; "the load is saturated" */
	    "upstream load is saturated|负载已饱和" },
	{ F_QUOTA, ACCOUNT,
	    /* Anthropic, OpenAI; the extra usage is of long contexts */
	    "credit balance is too low|api usage limits&reached|"
	    "reached its spend limit|reached your spend limit|"
	    "exceeded its spend limit|exceeded your spend limit|"
	    "workspace spend limit|spend limit reached|monthly spend|"
	    "extra usage&required|billing hard limit&reached|"
	    "insufficient_quota|"
	    /* xAI, OpenRouter, Together, Hugging Face, Azure API Management */
	    "credits are depleted|out of credits|used all available credits|"
	    "no credits remaining|have any credits|requires more credits|"
	    "insufficient credits|not enough credits|credit limit exceeded|"
	    "negative balance|exceeded your monthly included credits|"
	    "key limit exceeded|call volume quota|"
	    /* DeepSeek, MiniMax, SiliconFlow, DashScope, Volcengine, Bedrock */
	    "insufficient balance|balance is insufficient|"
	    "insufficient account balance|insufficient_balance|"
	    "balance is not enough|not enough balance|insufficient funds|"
	    "in good standing|arrearage|overdue balance|overdue payment|"
	    "balance is overdue|account is overdue|please recharge|"
	    "invalid_payment_instrument|"
	    /* LiteLLM, one-api, New API, Moonshot; free tiers */
	    "exceededbudget|budget has been exceeded|exceeded budget|"
	    "over budget|quota is not enough|quota not enough|"
	    "insufficient quota|insufficient user quota|"
	    "quota has been used up|quota has been exhausted|"
	    "account is suspended&balance|suspended due to insufficient|"
	    "free tier&exhausted|free quota&exhausted|"
	    "free allocated quota exceeded|"
	    /* Chinese: balance or quota insufficient, quota used up, */
	    "余额不足|额度不足|额度已用尽|额度已用完|额度已耗尽|"
	    /* quota failed, in arrears, please recharge, package expired */
	    "额度失败|配额不足|欠费|请充值|套餐已到期" },
	{ F_QUOTA, RATES, "your current quota&platform.openai.com" },
	{ F_QUOTA, REFUSALS, "please enable billing" },	/* Google */
	{ F_TOO_LARGE, RATES | VAGUE, "request too large" },
	/* a limit per minute may advertise a paid plan's limits per day */
	{ F_RATE, BIT(F_RATE), "per min|per-min" },
	{ F_DAILY, RATES | BIT(F_PERMISSION) | BIT(F_SERVER),
	    /* the last are GitHub Models' and Cloudflare's */
	    "per day|per-day|perday|per_day|daily rate limit|daily limit|"
	    "daily quota|daily request limit|byday|daily free allocation" },
	{ F_DAILY, ACCOUNT,
	    /* Ollama (per hour, week, session), Kimi, Z.ai, MiniMax, ChatGPT */
	    "reached your&usage limit|usage limit reached|"
	    "usage limit exceeded|hit your usage limit|weekly limit|"
	    "weekly usage limit|weekly/monthly limit|monthly limit&reached|"
	    "monthly limit&exhausted|monthly quota|session limit reached|"
	    "5-hour limit|"
	    /* Chinese: usage limit; limit of the day, of the week */
	    "使用上限|每日限额|当日&上限|本周&上限|周限额" },
	{ F_AUTH, REFUSALS, "incorrect api key|invalid api key|"
	    "invalid api-key|invalid x-api-key|api key not valid|"
	    "api key expired|api key is invalid|invalid authentication|"
	    "authentication failed|401 unauthorized|"
	    "litellm.authenticationerror|"
	    /* New API: token invalid, expired; Zhipu: who are you */
	    "无效的令牌|令牌已过期|令牌无效|身份验证失败" },
	{ F_PERMISSION, VAGUE, "location is not supported|"
	    "region, or territory not supported|"
	    "organization has been disabled" },
	{ F_POLICY, REFUSALS, "content management policy|"
	    "content filtering policy|content policy|"
	    "our usage polic&viola|safety system&rejected|"
	    "input was flagged|prompt was flagged|request was flagged|"
	    "request has been flagged|blocked&guardrail|"
	    "contentpolicyviolation|responsibleaipolicy|"
	    /* xAI, DeepSeek, Moonshot */
	    "violates usage guidelines|content exists risk|"
	    "considered high risk|"
	    /* DashScope, Zhipu, Volcengine, MiniMax, New API */
	    "inappropriate content|data_inspection_failed|"
	    "datainspectionfailed|unsafe or sensitive content|"
	    "contain sensitive information|new_sensitive|content is unsafe|"
	    "sensitive words detected|prohibited content|"
	    /* Chinese: sensitive content or words, against the rules */
	    "敏感内容|敏感词|违规内容|内容违规" },
	{ F_CONTEXT, LENGTHS, "prompt is too long|prompt too long|"
	    "input is too long|too long to fit|input length|"
	    "reduce the length|maximum context|max context length|"
	    "maximum prompt length|maximum model length|max_model_len|"
	    "prompt exceeds|token count&exceeds the limit|"
	    "context length&exceed|context length&longer|"
	    "context length&greater|context window&exceed|"
	    "context size&exceed|context limit&exceed|"
	    "exceeded model token limit|prompt tokens&exceed|"
	    "maximum number of tokens allowed&exceed|input tokens exceed|"
	    "context_length_exceeded|contextwindowexceeded|"
	    /* TGI, LM Studio, llama.cpp, SGLang, Cohere */
	    "max_new_tokens` must be|must have less than&tokens|"
	    "context length&only|n_keep|input is too large to process|"
	    "context shift is disabled|exceeds the maximum allowed length|"
	    "too many tokens&cannot exceed|"
	    /* Chinese: context length, beyond the maximum, input too long */
	    "上下文长度|超过最大长度|超出最大长度|输入过长" },
	/* what can never succeed, said with a 5xx or in a stream */
	{ F_NOT_FOUND, BIT(F_SERVER) | BIT(F_REQUEST), "no such model|"
	    "model&not found|model&does not exist|model not exist|"
	    "litellm.notfounderror" },
	{ F_REQUEST, BIT(F_SERVER) | BIT(F_OVERLOAD),
	    /* llama.cpp */
	    "cannot use tools with stream|tools param requires|"
	    "only one completion choice|unsupported|does not support|"
	    "image input is not supported|schema conversion failed|"
	    "parse_error|failed to parse grammar|failed to parse messages|"
	    "failed to parse tools|missing 'messages'|expected 'messages'|"
	    /* TGI, LM Studio, LiteLLM */
	    "input validation error|unexpected endpoint|"
	    "vision add-on is not loaded|litellm.badrequesterror" },
	/* rate limits with another status, or with none */
	{ F_RATE, REFUSALS, "rate limit exceeded|rate limit reached|"
	    "rate limit has been|exceeded&rate limit|reached&rate limit|"
	    "request limit reached|too many requests|hit a rate limit|"
	    "litellm.ratelimiterror|"
	    /* Chinese: too often, request frequency, rate limit */
	    "请求过于频繁|请求频率|速率限制" },
	{ F_OVERLOAD, BIT(F_SERVER) | BIT(F_RATE), "overloaded|at capacity|"
	    "capacity exceeded|high demand|busy|currently loading|"
	    "loading model|queue is full|"
	    /* Chinese: busy, load saturated, too many visits */
	    "繁忙|负载已饱和|访问量过大" },
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

enum fclass
error_phrase(struct slice text, enum fclass class, int coded)
{
	size_t i;

	/* a rate code outranks a message about overload */
	for (i = 0; i < COUNT(phrases); i++)
		if ((phrases[i].over & BIT(class)) != 0 &&
		    !(phrases[i].class == F_OVERLOAD && coded) &&
		    slice_says(text, phrases[i].phrases))
			return phrases[i].class;
	return F_NONE;
}

int
error_passing(struct slice text)
{
	return memchr(text.p, ' ', text.n) == NULL || slice_says(text, passing);
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
	return (size_t)class < COUNT(implied) ? implied[class] : 0;
}
