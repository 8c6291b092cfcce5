#include "wire/when.h"

#include "tests/t.h"

#define S 1000LL
#define M (60 * S)
#define H (60 * M)
#define D (24 * H)

/* A duration at the start, and the text left after it. */
static const struct {
	const char *text;
	msec want;
	const char *rest;
} spans[] = {
	/* providers.md 5.4 */
	{ "6.379s", 6379, "" },
	{ "20ms", 20, "" },
	{ "1m12.5s", M + 12500, "" },
	{ "7m12s", 7 * M + 12 * S, "" },
	{ "28m0s", 28 * M, "" },
	{ "12m", 12 * M, "" },
	{ "1h12m3.36s", H + 12 * M + 3360, "" },
	{ "8h24m0s", 8 * H + 24 * M, "" },
	{ "8h37m31.296s", 8 * H + 37 * M + 31296, "" },
	{ "8h3m", 8 * H + 3 * M, "" },
	{ "1m1.043333333s", M + 1044, "" },
	{ "20s. Visit https", 20 * S, ". Visit https" },
	{ "1 second", S, "" },
	{ "1 second.", S, "." },
	{ "35 seconds.", 35 * S, "." },
	{ "34.07s.", 34070, "." },
	{ "52220 seconds before retrying.", 52220 * S, " before retrying." },
	{ "20s\", \"code\"", 20 * S, "\", \"code\"" },
	/* units, plurals, case */
	{ "5 MS", 5, "" },
	{ "5 milliseconds", 5, "" },
	{ "2sec", 2 * S, "" },
	{ "2 secs", 2 * S, "" },
	{ "2 Min", 2 * M, "" },
	{ "2mins", 2 * M, "" },
	{ "1 minute 30 seconds", M + 30 * S, "" },
	{ "2 minutes", 2 * M, "" },
	{ "1hr", H, "" },
	{ "3 hrs", 3 * H, "" },
	{ "3 hours", 3 * H, "" },
	{ "1d", D, "" },
	{ "2 weeks", 14 * D, "" },
	{ "5 秒后", 5 * S, "后" },
	{ "3小时20分钟", 3 * H + 20 * M, "钟" },
	{ "2天", 2 * D, "" },
	{ "2 Days 3h", 2 * D + 3 * H, "" },
	/* as people write it; to stop half-way would be too early */
	{ "1 hour and 20 minutes.", H + 20 * M, "." },
	{ "1 hour, 20 minutes, and 3 seconds", H + 20 * M + 3 * S, "" },
	{ "20 seconds, and 3 more", 20 * S, ", and 3 more" },
	{ "5s and", 5 * S, " and" },
	{ "1 minute andante", M, " andante" },
	/* wrapped logs */
	{ "1m\n  12\r\n\ts rest", M + 12 * S, " rest" },
	{ " 5s", 5 * S, "" },
	/* rounded up, never down */
	{ "0.0001s", 1, "" },
	{ "1.0000000000000001s", 1001, "" },
	{ "1.0000000000000000s", 1000, "" },
	{ "0.5ms", 1, "" },
	{ "0s", 0, "" },
	/* the end of the duration */
	{ "20s 429 errors", 20 * S, " 429 errors" },
	{ "5m or so", 5 * M, " or so" },
	{ "1.5.2s", MSEC_NONE, NULL },
	{ "", MSEC_NONE, NULL },
	{ "s", MSEC_NONE, NULL },
	{ "5", MSEC_NONE, NULL },
	{ "5 ", MSEC_NONE, NULL },
	{ "5 months", MSEC_NONE, NULL },
	{ "5 minute-long", 5 * M, "-long" },
	{ "5x", MSEC_NONE, NULL },
	{ "-5s", MSEC_NONE, NULL },
	{ ".5s", MSEC_NONE, NULL },
	{ "later", MSEC_NONE, NULL },
	{ "2026-09-01 at 00:00 UTC", MSEC_NONE, NULL },
	{ "36525d", 36525 * D, "" },
	{ "36525d 1ms", MSEC_NONE, NULL },
	{ "99999999999999999999s", MSEC_NONE, NULL },
	{ "9223372036854775807d", MSEC_NONE, NULL },
};

static const struct {
	const char *text;
	msec want;
} durs[] = {
	{ "500ms", 500 }, { "30s", 30 * S }, { "10m", 10 * M },
	{ "1h30m", 90 * M }, { "90", 90 * S }, { "0", 0 }, { "0.25", 250 },
	{ " 5 s ", 5 * S }, { "inf", MSEC_MAX }, { "INF", MSEC_MAX },
	{ "", MSEC_NONE }, { "-1", MSEC_NONE }, { "1h30", MSEC_NONE },
	{ "5 parsecs", MSEC_NONE }, { "5s.", MSEC_NONE }, { "1e3", MSEC_NONE },
	{ "nan", MSEC_NONE }, { "infinite", MSEC_NONE }, { "5.", MSEC_NONE },
	{ "3155760000", 36525 * D }, { "3155760001", MSEC_NONE },
	{ "99999999999999999999", MSEC_NONE },
};

