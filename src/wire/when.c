#include "wire/when.h"

#include <stdint.h>
#include <string.h>

#define SECOND ((msec)1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define SPAN_MAX (36525 * DAY)		/* a hundred years */

msec
when_civil(const struct civil *c)
{
	static const char length[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };
	int leap = c->year % 4 == 0 &&
	    (c->year % 100 != 0 || c->year % 400 == 0);
	/* years that begin in March have the leap day last */
	int y = c->month > 2 ? c->year : c->year - 1;
	int m = c->month > 2 ? c->month - 3 : c->month + 9;
	long days = 365L * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 +
	    c->day - 1 - 719468;

	/* a second of 60 is a leap second */
	if (c->year < 1970 || c->month < 1 || c->month > 12 || c->day < 1 ||
	    c->day > length[c->month - 1] ||
	    (c->month == 2 && c->day == 29 && !leap) ||
	    c->hour > 23 || c->minute > 59 || c->second > 60)
		return MSEC_NONE;
	return days * DAY + c->hour * HOUR + c->minute * MINUTE +
	    c->second * SECOND;
}

static struct civil
civil_of(msec wall)
{
	int64_t t = wall / 1000;
	int64_t d = t / 86400 + 719468;		/* since 0000-03-01 */
	int64_t era = d / 146097, doe = d % 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t m = (5 * doy + 2) / 153;
	int month = (int)(m < 10 ? m + 3 : m - 9);
	int second = (int)(t % 86400);

	return (struct civil){ (int)(era * 400 + yoe) + (month <= 2), month,
	    (int)(doy - (153 * m + 2) / 5 + 1), second / 3600,
	    second / 60 % 60, second % 60 };
}

/* Takes lit, ignoring ASCII case. */
static int
take(struct slice *s, const char *lit)
{
	if (!slice_istarts(*s, lit))
		return 0;
	slice_skip(s, strlen(lit));
	return 1;
}

static struct slice
take_letters(struct slice *s)
{
	struct slice word = *s;
	size_t n = 0;

	while (n < s->n && (s->p[n] | 0x20) >= 'a' && (s->p[n] | 0x20) <= 'z')
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
take_clock(struct slice *s, struct civil *c)
{
	return take_digits(s, 2, &c->hour) && take(s, ":") &&
	    take_digits(s, 2, &c->minute) && take(s, ":") &&
	    take_digits(s, 2, &c->second);
}

/*
 * Takes a date in the given form: W weekday, D day, B name of a month, M
 * number of a month, Y year, y its last two digits, T time, G "GMT"; other
 * characters stand for themselves.
 */
static int
take_form(struct slice *s, const char *form, struct civil *c)
{
	static const char months[][4] = { "jan", "feb", "mar", "apr", "may",
	    "jun", "jul", "aug", "sep", "oct", "nov", "dec" };
	struct slice word;
	int ok = 1;

	for (; ok && *form != '\0'; form++) {
		switch (*form) {
		case 'W':
			ok = take_letters(s).n > 0;
			break;
		case 'D':
			/* asctime pads with a blank, some servers not */
			ok = take_digits(s, take(s, " ") || s->n < 2 ||
			    s->p[1] == ' ' ? 1 : 2, &c->day);
			break;
		case 'B':
			word = take_letters(s);
			for (c->month = 1; c->month <= 12; c->month++)
				if (slice_ieq(word,
				    slice_str(months[c->month - 1])))
					break;
			ok = c->month <= 12;
			break;
		case 'M':
			ok = take_digits(s, 2, &c->month);
			break;
		case 'Y':
			ok = take_digits(s, 4, &c->year);
			break;
		case 'y':
			/* such a date is near now, so guess the century */
			ok = take_digits(s, 2, &c->year);
			c->year += c->year < 70 ? 2000 : 1900;
			break;
		case 'T':
			ok = take_clock(s, c);
			break;
		case 'G':
			ok = take(s, "gmt") || take(s, "utc");
			break;
		default:
			ok = take(s, (char[]){ *form, '\0' });
		}
	}
	return ok;
}

msec
when_http(struct slice s)
{
	static const char forms[][13] = { "W, D B Y T G", "W, D-B-y T G",
	    "W B D T Y" };
	struct slice rest;
	struct civil c;
	size_t i;

	for (i = 0; i < COUNT(forms); i++) {
		rest = slice_trim(s);
		if (take_form(&rest, forms[i], &c) && rest.n == 0)
			return when_civil(&c);
	}
	return MSEC_NONE;
}

/* Takes the digits of a fraction, as billionths rounded up. */
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

/* v billionths of span, rounded up: a wait must never be too short. */
static msec
portion(msec span, int64_t v)
{
	return (span * v + 999999999) / 1000000000;
}

static void
skip_blanks(struct slice *s)
{
	while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t' ||
	    s->p[0] == '\r' || s->p[0] == '\n'))
		slice_skip(s, 1);
}

