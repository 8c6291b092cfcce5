/* What a refusal means whose code and status do not tell, by its words. */

#include "tests/replies.h"

static const struct refusal cases[] = {
	/* money, whatever the status */
	{ "DashScope's arrears", 400, "",
	    "{\"error\":{\"code\":\"Arrearage\",\"message\":\"mak"
	    "e sure your account is in good standing.\"}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "a balance in a 401", 401, "",
	    "{\"error\":{\"type\":\"CreditsError\",\"message\":\""
	    "Insufficient balance. Manage your billing here\"}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "LiteLLM's budget", 401, "",
	    "{\"error\":{\"message\":\"Authentication Error, Exce"
	    "ededBudget: Current spend\",\"type\":\"auth_error\","
	    "\"code\":401}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "a token's quota in a 403", 403, "",
	    "{\"error\":{\"type\":\"new_api_error\",\"message\":\""
	    "token quota is not enough\"}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "the same in Chinese", 403, "",
	    "{\"error\":{\"message\":\"用户额度不足, 剩余额度: 0\"}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "Zhipu's arrears", 429, "",
	    "{\"error\":{\"code\":\"1113\",\"message\":\"余额不足\"}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "SiliconFlow's balance", 403, "",
	    "{\"code\":30001,\"message\":\"Sorry, your account ba"
	    "lance is insufficient\",\"data\":null}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "Volcengine's arrears", 403, "",
	    "{\"error\":{\"code\":\"AccountOverdueError\",\"messa"
	    "ge\":\"overdue\",\"type\":\"Forbidden\"}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "a free tier", 403, "",
	    "{\"code\":\"AllocationQuota.FreeTierOnly\",\"message"
	    "\":\"The free tier of the model has been exhausted.\""
	    "}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "MiniMax's balance in a 200", 200, "",
	    "{\"choices\":null,\"base_resp\":{\"status_code\":100"
	    "8,\"status_msg\":\"insufficient balance\"}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "a limit that is called quota", 429, "",
	    "{\"code\":\"insufficient_quota\",\"message\":\"Alloc"
	    "ated quota exceeded, please increase your quota limi"
	    "t.\"}",
	    F_RATE, 1, MSEC_NONE },

	/* long windows */
	{ "a week in a 403", 403, "",
	    "{\"error\":{\"message\":\"You've reached your weekly"
	    " (7-day) usage limit. Purchase extra usage or upgrad"
	    "e\",\"type\":\"access_terminated_error\"}}",
	    F_DAILY, 0, MSEC_NONE },
	{ "a week, until when", 429, "",
	    "{\"error\":{\"code\":\"1310\",\"message\":\"[1310][W"
	    "eekly/Monthly Limit Exhausted. Your limit will reset"
	    " at 2026-10-21 18:28:00]\"}}",
	    F_DAILY, 1, 10800000 },
	{ "five hours in Chinese", 429, "",
	    "{\"error\":{\"code\":\"1308\",\"message\":\"已达到 5 小时"
	    "的使用上限。您的限额将在 2026-10-21 18:28:00 重置。\"}}",
	    F_DAILY, 1, 10800000 },
	{ "Google's day by its text", 429, "",
	    "{\"error\":{\"status\":\"RESOURCE_EXHAUSTED\",\"mess"
	    "age\":\"Quota exceeded for requests per day. Please "
	    "retry in 5s.\"}}",
	    F_DAILY, 1, 84720000 },
	{ "Code Assist's window", 429, "",
	    "{\"error\":{\"status\":\"RESOURCE_EXHAUSTED\",\"mess"
	    "age\":\"m\",\"details\":[{\"reason\":\"QUOTA_EXHAUST"
	    "ED\",\"metadata\":{\"quotaResetDelay\":\"3h16m\"}}]}"
	    "}",
	    F_RATE, 1, 11760000 },

	/* refusals of contents */
	{ "DashScope's inspection", 200, "",
	    "{\"code\":\"DataInspectionFailed\",\"message\":\"m\""
	    "}",
	    F_POLICY, 0, MSEC_NONE },
	{ "in a gateway's 500", 500, "",
	    "{\"error\":{\"code\":\"data_inspection_failed\",\"ty"
	    "pe\":\"server_error\",\"message\":\"m\"}}",
	    F_POLICY, 0, MSEC_NONE },
	{ "MiniMax's input", 500, "",
	    "{\"error\":{\"message\":\"input new_sensitive (1026)"
	    "\"}}",
	    F_POLICY, 0, MSEC_NONE },
	{ "Volcengine's input", 400, "",
	    "{\"error\":{\"code\":\"SensitiveContentDetected.Viol"
	    "ence\",\"message\":\"m\"}}",
	    F_POLICY, 0, MSEC_NONE },

	/* what can never succeed, with a 5xx or in a stream */
	{ "tools with a stream", 500, "",
	    "{\"error\":{\"code\":500,\"message\":\"Cannot use to"
	    "ols with stream\",\"type\":\"server_error\"}}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "tools without templates", 500, "",
	    "{\"error\":{\"code\":500,\"message\":\"tools param r"
	    "equires --jinja flag\",\"type\":\"server_error\"}}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "a parameter", 500, "",
	    "{\"error\":{\"code\":500,\"message\":\"Unsupported p"
	    "aram: tool_choice\",\"type\":\"server_error\"}}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "several choices", 500, "",
	    "{\"error\":{\"code\":500,\"message\":\"Only one comp"
	    "letion choice is allowed\",\"type\":\"server_error\""
	    "}}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "a batch too small", 500, "",
	    "{\"error\":{\"code\":500,\"message\":\"input is too "
	    "large to process. increase the physical batch size\""
	    ",\"type\":\"server_error\"}}",
	    F_CONTEXT, 0, MSEC_NONE },
	{ "no context shift", 500, "",
	    "{\"error\":{\"message\":\"context shift is disabled\""
	    "}}",
	    F_CONTEXT, 0, MSEC_NONE },
	{ "LM Studio's path", 200, "",
	    "{\"error\":\"Unexpected endpoint or method. (POST /x"
	    ")\"}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "TGI's type", 200, "",
	    "{\"error\":\"`temperature` must be positive\",\"erro"
	    "r_type\":\"validation\"}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "TGI's status", 200, "",
	    "{\"error\":{\"message\":\"m\",\"http_status_code\":4"
	    "22}}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "another spelling of all", 200, "",
	    "{\"error_type\":\"BadRequestError\",\"error_message\""
	    ":\"maximum context length is 9\"}",
	    F_CONTEXT, 0, MSEC_NONE },
	{ "Qianfan's role", 200, "",
	    "{\"error_code\":336006,\"error_msg\":\"odd index\"}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "Spark's audit", 200, "",
	    "{\"header\":{\"code\":10013,\"message\":\"input is 违"
	    "规内容\"}}",
	    F_POLICY, 0, MSEC_NONE },
	{ "Tencent's envelope", 200, "",
	    "{\"Response\":{\"Error\":{\"Code\":\"LimitExceeded\""
	    ",\"Message\":\"request limit: too many requests\"}}}",
	    F_RATE, 1, MSEC_NONE },

	/* errors inside messages */
	{ "a 400 in a 503", 503, "",
	    "{\"error\":{\"message\":\"litellm.ServiceUnavailable"
	    "Error: litellm.BadRequestError: x - b'{\\\"error\\\""
	    ":{\\\"code\\\":400,\\\"message\\\":\\\"The input tok"
	    "en count (9) exceeds the maximum number of tokens al"
	    "lowed (8).\\\"}}'\",\"code\":\"503\"}}",
	    F_CONTEXT, 0, MSEC_NONE },
	{ "a quoted status", 503, "",
	    "{\"error\":{\"message\":\"bad response status code 4"
	    "01\"}}",
	    F_AUTH, 0, MSEC_NONE },
	{ "JSON after words", 502, "",
	    "upstream said: {\"error\":{\"code\":\"insufficient_q"
	    "uota\",\"message\":\"m\"}}",
	    F_QUOTA, 0, MSEC_NONE },
	{ "JSON that is no error", 500, "",
	    "{\"error\":{\"message\":\"cannot read {\\\"type\\\":"
	    "\\\"billing_error\\\"}\"}}",
	    F_SERVER, 1, MSEC_NONE },
	{ "a number that is no status", 500, "",
	    "{\"error\":{\"message\":\"error code: 40001\"}}",
	    F_SERVER, 1, MSEC_NONE },
	{ "a limit in a 403", 403, "",
	    "{\"error\":{\"message\":\"Rate limit exceeded, wait "
	    "5s\"}}",
	    F_RATE, 1, 5000 },
	{ "AWS", 400, "",
	    "{\"__type\":\"ThrottlingException\",\"message\":\"To"
	    "o many tokens, please wait before trying again.\"}",
	    F_RATE, 1, MSEC_NONE },

	/* more of them */
	{ "AWS's field", 400,
	    "x-amzn-errortype: ThrottlingException:http://x\n",
	    "{\"message\":\"Rate exceeded\"}",
	    F_RATE, 1, MSEC_NONE },
	{ "AWS's long names", 400, "",
	    "{\"__type\":\"com.amazon.coral#ThrottlingException\""
	    ",\"message\":\"Rate exceeded\"}",
	    F_RATE, 1, MSEC_NONE },
	{ "a wait in an object of the error", 429, "", "{\"error\":{"
	    "\"message\":\"m\",\"rate_limit\":{\"retry_after\":7}}}",
	    F_RATE, 1, 7000 },
	{ "Spark's numbers", 200, "",
	    "{\"code\":10013,\"message\":\"input content audit fa"
	    "iled\"}",
	    F_POLICY, 0, MSEC_NONE },
	{ "Tencent's prefixes", 200, "",
	    "{\"Response\":{\"Error\":{\"Code\":\"AuthFailure.Sig"
	    "natureFailure\",\"Message\":\"m\"}}}",
	    F_AUTH, 0, MSEC_NONE },
	{ "Qianfan's day", 200, "",
	    "{\"error_code\":17,\"error_msg\":\"Open api daily re"
	    "quest limit reached\"}",
	    F_DAILY, 0, MSEC_NONE },
	{ "Qianfan's second", 200, "",
	    "{\"error_code\":18,\"error_msg\":\"Open api qps requ"
	    "est limit reached\"}",
	    F_RATE, 1, MSEC_NONE },
	{ "no such model, in a 200", 200, "",
	    "{\"status\":\"error\",\"message\":\"model x not foun"
	    "d\"}",
	    F_NOT_FOUND, 0, MSEC_NONE },
	{ "a template, in a 500", 500, "",
	    "{\"error\":{\"message\":\"the chat template does not"
	    " support tools\"}}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "a grammar, in a 500", 500, "",
	    "{\"error\":{\"message\":\"failed to parse grammar\"}"
	    "}",
	    F_REQUEST, 0, MSEC_NONE },
	{ "TGI's length", 422, "",
	    "{\"error\":\"`inputs` must have less than 1024 token"
	    "s. Given: 2000\",\"error_type\":\"validation\"}",
	    F_CONTEXT, 0, MSEC_NONE },
	{ "Google's blocked prompt, passed on", 200, "",
	    "{\"choices\":[],\"promptFeedback\":{\"blockReason\":"
	    "\"SAFETY\"}}",
	    F_POLICY, 0, MSEC_NONE },
};

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(&cases[i]);
	return DONE();
}
