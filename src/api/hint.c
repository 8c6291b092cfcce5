#include "api/hint.h"

#include <string.h>

#include "api/error_words.h"
#include "wire/wait.h"
#include "wire/when.h"

static msec
larger(msec a, msec b)
{
	return a > b ? a : b;
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
hint_member(struct slice key, struct slice tok, msec now, int *reset)
{
	static const char ms[] = "retry_after_ms retry_after_millis "
	    "retry_after_milliseconds retry_delay_ms reset_after_ms "
	    "reset_in_ms resets_in_ms wait_ms";
	static const char spans[] = "retry_after retry_after_seconds "
	    "retry_after_secs retry_in retry_in_seconds retry_delay "
	    "retry_delay_seconds resets_in resets_in_seconds reset_in "
	    "reset_in_seconds reset_after reset_after_seconds wait_seconds "
	    "wait_time wait_time_seconds cooldown_seconds estimated_time "
	    "quota_reset_delay";
	static const char times[] = "resets_at reset_at reset_time retry_at "
	    "next_retry_at next_available_at next_reset_at quota_reset_at "
	    "quota_reset_time quota_reset_time_stamp limit_reset_at "
	    "x_ratelimit_reset ratelimit_reset";
	msec wait;

	if (error_listed(key, ms)) {
		wait = wait_ms(tok);
		return wait == MSEC_NONE ? wait_until(tok, now) : wait;
	}
	if (error_listed(key, times))
		*reset = 1;
	else if (!error_listed(key, spans))
		return MSEC_NONE;
	return wait_until(tok, now);
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
		} else if (s.p[n] == *phrase || (s.p[n] | ' ') == *phrase) {
			n++;
		} else {
			return 0;
		}
	}
	return n;
}

/* The wait of a sentence, whose verb comes before s. */
static msec
wait_here(struct slice s, msec now, msec ahead)
{
	static const char *const fillers[] = {
		"again ", "in ", "after ", "at least ", "at ", "on ", "for ",
		"time ", "about ", "approximately ", "around ", "another ", "~"
	};
	char one[24];
	msec wait, at;
	size_t i, n;

	s = slice_trim(s);
	for (i = 0; i < COUNT(fillers); i++) {
		n = phrase_at(s, fillers[i]);
		slice_skip(&s, n);
		if (n > 0)
			i = (size_t)-1;	/* from the start again */
	}
	wait = when_span(&s);
	if (wait != MSEC_NONE)
		return wait_sane(wait);
	at = when_date(&s, ahead);
	if (at != MSEC_NONE && at <= now)	/* it was UTC after all */
		at += ahead;
	if (at == MSEC_NONE)
		at = when_clock(&s, now);
	if (at == MSEC_NONE)
		at = when_http(slice_sub(s, 0,
		    sizeof("Wed, 21 Oct 2026 07:28:00 GMT") - 1));
	if (at != MSEC_NONE)
		return at > now ? wait_sane(at - now) : MSEC_NONE;
	n = phrase_at(s, "a ") + phrase_at(s, "an ") + phrase_at(s, "one ");
	if (n > 0) {	/* "a minute" */
		s = slice_sub(s, n, 16);
		(void)str_printf(one, sizeof(one), "1 %.*s", SLICE_FMT(s));
		s = slice_str(one);
		return when_span(&s);
	}
	for (n = 0; n < s.n && digit(s.p[n]); n++)
		;
	return n < 10 ? MSEC_NONE : wait_until(slice_sub(s, 0, n), now);
}

msec
hint_text(struct slice text, msec now, msec ahead)
{
	/* the last ones are Chinese: wait; please, in; will be, on; time of
	 * recovery; the very last stands behind a span: "after" */
	static const char *const verbs[] = {
		"try again ", "again ", "retry ", "retry-after ", "retrying ",
		"retry your request ", "reset ", "resets ", "refresh ",
		"refreshes ", "renews ", "replenished ", "restored ",
		"lifted ", "available ", "allowed ", "wait ",
		"back off ", "backoff ", "cooldown ", "cooling down ",
		"blocked ", "locked out ", "until ",
		"等待", "请在", "请于", "请", "将在", "将于", "恢复时间："
	};
	msec wait = MSEC_NONE, span;
	struct slice rest;
	size_t i, n;

	for (; text.n > 0; slice_skip(&text, 1)) {
		for (i = 0; i < COUNT(verbs); i++) {
			n = phrase_at(text, verbs[i]);
			if (n > 0)
				wait = larger(wait, wait_here(slice_sub(text,
				    n, text.n), now, ahead));
		}
		rest = text;
		span = digit(*text.p) ? when_span(&rest) : MSEC_NONE;
		if (span != MSEC_NONE && slice_starts(rest, "后"))
			wait = larger(wait, wait_sane(span));
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

	for (i = 0; i < COUNT(windows); i++)
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
	return wait_sane((over * r->window + r->limit - 1) / r->limit);
}

int
refill_never(const struct refill *r)
{
	return r->limit >= 0 && r->requested > r->limit;
}
