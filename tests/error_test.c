/*
 * What a refusal means: by code, status, field and wait, and what the user
 * reads; error_words_test.c has those that tell it in words only.
 */

#include "tests/replies.h"

static const struct refusal cases[] = {
	/* codes before the status */
	{ "a quota code in a 429", 429, "", "{\"error\":{\"code\":"
	    "\"insufficient_quota\",\"message\":\"try again in 5s\"}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "the code outranks the type", 429, "", "{\"error\":{\"code\":"
	    "\"credit_balance_exhausted\",\"type\":\"requests\"}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "the type where the code is null", 429, "", "{\"error\":{\"code\":"
	    "null,\"type\":\"insufficient_quota\"}}", F_QUOTA, 0,
	    MSEC_NONE },
	{ "the type where the code is vague", 401, "", "{\"error\":"
	    "{\"type\":\"authentication_error\",\"code\":"
	    "\"invalid_request_error\"}}", F_AUTH, 0, MSEC_NONE },
	{ "details outrank the type", 429, "retry-after: 3\n", "{\"error\":"
	    "{\"type\":\"rate_limit_error\",\"message\":\"m\",\"details\":"
	    "{\"error_code\":\"enforced_spend_limit_reached\"}}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "another spelling of a code", 429, "", "{\"error\":{\"code\":"
	    "\"RateLimitExceeded\"}}", F_RATE, 1, MSEC_NONE },
	{ "a rate code, whatever its text", 429, "", "{\"error\":{\"code\":"
	    "\"rate_limit_exceeded\",\"message\":\"overloaded\"}}", F_RATE, 1,
	    MSEC_NONE },
	{ "the status outranks a vague type", 503, "", "{\"error\":"
	    "{\"type\":\"api_error\",\"message\":\"busy\"}}", F_OVERLOAD, 1,
	    MSEC_NONE },
	{ "a bad key in a 400", 400, "", "[{\"error\":{\"code\":400,"
	    "\"status\":\"INVALID_ARGUMENT\",\"message\":\"m\",\"details\":"
	    "[{\"reason\":\"API_KEY_INVALID\"}]}}]", F_AUTH, 0, MSEC_NONE },
	{ "no such model", 400, "", "{\"error\":{\"code\":"
	    "\"model_not_found\"}}", F_NOT_FOUND, 0, MSEC_NONE },
	{ "bytes, not tokens", 413, "", "{\"type\":\"error\",\"error\":"
	    "{\"type\":\"request_too_large\",\"message\":\"m\"}}",
	    F_TOO_LARGE, 0, MSEC_NONE },
	{ "a usage limit", 429, "", "{\"error\":{\"type\":"
	    "\"usage_limit_reached\",\"message\":\"m\","
	    "\"resets_in_seconds\":8899}}", F_DAILY, 1, 8899000 },
	{ "a usage limit with a time of reset", 429, "", "{\"error\":{\"type\":"
	    "\"usage_limit_reached\",\"resets_at\":1792567740}}",
	    F_DAILY, 1, 60000 },
	{ "a usage limit without a reset", 429, "", "{\"error\":{\"type\":"
	    "\"usage_limit_reached\"}}", F_DAILY, 0, MSEC_NONE },

	/* the status where the body says nothing */
	{ "408", 408, "", "", F_TIMEOUT, 1, MSEC_NONE },
	{ "409", 409, "", "", F_SERVER, 1, MSEC_NONE },
	{ "422", 422, "", "", F_REQUEST, 0, MSEC_NONE },
	{ "425", 425, "", "", F_SERVER, 1, MSEC_NONE },
	{ "451", 451, "", "", F_REQUEST, 0, MSEC_NONE },
	{ "499", 499, "", "", F_RATE, 1, MSEC_NONE },
	{ "505", 505, "", "", F_REQUEST, 0, MSEC_NONE },
	{ "507", 507, "", "", F_REQUEST, 0, MSEC_NONE },
	{ "511", 511, "", "", F_REQUEST, 0, MSEC_NONE },
	{ "530", 530, "", "", F_SERVER, 1, MSEC_NONE },
	{ "307", 307, "", "", F_REQUEST, 0, MSEC_NONE },

	/* x-should-retry */
	{ "told not to", 503, "X-Should-Retry: False\nretry-after: 1\n", "",
	    F_OVERLOAD, 0, MSEC_NONE },
	{ "told to", 400, "x-should-retry: true\nretry-after: 1\n", "",
	    F_REQUEST, 1, 1000 },
	{ "a quota code outranks it", 429, "x-should-retry: true\n",
	    "{\"error\":{\"code\":\"insufficient_quota\"}}", F_QUOTA, 0,
	    MSEC_NONE },
	{ "a request over the limit outranks it", 429, "x-should-retry: true\n",
	    "{\"error\":{\"message\":\"Limit 10, Used 0, Requested 11\"}}",
	    F_TOO_LARGE, 0, MSEC_NONE },
	{ "neither true nor false", 500, "x-should-retry: maybe\n", "",
	    F_SERVER, 1, MSEC_NONE },

	/* words that are not enough */
	{ "your current quota, but per minute", 429, "", "{\"error\":{\"code\":"
	    "429,\"status\":\"RESOURCE_EXHAUSTED\",\"message\":\"You exceeded"
	    " your current quota, please check your plan and billing"
	    " details.\"}}", F_RATE, 1, MSEC_NONE },
	{ "a spend limit is mentioned, not reached", 429, "", "{\"error\":"
	    "{\"message\":\"Rate limit exceeded. Raise your spend limit for"
	    " more.\"}}", F_RATE, 1, MSEC_NONE },
	{ "retry is mentioned only", 400, "", "{\"error\":{\"message\":"
	    "\"Bad field. Modify your prompt and retry.\"}}", F_REQUEST, 0,
	    MSEC_NONE },

	/* requests over the limit, and daily limits */
	{ "too large, in other words", 429, "", "{\"error\":{\"code\":"
	    "\"rate_limit_exceeded\",\"message\":\"Request too large for m on"
	    " tokens per min (TPM): Limit 30000, Requested 45000.\"}}",
	    F_TOO_LARGE, 0, MSEC_NONE },
	{ "requested over the limit", 429, "retry-after: 61\n", "{\"error\":"
	    "{\"code\":\"rate_limit_exceeded\",\"message\":\"on tokens per"
	    " min: Limit 18000, Used 0, Requested ~36313. Please try again in"
	    " 1m1.04s.\"}}", F_TOO_LARGE, 0, MSEC_NONE },
	{ "413 with a rate code", 413, "", "{\"error\":{\"code\":"
	    "\"rate_limit_exceeded\"}}", F_TOO_LARGE, 0, MSEC_NONE },
	{ "no allowance at all", 429, "", "{\"error\":{\"status\":"
	    "\"RESOURCE_EXHAUSTED\",\"message\":\"for metric: m, limit: 0,"
	    " model: x\\nPlease retry in 33s.\"}}", F_QUOTA, 0, MSEC_NONE },
	{ "a small allowance", 429, "", "{\"error\":{\"status\":"
	    "\"RESOURCE_EXHAUSTED\",\"message\":\"limit: 0.5\\nPlease retry"
	    " in 33s.\"}}", F_RATE, 1, 33000 },
	{ "Google's day, whatever RetryInfo says", 429, "", "{\"error\":"
	    "{\"status\":\"RESOURCE_EXHAUSTED\",\"message\":\"Please retry in"
	    " 3s.\",\"details\":[{\"violations\":[{\"quotaId\":"
	    "\"RequestsPerMinute\"},{\"quotaId\":\"RequestsPerDay\"}]},"
	    "{\"retryDelay\":\"3s\"}]}}", F_DAILY, 1, 84720000 },
	{ "Google's minute without RetryInfo", 429, "", "{\"error\":"
	    "{\"status\":\"RESOURCE_EXHAUSTED\",\"message\":\"m\",\"details\":"
	    "[{\"violations\":[{\"quotaId\":\"RequestsPerMinute\"}]}]}}",
	    F_RATE, 1, 60000 },
	{ "a daily limit with a wait", 429, "", "{\"error\":{\"code\":"
	    "\"rate_limit_exceeded\",\"message\":\"on requests per day (RPD):"
	    " Limit 200, Used 200, Requested 1. Please try again in 7m12s."
	    "\"}}", F_DAILY, 1, 432000 },
	{ "a daily limit, the wait computed", 429, "", "{\"error\":{\"code\":"
	    "\"rate_limit_exceeded\",\"message\":\"on requests per day (RPD):"
	    " Limit 200, Used 200, Requested 1.\"}}", F_DAILY, 1, 432000 },
	{ "a minute that mentions days", 429, "", "{\"error\":{\"code\":429,"
	    "\"message\":\"Rate limit exceeded: free-models-per-min. Add"
	    " credits for 1000 requests per day\"}}", F_RATE, 1, MSEC_NONE },
	{ "OpenRouter's day, epoch ms", 429, "", "{\"error\":{\"code\":429,"
	    "\"message\":\"Rate limit exceeded: free-models-per-day\","
	    "\"metadata\":{\"headers\":{\"X-RateLimit-Limit\":\"50\","
	    "\"X-RateLimit-Reset\":\"1792567740500\"}}}}", F_DAILY, 1,
	    60500 },
	{ "a reset in the past", 429, "", "{\"error\":{\"code\":429,"
	    "\"message\":\"free-models-per-day\",\"metadata\":{\"headers\":"
	    "{\"X-RateLimit-Reset\":\"1741305600000\"}}}}", F_DAILY, 1,
	    MSEC_NONE },

	/* OpenRouter's 402 */
	{ "credits", 402, "", "{\"error\":{\"code\":402,\"message\":"
	    "\"Insufficient credits\"}}", F_QUOTA, 0, MSEC_NONE },
	{ "in flight", 402, "retry-after: 2\n", "{\"error\":{\"code\":402,"
	    "\"message\":\"m\",\"metadata\":{\"limit_source\":"
	    "\"openrouter_in_flight_budget\"}}}", F_RATE, 1, 2000 },
	{ "402 with a wait", 402, "retry-after: 2\n", "{\"error\":{\"code\":"
	    "402,\"message\":\"m\"}}", F_RATE, 1, 2000 },
	{ "402 with a wait, not OpenRouter's", 402, "retry-after: 2\n",
	    "{\"error\":{\"code\":\"c\"}}", F_QUOTA, 0, MSEC_NONE },
	{ "402 with a wait, of credits", 402, "retry-after: 2\n", "{\"error\":"
	    "{\"code\":402,\"metadata\":{\"limit_source\":"
	    "\"openrouter_credits\"}}}", F_QUOTA, 0, MSEC_NONE },

	/* messages without a code */
	{ "no credits, as a 403", 403, "", "{\"code\":\"The caller does not"
	    " have permission\",\"error\":\"Your newly created team doesn't"
	    " have any credits yet.\"}", F_QUOTA, 0, MSEC_NONE },
	{ "longer than the context", 400, "", "{\"error\":{\"message\":"
	    "\"input (9000 tokens) is longer than the model's context length"
	    " (8192 tokens)\"}}", F_CONTEXT, 0, MSEC_NONE },
	{ "over the context size, as a 500", 500, "", "{\"error\":"
	    "{\"message\":\"the request exceeds the available context size\""
	    "}}", F_CONTEXT, 0, MSEC_NONE },
	{ "reduce the length", 400, "", "{\"error\":{\"message\":\"Please"
	    " reduce the length of the messages or completion.\"}}",
	    F_CONTEXT, 0, MSEC_NONE },
	{ "an input too long for OpenRouter's Poolside", 200, "", "{\"error\":"
	    "\"Input length 131393 exceeds the maximum allowed input length of"
	    " 131040 tokens.\"}", F_CONTEXT, 0, MSEC_NONE },
	{ "a prompt too long for Copilot", 200, "", "{\"error\":\"prompt token"
	    " count of 140000 exceeds the limit of 128000\"}", F_CONTEXT, 0,
	    MSEC_NONE },
	{ "a prompt too long for vLLM", 200, "", "{\"error\":\"engine prompt"
	    " length 9000 exceeds the max_model_len of 8192\"}", F_CONTEXT, 0,
	    MSEC_NONE },
	{ "a monthly spend limit", 429, "", "{\"error\":\"This organization has"
	    " exceeded its monthly spend limit\"}", F_QUOTA, 0, MSEC_NONE },
	{ "usage policies", 200, "", "{\"error\":\"This content violates our"
	    " usage policies\"}", F_POLICY, 0, MSEC_NONE },
	{ "policies, only mentioned", 500, "", "{\"error\":\"It broke. See"
	    " also our usage policies.\"}", F_SERVER, 1, MSEC_NONE },
	{ "a full queue", 200, "", "{\"object\":\"error\",\"message\":\"The"
	    " request queue is full.\"}", F_OVERLOAD, 1, MSEC_NONE },
	{ "reduce the prompt length, for a rate limit", 429, "", "{\"error\":"
	    "{\"type\":\"rate_limit_error\",\"message\":\"per minute. Please"
	    " reduce the prompt length, the maximum context length...\"}}",
	    F_RATE, 1, MSEC_NONE },
	{ "a flagged input", 403, "", "{\"error\":{\"code\":403,\"message\":"
	    "\"your input was flagged\"}}", F_POLICY, 0, MSEC_NONE },
	{ "a bad key with a code of bad arguments", 400, "", "{\"code\":"
	    "\"invalid-argument\",\"error\":\"Incorrect API key provided.\"}",
	    F_AUTH, 0, MSEC_NONE },

	{ "credits, in xAI's other words", 403, "", "{\"code\":\"personal-"
	    "team-blocked:spending-limit\",\"error\":\"You have run out of"
	    " credits or need a Grok subscription.\"}", F_QUOTA, 0,
	    MSEC_NONE },
	{ "Azure's volume of calls", 403, "", "{\"statusCode\":403,"
	    "\"message\":\"Out of call volume quota. Quota will be replenished"
	    " in 15:17:42.\"}", F_QUOTA, 0, MSEC_NONE },
	{ "Anthropic's long contexts", 429, "x-should-retry: true\n",
	    "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\","
	    "\"message\":\"Extra usage is required for long context requests."
	    "\"}}", F_QUOTA, 0, MSEC_NONE },
	{ "LiteLLM's budget", 429, "", "{\"error\":{\"message\":\"Budget has"
	    " been exceeded!\",\"type\":\"budget_exceeded\",\"code\":"
	    "\"429\"}}", F_QUOTA, 0, MSEC_NONE },
	{ "Ollama's week", 429, "", "{\"error\":\"you (joe) have reached your"
	    " weekly usage limit, upgrade for higher limits\"}", F_DAILY, 0,
	    MSEC_NONE },
	{ "usage limits are mentioned only", 429, "", "{\"error\":\"Rate limit"
	    " reached, see our usage limits\"}", F_RATE, 1, MSEC_NONE },
	{ "LM Studio's context, in a stream", 200, "", "{\"error\":\"Cannot"
	    " truncate prompt with n_keep (15028) >= n_ctx (7424)\"}",
	    F_CONTEXT, 0, MSEC_NONE },
	{ "LM Studio's context, in a sentence", 200, "", "{\"error\":\"Trying"
	    " to keep the first 15857 tokens when context the overflows."
	    " However, the model is loaded with context length of only 4096"
	    " tokens\"}", F_CONTEXT, 0, MSEC_NONE },

	/* in a stream */
	{ "nothing recognized", 200, "", "{\"error\":{\"message\":\"m\"}}",
	    F_SERVER, 1, MSEC_NONE },
	{ "response.failed without an error", 200, "", "{\"type\":"
	    "\"response.failed\",\"response\":{\"error\":null}}", F_SERVER,
	    1, MSEC_NONE },
	{ "a flat event", 200, "", "{\"type\":\"error\",\"code\":"
	    "\"rate_limit_exceeded\",\"message\":\"Try again in 1 second\"}",
	    F_RATE, 1, 1000 },
	{ "a status as a string", 200, "", "{\"error\":{\"code\":\"404\"}}",
	    F_NOT_FOUND, 0, MSEC_NONE },
	{ "an error in a choice", 200, "", "{\"choices\":[{\"error\":"
	    "{\"code\":429,\"message\":\"m\"}}]}", F_RATE, 1, MSEC_NONE },
	{ "an error beside an empty one", 200, "", "{\"error\":null,"
	    "\"choices\":[{\"error\":{\"code\":502}}]}", F_SERVER, 1,
	    MSEC_NONE },
	{ "Azure's type", 200, "", "{\"type\":\"error\",\"error\":{\"type\":"
	    "\"too_many_requests\",\"message\":\"Rate limit is exceeded. Try"
	    " again in 17 seconds.\"}}", F_RATE, 1, 17000 },
	{ "a rate limit without any code", 200, "", "{\"error\":\"Rate limit"
	    " is exceeded. Try again in 17 seconds.\"}", F_RATE, 1, 17000 },
	{ "an unusable image", 200, "", "{\"type\":\"response.failed\","
	    "\"response\":{\"error\":{\"code\":\"invalid_image_format\"}}}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "an unknown kind of invalid request", 200, "", "{\"error\":"
	    "{\"type\":\"invalid_request_message_order\"}}", F_REQUEST, 0,
	    MSEC_NONE },
	{ "Groq's spelling", 200, "", "{\"error\":{\"type\":"
	    "\"permissions_error\"}}", F_PERMISSION, 0, MSEC_NONE },
	{ "plain text", 200, "", "something broke", F_SERVER, 1,
	    MSEC_NONE },
	{ "loading, with a 200", 200, "", "{\"error\":\"Model x is currently"
	    " loading\",\"estimated_time\":20.0}", F_OVERLOAD, 1, 20000 },

	/* other forms of bodies */
	{ "a stream for a body", 429, "", ": hello\nevent: error\n"
	    "data: {\"error\":{\"code\":\"slow_down\"}}\n\ndata: [DONE]\n\n",
	    F_OVERLOAD, 1, MSEC_NONE },
	{ "an SSE field of an old server", 500, "", "error: {\"code\":501}\n",
	    F_REQUEST, 0, MSEC_NONE },
	{ "JSON in a string", 500, "", "{\"error\":{\"message\":\"Provider"
	    " returned error\",\"metadata\":{\"raw\":\"{\\\"error\\\":"
	    "{\\\"code\\\":\\\"context_length_exceeded\\\"}}\"}}}",
	    F_CONTEXT, 0, MSEC_NONE },
	{ "Cloudflare's short form", 500, "", "error code: 522", F_TIMEOUT,
	    1, MSEC_NONE },
	{ "a number that is not a status", 429, "", "error code: 1015", F_RATE,
	    1, MSEC_NONE },
	{ "what an SDK prints, in a gateway's 500", 500, "", "{\"error\":"
	    "{\"message\":\"Error code: 400 - {'error': {'code': 'c'}}\"}}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "what an SDK prints, in a stream", 200, "", "{\"error\":"
	    "{\"message\":\"Error code: 429 - {'error': {'code':"
	    " 'insufficient_quota'}}\",\"type\":\"server_error\"}}", F_QUOTA,
	    0, MSEC_NONE },
	{ "a gateway's code, and what it quotes", 500, "", "{\"error\":"
	    "{\"code\":502,\"message\":\"Error code: 400 - x\"}}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "a limit that quotes a failure", 429, "", "{\"error\":{\"code\":"
	    "429,\"message\":\"Error code: 500 - x\"}}", F_RATE, 1,
	    MSEC_NONE },
	{ "an error in FastAPI's detail", 429, "", "{\"detail\":{\"error\":"
	    "{\"code\":\"insufficient_quota\"}}}", F_QUOTA, 0, MSEC_NONE },
	{ "an error in an error", 429, "", "{\"error\":{\"message\":"
	    "{\"error\":{\"code\":\"insufficient_quota\"}}}}", F_QUOTA, 0,
	    MSEC_NONE },
	{ "a list of strings", 429, "", "{\"errors\":[\"Try again in 5s\"]}",
	    F_RATE, 1, 5000 },
	{ "truncated JSON", 429, "", "{\"error\":{\"message\":\"Please try"
	    " again in 3s", F_RATE, 1, 3000 },
	{ "HTML with a 200", 200, "", "<html><title>Sign in</title>",
	    F_PROTO, 0, MSEC_NONE },
	{ "a proxy's 407", 407, "", "<html><title>Who are you?</title>",
	    F_PERMISSION, 0, MSEC_NONE },
	{ "nothing with a 200", 200, "", "", F_PROTO, 0, MSEC_NONE },

	/* waits */
	{ "the larger of field and text", 429, "retry-after: 35\n",
	    "{\"error\":{\"message\":\"Please retry in 34.07s.\"}}", F_RATE,
	    1, 35000 },
	{ "the larger of text and field", 429, "retry-after: 5\n",
	    "{\"error\":{\"message\":\"Please retry in 34.07s.\"}}", F_RATE,
	    1, 34070 },
	{ "the text before a bucket's reset", 429,
	    "x-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 1m\n",
	    "{\"error\":{\"message\":\"Please try again in 6.379s.\"}}",
	    F_RATE, 1, 6379 },
	{ "a bucket's reset", 429,
	    "x-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 1m\n",
	    "", F_RATE, 1, 60000 },
	{ "a bucket does not matter for a 500", 500,
	    "x-ratelimit-remaining-tokens: 0\nx-ratelimit-reset-tokens: 1m\n",
	    "", F_SERVER, 1, MSEC_NONE },
	{ "a date against the reply's own", 503, "date: Wed, 21 Oct 2026"
	    " 07:00:00 GMT\nretry-after: Wed, 21 Oct 2026 07:00:09 GMT\n",
	    "", F_OVERLOAD, 1, 9000 },
	{ "a date against the clock", 503,
	    "retry-after: Wed, 21 Oct 2026 07:28:09 GMT\n", "", F_OVERLOAD,
	    1, 9000 },
	{ "a figure beside the message", 429, "", "{\"title\":\"Error 1015\","
	    "\"status\":429,\"retry_after\":30}", F_RATE, 1, 30000 },
	{ "a field that OpenRouter passes on", 429, "", "{\"error\":"
	    "{\"message\":\"m\",\"metadata\":{\"headers\":"
	    "{\"Retry-After\":\"14\"}}}}", F_RATE, 1, 14000 },
	{ "a negative figure", 429, "", "{\"error\":\"m\",\"retry_after\":"
	    "-3}", F_RATE, 1, MSEC_NONE },
	{ "an absurd wait", 429, "retry-after: 40000000\n", "", F_RATE, 1,
	    MSEC_NONE },
};

/* What the user reads. */
static const struct {
	int status;
	const char *fields, *body;
	int want_status;
	const char *text, *name, *id;
} said[] = {
	{ 429, "cf-ray: c\nRequest-Id: b\nx-request-id: a\n",
	    "{\"error\":{\"message\":\"caf\\u00e9 is \\\"full\\\"\\nreally\","
	    "\"code\":\"rate_limit_exceeded\",\"type\":\"tokens\"}}", 429,
	    "caf\xc3\xa9 is \"full\"", "rate_limit_exceeded", "a" },
	{ 401, "cf-ray: c\nrequest-id: b\n", "{\"type\":\"error\",\"error\":"
	    "{\"type\":\"authentication_error\",\"message\":\"no\"},"
	    "\"request_id\":\"r\"}", 401, "no", "authentication_error", "b" },
	{ 529, "", "{\"type\":\"error\",\"error\":{\"type\":"
	    "\"overloaded_error\",\"message\":\"Overloaded\"},"
	    "\"request_id\":\"r\"}", 529, "Overloaded", "overloaded_error",
	    "r" },
	{ 200, "", "{\"error\":{\"code\":502,\"message\":\"Provider returned"
	    " error\",\"metadata\":{\"raw\":\"upstream\\nis down\"}}}", 502,
	    "Provider returned error: upstream", "", "" },
	{ 200, "", "{\"type\":\"error\",\"error\":{\"type\":"
	    "\"rate_limit_error\",\"message\":\"slowly\"}}", 429, "slowly",
	    "rate_limit_error", "" },
	{ 422, "", "{\"object\":\"error\",\"message\":{\"detail\":[{\"type\":"
	    "\"extra_forbidden\",\"loc\":[\"body\",\"top\"],\"msg\":"
	    "\"Extra inputs are not permitted\"}]},\"type\":"
	    "\"invalid_request_error\"}", 422,
	    "top: Extra inputs are not permitted", "invalid_request_error",
	    "" },
	{ 400, "", "{\"detail\":\"Not so\"}", 400, "Not so", "", "" },
	{ 400, "", "{\"object\":\"error\",\"message\":\"old vLLM\",\"type\":"
	    "\"BadRequestError\",\"code\":400}", 400, "old vLLM",
	    "BadRequestError", "" },
	{ 429, "", "{\"error\":{\"code\":429,\"message\":\"m\",\"status\":"
	    "\"RESOURCE_EXHAUSTED\"}}", 429, "m", "RESOURCE_EXHAUSTED", "" },
	{ 502, "", "<html>\n<head><title> 502 Bad Gateway </title></head>",
	    502, "502 Bad Gateway", "", "" },
	{ 407, "", "<title>ERROR: Cache Access Denied</title>", 407,
	    "HTTP 407, the proxy wants a user and password: ERROR: Cache "
	    "Access Denied", "", "" },
	{ 503, "", "<html></html>", 503, "HTTP 503, service unavailable",
	    "", "" },
	{ 503, "", " \r\n", 503, "HTTP 503, service unavailable", "", "" },
	{ 506, "", "", 506, "HTTP 506, without a reason", "", "" },
	{ 500, "", "{\"ok\":false}", 500, "{\"ok\":false}", "", "" },
	{ 200, "", "<title>Sign in</title>", 200,
	    "HTTP 200, a web page: Sign in", "", "" },
	{ 200, "", "<html></html>", 200, "HTTP 200, a web page", "", "" },
};

static void
test_said(void)
{
	struct reply r;
	struct fault f;
	size_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		r = (struct reply){ .status = said[i].status,
		    .body = slice_str(said[i].body) };
		run(said[i].fields, &r, &f);
		EQS(slice_str(f.text), said[i].text, said[i].text);
		EQS(slice_str(f.name), said[i].name, said[i].text);
		EQS(slice_str(f.request_id), said[i].id, said[i].text);
		EQ(f.status, said[i].want_status, said[i].text);
	}
}

/* Texts longer than a fault holds are truncated; nesting is limited. */
static void
test_bounds(void)
{
	struct buf body = { 0 };
	struct reply r = { .status = 500 };
	struct fault f;
	int i;

	buf_puts(&body, "{\"error\":{\"message\":\"");
	for (i = 0; i < 100000; i++)
		buf_puts(&body, "all work ");
	buf_puts(&body, "\",\"code\":\"slow_down\"}}");
	r.body = buf_slice(&body);
	classify(&r, &f);
	EQ(f.class, F_OVERLOAD, "the code after a long message");
	EQ(strlen(f.text), sizeof(f.text) - 1, "a long message is cut");
	buf_clear(&body);
	for (i = 0; i < 30; i++)
		buf_puts(&body, "{\"message\":");
	buf_puts(&body, "\"deep\"");
	for (i = 0; i < 30; i++)
		buf_puts(&body, "}");
	r.body = buf_slice(&body);
	classify(&r, &f);
	EQ(f.class, F_SERVER, "messages within messages");
	buf_free(&body);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(&cases[i]);
	test_said();
	test_bounds();
	return DONE();
}
