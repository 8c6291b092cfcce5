#include "wire/when.h"

#include <stdint.h>
#include <string.h>

#define SECOND ((msec)1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define SPAN_MAX (36525 * DAY)		/* a hundred years */

struct civil {
	int year, month, day, hour, minute, second;
};

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static long
days(int year, int month, int day)
{
	/* years that begin in March put the leap day last */
	int y = month > 2 ? year : year - 1;
	int m = month > 2 ? month - 3 : month + 9;

	return 365L * y + y / 4 - y / 100 + y / 400 +
	    (153 * m + 2) / 5 + day - 1 - 719468;
}

static msec
to_msec(const struct civil *c)
{
	static const char length[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };
	int leap = c->year % 4 == 0 &&
	    (c->year % 100 != 0 || c->year % 400 == 0);

	/* a second of 60 is a leap second */
	if (c->year < 1970 || c->month < 1 || c->month > 12 || c->day < 1 ||
	    c->day > length[c->month - 1] ||
	    (c->month == 2 && c->day == 29 && !leap) ||
	    c->hour > 23 || c->minute > 59 || c->second > 60)
		return MSEC_NONE;
	return days(c->year, c->month, c->day) * DAY + c->hour * HOUR +
	    c->minute * MINUTE + c->second * SECOND;
}

/* Takes lit, ASCII case folded. */
static int
take(struct slice *s, const char *lit)
{
	size_t n = strlen(lit);

	if (!slice_ieq(slice_sub(*s, 0, n), slice_str(lit)))
		return 0;
	slice_skip(s, n);
	return 1;
}

static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct slice
take_letters(struct slice *s)
{
	struct slice word = *s;
	size_t n = 0;

	while (n < s->n && is_letter(s->p[n]))
		n++;
	slice_skip(s, n);
	return slice_sub(word, 0, n);
}

/* Takes exactly n digits. */
static int
take_digits(struct slice *s, size_t n, int *v)
{
	struct slice text = slice_sub(*s, 0, n);

	*v = (int)slice_dec(text, 9999);
	slice_skip(s, n);
	return text.n == n && *v >= 0;
}

static int
take_month(struct slice *s, int *month)
{
	static const char names[][4] = { "jan", "feb", "mar", "apr", "may",
	    "jun", "jul", "aug", "sep", "oct", "nov", "dec" };
	struct slice word = take_letters(s);

	for (*month = 1; *month <= 12; ++*month)
		if (slice_ieq(word, slice_str(names[*month - 1])))
			return 1;
	return 0;
}

static int
take_clock(struct slice *s, struct civil *c)
{
	return take_digits(s, 2, &c->hour) && take(s, ":") &&
	    take_digits(s, 2, &c->minute) && take(s, ":") &&
	    take_digits(s, 2, &c->second);
}

static int
take_part(struct slice *s, char what, struct civil *c)
{
	switch (what) {
	case 'W':
		return take_letters(s).n > 0;
	case 'D':
		/* asctime pads with a blank, some servers with nothing */
		return take(s, " ") || s->n < 2 || s->p[1] == ' ' ?
		    take_digits(s, 1, &c->day) : take_digits(s, 2, &c->day);
	case 'B':
		return take_month(s, &c->month);
	case 'M':
		return take_digits(s, 2, &c->month);
	case 'Y':
		return take_digits(s, 4, &c->year);
	case 'y':
		/* dates near now: no clock is needed to tell the century */
		if (!take_digits(s, 2, &c->year))
			return 0;
		c->year += c->year < 70 ? 2000 : 1900;
		return 1;
	case 'T':
		return take_clock(s, c);
	case 'G':
		return take(s, "gmt");
	default:
		return take(s, (char[]){ what, '\0' });
	}
}

/* Takes a date written as form says: Weekday, Day, month by name (B) or
 * number (M), Year or its last two digits (y), Time, GMT; what is none of
 * these letters stands for itself. */
static int
take_form(struct slice *s, const char *form, struct civil *c)
{
	while (*form != '\0')
		if (!take_part(s, *form++, c))
			return 0;
	return 1;
}

msec
when_http(struct slice s)
{
	static const char forms[][13] = { "W, D B Y T G", "W, D-B-y T G",
	    "W B D T Y" };
	struct slice rest;
	struct civil c;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		rest = slice_trim(s);
		if (take_form(&rest, forms[i], &c) && rest.n == 0)
			return to_msec(&c);
	}
	return MSEC_NONE;
}

/* Digits as billionths of one, rounded up. */
static int64_t
take_fraction(struct slice *s)
{
	int64_t v = 0, unit = 100000000;
	int more = 0;

	for (; s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9';
	    slice_skip(s, 1)) {
		v += unit * (s->p[0] - '0');
		more |= unit == 0 && s->p[0] != '0';
		unit /= 10;
	}
	return v + more;
}

/* v billionths of span, rounded up: a wait must not end early. */
static msec
portion(msec span, int64_t v)
{
	return (span * v + 999999999) / 1000000000;
}

