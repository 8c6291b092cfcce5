#include "api/hint.h"

#include <string.h>

#include "wire/when.h"

static msec
larger(msec a, msec b)
{
	return a > b ? a : b;
}

/* MSEC_NONE for an absurd wait. */
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

/* Reads digits with at most one point: no sign, no 0x, no exponent.  They are
 * ms, but when_dur() takes them for seconds. */
static msec
after_ms(struct slice v)
{
	size_t i, digits = 0, points = 0;
	msec micro;

	for (i = 0; i < v.n; i++) {
		digits += digit(v.p[i]) != 0;
		points += v.p[i] == '.';
	}
	if (digits == 0 || points > 1 || digits + points != v.n)
		return MSEC_NONE;
	micro = when_dur(v);
	return micro == MSEC_NONE ? MSEC_NONE : sane((micro + 999) / 1000);
}

msec
hint_fields(const struct http_field *field, size_t n, msec now)
{
	msec ms = MSEC_NONE, s = MSEC_NONE, at;
	struct slice v;
	size_t i;

	for (i = 0; i < n; i++) {
		v = field[i].value;
		if (slice_ieq(field[i].name, SLICE("retry-after-ms")))
			ms = larger(ms, after_ms(v));
		if (!slice_ieq(field[i].name, SLICE("retry-after")))
			continue;
		/* RFC 9110 section 10.2.3; also fractions, and two fields
		 * that a proxy has joined into a list */
		at = when_http(v);
		if (at != MSEC_NONE) {
			s = larger(s, at > now ? sane(at - now) : 0);
			continue;
		}
		while (v.n > 0)
			s = larger(s,
			    sane(when_dur(slice_trim(slice_cut(&v, ',')))));
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

/* Whether the bucket of "x-ratelimit-reset-tokens" is empty by its
 * "x-ratelimit-remaining-tokens".  Together sends a reset without a count,
 * in place of Retry-After. */
static int
exhausted(const struct http_field *field, size_t n, struct slice reset)
{
	struct slice tail = reset, head = slice_sub(reset, 0,
	    (size_t)slice_ifind(reset, "reset")), name;
	size_t i;

	slice_skip(&tail, head.n + strlen("reset"));
	for (i = 0; i < n; i++) {
		name = field[i].name;
		if (!slice_ieq(slice_sub(name, 0, head.n), head))
			continue;
		slice_skip(&name, head.n);
		if (!slice_ieq(slice_sub(name, 0, 9), SLICE("remaining")))
			continue;
		slice_skip(&name, 9);
		if (slice_ieq(name, tail))
			return slice_is(field[i].value, "0");
	}
	return slice_ieq(reset, SLICE("x-ratelimit-reset"));
}

msec
hint_reset(const struct http_field *field, size_t n, msec now)
{
	msec wait = MSEC_NONE;
	size_t i;

	for (i = 0; i < n; i++)
		if (slice_ifind(field[i].name, "ratelimit-") >= 0 &&
		    slice_ifind(field[i].name, "reset") >= 0 &&
		    exhausted(field, n, field[i].name))
			wait = larger(wait, hint_until(field[i].value, now));
	return wait;
}

/* The length of phrase at the front of s, 0 if it is not there.  ASCII case is
 * ignored; a space matches any blanks (line breaks too, in wrapped logs) and
 * colons. */
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
	static const char *const phrases[] = {
		"again in ", "again after ", "retry in ", "retry after ",
		"reset after ", "resets in ", "please wait ", "wait for "
	};
	msec wait = MSEC_NONE;
	struct slice rest;
	size_t i, n;

	for (; text.n > 0; slice_skip(&text, 1))
		for (i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
			n = phrase_at(text, phrases[i]);
			rest = slice_sub(text, n, text.n);
			if (n > 0)
				wait = larger(wait, sane(when_span(&rest)));
		}
	return wait;
}

/* More than any limit; times a day in ms it does not overflow. */
#define FIGURE_MAX 10000000000

/* The number after word, as in "Requested ~36313" and "Limit: 30,000"; -1 if
 * there is none. */
static int64_t
figure(struct slice text, const char *word)
{
	struct slice s;
	int64_t v;
	size_t i, n;
	char c;

	for (; text.n > 0; slice_skip(&text, 1)) {
		n = phrase_at(text, word);
		if (n == 0)
			continue;
		while (n < text.n && (blank(text.p[n]) || text.p[n] == '~'))
			n++;
		s = slice_sub(text, n, text.n);
		v = -1;
		for (i = 0; i < s.n && v <= FIGURE_MAX; i++)
			if (digit(s.p[i]))
				v = (v < 0 ? 0 : v * 10) + (s.p[i] - '0');
			else if (s.p[i] != ',' || i == 0 || i + 1 == s.n ||
			    !digit(s.p[i + 1]))
				break;
		/* not the name of a model, not a fraction */
		c = i < s.n ? s.p[i] : ' ';
		if (v < 0 || v > FIGURE_MAX || c == '-' ||
		    ((c | ' ') >= 'a' && (c | ' ') <= 'z') ||
		    (c == '.' && i + 1 < s.n && digit(s.p[i + 1])))
			continue;
		return v;
	}
	return -1;
}

struct refill
hint_refill(struct slice text)
{
	static const struct {
		const char *word;
		msec ms;
	} windows[] = {
		{ "per sec", 1000 },
		{ "per min", 60000 }, { "(TPM)", 60000 }, { "(RPM)", 60000 },
		{ "per hour", 3600000 },
		{ "per day", 86400000 }, { "(TPD)", 86400000 },
		{ "(RPD)", 86400000 },
	};
	struct refill r = { figure(text, "limit"), figure(text, "used"),
	    figure(text, "requested"), -1 };
	size_t i;

	for (i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
		if (r.window < 0 && slice_ifind(text, windows[i].word) >= 0)
			r.window = windows[i].ms;
	return r;
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
