#include "wire/http_request.h"

#include <string.h>

#define HEAD_USUAL 1024

enum state { LINE, FIELDS, BODY, BAD };

static enum http_ev
bad(struct http_request *q, int status, const char *why)
{
	q->state = BAD;
	q->status = status;
	q->why = why;
	return HTTP_BAD;
}

/* The forms of RFC 9112, 3.2. */
static const char *
parse_target(struct http_request *q, struct slice target)
{
	const char *why;
	size_t i;

	q->url = (struct url){ .port = 80 };
	for (i = 0; i < target.n; i++)
		if (target.p[i] <= ' ' || target.p[i] >= 0x7f ||
		    target.p[i] == '#')
			break;
	if (target.n == 0 || i < target.n)
		return "a character in the target that does not belong there";
	if (slice_is(q->method, "CONNECT")) {
		why = url_authority(target, &q->url);
		return why == NULL && !q->url.port_given ?
		    "CONNECT without a port" : why;
	}
	q->url.path = target;
	if (target.p[0] == '/')
		return NULL;
	if (slice_is(target, "*") && slice_is(q->method, "OPTIONS"))
		return NULL;
	if ((why = url_parse(target, &q->url)) != NULL)
		return why;
	if (q->url.userinfo.p != NULL)
		return "a user in the target";
	if (q->url.path.n == 0)
		q->url.path = slice_is(q->method, "OPTIONS") ? SLICE("*") :
		    SLICE("/");
	return NULL;
}

/* "POST /v1/messages HTTP/1.1": tokens with one SP between. */
static enum http_ev
request_line(struct http_request *q, struct slice s)
{
	struct slice target, version;
	const char *why;

	q->method = slice_cut(&s, ' ');
	target = slice_cut(&s, ' ');
	version = s;
	if (!http_token(q->method))
		return bad(q, 400, "broken method");
	if (version.n != 8 || !slice_starts(version, "HTTP/") ||
	    slice_dec(slice_sub(version, 5, 1), 9) < 0 ||
	    version.p[6] != '.' || slice_dec(slice_sub(version, 7, 1), 9) < 0)
		return bad(q, 400, "no HTTP version after the target");
	if (version.p[5] != '1' || version.p[7] > '1')
		return bad(q, 505, "not HTTP/1.0 or HTTP/1.1");
	q->minor = version.p[7] - '0';
	why = parse_target(q, target);
	return why == NULL ? HTTP_MORE : bad(q, 400, why);
}

/* A target with an authority has said where to; Host must still be valid. */
static const char *
parse_host(struct http_request *q)
{
	struct slice host = http_request_field(q, "host");
	struct url u = { .port = 80 };
	const char *why;

	if (http_find(q->field, q->nfields, "host", 1).p != NULL)
		return "more than one Host";
	if (host.p == NULL)
		return q->minor == 0 ? NULL : "no Host";
	if ((why = url_authority(host, &u)) != NULL || q->url.host.p != NULL)
		return why;
	u.path = q->url.path;
	q->url = u;
	return NULL;
}

/* RFC 9112, 6.1 to 6.3, 9.3. */
static enum http_ev
choose_framing(struct http_request *q)
{
	struct slice coding = http_request_field(q, "transfer-encoding");
	struct slice length = http_request_field(q, "content-length");

	q->keep = !http_lists(q->field, q->nfields, "connection", "close") &&
	    (q->minor == 1 || http_lists(q->field, q->nfields, "connection",
	    "keep-alive"));
	q->body = (struct http_body){ .strict = 1 };
	if (http_find(q->field, q->nfields, "content-length", 1).p != NULL)
		return bad(q, 400, "more than one Content-Length");
	if (length.p != NULL) {
		q->length = slice_dec(length, INT64_MAX);
		if (q->length < 0)
			return bad(q, 400, "broken Content-Length");
		q->body.left = (uint64_t)q->length;
	}
	if (coding.p == NULL)
		return HTTP_HEAD;
	if (length.p != NULL)
		return bad(q, 400, "Content-Length and Transfer-Encoding");
	if (q->minor == 0)
		return bad(q, 400, "a Transfer-Encoding in HTTP/1.0");
	if (!slice_ieq(coding, SLICE("chunked")) || http_find(q->field,
	    q->nfields, "transfer-encoding", 1).p != NULL)
		return bad(q, 501, "a Transfer-Encoding other than chunked");
	q->length = -1;
	q->body.framing = HTTP_BY_CHUNKS;
	return HTTP_HEAD;
}