msec
when_rfc3339(struct slice s)
{
	int minus, hours = 0, minutes = 0;
	struct civil c;
	msec t, ahead, part = 0;

	s = slice_trim(s);
	if (!take_form(&s, "Y-M-", &c) || !take_digits(&s, 2, &c.day) ||
	    (!take(&s, "t") && !take(&s, " ")) || !take_clock(&s, &c))
		return MSEC_NONE;
	if (take(&s, "."))
		part = portion(SECOND, take_fraction(&s));
	minus = take(&s, "-");
	if ((minus || !take(&s, "z")) && ((!minus && !take(&s, "+")) ||
	    !take_digits(&s, 2, &hours) || !take(&s, ":") ||
	    !take_digits(&s, 2, &minutes) || hours > 23 || minutes > 59))
		return MSEC_NONE;
	ahead = (minus ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
	t = when_civil(&c);
	return s.n > 0 || t == MSEC_NONE || t + part < ahead ? MSEC_NONE :
	    t + part - ahead;
}

/* Takes "Z", "UTC", "GMT" or an offset like +0800 or +08:00, which some follow
 * with a name; returns whether there was one. */
static int
take_zone(struct slice *s, msec *ahead)
{
	int minus = take(s, "-"), hours, minutes;
	struct slice rest;

	if (minus || take(s, "+")) {
		if (!take_digits(s, 2, &hours))
			return 0;
		take(s, ":");
		if (!take_digits(s, 2, &minutes) || hours > 23 || minutes > 59)
			return 0;
		*ahead = (minus ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
		rest = *s;
		if (take(&rest, " utc"))
			*s = rest;
		return 1;
	}
	if (!take(s, "z") && !take(s, "utc") && !take(s, "gmt"))
		return 0;
	*ahead = 0;
	return 1;
}

msec
when_date(struct slice *s, msec ahead)
{
	struct slice rest = *s, zone;
	struct civil c = { 0 };
	msec t, part = 0;

	if (!take_form(&rest, "Y-M-", &c) || !take_digits(&rest, 2, &c.day))
		return MSEC_NONE;
	if (!take(&rest, "t")) {
		take(&rest, ",");
		take(&rest, " at");
		skip_blanks(&rest);
	}
	if (!take_digits(&rest, 2, &c.hour) || !take(&rest, ":") ||
	    !take_digits(&rest, 2, &c.minute))
		return MSEC_NONE;
	if (take(&rest, ":") && !take_digits(&rest, 2, &c.second))
		return MSEC_NONE;
	if (take(&rest, "."))
		part = portion(SECOND, take_fraction(&rest));
	zone = rest;
	skip_blanks(&zone);
	if (take_zone(&zone, &ahead))
		rest = zone;
	t = when_civil(&c);
	if (t == MSEC_NONE || t + part < ahead)
		return MSEC_NONE;
	*s = rest;
	return t + part - ahead;
}

msec
when_clock(struct slice *s, msec now)
{
	struct slice rest = *s;
	struct civil c = { 0 };
	msec ahead, at;

	if (!take(&rest, "midnight") && (!take_digits(&rest, 2, &c.hour) ||
	    !take(&rest, ":") || !take_digits(&rest, 2, &c.minute) ||
	    (take(&rest, ":") && !take_digits(&rest, 2, &c.second))))
		return MSEC_NONE;
	skip_blanks(&rest);
	if (!take_zone(&rest, &ahead) || ahead != 0 || c.hour > 23 ||
	    c.minute > 59)
		return MSEC_NONE;
	*s = rest;
	at = now / DAY * DAY + c.hour * HOUR + c.minute * MINUTE +
	    c.second * SECOND;
	return at > now ? at : at + DAY;
}

/* The first Sunday from a day of the year on, at an hour of UTC. */
static msec
sunday(int year, int month, int day, int hour)
{
	msec t = when_civil(&(struct civil){ year, month, day, hour, 0, 0 });

	/* 1970-01-01 was a Thursday */
	return t + (7 - (t / DAY + 4) % 7) % 7 * DAY;
}

/* Los Angeles is 7 hours behind UTC from 2 am on the second Sunday of March to
 * 2 am on the first of November, else 8. */
static msec
pacific_behind(msec wall)
{
	int year = civil_of(wall).year;

	return wall >= sunday(year, 3, 8, 10) && wall < sunday(year, 11, 1, 9) ?
	    7 * HOUR : 8 * HOUR;
}

msec
when_pacific_midnight(msec wall)
{
	msec local = wall - pacific_behind(wall), next;

	next = (local / DAY + 1) * DAY;
	return next + pacific_behind(next + 8 * HOUR);
}

/* Takes a unit and returns its length; 0 if there is none.  Only whole words
 * count: the m of "5 months" is not a minute. */
static msec
take_unit(struct slice *s)
{
	static const struct {
		char name[12];
		int span;
	} units[] = {
		{ "ms", 1 }, { "millisecond", 1 },
		{ "s", SECOND }, { "sec", SECOND }, { "second", SECOND },
		{ "m", MINUTE }, { "min", MINUTE }, { "minute", MINUTE },
		{ "h", HOUR }, { "hr", HOUR }, { "hour", HOUR },
		{ "d", DAY }, { "day", DAY }, { "week", 7 * DAY },
		{ "毫秒", 1 }, { "秒", SECOND }, { "分", MINUTE },
		{ "小时", HOUR }, { "天", DAY },
	};
	struct slice word = take_letters(s), one = word;
	size_t i;

	if (word.n > 2 && (word.p[word.n - 1] | 0x20) == 's')
		one.n--;
	for (i = 0; i < COUNT(units); i++)
		if (word.n == 0 ? take(s, units[i].name) :
		    slice_ieq(word, slice_str(units[i].name)) ||
		    slice_ieq(one, slice_str(units[i].name)))
			return units[i].span;
	return 0;
}

/* Takes DIGITS[.DIGITS]; 0 if there is none or it exceeds SPAN_MAX. */
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

/* A number of units, each span long; SPAN_MAX + 1 if that is too long. */
static msec
total(int64_t whole, int64_t billionths, msec span)
{
	if (whole > SPAN_MAX / span)
		return SPAN_MAX + 1;
	return whole * span + portion(span, billionths);
}

msec
when_span(struct slice *s)
{
	struct slice rest = *s, end = *s;
	msec sum = MSEC_NONE, span;
	int64_t whole, billionths;

	for (;;) {
		skip_blanks(&rest);
		if (!take_number(&rest, &whole, &billionths))
			break;
		skip_blanks(&rest);
		span = take_unit(&rest);
		if (span == 0)
			break;
		sum = (sum == MSEC_NONE ? 0 : sum) +
		    total(whole, billionths, span);
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

/* v in units of part, 60 of which are one of whole: "1m12s", "10m". */
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

/* Without printf(), which is slow for a line for each request of a proxy. */
static void
put_part(struct buf *out, int v, char then)
{
	const char s[3] = { (char)('0' + v / 10), (char)('0' + v % 10), then };

	buf_put(out, (struct slice){ s, sizeof(s) });
}

void
when_put_rfc3339(struct buf *out, msec wall)
{
	struct civil c = civil_of(wall + 999);

	buf_put_num(out, c.year);
	buf_putc(out, '-');
	put_part(out, c.month, '-');
	put_part(out, c.day, 'T');
	put_part(out, c.hour, ':');
	put_part(out, c.minute, ':');
	put_part(out, c.second, 'Z');
}