/* Z, or +HH:MM as how much it is ahead of UTC. */
static int
take_zone(struct slice *s, msec *ahead)
{
	int minus, hours, minutes;

	*ahead = 0;
	if (take(s, "z"))
		return 1;
	minus = take(s, "-");
	if ((!minus && !take(s, "+")) || !take_digits(s, 2, &hours) ||
	    !take(s, ":") || !take_digits(s, 2, &minutes) || hours > 23 ||
	    minutes > 59)
		return 0;
	*ahead = (minus ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
	return 1;
}

msec
when_rfc3339(struct slice s)
{
	struct civil c;
	msec t, ahead, part = 0;

	s = slice_trim(s);
	if (!take_form(&s, "Y-M-", &c) || !take_digits(&s, 2, &c.day) ||
	    (!take(&s, "t") && !take(&s, " ")) || !take_clock(&s, &c))
		return MSEC_NONE;
	if (take(&s, "."))
		part = portion(SECOND, take_fraction(&s));
	if (!take_zone(&s, &ahead) || s.n > 0)
		return MSEC_NONE;
	t = to_msec(&c);
	return t == MSEC_NONE || t + part < ahead ? MSEC_NONE :
	    t + part - ahead;
}

static void
skip_blanks(struct slice *s)
{
	while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t' ||
	    s->p[0] == '\r' || s->p[0] == '\n'))
		slice_skip(s, 1);
}

/* A unit's length; 0 when the word is none.  Whole words only: in "5 months"
 * there is no m. */
static msec
unit(struct slice word)
{
	static const struct {
		char name[12];
		int span;
	} units[] = {
		{ "ms", 1 }, { "millisecond", 1 },
		{ "s", SECOND }, { "sec", SECOND }, { "second", SECOND },
		{ "m", MINUTE }, { "min", MINUTE }, { "minute", MINUTE },
		{ "h", HOUR }, { "hr", HOUR }, { "hour", HOUR },
		{ "d", DAY }, { "day", DAY },
	};
	struct slice one = word;
	size_t i;

	if (word.n > 2 && (word.p[word.n - 1] | 0x20) == 's')
		one.n--;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (slice_ieq(word, slice_str(units[i].name)) ||
		    slice_ieq(one, slice_str(units[i].name)))
			return units[i].span;
	return 0;
}

/* Takes DIGITS[.DIGITS]; the whole part is SPAN_MAX at most. */
static int
take_number(struct slice *s, int64_t *whole, int64_t *billionths)
{
	size_t n = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	*whole = slice_dec(slice_sub(*s, 0, n), SPAN_MAX);
	slice_skip(s, n);
	*billionths = 0;
	if (s->n > 1 && s->p[0] == '.' && s->p[1] >= '0' && s->p[1] <= '9') {
		slice_skip(s, 1);
		*billionths = take_fraction(s);
	}
	return *whole >= 0;
}

/* whole and billionths of a unit; SPAN_MAX + 1 when that is too long. */
static msec
total(int64_t whole, int64_t billionths, msec span)
{
	if (whole > SPAN_MAX / span)
		return SPAN_MAX + 1;
	return whole * span + portion(span, billionths);
}

/* Takes NUMBER UNIT; MSEC_NONE when there is none. */
static msec
take_term(struct slice *s)
{
	int64_t whole, billionths;
	msec span;

	skip_blanks(s);
	if (!take_number(s, &whole, &billionths))
		return MSEC_NONE;
	skip_blanks(s);
	span = unit(take_letters(s));
	return span == 0 ? MSEC_NONE : total(whole, billionths, span);
}

msec
when_span(struct slice *s)
{
	struct slice rest = *s, end = *s;
	msec sum = MSEC_NONE, term;

	while ((term = take_term(&rest)) != MSEC_NONE) {
		sum = sum == MSEC_NONE ? term : sum + term;
		if (sum > SPAN_MAX)
			return MSEC_NONE;
		end = rest;
		take(&rest, ",");
		skip_blanks(&rest);
		take(&rest, "and ");
	}
	*s = end;
	return sum;
}

msec
when_dur(struct slice s)
{
	int64_t whole, billionths;
	struct slice rest;
	msec t;

	s = slice_trim(s);
	if (slice_ieq(s, SLICE("inf")))
		return MSEC_MAX;
	rest = s;
	t = when_span(&rest);
	if (t == MSEC_NONE) {
		rest = s;
		if (!take_number(&rest, &whole, &billionths))
			return MSEC_NONE;
		t = total(whole, billionths, SECOND);
	}
	return rest.n > 0 || t > SPAN_MAX ? MSEC_NONE : t;
}

/* v sixtieths: "1m12s", and "10m" where nothing is left over. */
static void
put_two(struct buf *out, msec v, const char *whole, const char *part)
{
	buf_printf(out, "%lld%s", (long long)v / 60, whole);
	if (v % 60 != 0)
		buf_printf(out, "%d%s", (int)(v % 60), part);
}

void
when_put(struct buf *out, msec span)
{
	msec tenths = (span + 99) / 100, s = (span + 999) / 1000;
	msec min = (s + 59) / 60;

	if (span >= MSEC_MAX)
		buf_puts(out, "inf");
	else if (span < SECOND)
		buf_printf(out, "%dms", span < 0 ? 0 : (int)span);
	else if (tenths < 600)
		buf_printf(out, "%d.%d s", (int)tenths / 10,
		    (int)tenths % 10);
	else if (s < 3600)
		put_two(out, s, "m", "s");
	else
		put_two(out, min, "h", "m");
}

void
when_put_rfc3339(struct buf *out, msec wall)
{
	int64_t t = (wall + 999) / 1000;
	int64_t d = t / 86400 + 719468;		/* since 0000-03-01 */
	int64_t era = d / 146097, doe = d % 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t m = (5 * doy + 2) / 153;
	int month = (int)(m < 10 ? m + 3 : m - 9);
	int second = (int)(t % 86400);

	buf_printf(out, "%04lld-%02d-%02dT%02d:%02d:%02dZ",
	    (long long)era * 400 + yoe + (month <= 2), month,
	    (int)(doy - (153 * m + 2) / 5 + 1), second / 3600,
	    second / 60 % 60, second % 60);
}
