#include "net/der.h"
#include "tests/t.h"

static const struct {
	const char *name;
	struct slice in;
	int rc, tag;
	size_t body, left;
} nexts[] = {
	{ "empty input", { "", 0 }, 0, 0, 0, 0 },
	{ "an empty body", { "\x30\x00", 2 }, 1, 0x30, 0, 0 },
	{ "what follows is left", { "\x02\x01\x05\x30", 4 }, 1, 2, 1, 1 },
	{ "no length", { "\x02", 1 }, -1, 0, 0, 1 },
	{ "body cut short", { "\x02\x02\x05", 3 }, -1, 0, 0, 3 },
	{ "indefinite length", { "\x30\x80\x00\x00", 4 }, -1, 0, 0, 4 },
	{ "long form for a short one", { "\x04\x81\x01x", 4 }, -1, 0, 0, 4 },
	{ "leading zero", { "\x04\x82\x00\x01x", 5 }, -1, 0, 0, 5 },
	{ "length cut short", { "\x04\x82\x01", 3 }, -1, 0, 0, 3 },
	{ "four bytes of length", { "\x04\x84\x01\x00\x00\x00", 6 }, -1, 0,
	    0, 6 },
	{ "a length near the end of size_t", { "\x04\x83\xff\xff\xff", 5 },
	    -1, 0, 0, 5 },
	{ "tag of several bytes", { "\x1f\x01\x00", 3 }, -1, 0, 0, 3 },
};

static const struct {
	const char *name;
	struct slice in;
	msec want;
} times[] = {
	{ "UTCTime", { "\x17\x0d" "240101000001Z", 15 }, 1704067201000 },
	{ "UTCTime of 1999", { "\x17\x0d" "990101000000Z", 15 },
	    915148800000 },
	{ "UTCTime of 2049", { "\x17\x0d" "491231235959Z", 15 },
	    2524607999000 },
	{ "UTCTime of 1970", { "\x17\x0d" "700101000000Z", 15 }, 0 },
	{ "GeneralizedTime", { "\x18\x0f" "20500101000000Z", 17 },
	    2524608000000 },
	{ "the end of time", { "\x18\x0f" "99991231235959Z", 17 },
	    253402300799000 },
	{ "no seconds", { "\x17\x0b" "2401010000Z", 13 }, MSEC_NONE },
	{ "an offset", { "\x17\x11" "240101000001+0100", 19 }, MSEC_NONE },
	{ "a fraction", { "\x18\x11" "20500101000000.5Z", 19 }, MSEC_NONE },
	{ "month 13", { "\x17\x0d" "241301000001Z", 15 }, MSEC_NONE },
	{ "no digits", { "\x17\x0d" "24010100000-Z", 15 }, MSEC_NONE },
	{ "another type", { "\x04\x0d" "240101000001Z", 15 }, MSEC_NONE },
	{ "cut short", { "\x17\x0d" "2401", 6 }, MSEC_NONE },
};

static void
test_next(void)
{
	struct slice in;
	struct der e;
	size_t i;

	for (i = 0; i < sizeof(nexts) / sizeof(nexts[0]); i++) {
		in = nexts[i].in;
		EQ(der_next(&in, &e), nexts[i].rc, nexts[i].name);
		EQ(in.n, nexts[i].left, nexts[i].name);
		if (nexts[i].rc != 1)
			continue;
		EQ(e.tag, nexts[i].tag, nexts[i].name);
		EQ(e.body.n, nexts[i].body, nexts[i].name);
		EQ(e.whole.n + in.n, nexts[i].in.n, nexts[i].name);
	}
}

static void
test_long(void)
{
	char in[300] = "\x04\x82\x01\x00";
	struct slice s = { in, 260 }, body;

	OK(der_take(&s, DER_OCTETS, &body) == 0 && body.n == 256 &&
	    body.p == in + 4 && s.n == 0, "256 bytes");
	s = (struct slice){ in, 259 };
	OK(der_take(&s, DER_OCTETS, &body) < 0 && s.n == 259, "255 of them");
	OK(der_enter(&s, DER_OCTETS) == 0 && s.n == 255,
	    "an element can be entered before all of it is there");
	s = (struct slice){ in, 260 };
	OK(der_take(&s, DER_SEQUENCE, &body) < 0 && s.n == 260 &&
	    der_enter(&s, DER_SEQUENCE) < 0 && !der_skip(&s, DER_SEQUENCE),
	    "another tag");
	OK(der_skip(&s, DER_OCTETS) && s.n == 0, "skipped");
}

static void
test_time(void)
{
	struct slice in;
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		in = times[i].in;
		EQ(der_time(&in), times[i].want, times[i].name);
	}
}

int
main(void)
{
	test_next();
	test_long();
	test_time();
	EQ(der_int(SLICE("\x00")), 0, "zero");
	EQ(der_int(SLICE("\x7f\xff\xff\xff")), 0x7fffffff, "four bytes");
	EQ(der_int(SLICE("\xff")), -1, "a negative number");
	EQ(der_int(SLICE("\x00\xff\xff\xff\xff")), -1, "five bytes");
	EQ(der_int(SLICE("")), -1, "no number");
	return DONE();
}
