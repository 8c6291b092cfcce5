#include "api/error_body.h"

#include <string.h>

#include "api/error_words.h"
#include "api/hint.h"
#include "wire/json.h"
#include "wire/sse.h"

/* How deep bodies and error objects may nest. */
#define DEPTH_MAX 6

static int read_doc(struct error_body *b, struct slice doc, int depth);
static void read_error(struct error_body *b, struct slice doc, int depth);

/* The status in "error code: 522" (Cloudflare), "Error code: 400 - {...}"
 * (OpenAI's SDK, passed on by gateways), "status_code=503"; or 0. */
static int
quoted_status(struct slice text)
{
	static const char *const before[] = { "error code", "status code",
	    "status_code", "error status" };
	struct slice s;
	ptrdiff_t at;
	size_t i;
	int status = 0;

	for (i = 0; i < COUNT(before) && status < 400; i++) {
		at = slice_ifind(text, before[i]);
		if (at < 0)
			continue;
		s = slice_sub(text, (size_t)at + strlen(before[i]), text.n);
		while (s.n > 0 && memchr(" :=", *s.p, 3) != NULL)
			slice_skip(&s, 1);
		if (s.n > 3 && s.p[3] >= '0' && s.p[3] <= '9')
			continue;
		status = (int)slice_dec(slice_sub(s, 0, 3), 599);
	}
	return status < 400 ? 0 : status;
}

/* Appends a message to .text and its first line to .summary. */
static void
put_text(struct error_body *b, struct slice text)
{
	size_t room = ERROR_TEXT - b->text.n;
	struct slice line;

	text = slice_trim(text);
	if (b->quoted == 0)
		b->quoted = quoted_status(text);
	if (text.n == 0 || room == 0)
		return;
	buf_put(&b->text, slice_sub(text, 0, room - 1));
	buf_putc(&b->text, '\n');
	if (b->summary.n > 0)
		buf_puts(&b->summary, ": ");
	line = slice_sub(text, 0, room);
	buf_put(&b->summary, slice_trim(slice_cut(&line, '\n')));
}

/* Gateways pass on the upstream's body as a string, alone or after words of
 * their own; returns whether there was one. */
static int
read_quoted(struct error_body *b, struct slice s, int depth)
{
	struct slice doc = s, tok;
	const char *at;
	size_t n = 0;

	if (doc.n == 0)
		return 0;
	at = memchr(doc.p, '{', doc.n);
	if (*doc.p != '[' && at != NULL) {
		n = (size_t)(at - doc.p);
		slice_skip(&doc, n);
		while (doc.p[doc.n - 1] != '}' && doc.n > 1)
			doc.n--;
		if (n > 0 && json_find(doc, "error", &tok) != JSON_OBJECT &&
		    json_find(doc, "message", &tok) != JSON_STRING)
			return 0;
	} else if (*doc.p != '[') {
		return 0;
	}
	if (!json_valid(doc))
		return 0;
	b->nested = 1;
	buf_put(&b->inner, doc);
	while (n > 0 && memchr(" \n-:'\"", s.p[n - 1], 6) != NULL)
		n--;
	put_text(b, slice_sub(s, 0, n));
	return read_doc(b, buf_slice(&b->inner), depth + 1) == 0;
}

/* Reads the member that should hold the message: text, or the validation
 * errors of FastAPI and Mistral. */
static void
put_message(struct error_body *b, const struct json_want *w, int depth)
{
	enum json_type type = w->type;
	struct slice tok = w->tok, s;
	struct buf text = { 0 };

	if (type == JSON_ARRAY)
		type = json_find(tok, "0", &tok);
	if (type == JSON_OBJECT)
		read_error(b, tok, depth + 1);
	if (type != JSON_STRING)
		return;
	json_unescape(tok, &text, NULL);
	s = slice_trim(buf_slice(&text));
	if (!b->nested && read_quoted(b, s, depth))
		s.n = 0;
	put_text(b, s);
	buf_free(&text);
}

static void
put_name(struct error_body *b, const struct json_want *w)
{
	struct slice name;
	long long status;

	if ((w->type != JSON_STRING && w->type != JSON_NUMBER) ||
	    w->tok.n == 0)
		return;
	name = w->tok;	/* AWS: com.amazonaws.x#ThrottlingException */
	if (memchr(name.p, '#', name.n) != NULL)
		(void)slice_cut(&name, '#');
	status = slice_dec(name, 599);
	if (status >= 400 && b->nested)
		b->quoted = (int)status;
	else if (status >= 400 && b->status == 0)
		b->status = (int)status;
	if (b->nnames < ERROR_NAMES)
		b->name[b->nnames++] = name;
}

/* Waits in an object, and in those inside it that may hold one. */
static void
read_waits(struct error_body *b, struct slice doc, int depth)
{
	static const char inside[] = "data extra param parameters info "
	    "rate_limit retry_info headers metadata";
	struct slice key, tok;
	enum json_type type;
	size_t at = 0;
	msec wait;

	while ((type = json_each(doc, &at, &key, &tok)) > JSON_END) {
		wait = hint_member(key, tok, b->now, &b->reset);
		if (wait > b->wait)
			b->wait = wait;
		if (type == JSON_OBJECT && depth < DEPTH_MAX &&
		    error_listed(key, inside))
			read_waits(b, tok, depth + 1);
	}
}

