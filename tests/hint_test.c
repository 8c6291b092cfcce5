#include "api/hint.h"

#include "tests/t.h"

/* 2026-10-21T07:28:00Z */
#define NOW ((msec)1792567680000)

static const struct {
	const char *text;
	msec wait;
} texts[] = {
	{ "Please try again in 6.379s. Visit https://x", 6379 },
	{ "Please try again in 20ms.", 20 },
	{ "try again in 1m12.5s", 72500 },
	{ "try again in 7m12s", 432000 },
	{ "try again in 28m0s", 1680000 },
	{ "try again in 12m", 720000 },
	{ "try again in 1h12m3.36s", 4323360 },
	{ "try again in 8h24m0s", 30240000 },
	{ "try again in 8h37m31.296s", 31051296 },
	{ "try again in 8h3m.", 28980000 },
	{ "try again in 1m1.043333333s", 61044 },
	{ "Please try again in 20s. Visit https://x", 20000 },
	{ "Try again in 1 second.", 1000 },
	{ "Try again in 35 seconds.", 35000 },
	{ "TRY AGAIN IN 35 SECS", 35000 },
	{ "Please retry after 12 seconds. Please go here", 12000 },
	{ "Please retry after 86400 seconds.", 86400000 },
	{ "Please retry in 34.07s.", 34070 },
	{ "Please retry in 900ms.", 900 },
	{ "Please wait 52220 seconds before retrying.", 52220000 },
	{ "Please wait 0 seconds before retrying.", 0 },
	{ "please wait 2 minutes", 120000 },
	{ "try again in 2 days", 172800000 },
	/* Moonshot, Gemini's command line, and the like */
	{ "max RPM: 3, please try again after 1 seconds", 1000 },
	{ "Your quota will reset after 8h44m7s.", 31447000 },
	{ "The limit resets in 10 minutes", 600000 },
	{ "Please wait for 12 seconds", 12000 },
	{ "retry after: 15 seconds", 15000 },
	/* the larger of two; the second if the first is no wait */
	{ "retry in 3s or try again in 2s", 3000 },
	{ "Try again later. Please retry in 5s.", 5000 },
	/* other words before the wait, and in it */
	{ "Wait 2 seconds and try again.", 2000 },
	{ "Try again in about 3 hours.", 10800000 },
	{ "try again in approximately 2m", 120000 },
	{ "Your limit will reset in 2 seconds.", 2000 },
	{ "Please wait at least 5s", 5000 },
	{ "Please wait for approximately 5s", 5000 },
	{ "Try again in a minute.", 60000 },
	{ "Please wait a moment", MSEC_NONE },
	{ "Next request allowed in ~4s", 4000 },
	{ "Quota is replenished in 2h", 7200000 },
	{ "cooling down for 9 seconds", 9000 },
	{ "Retry-After: 7 seconds", 7000 },
	{ "Time until reset: 8s", 8000 },
	{ "20 requests in 1 minute", MSEC_NONE },
	{ "5秒后重试", 5000 },
	{ "最多 5 秒 20 次", MSEC_NONE },
	{ "retry your request after 4 seconds", 4000 },
	{ "resets in 2 weeks", 1209600000 },
	{ "reset time: 5 min", 300000 },
	{ "请在 30 秒后重试", 30000 },
	{ "请30秒后再试", 30000 },
	{ "限额将在 2 小时后重置", 7200000 },
	/* dates; those without a zone are UTC here */
	{ "Retry after 2026-10-21 08:28:00 +0000 UTC", 3600000 },
	{ "Retry after 2026-10-21 07:28:03.5 +0000 UTC m=+1.2", 3500 },
	{ "Your limit will reset at 2026-10-21 10:28:00", 10800000 },
	{ "resets at 2026-10-21T07:29:00Z (in 1m)", 60000 },
	{ "resets on 2026-10-21 at 07:29 UTC.", 60000 },
	{ "try again at 2026-10-21T09:29:00+02:00", 60000 },
	{ "resets at 2026-10-21 15:29:00 +0800", 60000 },
	{ "retry after Wed, 21 Oct 2026 07:28:12 GMT", 12000 },
	{ "blocked until 2026-10-21 07:28:30", 30000 },
	{ "Rate limit resets at: 1792567690", 10000 },
	{ "resets at 2026-02-30 07:28:30", MSEC_NONE },
	{ "Free quota used (30 requests / 5h). Resets at 10:00 UTC.",
	    9120000 },
	{ "Daily limit reached, it resets at midnight UTC", 59520000 },
	{ "resets at 07:28:00 UTC", 86400000 },
	{ "resets at 10:00", MSEC_NONE },
	{ "resets at 10:61 UTC", MSEC_NONE },
	/* not waits */
	{ "try again later", MSEC_NONE },
	{ "Please try again with a different prompt", MSEC_NONE },
	{ "adjust your input and try again.", MSEC_NONE },
	{ "You will regain access on 2026-09-01 at 00:00 UTC", MSEC_NONE },
	{ "Please retry after 2026-09-01 at 00:00 UTC", MSEC_NONE },
	{ "Claude AI usage limit reached|1784728800", MSEC_NONE },
	{ "try again in 30", MSEC_NONE },
	{ "try again after: -1s", MSEC_NONE },
	{ "Please wait for a while", MSEC_NONE },
	{ "try again in -5s", MSEC_NONE },
	{ "try again in 5 months", MSEC_NONE },
	{ "try again in 999999999 days", MSEC_NONE },
	{ "retry after", MSEC_NONE },
	{ "5s", MSEC_NONE },
	{ "", MSEC_NONE },
};

