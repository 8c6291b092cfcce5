#include "wire/wait.h"

#include "tests/t.h"

/* 2026-10-21T07:28:00Z */
#define NOW ((msec)1792567680000)

static const struct {
	const char *what, *name[2], *value[2];
	msec wait, reset;
} fields[] = {
	{ "seconds", { "Retry-After" }, { "5" }, 5000, MSEC_NONE },
	{ "fraction", { "retry-after" }, { "2.5" }, 2500, MSEC_NONE },
	{ "rounded up", { "retry-after" }, { "0.0001" }, 1, MSEC_NONE },
	{ "at once", { "retry-after" }, { "0" }, 0, MSEC_NONE },
	{ "leading zeros", { "retry-after" }, { "007" }, 7000, MSEC_NONE },
	{ "with a unit", { "retry-after" }, { "1m30s" }, 90000, MSEC_NONE },
	{ "a list", { "retry-after" }, { "1, 2" }, 2000, MSEC_NONE },
	{ "ms", { "retry-after-ms" }, { "578" }, 578, MSEC_NONE },
	{ "ms with a fraction", { "retry-after-ms" }, { "578.2" }, 579,
	    MSEC_NONE },
	{ "ms before seconds", { "retry-after", "retry-after-ms" },
	    { "1", "578" }, 578, MSEC_NONE },
	{ "bad ms", { "retry-after-ms", "retry-after" }, { "x", "1" }, 1000,
	    MSEC_NONE },
	{ "twice", { "retry-after", "retry-after" }, { "1", "2" }, 2000,
	    MSEC_NONE },
	{ "twice, once bad", { "retry-after", "retry-after" }, { "3", "x" },
	    3000, MSEC_NONE },
	{ "IMF-fixdate", { "retry-after" },
	    { "Wed, 21 Oct 2026 07:28:12 GMT" }, 12000, MSEC_NONE },
	{ "RFC 850", { "retry-after" },
	    { "Wednesday, 21-Oct-26 07:28:12 GMT" }, 12000, MSEC_NONE },
	{ "asctime", { "retry-after" }, { "Wed Oct 21 07:28:12 2026" },
	    12000, MSEC_NONE },
	{ "a date in the past", { "retry-after" },
	    { "Thu, 01 Jan 1970 00:00:00 GMT" }, 0, MSEC_NONE },
	{ "a date too far ahead", { "retry-after" },
	    { "Wed, 21 Oct 2099 07:28:12 GMT" }, MSEC_NONE, MSEC_NONE },
	{ "negative", { "retry-after" }, { "-1" }, MSEC_NONE, MSEC_NONE },
	{ "a word", { "retry-after" }, { "soon" }, MSEC_NONE, MSEC_NONE },
	{ "hex", { "retry-after" }, { "0x1" }, MSEC_NONE, MSEC_NONE },
	{ "hex ms", { "retry-after-ms" }, { "0x1" }, MSEC_NONE, MSEC_NONE },
	{ "NaN", { "retry-after" }, { "NaN" }, MSEC_NONE, MSEC_NONE },
	{ "infinite", { "retry-after" }, { "inf" }, MSEC_NONE, MSEC_NONE },
	{ "infinite, long", { "retry-after" }, { "Infinity" }, MSEC_NONE,
	    MSEC_NONE },
	{ "empty", { "retry-after" }, { "" }, MSEC_NONE, MSEC_NONE },
	{ "huge", { "retry-after" }, { "99999999999999999999" }, MSEC_NONE,
	    MSEC_NONE },
	{ "over a year", { "retry-after" }, { "31708800" }, MSEC_NONE,
	    MSEC_NONE },
	{ "a year", { "retry-after" }, { "31536000" }, 31536000000,
	    MSEC_NONE },

	{ "LiteLLM's", { "llm_provider-retry-after" }, { "2" }, 2000,
	    MSEC_NONE },
	{ "Kong's", { "X-AI-RateLimit-Retry-After" }, { "3" }, 3000,
	    MSEC_NONE },
	{ "Azure's", { "x-ms-retry-after-ms" }, { "1500" }, 1500, MSEC_NONE },
	{ "Copilot's", { "x-ratelimit-user-retry-after" }, { "7" }, 7000,
	    MSEC_NONE },
	{ "a reset in seconds", { "X-RateLimit-Reset-After" }, { "1.5" },
	    1500, 1500 },
	{ "a Unix time to wait for", { "retry-after" }, { "1792567683" },
	    3000, MSEC_NONE },
	{ "one in ms", { "retry-after" }, { "1792567683500" }, 3500,
	    MSEC_NONE },
	{ "RFC 3339 to wait for", { "retry-after" },
	    { "2026-10-21T07:28:03Z" }, 3000, MSEC_NONE },
	{ "neither", { "x-should-retry", "retry-after-party" }, { "9", "9" },
	    MSEC_NONE, MSEC_NONE },

	{ "structured", { "RateLimit" }, { "\"api\";r=0;t=2" }, MSEC_NONE,
	    2000 },
	{ "structured, two buckets", { "ratelimit", "ratelimit-policy" },
	    { "\"minute\";r=178;t=44, \"hour\";r=0;t=1724",
	    "\"minute\";q=300;w=60" }, MSEC_NONE, 1724000 },
	{ "structured, in the other order", { "ratelimit" },
	    { "\"a\";t=5;r=0, \"b\";t=50;r=1" }, MSEC_NONE, 5000 },
	{ "structured, none empty", { "ratelimit" }, { "\"a\";r=1;t=5" },
	    MSEC_NONE, MSEC_NONE },
	{ "draft 7", { "RateLimit" }, { "limit=100, remaining=0, reset=5" },
	    MSEC_NONE, 5000 },
	{ "another spelling", { "x-rate-limit-remaining-tokens",
	    "x-rate-limit-reset-tokens" }, { "0.0", "3s" }, MSEC_NONE, 3000 },
	{ "a limit that is none", { "x-ratelimit-remaining-tokens",
	    "x-ratelimit-reset-tokens" }, { "-1", "0" }, MSEC_NONE,
	    MSEC_NONE },

	{ "Together's reset", { "x-ratelimit-reset" }, { "2" }, MSEC_NONE,
	    2000 },
	{ "epoch ms", { "X-RateLimit-Reset" }, { "1792567681500" },
	    MSEC_NONE, 1500 },
	{ "epoch seconds", { "x-ratelimit-reset" }, { "1792567682" },
	    MSEC_NONE, 2000 },
	{ "epoch in the past", { "x-ratelimit-reset" }, { "1741305600000" },
	    MSEC_NONE, MSEC_NONE },
	{ "an empty bucket", { "x-ratelimit-remaining-tokens",
	    "x-ratelimit-reset-tokens" }, { "0", "6m0s" }, MSEC_NONE,
	    360000 },
	{ "a bucket that is not empty", { "x-ratelimit-remaining-tokens",
	    "x-ratelimit-reset-tokens" }, { "7", "6m0s" }, MSEC_NONE,
	    MSEC_NONE },
	{ "a bucket without a count", { "x-ratelimit-reset-tokens" },
	    { "6m0s" }, MSEC_NONE, 360000 },
	{ "another bucket is empty", { "x-ratelimit-remaining-requests",
	    "x-ratelimit-reset-tokens" }, { "0", "6m0s" }, MSEC_NONE,
	    MSEC_NONE },
	{ "RFC 3339", { "anthropic-ratelimit-input-tokens-reset",
	    "anthropic-ratelimit-input-tokens-remaining" },
	    { "2026-10-21T07:29:00Z", "0" }, MSEC_NONE, 60000 },
	{ "RFC 3339 in the past", { "anthropic-ratelimit-tokens-reset",
	    "anthropic-ratelimit-tokens-remaining" },
	    { "2026-10-21T07:27:00Z", "0" }, MSEC_NONE, MSEC_NONE },
	{ "no limit at all", { "x-reset" }, { "5" }, MSEC_NONE, MSEC_NONE },
};

static void
test_fields(void)
{
	struct http_field f[2];
	size_t i, n;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		for (n = 0; n < 2 && fields[i].name[n] != NULL; n++) {
			f[n].name = slice_str(fields[i].name[n]);
			f[n].value = slice_str(fields[i].value[n]);
		}
		EQ(wait_fields(f, n, NOW), fields[i].wait, fields[i].what);
		EQ(wait_reset(f, n, NOW), fields[i].reset, fields[i].what);
	}
	f[0].name = SLICE("Date");
	f[0].value = SLICE("Wed, 21 Oct 2026 07:27:48 GMT");
	EQ(wait_now(f, 1, 5), NOW - 12000, "the peer's clock");
	f[0].value = SLICE("today");
	EQ(wait_now(f, 1, 5), 5, "our clock where the peer's is garbage");
}

int
main(void)
{
	test_fields();
	return DONE();
}