/* Reads Google's details, Anthropic's details or Azure's innererror. */
static void
read_details(struct error_body *b, const struct json_want *details)
{
	enum { NAMES = 3, VIOLATIONS = NAMES, N };
	struct json_want w[N], id = { .key = "quotaId" };
	struct slice doc, tok;
	size_t i, at = 0, in;

	while (json_items(details, &at, &doc) > JSON_END) {
		if (json_take(doc, "error_code reason code violations", w,
		    N) < 0)
			continue;
		for (i = 0; i < NAMES; i++)
			put_name(b, &w[i]);
		/* google.rpc.QuotaFailure may list several quotas */
		for (in = 0; json_items(&w[VIOLATIONS], &in, &tok) > JSON_END;)
			if (json_pick(tok, &id, 1) == 0 &&
			    id.type == JSON_STRING) {
				b->minute |= slice_says(id.tok, "PerMinute");
				b->daily |= slice_says(id.tok, "PerDay|Daily");
			}
		read_waits(b, doc, 0);
	}
}

/* Reads the object that holds the error itself. */
static void
read_error(struct error_body *b, struct slice doc, int depth)
{
	enum { DETAILS, INNER, METADATA, NAMES, MESSAGES = NAMES + 14,
	    PLACE = MESSAGES + 15, N };
	static const char keys[] = "details innererror metadata code Code "
	    "error_code errcode errorCode type error_type __type status "
	    "status_code statusCode http_status_code httpStatusCode "
	    "blockReason "
	    "error message msg Message error_description error_message "
	    "errorMessage error_msg errmsg status_msg faultstring title "
	    "detail errors blockReasonMessage loc";
	struct json_want w[N], m[2];
	struct slice tok, last = { 0 };
	size_t i, at = 0;

	if (depth > DEPTH_MAX || json_take(doc, keys, w, N) < 0)
		return;
	read_details(b, &w[DETAILS]);
	read_details(b, &w[INNER]);
	/* OpenRouter's: whose limit it is, and the upstream's message */
	if (w[METADATA].type == JSON_OBJECT &&
	    json_take(w[METADATA].tok, "limit_source raw", m, 2) == 0) {
		put_name(b, &m[0]);
	} else {
		m[1] = (struct json_want){ 0 };
	}
	read_waits(b, doc, 0);
	for (i = NAMES; i < MESSAGES; i++)
		put_name(b, &w[i]);
	/* where in the request, before what is wrong with it */
	while (json_items(&w[PLACE], &at, &tok) > JSON_END)
		last = tok;
	put_text(b, last);
	for (i = MESSAGES; i < PLACE; i++)
		put_message(b, &w[i], depth);
	put_message(b, &m[1], depth);
}

/* Reads a whole JSON text; -1 if doc is not JSON or not an object. */
static int
read_doc(struct error_body *b, struct slice doc, int depth)
{
	static const char *const paths[] = {
		"error", "response.error", "choices.0.error",
		"Response.Error", "fault", "base_resp", "header",
		"promptFeedback"
	};
	struct json_want w[2];
	struct slice err, code;
	char name[32];
	size_t i;

	if (depth > DEPTH_MAX || !json_valid(doc))
		return -1;
	if (*slice_trim(doc).p == '[')
		(void)json_find(doc, "0", &doc);
	if (json_take(doc, "error request_id", w, 2) < 0)
		return -1;
	if (w[1].type == JSON_STRING && b->request_id.n == 0)
		b->request_id = w[1].tok;
	for (i = 0; i < COUNT(paths); i++)
		if (json_find(doc, paths[i], &err) == JSON_OBJECT)
			break;
	if (i == COUNT(paths))
		err = doc;
	if (json_find(doc, "base_resp.status_code", &code) == JSON_NUMBER &&
	    json_int(code, 0) != 0) {
		(void)str_printf(name, sizeof(name), "base_resp%.*s",
		    SLICE_FMT(code));
		b->class = error_code(slice_str(name));
	}
	if (json_find(doc, "promptFeedback.blockReason", &code) == JSON_STRING)
		b->class = F_POLICY;
	read_error(b, err, depth);
	if (w[0].type == JSON_STRING && !memchr(w[0].tok.p, ' ', w[0].tok.n))
		put_name(b, &w[0]);
	if (err.p != doc.p)
		read_waits(b, doc, 0);
	return 0;
}

/* Reads one event; returns whether it said anything.  Copies its data, since
 * names must outlive the parser. */
static int
read_event(struct error_body *b, const struct sse_event *e)
{
	buf_clear(&b->event);
	b->request_id = (struct slice){ 0 };
	buf_put(&b->event, slice_trim(e->data));
	if (read_doc(b, buf_slice(&b->event), 0) < 0 &&
	    slice_is(e->name, "error"))
		put_text(b, e->data);
	return b->nnames > 0 || b->status > 0 || b->text.n > 0;
}

/* Reads a body that is framed as a stream, up to the first event that says
 * something; returns whether there was one. */
static int
read_stream(struct error_body *b, struct slice body)
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

void
error_body_read(struct error_body *b, struct slice body, msec now)
{
	ptrdiff_t title;

	*b = (struct error_body){ .wait = MSEC_NONE, .now = now };
	body = slice_trim(body);
	if (body.n == 0)
		return;
	if (*body.p == '<') {
		b->html = 1;
		title = slice_ifind(body, "<title");
		if (title < 0)
			return;
		slice_skip(&body, (size_t)title);
		slice_cut(&body, '>');
		put_text(b, slice_cut(&body, '<'));
	} else if (read_doc(b, body, 0) < 0 && !read_stream(b, body) &&
	    !read_quoted(b, body, 0)) {
		put_text(b, body);
	}
}

void
error_body_free(struct error_body *b)
{
	buf_free(&b->text);
	buf_free(&b->summary);
	buf_free(&b->event);
	buf_free(&b->inner);
}
