#include "api/quota.h"

#include <string.h>

#include "api/hint.h"
#include "wire/json.h"

#define LEFT_MAX 1000000000000
#define WINDOW_MAX (32 * QUOTA_DAY)
#define RESET_MIN 20
#define WAIT_MIN 100

/* Base64 is told from text by its length without a blank in it. */
#define RUN_MIN 400
#define RUN_TOKENS 800		/* a picture */

static const msec windows[] = { 60000, 3600000, 86400000 };

/* -- fields ---------------------------------------------------------------- */

/* The words that names are made of: what it is, of which kind; and windows,
 * which Cerebras names. */
static const char words[][10] = { "limit", "remaining", "reset", "requests",
    "tokens", "input", "output", "day", "minute" };

enum { W_LIMIT, W_REMAINING, W_RESET, W_REQUESTS, W_TOKENS, W_INPUT, W_OUTPUT,
    W_DAY, W_MINUTE, WORDS };

/* A bit for each; 0 when there is another word, as in the limits of a
 * project. */
static unsigned
read_name(struct slice name)
{
	struct slice word;
	unsigned set = 0, i;

	while (name.n > 0) {
		word = slice_cut(&name, '-');
		for (i = 0; i < WORDS; i++)
			if (slice_ieq(word, slice_str(words[i])))
				break;
		if (i == WORDS)
			return 0;
		set |= 1u << i;
	}
	return set;
}

static int
has(unsigned set, int word)
{
	return set >> word & 1;
}

static void
take(struct quota *q, unsigned set, struct slice value, msec now)
{
	struct quota_of *of = &q->of[has(set, W_INPUT) ? QUOTA_INPUT :
	    has(set, W_OUTPUT) ? QUOTA_OUTPUT : has(set, W_TOKENS)];

	if (has(set, W_DAY))
		of->window = QUOTA_DAY;
	if (has(set, W_LIMIT))
		of->limit = slice_dec(value, LEFT_MAX);
	if (has(set, W_REMAINING))
		of->left = slice_dec(value, LEFT_MAX);
	if (has(set, W_RESET)) {
		of->reset = hint_until(value, now);
		/* a window that is no bucket's: OpenRouter, and a proposal
		 * for a standard, name neither requests nor tokens */
		q->fixed |= set == 1u << W_RESET;
	}
}

/*
 * How long the whole of a bucket takes to refill, of which gone takes span.
 * Other than the usual windows are believed only where the span is exact
 * enough (least ms): what is printed in documents (18000, 17997, 7.66s) fits
 * none.
 */
static msec
window(int64_t limit, int64_t gone, msec span, msec least)
{
	msec w;
	size_t i;

	if (limit <= 0 || gone <= 0 || span <= 0)
		return MSEC_NONE;
	w = (msec)((double)span * (double)limit / (double)gone);
	for (i = 0; i < 3; i++)
		if (w > windows[i] / 10 * 9 && w < windows[i] / 10 * 11)
			return windows[i];
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

	/* all of them -1 */
	memset(q, 0xff, sizeof(*q));
	q->fixed = 0;
	for (i = 0; i < n; i++) {
		name = field[i].name;
		at = slice_ifind(name, mark);
		if (at >= 0)
			take(q, read_name(slice_sub(name,
			    (size_t)at + strlen(mark), name.n)),
			    slice_trim(field[i].value), now);
	}
	/* Anthropic's tokens are one of the two, whichever is nearer its end */
	if (q->of[QUOTA_INPUT].limit > 0)
		q->of[QUOTA_TOKENS].limit = -1;
	for (i = 0; i < QUOTA_KINDS && !q->fixed; i++) {
		of = &q->of[i];
		if (of->left >= 0 && of->window < 0)
			of->window = window(of->limit, of->limit - of->left,
			    of->reset, RESET_MIN);
		/* too long for a window, and not exact enough to tell */
		if (of->window > QUOTA_MINUTE && of->left > of->limit / 20 *
		    19 && of->window % 3600000 != 0)
			of->window = MSEC_NONE;
	}
}

/* -- texts ----------------------------------------------------------------- */

int
quota_text(struct slice text, msec wait, struct quota_of *of, int64_t *cost)
{
	struct refill r = hint_refill(text);
	msec w;
	int k = -1;

	if (slice_ifind(text, "tokens per ") >= 0)
		k = QUOTA_TOKENS;
	else if (slice_ifind(text, "requests per ") >= 0)
		k = QUOTA_REQUESTS;
	if (r.limit <= 0 || r.used < 0 || r.requested < 0)
		return -1;
	*cost = r.requested;
	*of = (struct quota_of){ r.limit, r.limit - r.used, MSEC_NONE,
	    r.window > 0 ? r.window : MSEC_NONE };
	/* the label can be wrong, the wait is not: "TPM" and 8h18m */
	w = window(r.limit, r.used + r.requested - r.limit, wait, WAIT_MIN);
	if (w > 0)
		of->window = w;
	return k;
}

/* -- costs ----------------------------------------------------------------- */

static int
base64(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* A quarter of the bytes, which is what OpenAI goes by, too. */
static int64_t
text_tokens(struct slice body)
{
	size_t i, run = 0, bytes = 0, pictures = 0;

	for (i = 0; i <= body.n; i++) {
		if (i < body.n && base64(body.p[i])) {
			run++;
			continue;
		}
		if (run >= RUN_MIN)
			pictures++;
		else
			bytes += run + 1;
		run = 0;
	}
	return (int64_t)(bytes / 4 + pictures * RUN_TOKENS);
}

struct quota_cost
quota_cost(struct slice body)
{
	struct json_want config = { .key = "maxOutputTokens" };
	struct json_want want[4];
	struct quota_cost c = { text_tokens(body), -1 };
	size_t i;

	json_keys(want, "max_tokens max_completion_tokens max_output_tokens "
	    "generationConfig", 4);
	json_want_in(&want[3], &config, 1);
	if (json_pick(body, want, 4) < 0)
		return c;
	if (want[3].type == JSON_OBJECT)
		want[3] = config;
	for (i = 0; i < 4; i++)
		if (want[i].type == JSON_NUMBER)
			c.output = json_int(want[i].tok, -1);
	if (c.output < 0 || c.output > LEFT_MAX)
		c.output = -1;
	return c;
}
