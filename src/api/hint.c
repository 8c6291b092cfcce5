#include "api/hint.h"

#include <string.h>

#include "wire/when.h"

static msec
larger(msec a, msec b)
{
	return a > b ? a : b;
}

/* A figure that nobody can mean is none. */
static msec
sane(msec wait)
{
	return wait < 0 || wait > HINT_MAX ? MSEC_NONE : wait;
}

static int
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ':';
}

static int
digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
letter(char c)
{
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'z';
}

/* Digits with at most one point among them: no sign, no 0x, no exponent. */
static int
plain_number(struct slice s)
{
	size_t i, digits = 0, points = 0;

	for (i = 0; i < s.n; i++) {
		digits += digit(s.p[i]) != 0;
		points += s.p[i] == '.';
	}
	return digits > 0 && points <= 1 && digits + points == s.n;
}

msec
hint_now(const struct http_field *field, size_t n, msec wall)
{
	msec now = MSEC_NONE;
	size_t i;

	for (i = 0; i < n && now == MSEC_NONE; i++)
		if (slice_ieq(field[i].name, SLICE("date")))
			now = when_http(field[i].value);
	return now == MSEC_NONE ? wall : now;
}

static msec
after_ms(struct slice v)
{
	msec micro = plain_number(v) ? when_dur(v) : MSEC_NONE;

	return micro == MSEC_NONE ? MSEC_NONE : sane((micro + 999) / 1000);
}

/* RFC 9110 section 10.2.3, fractions, and two fields that a proxy has joined
 * into one list. */
static msec
after(struct slice v, msec now)
{
	msec at = when_http(v), wait;

	if (at != MSEC_NONE)
		return at > now ? sane(at - now) : 0;
	for (wait = MSEC_NONE; v.n > 0;)
		wait = larger(wait,
		    sane(when_dur(slice_trim(slice_cut(&v, ',')))));
	return wait;
}

msec
hint_fields(const struct http_field *field, size_t n, msec now)
{
	msec ms = MSEC_NONE, s = MSEC_NONE;
	size_t i;

	for (i = 0; i < n; i++) {
		if (slice_ieq(field[i].name, SLICE("retry-after-ms")))
			ms = larger(ms, after_ms(field[i].value));
		else if (slice_ieq(field[i].name, SLICE("retry-after")))
			s = larger(s, after(field[i].value, now));
	}
	return ms == MSEC_NONE ? s : ms;
}

msec
hint_until(struct slice value, msec now)
{
	long long epoch = slice_dec(value, HINT_MAX * 1000);
	msec at;

	if (epoch >= 100000000000)
		return sane(epoch - now);
	if (epoch >= 1000000000)
		return sane(epoch * 1000 - now);
	at = when_rfc3339(value);
	return sane(at == MSEC_NONE ? when_dur(value) : at - now);
}

/* "x-ratelimit-reset-tokens" names the bucket of
 * "x-ratelimit-remaining-tokens". */
static int
same_bucket(struct slice remaining, struct slice reset)
{
	ptrdiff_t at = slice_ifind(reset, "reset");
	size_t head = (size_t)at, tail = head + strlen("reset");

	if (remaining.n != reset.n + strlen("remaining") - strlen("reset"))
		return 0;
	return slice_ieq(slice_sub(remaining, 0, head),
	    slice_sub(reset, 0, head)) &&
	    slice_ieq(slice_sub(remaining, head, strlen("remaining")),
	    SLICE("remaining")) &&
	    slice_ieq(slice_sub(remaining, head + strlen("remaining"),
	    remaining.n), slice_sub(reset, tail, reset.n));
}

/* Whether the bucket is known to be empty; one without a count is Together's,
 * whose reset stands for Retry-After. */
static int
exhausted(const struct http_field *field, size_t n, struct slice reset)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (same_bucket(field[i].name, reset))
			return slice_is(field[i].value, "0");
	return slice_ieq(reset, SLICE("x-ratelimit-reset"));
}

