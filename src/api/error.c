#include "api/error.h"

#include <string.h>

#include "api/error_body.h"
#include "api/error_words.h"
#include "api/hint.h"
#include "wire/wait.h"
#include "wire/when.h"

#define BEIJING ((msec)8 * 3600 * 1000)

/* -- the class ------------------------------------------------------------- */

struct verdict {
	enum fclass class;
	int sure;		/* known by a code or message: outranks
				   x-should-retry */
	int coded;		/* known by a code */
};

static int
is_rate(enum fclass class)
{
	return class == F_RATE || class == F_DAILY;
}

/* Decides by the codes, else by the status, else (an error in a stream without
 * a known code) by vague names and the text. */
static struct verdict
first_verdict(const struct error_body *b, int status)
{
	const struct error_status *known = error_status(status);
	struct verdict v = { b->class, 1, 1 };
	size_t i;

	for (i = 0; i < b->nnames && v.class == F_NONE; i++)
		v.class = error_code(b->name[i]);
	if (v.class != F_NONE)
		return v;
	v.sure = v.coded = 0;
	if (known != NULL)
		v.class = known->class;
	else if (status >= 300)
		v.class = status >= 500 ? F_SERVER : F_REQUEST;
	for (i = 0; i < b->nnames && v.class == F_NONE; i++)
		if (error_listed(b->name[i], error_vague))
			v.class = F_REQUEST;
	if (v.class == F_NONE)		/* as Codex does */
		v.class = slice_ifind(buf_slice(&b->text), "rate limit") >= 0 ?
		    F_RATE : F_SERVER;
	return v;
}

/* Whether text has "limit: 0" (but not "limit: 0.5"), where no wait helps. */
static int
no_allowance(struct slice text)
{
	ptrdiff_t at;
	char c;

	while ((at = slice_ifind(text, "limit: 0")) >= 0) {
		slice_skip(&text, (size_t)at + 8);
		c = text.n > 0 ? *text.p : ' ';
		if ((c < '0' || c > '9') && c != '.')
			return 1;
	}
	return 0;
}

/* The verdict by codes, status and messages.  status: of the reply or named by
 * a code; below 300 for an error in a stream. */
static struct verdict
judge(const struct error_body *b, int status)
{
	struct verdict v = first_verdict(b, status);
	struct slice text = buf_slice(&b->text);
	struct refill refill = hint_refill(text);
	enum fclass said;

	if (is_rate(v.class) && no_allowance(text))
		v = (struct verdict){ F_QUOTA, 1, v.coded };
	else if (is_rate(v.class) && (refill_never(&refill) || status == 413))
		v = (struct verdict){ F_TOO_LARGE, 1, v.coded };
	else if (is_rate(v.class) && b->daily)
		v = (struct verdict){ F_DAILY, 1, v.coded };
	said = error_phrase(text, v.class, v.coded);
	return said == F_NONE ? v : (struct verdict){ said, 1, v.coded };
}

/* -- the fault ------------------------------------------------------------- */

/* How far the server's clock is ahead of UTC: Zhipu states times of Beijing,
 * as others do who write Chinese. */
static msec
zone(const struct error_body *b)
{
	size_t i;

	for (i = 0; i < b->nnames; i++)
		if (error_listed(b->name[i], "1308 1310 1316 1317 1318 1319 "
		    "1320 1321"))
			return BEIJING;
	for (i = 0; i < b->text.n; i++)
		if ((unsigned char)b->text.p[i] >= 0xe4)
			return BEIJING;
	return 0;
}

/* The longest wait that the server states.  If it states none for a rate
 * limit: the reset of a bucket, else what the message's figures give. */
static msec
stated_wait(const struct reply *r, const struct error_body *b,
    enum fclass class, msec now)
{
	msec wait = wait_fields(r->field, r->nfields, now);
	msec text = hint_text(buf_slice(&b->text), now, zone(b));
	struct refill refill;

	if (b->wait > wait)
		wait = b->wait;
	if (text > wait)
		wait = text;
	if (wait != MSEC_NONE || !is_rate(class))
		return wait;
	wait = wait_reset(r->field, r->nfields, now);
	if (wait != MSEC_NONE)
		return wait;
	refill = hint_refill(buf_slice(&b->text));
	wait = refill_wait(&refill);
	if (wait > 0)
		return wait;
	/* Google without RetryInfo: gemini-cli waits a minute */
	return b->minute ? 60000 : MSEC_NONE;
}

