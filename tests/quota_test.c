#include "api/quota.h"

#include "tests/t.h"

/* 2026-02-18T22:04:00Z */
#define NOW ((msec)1771452240000)

struct want {
	int64_t limit, left, window;
};

#define NONE { -1, -1, -1 }
#define FIELDS 12

static const struct {
	const char *what, *field[FIELDS];
	struct want want[QUOTA_KINDS];
} heads[] = {
	{ "OpenAI", { "x-ratelimit-limit-requests", "500",
	    "x-ratelimit-remaining-requests", "499",
	    "x-ratelimit-reset-requests", "120ms",
	    "X-RateLimit-Limit-Tokens", "60000",
	    "x-ratelimit-remaining-tokens", "51360",
	    "x-ratelimit-reset-tokens", "8.64s" },
	    { { 500, 499, 60000 }, { 60000, 51360, 60000 }, NONE, NONE } },
	{ "OpenAI's free tier counts requests by the day", {
	    "x-ratelimit-limit-requests", "200",
	    "x-ratelimit-remaining-requests", "199",
	    "x-ratelimit-reset-requests", "7m12s" },
	    { { 200, 199, 86400000 }, NONE, NONE, NONE } },
	{ "OpenAI's documentation: no window fits", {
	    "x-ratelimit-limit-requests", "60",
	    "x-ratelimit-remaining-requests", "59",
	    "x-ratelimit-reset-requests", "1s",
	    "x-ratelimit-limit-tokens", "150000",
	    "x-ratelimit-remaining-tokens", "149984",
	    "x-ratelimit-reset-tokens", "6m0s" },
	    { { 60, 59, 60000 }, { 150000, 149984, -1 }, NONE, NONE } },
	{ "Groq: requests by the day, tokens by the minute", {
	    "x-ratelimit-limit-requests", "14400",
	    "x-ratelimit-remaining-requests", "14370",
	    "x-ratelimit-reset-requests", "2m59.56s",
	    "x-ratelimit-limit-tokens", "18000",
	    "x-ratelimit-remaining-tokens", "17997",
	    "x-ratelimit-reset-tokens", "7.66s" },
	    { { 14400, 14370, 86400000 }, { 18000, 17997, -1 }, NONE,
	    NONE } },
	{ "Azure", { "x-ratelimit-remaining-requests", "9",
	    "x-ratelimit-remaining-tokens", "12000" },
	    { { -1, 9, -1 }, { -1, 12000, -1 }, NONE, NONE } },
	{ "no limit at all", { "x-ratelimit-limit-tokens", "-1",
	    "x-ratelimit-remaining-tokens", "-1",
	    "x-ratelimit-limit-requests", "0",
	    "x-ratelimit-remaining-requests", "0" },
	    { NONE, NONE, NONE, NONE } },
	{ "Anthropic", { "anthropic-ratelimit-input-tokens-limit", "30000",
	    "anthropic-ratelimit-input-tokens-remaining", "15000",
	    "anthropic-ratelimit-input-tokens-reset",
	    "2026-02-18T22:04:30Z",
	    "anthropic-ratelimit-output-tokens-limit", "8000",
	    "anthropic-ratelimit-output-tokens-remaining", "8000",
	    "anthropic-ratelimit-tokens-limit", "38000" },
	    { NONE, { -1, -1, -1 }, { 30000, 15000, 60000 },
	    { 8000, 8000, -1 } } },
	{ "Cerebras", { "x-ratelimit-limit-requests-day", "14400",
	    "x-ratelimit-remaining-requests-day", "14000",
	    "x-ratelimit-limit-tokens-minute", "60000",
	    "x-ratelimit-remaining-tokens-minute", "50000",
	    "x-ratelimit-reset-tokens-minute", "10.5" },
	    { { 14400, 14000, 86400000 }, { 60000, 50000, 60000 }, NONE,
	    NONE } },
	{ "OpenRouter", { "X-RateLimit-Limit", "20",
	    "X-RateLimit-Remaining", "0",
	    "X-RateLimit-Reset", "1771452263000" },
	    { { 20, 0, -1 }, NONE, NONE, NONE } },
	{ "a window of two seconds", { "x-ratelimit-limit-tokens", "2000",
	    "x-ratelimit-remaining-tokens", "1500",
	    "x-ratelimit-reset-tokens", "501ms" },
	    { NONE, { 2000, 1500, 2004 }, NONE, NONE } },
	{ "fields that are ignored", { "x-ratelimit-type", "UserByModelByDay",
	    "x-ratelimit-limit-project-tokens", "5",
	    "anthropic-priority-input-tokens-limit", "5",
	    "x-ratelimit-limit-requests", "-5",
	    "x-ratelimit-limit-tokens", "99999999999999999999",
	    "ratelimit-", "1" },
	    { NONE, NONE, NONE, NONE } },
};