/* The empty line has come. */
static enum http_ev
head_end(struct http_request *q)
{
	struct slice head = slice_sub(buf_slice(&q->head), 0, q->head.n - 2);
	struct slice expect;
	enum http_ev ev;
	const char *why;

	if (request_line(q, slice_sub(head, 0, q->line - 2)) == HTTP_BAD)
		return HTTP_BAD;
	slice_skip(&head, q->line);
	why = http_split(head, &q->fields);
	q->field = http_fields(&q->fields, &q->nfields);
	if (why != NULL)
		return bad(q, q->nfields < HTTP_FIELDS_MAX ? 400 : 431, why);
	if ((why = parse_host(q)) != NULL)
		return bad(q, 400, why);
	if ((ev = choose_framing(q)) == HTTP_BAD)
		return HTTP_BAD;
	expect = http_request_field(q, "expect");
	if (expect.p != NULL && q->minor == 1) {
		if (!slice_ieq(expect, SLICE("100-continue")))
			return bad(q, 417, "an Expect other than "
			    "100-continue");
		q->expect = q->length != 0;
	}
	q->state = BODY;
	return ev;
}

/* A line is complete in q->head from q->start on. */
static enum http_ev
head_line(struct http_request *q)
{
	struct slice line = slice_sub(buf_slice(&q->head), q->start,
	    q->head.n);
	enum http_ev ev;
	unsigned char c;
	size_t i;

	if (line.n < 2 || line.p[line.n - 2] != '\r')
		return bad(q, 400, "a line that ends with LF alone");
	line.n -= 2;
	for (i = 0; i < line.n; i++) {
		c = (unsigned char)line.p[i];
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return bad(q, 400, "a control character in the head");
	}
	q->start = q->head.n;
	if (q->state == FIELDS && line.n == 0)
		return head_end(q);
	if (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
		return bad(q, 400, "a line that begins with a blank");
	if (q->state == FIELDS)
		return HTTP_MORE;
	if (line.n == 0) {
		buf_clear(&q->head);
		q->start = 0;
		return HTTP_MORE;
	}
	q->line = q->head.n;
	q->state = FIELDS;
	ev = request_line(q, line);
	/* the head will move as it grows */
	q->method = (struct slice){ 0 };
	q->url = (struct url){ 0 };
	return ev;
}

static enum http_ev
push_head(struct http_request *q, struct slice *in)
{
	enum http_ev ev = HTTP_MORE;
	const char *lf;
	size_t n;

	/* growing leaves a copy of what may hold a key */
	if (q->head.cap == 0)
		(void)buf_room(&q->head, HEAD_USUAL);
	while (ev == HTTP_MORE && in->n > 0) {
		lf = memchr(in->p, '\n', in->n);
		n = lf == NULL ? in->n : (size_t)(lf - in->p) + 1;
		if (n > HTTP_REQUEST_MAX - q->got)
			return q->state == LINE ?
			    bad(q, 414, "the target is too long") :
			    bad(q, 431, "the head is too large");
		q->got += n;
		buf_put(&q->head, slice_sub(*in, 0, n));
		slice_skip(in, n);
		/* another protocol, TLS for one, may never send a line end */
		if (q->state == LINE && q->head.p[0] != '\r' &&
		    !http_token((struct slice){ q->head.p, 1 }))
			return bad(q, 400, "no HTTP request");
		if (lf != NULL)
			ev = head_line(q);
	}
	return ev;
}

enum http_ev
http_request_push(struct http_request *q, struct slice *in, struct slice *out)
{
	enum http_ev ev;

	if (q->state == BAD)
		return HTTP_BAD;
	if (q->state != BODY)
		return push_head(q, in);
	ev = http_body_push(&q->body, in, out);
	return ev == HTTP_BAD ? bad(q, 400, q->body.why) : ev;
}

struct slice
http_request_field(const struct http_request *q, const char *name)
{
	return http_find(q->field, q->nfields, name, 0);
}

void
http_request_free(struct http_request *q)
{
	buf_wipe(&q->head);
	buf_free(&q->fields);
	*q = (struct http_request){ 0 };
}
