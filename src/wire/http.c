#include "wire/http.h"

#include <string.h>

#define HEAD_USUAL 1024		/* bytes, so that most need not grow */

enum state { STATUS, FIELDS, BODY, BAD };

static enum http_ev
bad(struct http *h, const char *why)
{
	h->state = BAD;
	h->why = why;
	return HTTP_BAD;
}

/* Removes the CR of line ends and joins folded lines (RFC 9112, 5.2).  -1 on
 * any other CR and on NUL. */
static int
tidy(struct buf *b)
{
	const char *r = b->p, *end = b->p + b->n;
	char *w = b->p;

	for (; r < end; r++) {
		if (*r == '\0')
			return -1;
		if (*r == '\r') {
			if (r + 1 == end || r[1] != '\n')
				return -1;
			continue;
		}
		*w++ = *r;
		if (*r != '\n' || r + 1 == end ||
		    (r[1] != ' ' && r[1] != '\t'))
			continue;
		w[-1] = ' ';
		while (r + 1 < end && (r[1] == ' ' || r[1] == '\t'))
			r++;
	}
	b->n = (size_t)(w - b->p);
	return 0;
}

/* "HTTP/1.1 200 Reason"; the reason and its blank are optional. */
static const char *
status_line(struct http *h, struct slice s)
{
	long long status = slice_dec(slice_sub(s, 9, 3), 999);

	if (!slice_is(slice_sub(s, 7, 2), "0 ") &&
	    !slice_is(slice_sub(s, 7, 2), "1 "))
		return "not an HTTP/1.0 or HTTP/1.1 answer";
	if (s.n < 12 || status < 100 || (s.n > 12 && s.p[12] != ' '))
		return "broken status line";
	h->minor = s.p[7] - '0';
	h->status = (int)status;
	return NULL;
}

static int
lists(const struct http *h, const char *name, const char *token)
{
	return http_lists(h->field, h->nfields, name, token);
}

/* RFC 9112, 6.3 and 9.3. */
static const char *
choose_framing(struct http *h)
{
	struct slice coding = http_field(h, "transfer-encoding", 0), list;
	long long len = -1, v;
	size_t i;

	h->keep = !lists(h, "connection", "close") &&
	    (h->minor == 1 || lists(h, "connection", "keep-alive"));
	h->body = (struct http_body){ .framing = HTTP_BY_LENGTH };
	/* repeated lengths must all be the same (RFC 9110, 8.6) */
	for (i = 0; (list = http_field(h, "content-length", i)).p != NULL; i++)
		do {
			v = slice_dec(slice_trim(slice_cut(&list, ',')),
			    INT64_MAX);
			if (v < 0 || (len >= 0 && len != v))
				return "broken or contradictory "
				    "Content-Length";
			len = v;
		} while (list.n > 0);
	if (h->no_body || h->status == 204 || h->status == 304)
		return NULL;
	if (coding.p != NULL) {
		if (!slice_ieq(coding, SLICE("chunked")) ||
		    http_field(h, "transfer-encoding", 1).p != NULL)
			return "a Transfer-Encoding other than chunked";
		h->body.framing = HTTP_BY_CHUNKS;
		if (len >= 0 || h->minor == 0)
			h->keep = 0;
	} else if (len >= 0) {
		h->body.left = (uint64_t)len;
	} else {
		h->body.framing = HTTP_BY_EOF;
		h->keep = 0;
	}
	return NULL;
}

/* Handles the line just completed in h->head, which ends with LF.  HTTP_MORE:
 * the head continues. */
static enum http_ev
head_line(struct http *h)
{
	size_t n = h->head.n - 1;
	const char *why;

	if (n > 0 && h->head.p[n - 1] == '\r')
		n--;
	if (h->state == FIELDS && n > 0 && h->head.p[n - 1] != '\n')
		return HTTP_MORE;		/* not the empty line */
	if (tidy(&h->head) < 0)
		return bad(h, "NUL or a bare CR in the head");
	if (h->state == STATUS) {
		why = status_line(h, slice_sub(buf_slice(&h->head), 0,
		    h->head.n - 1));
		buf_clear(&h->head);
		h->state = FIELDS;
		return why == NULL ? HTTP_MORE : bad(h, why);
	}
	if (h->head.p[0] == ' ' || h->head.p[0] == '\t')
		return bad(h, "a folded line with no field before it");
	why = http_split(buf_slice(&h->head), &h->fields);
	h->field = http_fields(&h->fields, &h->nfields);
	if (why != NULL)
		return bad(h, why);
	if (h->status == 101)
		return bad(h, "a switch of protocols that nobody asked for");
	if (h->status < 200) {
		buf_clear(&h->head);
		buf_clear(&h->fields);
		h->nfields = 0;
		h->state = STATUS;
		return HTTP_MORE;
	}
	if ((why = choose_framing(h)) != NULL)
		return bad(h, why);
	h->state = BODY;
	return HTTP_HEAD;
}

static enum http_ev
push_head(struct http *h, struct slice *in)
{
	enum http_ev ev = HTTP_MORE;
	const char *lf;
	size_t n;

	if (h->head.cap == 0)
		(void)buf_room(&h->head, HEAD_USUAL);
	while (ev == HTTP_MORE && in->n > 0) {
		lf = memchr(in->p, '\n', in->n);
		n = lf == NULL ? in->n : (size_t)(lf - in->p) + 1;
		/* interim heads count too: they could go on for ever */
		if (n > HTTP_HEAD_MAX - h->heads)
			return bad(h, "the head is too large");
		h->heads += n;
		buf_put(&h->head, slice_sub(*in, 0, n));
		slice_skip(in, n);
		/* another protocol may never send a line end */
		if (h->state == STATUS && memcmp(h->head.p, "HTTP/1.",
		    h->head.n < 7 ? h->head.n : 7) != 0)
			return bad(h, "not an HTTP/1.0 or HTTP/1.1 answer");
		if (lf != NULL)
			ev = head_line(h);
	}
	return ev;
}

enum http_ev
http_push(struct http *h, struct slice *in, struct slice *out)
{
	enum http_ev ev;

	if (h->state == BAD)
		return HTTP_BAD;
	if (h->state != BODY)
		return push_head(h, in);
	ev = http_body_push(&h->body, in, out);
	return ev == HTTP_BAD ? bad(h, h->body.why) : ev;
}

enum http_ev
http_eof(struct http *h)
{
	if (h->state == BAD)
		return HTTP_BAD;
	if (h->state == BODY)
		return http_body_eof(&h->body) == HTTP_END ? HTTP_END :
		    bad(h, h->body.why);
	if (h->heads == 0)
		return bad(h, "the connection ended without an answer");
	return bad(h, "the connection ended in the middle of the head");
}

struct slice
http_field(const struct http *h, const char *name, size_t nth)
{
	return http_find(h->field, h->nfields, name, nth);
}

void
http_free(struct http *h)
{
	buf_free(&h->head);
	buf_free(&h->fields);
	*h = (struct http){ .no_body = h->no_body };
}