msec
hint_reset(const struct http_field *field, size_t n, msec now)
{
	msec wait = MSEC_NONE;
	size_t i;

	for (i = 0; i < n; i++) {
		if (slice_ifind(field[i].name, "ratelimit-") >= 0 &&
		    slice_ifind(field[i].name, "reset") >= 0 &&
		    exhausted(field, n, field[i].name))
			wait = larger(wait, hint_until(field[i].value, now));
	}
	return wait;
}

/* The length of phrase at the front of s, ASCII case folded and any blanks
 * (also the line breaks of wrapped logs) or a colon for each of its spaces; 0
 * when it is not there. */
static size_t
phrase_at(struct slice s, const char *phrase)
{
	size_t n = 0;

	for (; *phrase != '\0'; phrase++) {
		if (n == s.n)
			return 0;
		if (*phrase == ' ') {
			if (!blank(s.p[n]))
				return 0;
			while (n < s.n && blank(s.p[n]))
				n++;
		} else if ((s.p[n] | ' ') == *phrase) {
			n++;
		} else {
			return 0;
		}
	}
	return n;
}

msec
hint_text(struct slice text)
{
	static const char phrases[][13] = {
		"again in ", "again after ", "retry in ", "retry after ",
		"reset after ", "resets in ", "please wait ", "wait for "
	};
	msec wait = MSEC_NONE;
	struct slice rest;
	size_t i, n;

	for (; text.n > 0; text = slice_sub(text, 1, text.n)) {
		for (i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
			n = phrase_at(text, phrases[i]);
			rest = slice_sub(text, n, text.n);
			if (n > 0)
				wait = larger(wait, sane(when_span(&rest)));
		}
	}
	return wait;
}

/* More than any limit, and far from overflow once times a day's ms. */
#define FIGURE_MAX 10000000000

/* Digits with commas among them; -1 when something else begins here (a model
 * name, a fraction) or it is out of all measure. */
static int64_t
count(struct slice s)
{
	int64_t v = -1;
	size_t i;

	for (i = 0; i < s.n && (digit(s.p[i]) || (s.p[i] == ',' &&
	    i > 0 && i + 1 < s.n && digit(s.p[i + 1]))); i++) {
		if (s.p[i] == ',')
			continue;
		v = (v < 0 ? 0 : v * 10) + (s.p[i] - '0');
		if (v > FIGURE_MAX)
			return -1;
	}
	if (i + 1 < s.n && s.p[i] == '.' && digit(s.p[i + 1]))
		return -1;
	return i < s.n && (letter(s.p[i]) || s.p[i] == '-') ? -1 : v;
}

/* The number after word, as in "Requested ~36313", "Limit: 30,000"; -1. */
static int64_t
figure(struct slice text, const char *word)
{
	int64_t v = -1;
	size_t n;

	for (; text.n > 0 && v < 0; text = slice_sub(text, 1, text.n)) {
		n = phrase_at(text, word);
		if (n == 0)
			continue;
		while (n < text.n && (blank(text.p[n]) || text.p[n] == '~'))
			n++;
		v = count(slice_sub(text, n, text.n));
	}
	return v;
}

static msec
window(struct slice text)
{
	static const struct {
		char word[9];
		int ms;
	} windows[] = {
		{ "per sec", 1000 },
		{ "per min", 60000 }, { "(TPM)", 60000 }, { "(RPM)", 60000 },
		{ "per hour", 3600000 },
		{ "per day", 86400000 }, { "(TPD)", 86400000 },
		{ "(RPD)", 86400000 },
	};
	size_t i;

	for (i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
		if (slice_ifind(text, windows[i].word) >= 0)
			return windows[i].ms;
	return -1;
}

struct refill
hint_refill(struct slice text)
{
	return (struct refill){
		.limit = figure(text, "limit"),
		.used = figure(text, "used"),
		.requested = figure(text, "requested"),
		.window = window(text)
	};
}

msec
refill_wait(const struct refill *r)
{
	int64_t over;

	if (r->limit <= 0 || r->used < 0 || r->requested < 0 || r->window < 0)
		return MSEC_NONE;
	over = r->used + r->requested - r->limit;
	if (over <= 0)
		return 0;
	return sane((over * r->window + r->limit - 1) / r->limit);
}

int
refill_never(const struct refill *r)
{
	return r->limit >= 0 && r->requested > r->limit;
}