static const struct {
	const char *text;
	msec wait;
	int kind;
	int64_t limit, left, cost;
	msec window;
} texts[] = {
	{ "Rate limit reached for gpt-5.1 in organization org-x on tokens per "
	    "min (TPM): Limit 30000, Used 22999, Requested 12528. Please try "
	    "again in 11.054s.", 11054, QUOTA_TOKENS, 30000, 7001, 12528,
	    60000 },
	{ "on requests per min (RPM): Limit 3, Used 3, Requested 1. Please "
	    "try again in 20s.", 20000, QUOTA_REQUESTS, 3, 0, 1, 60000 },
	{ "on requests per day (RPD): Limit 200, Used 200, Requested 1. "
	    "Please try again in 7m12s.", 432000, QUOTA_REQUESTS, 200, 0, 1,
	    86400000 },
	{ "on tokens per min (TPM): Limit 100000, Used 99857, Requested 1297. "
	    "Please try again in 8h18m31.68s.", 29911680, QUOTA_TOKENS,
	    100000, 143, 1297, 2592000000 },
	{ "on tokens per min (TPM): Limit 200000, Used 199900, Requested 167. "
	    "Please try again in 20ms.", 20, QUOTA_TOKENS, 200000, 100, 167,
	    60000 },
	{ "on tokens per minute (TPM): Limit 18000, Used 0, Requested ~36313",
	    -1, QUOTA_TOKENS, 18000, 18000, 36313, 60000 },
	{ "on input-images per min: Limit 10, Used 10, Requested 2. Please "
	    "try again in 12s", 12000, -1, 0, 0, 0, 0 },
	{ "Rate limit of 50 per 86400s exceeded", 52220000, -1, 0, 0, 0, 0 },
	{ "Rate limit reached for requests", 3000, -1, 0, 0, 0, 0 },
	{ "", -1, -1, 0, 0, 0, 0 },
};

static const struct {
	const char *body;
	int64_t input, output;
} bodies[] = {
	{ "{\"model\":\"m\",\"max_tokens\":50}", 7, 50 },
	{ "{\"max_completion_tokens\":7}", 6, 7 },
	{ "{\"max_output_tokens\":9,\"max_tokens\":null}", 10, 9 },
	{ "{\"generationConfig\":{\"maxOutputTokens\":11}}", 10, 11 },
	{ "{\"max_tokens\":-4}", 4, -1 },
	{ "{\"max_tokens\":1e99}", 4, -1 },
	{ "not json", 2, -1 },
	{ "", 0, -1 },
	{ "\\u0441\\u043b\\u043e\\u0432\\u043e\\n\\\"", 3, -1 },
	{ "слово\n\"", 3, -1 },
	{ "\\ud83d\\ude00\\u20ac\\t", 2, -1 },
	{ "\\ud8", 1, -1 },
};

static void
test_heads(void)
{
	struct http_field field[FIELDS];
	struct quota q;
	size_t i, k, n;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		for (n = 0; n < FIELDS && heads[i].field[n] != NULL; n += 2)
			field[n / 2] = (struct http_field){
			    slice_str(heads[i].field[n]),
			    slice_str(heads[i].field[n + 1]) };
		quota_fields(field, n / 2, NOW, &q);
		for (k = 0; k < QUOTA_KINDS; k++) {
			const struct want *w = &heads[i].want[k];

			EQ(q.of[k].limit, w->limit, heads[i].what);
			EQ(q.of[k].left, w->left, heads[i].what);
			EQ(q.of[k].window, w->window, heads[i].what);
		}
		EQ(q.fixed, strcmp(heads[i].what, "OpenRouter") == 0,
		    heads[i].what);
	}
	EQ(q.of[QUOTA_REQUESTS].reset, MSEC_NONE, "no reset");
}

static void
test_texts(void)
{
	struct quota_of of;
	int64_t cost;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		EQ(quota_text(slice_str(texts[i].text), texts[i].wait, &of,
		    &cost), texts[i].kind, texts[i].text);
		if (texts[i].kind < 0)
			continue;
		EQ(of.limit, texts[i].limit, "limit");
		EQ(of.left, texts[i].left, "left");
		EQ(of.window, texts[i].window, "window");
		EQ(cost, texts[i].cost, "cost");
	}
}

/* 40,000 characters of base64 as a compressed picture has them. */
static void
put_picture(struct buf *b, const char *slash)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
	    "pqrstuvwxyz0123456789+/";
	uint32_t r = 1;
	size_t i;

	for (i = 0; i < 40000; i++) {
		r = r * 1664525 + 1013904223;
		if (r >> 26 == 63)
			buf_puts(b, slash);
		else
			buf_putc(b, digits[r >> 26]);
	}
}

static void
test_costs(void)
{
	struct quota_cost c;
	struct buf b = { 0 };
	size_t i;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		c = quota_cost(slice_str(bodies[i].body));
		EQ(c.input, bodies[i].input, bodies[i].body);
		EQ(c.output, bodies[i].output, bodies[i].body);
	}
	buf_puts(&b, "{\"url\":\"data:image/png;base64,");
	put_picture(&b, "/");
	buf_puts(&b, "==\",\"max_tokens\":5}");
	c = quota_cost(buf_slice(&b));
	OK(c.input >= 800 && c.input < 850, "a picture is not text");
	EQ(c.output, 5, "and the member after it");
	buf_clear(&b);
	put_picture(&b, "\\/");
	OK(quota_cost(buf_slice(&b)).input <= 801, "with \\/ for /");
	buf_clear(&b);
	for (i = 0; i < 4000; i++)
		buf_puts(&b, "x");
	EQ(quota_cost(buf_slice(&b)).input, 1000,
	    "a row of one letter is text");
	buf_clear(&b);
	for (i = 0; i < 400; i++)
		buf_puts(&b, "0123456789abcdef");
	EQ(quota_cost(buf_slice(&b)).input, 1600, "hexadecimal digits are");
	buf_clear(&b);
	for (i = 0; i < 100000; i++)
		buf_puts(&b, "word ");
	c = quota_cost(buf_slice(&b));
	EQ(c.input, 125000, "text");
	buf_free(&b);
}

int
main(void)
{
	test_heads();
	test_texts();
	test_costs();
	return DONE();
}
