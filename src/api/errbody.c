#include "api/errbody.h"

#include <string.h>

#include "api/hint.h"
#include "wire/json.h"
#include "wire/sse.h"

/* How deep forms may stand in each other: a list in a message in an error in
 * a string. */
#define DEPTH_MAX 6

static int read_doc(struct errbody *b, struct slice doc, int depth);
static void read_error(struct errbody *b, struct slice doc, int depth);

static struct slice
first_line(struct slice s)
{
	s = slice_trim(s);
	return slice_trim(slice_cut(&s, '\n'));
}

/* "error code: 522" is Cloudflare's, "Error code: 400 - {...}" what OpenAI's
 * SDK prints, and a gateway passes on. */
static void
read_status(struct errbody *b, struct slice text)
{
	struct slice number = slice_sub(text, sizeof("error code: ") - 1, 4);
	long long v = slice_dec(slice_trim(number), 599);

	if (v >= 400 && b->status == 0 &&
	    slice_ifind(text, "error code: ") == 0)
		b->status = (int)v;
}

/* Plain text, for the rules and for people. */
static void
put_text(struct errbody *b, struct slice text)
{
	size_t room = ERRBODY_TEXT - b->text.n;

	text = slice_trim(text);
	read_status(b, text);
	if (text.n == 0 || room == 0)
		return;
	buf_put(&b->text, slice_sub(text, 0, room - 1));
	buf_putc(&b->text, '\n');
	if (b->say.n > 0)
		buf_puts(&b->say, ": ");
	buf_put(&b->say, first_line(slice_sub(text, 0, room)));
}

/* A message.  Gateways pass the upstream's whole body on as a string. */
static void
put_string(struct errbody *b, struct slice raw, int depth)
{
	struct buf text = { 0 };
	struct slice s;

	json_unescape(raw, &text, NULL);
	s = slice_trim(buf_slice(&text));
	if (!b->nested && s.n > 0 && (*s.p == '{' || *s.p == '[')) {
		b->nested = 1;
		buf_put(&b->inner, s);
		if (read_doc(b, buf_slice(&b->inner), depth + 1) == 0)
			s.n = 0;
	}
	put_text(b, s);
	buf_free(&text);
}

static struct slice
first_element(struct slice array, enum json_type *type)
{
	struct slice key, tok = { 0 };
	size_t at = 0;

	*type = json_each(array, &at, &key, &tok);
	return tok;
}

/* A message where it should be: text, or validation errors as FastAPI and
 * Mistral write them. */
static void
put_message(struct errbody *b, const struct json_want *w, int depth)
{
	enum json_type type = w->type;
	struct slice tok = w->tok;

	if (type == JSON_ARRAY)
		tok = first_element(tok, &type);
	if (type == JSON_STRING)
		put_string(b, tok, depth);
	else if (type == JSON_OBJECT)
		read_error(b, tok, depth + 1);
}

static void
put_name(struct errbody *b, const struct json_want *w)
{
	long long v;

	if ((w->type != JSON_STRING && w->type != JSON_NUMBER) ||
	    w->tok.n == 0)
		return;
	v = slice_dec(w->tok, 599);
	if (v >= 400 && b->status == 0)
		b->status = (int)v;
	if (b->nnames < ERRBODY_NAMES)
		b->name[b->nnames++] = w->tok;
}

static void
read_waits(struct errbody *b, struct slice doc)
{
	static const char keys[] = "retry_after_seconds resets_in_seconds "
	    "estimated_time retryDelay retry_after Retry-After resets_at "
	    "X-RateLimit-Reset x-ratelimit-reset";
	struct json_want w[9];
	msec wait;
	size_t i;

	if (json_take(doc, keys, w, sizeof(w) / sizeof(w[0])) < 0)
		return;
	for (i = 0; i < sizeof(w) / sizeof(w[0]); i++) {
		if (w[i].type != JSON_NUMBER && w[i].type != JSON_STRING)
			continue;
		wait = hint_until(w[i].tok, b->now);
		if (wait > b->wait)
			b->wait = wait;
		b->reset |= i >= 6;	/* these are times */
	}
}

/* Of google.rpc.QuotaFailure: any quota per day outlasts the others. */
static void
read_violations(struct errbody *b, struct slice array)
{
	struct json_want id = { .key = "quotaId" };
	struct slice key, tok;
	size_t at = 0;

	while (json_each(array, &at, &key, &tok) > JSON_END) {
		if (json_pick(tok, &id, 1) < 0 || id.type != JSON_STRING)
			continue;
		if (slice_ifind(id.tok, "PerMinute") >= 0)
			b->minute = 1;
		if (slice_ifind(id.tok, "PerDay") >= 0 ||
		    slice_ifind(id.tok, "Daily") >= 0)
			b->daily = 1;
	}
}

/* One of Google's details, Anthropic's details, or Azure's innererror. */
static void
read_detail(struct errbody *b, struct slice doc)
{
	static const char keys[] = "error_code reason code violations";
	struct json_want w[4];

	if (json_take(doc, keys, w, sizeof(w) / sizeof(w[0])) < 0)
		return;
	put_name(b, &w[0]);
	put_name(b, &w[1]);
	put_name(b, &w[2]);
	if (w[3].type == JSON_ARRAY)
		read_violations(b, w[3].tok);
	read_waits(b, doc);
}

