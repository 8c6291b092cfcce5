#include "api/classify.h"

#include "api/errbody.h"
#include "api/hint.h"
#include "api/verdict.h"

static struct slice
find(const struct http_field *field, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (slice_ieq(field[i].name, slice_str(name)))
			return field[i].value;
	return (struct slice){ 0 };
}

/* The largest figure that the server gives; only without any, the reset of
 * a bucket, and what its numbers say. */
static msec
stated_wait(const struct reply *r, const struct errbody *b,
    enum fclass class, msec now)
{
	msec wait = hint_fields(r->field, r->nfields, now);
	msec text = hint_text(buf_slice(&b->text));
	struct refill refill;

	if (b->wait > wait)
		wait = b->wait;
	if (text > wait)
		wait = text;
	if (wait != MSEC_NONE || !verdict_is_rate(class))
		return wait;
	wait = hint_reset(r->field, r->nfields, now);
	if (wait != MSEC_NONE)
		return wait;
	refill = hint_refill(buf_slice(&b->text));
	wait = refill_wait(&refill);
	if (wait > 0)
		return wait;
	/* Google without its RetryInfo: gemini-cli waits the minute out */
	return b->minute ? 60000 : MSEC_NONE;
}

/* A limit per day is worth a repetition only if the server says when.
 * Google's end at midnight Pacific: its RetryInfo means nothing there. */
static void
decide_daily(struct fault *f, const struct errbody *b)
{
	if (b->daily || verdict_google(b)) {
		f->wait = MSEC_NONE;
		f->retry = 0;
	} else if (f->wait == MSEC_NONE) {
		f->retry = b->reset;
	}
}

/* Whether to ask again, and when at the earliest. */
static void
decide(struct fault *f, const struct reply *r, const struct errbody *b,
    const struct verdict *v, msec now)
{
	struct slice should = find(r->field, r->nfields,
	    "x-should-retry");

	f->class = v->class;
	f->retry = verdict_retryable(v->class);
	if (slice_ieq(should, SLICE("false")))
		f->retry = 0;
	if (slice_ieq(should, SLICE("true")) && !v->sure)
		f->retry = 1;
	if (!f->retry)
		return;
	f->wait = stated_wait(r, b, v->class, now);
	if (v->class == F_DAILY)
		decide_daily(f, b);
}

struct slice
reply_request_id(const struct http_field *field, size_t n)
{
	static const char *const names[] = {
		"x-request-id", "request-id", "apim-request-id", "cf-ray"
	};
	struct slice id = { 0 };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]) && id.n == 0; i++)
		id = find(field, n, names[i]);
	return id;
}

static void
put_request_id(struct fault *f, const struct reply *r,
    const struct errbody *b)
{
	struct slice id = reply_request_id(r->field, r->nfields);

	slice_copy(id.n > 0 ? id : b->request_id, f->request_id,
	    sizeof(f->request_id));
}

/* The code or type that says most to a person. */
static void
put_name(struct fault *f, const struct errbody *b)
{
	struct slice name;
	size_t i;

	for (i = 0; i < b->nnames && f->name[0] == '\0'; i++) {
		name = b->name[i];
		if (slice_dec(name, 1 << 20) < 0 && !slice_is(name, "error"))
			slice_copy(name, f->name, sizeof(f->name));
	}
}

static void
put_text(struct fault *f, const struct reply *r, const struct errbody *b)
{
	struct slice body = b->html ? SLICE("") : slice_trim(r->body);
	const char *meaning = verdict_meaning(r->status);
	const char *what = meaning != NULL ? meaning :
	    b->html ? "a web page" : "without a reason";
	struct slice title = buf_slice(&b->say);
	struct buf text = { 0 };
	size_t i;

	/* Nginx's title is the status, Squid's for all of them the same. */
	if (b->html && b->say.n > 0 &&
	    slice_dec(slice_cut(&title, ' '), 999) != r->status)
		buf_printf(&text, "HTTP %d, %s: ", r->status, what);
	if (b->say.n > 0)
		buf_put(&text, buf_slice(&b->say));
	else if (body.n > 0)
		buf_put(&text, slice_sub(body, 0, sizeof(f->text)));
	else
		buf_printf(&text, "HTTP %d, %s", r->status, what);
	/* A NUL would end what people get to read. */
	for (i = 0; i < text.n; i++)
		if (text.p[i] == '\0')
			text.p[i] = '?';
	slice_copy(buf_slice(&text), f->text, sizeof(f->text));
	buf_free(&text);
}

/* What the tables cannot say, for it is the reply as a whole that counts. */
static void
except(struct verdict *v, const struct reply *r, const struct errbody *b,
    msec now)
{
	/* A captive portal answers 200 to everything. */
	if (r->status < 300 && b->status == 0 &&
	    (b->html || slice_trim(r->body).n == 0))
		*v = (struct verdict){ .class = F_PROTO, .sure = 1 };
	/* Of OpenRouter's 402s, whose codes are numbers, those that state a
	 * wait will pass. */
	if (v->class == F_QUOTA && !v->sure && b->status == 402 &&
	    hint_fields(r->field, r->nfields, now) != MSEC_NONE)
		v->class = F_RATE;
}

void
classify(const struct reply *r, struct fault *f)
{
	msec now = hint_now(r->field, r->nfields, r->wall);
	struct errbody b;
	struct verdict v;

	errbody_read(&b, r->body, now);
	v = verdict_of(&b, b.status != 0 ? b.status : r->status);
	except(&v, r, &b, now);
	*f = (struct fault){ .status = r->status, .wait = MSEC_NONE };
	if (r->status < 300 && v.class != F_PROTO)
		f->status = b.status != 0 ? b.status : verdict_status(v.class);
	decide(f, r, &b, &v, now);
	put_request_id(f, r, &b);
	put_name(f, &b);
	put_text(f, r, &b);
	errbody_free(&b);
}