static const struct {
	const char *text;
	int64_t limit, used, requested;
	msec window, wait;
	int never;
} refills[] = {
	{ "on tokens per min (TPM): Limit 30000, Used 22999, Requested 12528.",
	    30000, 22999, 12528, 60000, 11054, 0 },
	{ "on tokens per day (TPD): Limit 100000, Used 99438, Requested "
	    "36501.", 100000, 99438, 36501, 86400000, 31051296, 0 },
	{ "requests per day (RPD): Limit 200, Used 200, Requested 1.", 200,
	    200, 1, 86400000, 432000, 0 },
	{ "per min: Limit 18000, Used 0, Requested ~36313.", 18000, 0, 36313,
	    60000, 61044, 1 },
	{ "(TPM): Limit 8000, Requested 11285, please", 8000, -1, 11285,
	    60000, MSEC_NONE, 1 },
	{ "(for limit gpt-5.6) per min: Limit: 40,000, Used: 1,000, "
	    "Requested: 40,000.", 40000, 1000, 40000, 60000, 1500, 0 },
	{ "(for limit 5-mini) per min: Limit 10, Used 10, Requested 2", 10,
	    10, 2, 60000, 12000, 0 },
	{ "per min: Limit 10, Used 2, Requested 3", 10, 2, 3, 60000, 0, 0 },
	{ "per min: Limit 0, Used 0, Requested 0", 0, 0, 0, 60000, MSEC_NONE,
	    0 },
	{ "Limit 10, Used 10, Requested 1", 10, 10, 1, -1, MSEC_NONE, 0 },
	{ "per min: Limit 99999999999999999999, Used 1, Requested 1", -1, 1,
	    1, 60000, MSEC_NONE, 0 },
	{ "per day: Limit 1, Used 10000000000, Requested 1", 1, 10000000000,
	    1, 86400000, MSEC_NONE, 0 },
	{ "Rate limit of 50 per 86400s exceeded", -1, -1, -1, -1, MSEC_NONE,
	    0 },
	{ "", -1, -1, -1, -1, MSEC_NONE, 0 },
};

static void
test_members(void)
{
	static const struct {
		const char *key, *value;
		msec wait;
		int reset;
	} members[] = {
		{ "retry_after_ms", "2000", 2000, 0 },
		{ "retryAfterMs", "2000", 2000, 0 },
		{ "retry_after_ms", "2s", 2000, 0 },
		{ "retry_after", "2", 2000, 0 },
		{ "retryAfter", "2.5", 2500, 0 },
		{ "Retry-After", "14", 14000, 0 },
		{ "retryDelay", "34s", 34000, 0 },
		{ "resets_in_seconds", "8899", 8899000, 0 },
		{ "quotaResetDelay", "2h41m16s", 9676000, 0 },
		{ "resets_at", "2026-10-21T07:29:00Z", 60000, 1 },
		{ "reset_at", "1792567740", 60000, 1 },
		{ "X-RateLimit-Reset", "1741305600000", MSEC_NONE, 1 },
		{ "retry", "5", MSEC_NONE, 0 },
		{ "retry_after", "soon", MSEC_NONE, 0 },
	};
	size_t i;
	int reset;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		reset = 0;
		EQ(hint_member(slice_str(members[i].key),
		    slice_str(members[i].value), NOW, &reset),
		    members[i].wait, members[i].key);
		EQ(reset, members[i].reset, members[i].key);
	}
}

static void
test_refills(void)
{
	struct refill r;
	size_t i;

	for (i = 0; i < sizeof(refills) / sizeof(refills[0]); i++) {
		r = hint_refill(slice_str(refills[i].text));
		OK(r.limit == refills[i].limit && r.used == refills[i].used &&
		    r.requested == refills[i].requested &&
		    r.window == refills[i].window, refills[i].text);
		EQ(refill_wait(&r), refills[i].wait, refills[i].text);
		EQ(refill_never(&r), refills[i].never, refills[i].text);
	}
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		EQ(hint_text(slice_str(texts[i].text), NOW, 0), texts[i].wait,
		    texts[i].text);
	EQ(hint_text(SLICE("您的限额将在 2026-10-21 18:28:00 重置。"), NOW,
	    8 * 3600000), 10800000, "a clock that is ahead");
	EQ(hint_text(SLICE("will reset at 2026-10-21 10:28:00"), NOW,
	    8 * 3600000), 10800000, "past by that clock: UTC after all");
	EQ(hint_text(SLICE("Please try\n  again in\r\n 1m 12.5s"), NOW, 0),
	    72500, "wrapped by a log");
	test_members();
	test_refills();
	return DONE();
}
