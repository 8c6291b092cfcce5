#include "api/quota.h"

#include <string.h>

#include "api/hint.h"
#include "wire/json.h"
#include "wire/wait.h"

#define LEFT_MAX 1000000000000
#define WINDOW_MAX (32 * QUOTA_DAY)
#define RESET_MIN 20
#define WAIT_MIN 100

/* Base64 without line breaks is a longer run of its characters than any text
 * has, and one of more different characters than hexadecimal digits or a row of
 * the same letter. */
#define RUN_MIN 400
#define RUN_MIXED 32
#define RUN_TOKENS 800		/* of an image */

/*
 * Takes one field; name is what follows "ratelimit-".  It has words for the
 * figure and the kind, with Cerebras for the window too.  A field with any
 * other word, such as a project's limits, is ignored.
 */
static void
take(struct quota *q, struct slice name, struct slice value, msec now)
{
	enum { LIMIT = 1, REMAINING = 2, RESET = 4, REQUESTS = 8, TOKENS = 16,
	    INPUT = 32, OUTPUT = 64, DAY = 128 };
	static const char *const words[] = { "limit", "remaining", "reset",
	    "requests", "tokens", "input", "output", "day", "minute" };
	const size_t nwords = COUNT(words);
	struct quota_of *of;
	struct slice word;
	unsigned set = 0;
	size_t i;

	while (name.n > 0) {
		word = slice_cut(&name, '-');
		for (i = 0; i < nwords; i++)
			if (slice_iis(word, words[i]))
				break;
		if (i == nwords)
			return;
		set |= 1u << i;
	}
	of = &q->of[set & INPUT ? QUOTA_INPUT : set & OUTPUT ? QUOTA_OUTPUT :
	    set & TOKENS ? QUOTA_TOKENS : QUOTA_REQUESTS];
	if (set & DAY)
		of->window = QUOTA_DAY;
	if (set & LIMIT) {
		of->limit = slice_dec(value, LEFT_MAX);
		if (of->limit < 0)
			of->limit = 0;
	}
	if (set & REMAINING)
		of->left = slice_dec(value, LEFT_MAX);
	if (set & RESET) {
		of->reset = wait_until(value, now);
		/* a fixed window: OpenRouter, and a draft standard, name
		 * neither requests nor tokens */
		q->fixed |= set == RESET;
	}
}

/*
 * The time in which a whole bucket refills, if the part gone takes span.
 * Windows other than the usual ones are believed only where the span is exact
 * enough (from least ms): the examples in documentation (18000, 17997, 7.66s)
 * give no window at all.
 */
static msec
window(int64_t limit, int64_t gone, msec span, msec least)
{
	static const msec usual[] = { 60000, 3600000, 86400000 };
	msec w;
	size_t i;

	if (limit <= 0 || gone <= 0 || span <= 0)
		return MSEC_NONE;
	w = (msec)((double)span * (double)limit / (double)gone);
	for (i = 0; i < 3; i++)
		if (w > usual[i] / 10 * 9 && w < usual[i] / 10 * 11)
			return usual[i];
	return span >= least && span % 1000 != 0 && w < WINDOW_MAX ? w :
	    MSEC_NONE;
}

void
quota_fields(const struct http_field *field, size_t n, msec now,
    struct quota *q)
{
	static const char mark[] = "ratelimit-";
	struct quota_of *of;
	struct slice name;
	ptrdiff_t at;
	size_t i;

	for (i = 0; i < QUOTA_KINDS; i++)
		q->of[i] = (struct quota_of){ -1, -1, MSEC_NONE, MSEC_NONE };
	q->fixed = 0;
	for (i = 0; i < n; i++) {
		name = field[i].name;
		at = slice_ifind(name, mark);
		if (at < 0)
			continue;
		slice_skip(&name, (size_t)at + strlen(mark));
		take(q, name, slice_trim(field[i].value), now);
	}
	/* Anthropic's tokens repeat the input's or the output's, whichever is
	 * nearer its limit */
	if (q->of[QUOTA_INPUT].limit > 0)
		q->of[QUOTA_TOKENS].limit = 0;
	for (i = 0; i < QUOTA_KINDS; i++) {
		of = &q->of[i];
		/* "0" and "-1" (Azure): no limit, whatever is left */
		if (of->limit == 0)
			of->limit = of->left = -1;
		if (q->fixed)
			continue;
		if (of->left >= 0 && of->window < 0)
			of->window = window(of->limit, of->limit - of->left,
			    of->reset, RESET_MIN);
		/* a long window is a guess while little of it is used */
		if (of->window > QUOTA_MINUTE && of->left > of->limit / 20 *
		    19 && of->window % 3600000 != 0)
			of->window = MSEC_NONE;
	}
}

int
quota_text(struct slice text, msec wait, struct quota_of *of, int64_t *cost)
{
	struct refill r = hint_refill(text);
	msec w;

	if (r.limit <= 0 || r.used < 0 || r.requested < 0)
		return -1;
	*cost = r.requested;
	*of = (struct quota_of){ r.limit, r.limit - r.used, MSEC_NONE,
	    r.window > 0 ? r.window : MSEC_NONE };
	/* the label can be wrong, the wait is not: "TPM" and 8h18m */
	w = window(r.limit, r.used + r.requested - r.limit, wait, WAIT_MIN);
	if (w > 0)
		of->window = w;
	if (slice_ifind(text, "tokens per ") >= 0)
		return QUOTA_TOKENS;
	return slice_ifind(text, "requests per ") >= 0 ? QUOTA_REQUESTS : -1;
}

static int
is_base64(unsigned c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* A quarter of the bytes of UTF-8, as OpenAI estimates too; images by their
 * number. */
static int64_t
input_tokens(struct slice body)
{
	size_t n, run = 0, bytes = 0, images = 0;
	size_t mixed = 0;	/* the different characters of the run */
	uint64_t seen = 0;	/* which these are, modulo 64 */
	uint16_t c;

	for (; body.n > 0; slice_skip(&body, n)) {
		n = 1;
		c = (unsigned char)body.p[0];
		bytes++;
		if (c == '\\') {
			n = json_escape(body, &c);
			n = n > 0 ? n : 1;
			/* half of a surrogate pair is half of 4 bytes */
			bytes += c < 0x80 ? 0 : c < 0x800 || (c >= 0xd800 &&
			    c < 0xe000) ? 1 : 2;
		}
		if (is_base64(c)) {
			run++;
			mixed += (seen >> c % 64 & 1) == 0;
			seen |= (uint64_t)1 << c % 64;
			if (n < body.n)
				continue;
		}
		if (run >= RUN_MIN && mixed >= RUN_MIXED) {
			images++;
			bytes -= run;
		}
		run = mixed = 0;
		seen = 0;
	}
	return (int64_t)(bytes / 4 + images * RUN_TOKENS);
}

struct quota_cost
quota_cost(struct slice body)
{
	struct json_want want[4];
	struct quota_cost c = { input_tokens(body), -1 };
	size_t i;

	if (json_take(body, "max_tokens max_completion_tokens "
	    "max_output_tokens generationConfig", want, 4) < 0)
		return c;
	if (want[3].type == JSON_OBJECT)
		want[3].type = json_find(want[3].tok, "maxOutputTokens",
		    &want[3].tok);
	for (i = 0; i < 4; i++)
		if (want[i].type == JSON_NUMBER)
			c.output = json_int(want[i].tok, -1);
	if (c.output < 0 || c.output > LEFT_MAX)
		c.output = -1;
	return c;
}