static const struct {
	const char *text;
	msec want;
} https[] = {
	{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777000 },
	{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777000 },
	{ "Sun Nov  6 08:49:37 1994", 784111777000 },
	{ "Sun Nov 16 08:49:37 1994", 784975777000 },
	{ " Wed, 21 Oct 2026 07:28:00 GMT ", 1792567680000 },
	{ "wed, 21 oct 2026 07:28:00 gmt", 1792567680000 },
	{ "Wed, 1 Oct 2025 00:00:00 GMT", 1759276800000 },
	{ "Thu, 29 Feb 2024 12:00:00 GMT", 1709208000000 },
	{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
	{ "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800000 },
	{ "Friday, 01-Jan-38 00:00:00 GMT", 2145916800000 },
	{ "Fri, 31 Dec 9999 23:59:59 GMT", 253402300799000 },
	{ "Thu, 29 Feb 2023 12:00:00 GMT", MSEC_NONE },
	{ "Mon, 29 Feb 2100 12:00:00 GMT", MSEC_NONE },
	{ "Tue, 31 Apr 2024 12:00:00 GMT", MSEC_NONE },
	{ "Tue, 00 Apr 2024 12:00:00 GMT", MSEC_NONE },
	{ "Wed, 31 Dec 1969 23:59:59 GMT", MSEC_NONE },
	{ "Wed, 21 Oct 2026 24:00:00 GMT", MSEC_NONE },
	{ "Wed, 21 Oct 2026 07:60:00 GMT", MSEC_NONE },
	{ "Wed, 21 Oct 2026 07:28:61 GMT", MSEC_NONE },
	{ "Wed, 21 Oct 2026 07:28:00", MSEC_NONE },
	{ "Wed, 21 Oct 2026 07:28:00 PST", MSEC_NONE },
	{ "Wed, 21 Oct 2026 07:28:00 GMT x", MSEC_NONE },
	{ "Wed, 21 Okt 2026 07:28:00 GMT", MSEC_NONE },
	{ "21 Oct 2026 07:28:00 GMT", MSEC_NONE },
	{ "120", MSEC_NONE }, { "", MSEC_NONE }, { "Wed,", MSEC_NONE },
};

static const struct {
	const char *text;
	msec want;
} rfc3339s[] = {
	{ "2026-02-18T22:05:00Z", 1771452300000 },
	{ "2026-02-18t22:05:00z", 1771452300000 },
	{ "2026-02-18 22:05:00Z", 1771452300000 },
	{ "2026-02-18T22:05:00.25Z", 1771452300250 },
	{ "2026-02-18T22:05:00.000001Z", 1771452300001 },
	{ "2026-02-19T00:05:00+02:00", 1771452300000 },
	{ "2026-02-18T16:35:00-05:30", 1771452300000 },
	{ "1970-01-01T00:00:00+00:00", 0 },
	{ "1970-01-01T00:00:00+01:00", MSEC_NONE },
	{ "2026-02-18T22:05:00", MSEC_NONE },
	{ "2026-02-18", MSEC_NONE },
	{ "2026-02-30T22:05:00Z", MSEC_NONE },
	{ "2026-2-18T22:05:00Z", MSEC_NONE },
	{ "2026-02-18T22:05:00+0200", MSEC_NONE },
	{ "2026-02-18T22:05:00+24:00", MSEC_NONE },
	{ "2026-02-18T22:05:00Zx", MSEC_NONE },
	{ "", MSEC_NONE },
};

static const struct {
	msec span;
	const char *want;
} puts_[] = {
	{ 0, "0ms" }, { 80, "80ms" }, { 999, "999ms" }, { 1000, "1.0 s" },
	{ 6379, "6.4 s" }, { 6301, "6.4 s" }, { 59900, "59.9 s" },
	{ 59901, "1m" }, { 72 * S, "1m12s" }, { 72 * S + 1, "1m13s" },
	{ H - 1, "1h" }, { 8 * H + 24 * M, "8h24m" },
	{ 8 * H + 23 * M + 1, "8h24m" }, { 100 * H, "100h" },
	{ MSEC_MAX, "inf" },
};

static const struct {
	msec wall;
	const char *want;
} stamps[] = {
	{ 0, "1970-01-01T00:00:00Z" },
	{ 1771452300000, "2026-02-18T22:05:00Z" },
	{ 1771452299001, "2026-02-18T22:05:00Z" },
	{ 1709208000000, "2024-02-29T12:00:00Z" },
	{ 951868799000, "2000-02-29T23:59:59Z" },
	{ 1483228799000, "2016-12-31T23:59:59Z" },
};

static void
test_spans(void)
{
	struct slice s;
	size_t i;

	for (i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		s = slice_str(spans[i].text);
		EQ(when_span(&s), spans[i].want, spans[i].text);
		EQS(s, spans[i].rest == NULL ? spans[i].text : spans[i].rest,
		    "what follows");
	}
}

static void
test_dates(void)
{
	static const struct {
		const char *text;
		msec want;
		const char *rest;
	} dates[] = {
		{ "2026-02-18 22:05:00", 1771452300000, "" },
		{ "2026-02-18T22:05:00Z.", 1771452300000, "." },
		{ "2026-02-18 22:05:00.5 +0000 UTC m=+1", 1771452300500,
		    " m=+1" },
		{ "2026-02-18 at 22:05 UTC", 1771452300000, "" },
		{ "2026-02-18, 22:05 gmt", 1771452300000, "" },
		{ "2026-02-19 06:05:00+08:00", 1771452300000, "" },
		{ "2026-02-18T17:05:00-0500", 1771452300000, "" },
		{ "2026-02-18 22:05:00 to", 1771452300000, " to" },
		{ "2026-02-18", MSEC_NONE, "2026-02-18" },
		{ "2026-13-18 22:05:00", MSEC_NONE, "2026-13-18 22:05:00" },
		{ "2026-02-18 25:05:00", MSEC_NONE, "2026-02-18 25:05:00" },
		{ "2026-02-18 22:5", MSEC_NONE, "2026-02-18 22:5" },
		{ "", MSEC_NONE, "" },
	};
	struct slice s;
	size_t i;

	for (i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		s = slice_str(dates[i].text);
		EQ(when_date(&s, 0), dates[i].want, dates[i].text);
		EQS(s, dates[i].rest, "what follows");
	}
	s = SLICE("2026-02-19 06:05:00");
	EQ(when_date(&s, 8 * H), 1771452300000, "a clock that is ahead");
}

/* Summer time begins on March 8 and ends on November 1 of 2026. */
static void
test_pacific(void)
{
	static const char *const nights[][2] = {
		{ "2026-07-01T00:00:00Z", "2026-07-01T07:00:00Z" },
		{ "2026-12-01T07:59:59Z", "2026-12-01T08:00:00Z" },
		{ "2026-12-01T08:00:00Z", "2026-12-02T08:00:00Z" },
		{ "2026-03-08T07:59:59Z", "2026-03-08T08:00:00Z" },
		{ "2026-03-08T09:00:00Z", "2026-03-09T07:00:00Z" },
		{ "2026-03-08T12:00:00Z", "2026-03-09T07:00:00Z" },
		{ "2026-11-01T06:59:59Z", "2026-11-01T07:00:00Z" },
		{ "2026-11-01T07:30:00Z", "2026-11-02T08:00:00Z" },
		{ "2026-11-01T12:00:00Z", "2026-11-02T08:00:00Z" },
		{ "2027-03-14T09:59:00Z", "2027-03-15T07:00:00Z" },
	};
	size_t i;

	for (i = 0; i < sizeof(nights) / sizeof(nights[0]); i++)
		EQ(when_pacific_midnight(when_rfc3339(slice_str(
		    nights[i][0]))), when_rfc3339(slice_str(nights[i][1])),
		    nights[i][0]);
}

/* Every day of 200 years, written and parsed. */
static void
test_days(void)
{
	struct buf b = { 0 };
	msec t, wrong = 0;

	for (t = 0; t < 200 * 366 * D; t += D + 3661 * S) {
		buf_clear(&b);
		when_put_rfc3339(&b, t);
		wrong += when_rfc3339(buf_slice(&b)) != t;
	}
	EQ(wrong, 0, "there and back");
	buf_free(&b);
}

static void
test_puts(void)
{
	struct buf b = { 0 };
	size_t i;

	for (i = 0; i < sizeof(puts_) / sizeof(puts_[0]); i++) {
		buf_clear(&b);
		when_put(&b, puts_[i].span);
		EQS(buf_slice(&b), puts_[i].want, puts_[i].want);
		OK(when_dur(buf_slice(&b)) >= puts_[i].span,
		    "reads back as no less");
	}
	for (i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
		buf_clear(&b);
		when_put_rfc3339(&b, stamps[i].wall);
		EQS(buf_slice(&b), stamps[i].want, stamps[i].want);
	}
	buf_free(&b);
}

int
main(void)
{
	size_t i;

	test_spans();
	test_dates();
	test_pacific();
	for (i = 0; i < sizeof(durs) / sizeof(durs[0]); i++)
		EQ(when_dur(slice_str(durs[i].text)), durs[i].want,
		    durs[i].text);
	for (i = 0; i < sizeof(https) / sizeof(https[0]); i++)
		EQ(when_http(slice_str(https[i].text)), https[i].want,
		    https[i].text);
	for (i = 0; i < sizeof(rfc3339s) / sizeof(rfc3339s[0]); i++)
		EQ(when_rfc3339(slice_str(rfc3339s[i].text)), rfc3339s[i].want,
		    rfc3339s[i].text);
	test_puts();
	test_days();
	return DONE();
}