/* Sets .retry and .wait. */
static void
set_retry(struct fault *f, const struct reply *r, const struct error_body *b,
    const struct verdict *v, msec now)
{
	struct slice should = http_find(r->field, r->nfields,
	    "x-should-retry", 0);
	int google = b->daily;
	size_t i;

	f->retry = v->class == F_TIMEOUT || v->class == F_OVERLOAD ||
	    v->class == F_SERVER || is_rate(v->class);
	if (slice_ieq(should, SLICE("false")))
		f->retry = 0;
	if (slice_ieq(should, SLICE("true")) && !v->sure)
		f->retry = 1;
	if (!f->retry)
		return;
	f->wait = stated_wait(r, b, v->class, now);
	if (v->class != F_DAILY)
		return;
	/* Google's daily quotas end at midnight Pacific time, whatever
	 * RetryInfo says; for others, retry only if the server says when */
	for (i = 0; i < b->nnames; i++)
		google |= error_listed(b->name[i], "resource_exhausted");
	if (google)
		f->wait = when_pacific_midnight(now) - now;
	else if (f->wait == MSEC_NONE)
		f->retry = b->reset;
}

/* Sets .name to the most specific code or type, and .text. */
static void
describe(struct fault *f, const struct reply *r, const struct error_body *b)
{
	const struct error_status *known = error_status(r->status);
	const char *meaning = known != NULL ? known->meaning :
	    b->html ? "a web page" : "without a reason";
	struct slice body = b->html ? SLICE("") : slice_trim(r->body);
	struct slice summary = buf_slice(&b->summary), title = summary;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < b->nnames && f->name[0] == '\0'; i++)
		if (slice_dec(b->name[i], 1 << 20) < 0 &&
		    !slice_is(b->name[i], "error"))
			slice_copy(b->name[i], f->name, sizeof(f->name));
	/* nginx's titles begin with the status; Squid's are all the same */
	if (b->html && summary.n > 0 &&
	    slice_dec(slice_cut(&title, ' '), 999) != r->status)
		buf_printf(&text, "HTTP %d, %s: ", r->status, meaning);
	if (summary.n > 0)
		buf_put(&text, summary);
	else if (body.n > 0)
		buf_put(&text, slice_sub(body, 0, sizeof(f->text)));
	else
		buf_printf(&text, "HTTP %d, %s", r->status, meaning);
	for (i = 0; i < text.n; i++)
		if (text.p[i] == '\0')
			text.p[i] = '?';
	slice_copy(buf_slice(&text), f->text, sizeof(f->text));
	buf_free(&text);
}

struct slice
reply_request_id(const struct http_field *field, size_t n)
{
	static const char *const names[] = {
		"x-request-id", "request-id", "apim-request-id", "cf-ray"
	};
	struct slice id = { 0 };
	size_t i;

	for (i = 0; i < COUNT(names) && id.n == 0; i++)
		id = http_find(field, n, names[i], 0);
	return id;
}

void
classify(const struct reply *r, struct fault *f)
{
	struct slice id = reply_request_id(r->field, r->nfields), aws;
	msec now = wait_now(r->field, r->nfields, r->wall);
	struct error_body b;
	struct verdict v;
	int status;

	*f = (struct fault){ .status = r->status, .wait = MSEC_NONE };
	error_body_read(&b, r->body, now);
	aws = http_find(r->field, r->nfields, "x-amzn-errortype", 0);
	if (b.class == F_NONE)
		b.class = error_code(slice_cut(&aws, ':'));
	status = b.status != 0 ? b.status : r->status;
	/* what a gateway quotes of its upstream says more than its own */
	if (b.quoted != 0 && (status < 401 || status >= 500))
		status = b.quoted;
	v = judge(&b, status);
	/* a captive portal answers everything with a 200 */
	if (status < 300 && (b.html || slice_trim(r->body).n == 0))
		v = (struct verdict){ .class = F_PROTO, .sure = 1 };
	/* OpenRouter's 402s, whose codes are numbers, are temporary if they
	 * state a wait */
	if (v.class == F_QUOTA && !v.sure && b.status == 402 &&
	    wait_fields(r->field, r->nfields, now) != MSEC_NONE)
		v.class = F_RATE;
	f->class = v.class;
	if (r->status < 300 && v.class != F_PROTO)
		f->status = status >= 300 ? status : error_implied(v.class);
	set_retry(f, r, &b, &v, now);
	slice_copy(id.n > 0 ? id : b.request_id, f->request_id,
	    sizeof(f->request_id));
	describe(f, r, &b);
	error_body_free(&b);
}