static void
read_details(struct errbody *b, const struct json_want *w)
{
	struct slice key, tok;
	size_t at = 0;

	if (w->type == JSON_OBJECT)
		read_detail(b, w->tok);
	if (w->type == JSON_ARRAY)
		while (json_each(w->tok, &at, &key, &tok) > JSON_END)
			read_detail(b, tok);
}

/* OpenRouter's: whose limit it was; the reason itself comes back in *raw. */
static void
read_metadata(struct errbody *b, struct slice doc, struct json_want *raw)
{
	static const char keys[] = "limit_source headers raw";
	struct json_want w[3];

	if (json_take(doc, keys, w, sizeof(w) / sizeof(w[0])) < 0)
		return;
	put_name(b, &w[0]);
	if (w[1].type == JSON_OBJECT)
		read_waits(b, w[1].tok);
	read_waits(b, doc);
	*raw = w[2];
}

/* Where in the request, before what is wrong there. */
static void
put_place(struct errbody *b, const struct json_want *w)
{
	struct slice key, tok, last = { 0 };
	size_t at = 0;

	if (w->type != JSON_ARRAY)
		return;
	while (json_each(w->tok, &at, &key, &tok) > JSON_END)
		last = tok;
	put_text(b, last);
}

/* The object that holds the error itself. */
static void
read_error(struct errbody *b, struct slice doc, int depth)
{
	enum { DETAILS, INNER, METADATA, NAMES, MESSAGES = NAMES + 5,
	    PLACE = MESSAGES + 9, N };
	static const char keys[] = "details innererror metadata code type "
	    "status status_code statusCode error message msg Message "
	    "error_description error_message title detail errors loc";
	struct json_want w[N], raw = { 0 };
	size_t i;

	if (depth > DEPTH_MAX || json_take(doc, keys, w, N) < 0)
		return;
	read_details(b, &w[DETAILS]);
	read_details(b, &w[INNER]);
	if (w[METADATA].type == JSON_OBJECT)
		read_metadata(b, w[METADATA].tok, &raw);
	read_waits(b, doc);
	for (i = NAMES; i < MESSAGES; i++)
		put_name(b, &w[i]);
	put_place(b, &w[PLACE]);
	for (i = MESSAGES; i < PLACE; i++)
		put_message(b, &w[i], depth);
	put_message(b, &raw, depth);
}

/* Of the places where an error object may stand, the one that has it. */
static struct slice
find_error(struct slice doc)
{
	static const char *const paths[] = {
		"error", "response.error", "choices.0.error"
	};
	struct slice tok;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (json_find(doc, paths[i], &tok) == JSON_OBJECT)
			return tok;
	return doc;
}

/* A whole JSON text; -1 when it is none. */
static int
read_doc(struct errbody *b, struct slice doc, int depth)
{
	static const char keys[] = "error request_id";
	struct json_want w[2];
	enum json_type type;
	struct slice err;

	if (depth > DEPTH_MAX || !json_valid(doc))
		return -1;
	if (*slice_trim(doc).p == '[')
		doc = first_element(doc, &type);
	if (json_take(doc, keys, w, sizeof(w) / sizeof(w[0])) < 0)
		return -1;
	if (w[1].type == JSON_STRING && b->request_id.n == 0)
		b->request_id = w[1].tok;
	err = find_error(doc);
	read_error(b, err, depth);
	if (w[0].type == JSON_STRING && !memchr(w[0].tok.p, ' ', w[0].tok.n))
		put_name(b, &w[0]);
	if (err.p != doc.p)
		read_waits(b, doc);
	return 0;
}

/* The event's bytes do not outlive the parser; names must. */
static int
read_event(struct errbody *b, const struct sse_event *e)
{
	buf_clear(&b->event);
	b->request_id = (struct slice){ 0 };
	buf_put(&b->event, slice_trim(e->data));
	if (read_doc(b, buf_slice(&b->event), 0) < 0 &&
	    slice_is(e->name, "error"))
		put_text(b, e->data);
	return b->nnames > 0 || b->status > 0 || b->text.n > 0;
}

/* Error bodies framed as a stream: the first event that says something. */
static int
read_stream(struct errbody *b, struct slice body)
{
	struct sse s = { .error_field = 1 };
	struct sse_event e;
	int found = 0;

	while (!found && sse_push(&s, &body, &e) == SSE_EVENT)
		found = read_event(b, &e);
	if (!found && sse_eof(&s, &e) == SSE_EVENT)
		found = read_event(b, &e);
	sse_free(&s);
	return found;
}

static void
read_html(struct errbody *b, struct slice body)
{
	ptrdiff_t at = slice_ifind(body, "<title");
	struct slice title;

	b->html = 1;
	if (at < 0)
		return;
	title = slice_sub(body, (size_t)at, body.n);
	slice_cut(&title, '>');
	put_text(b, slice_cut(&title, '<'));
}

void
errbody_read(struct errbody *b, struct slice body, msec now)
{
	*b = (struct errbody){ .wait = MSEC_NONE, .now = now };
	body = slice_trim(body);
	if (body.n == 0)
		return;
	if (*body.p == '<')
		read_html(b, body);
	else if (read_doc(b, body, 0) < 0 && !read_stream(b, body))
		put_text(b, body);
}

void
errbody_free(struct errbody *b)
{
	buf_free(&b->text);
	buf_free(&b->say);
	buf_free(&b->event);
	buf_free(&b->inner);
}
