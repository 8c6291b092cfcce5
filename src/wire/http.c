#include "wire/http.h"

#include <string.h>

/* In this order: before the content, content, chunk framing. */
enum state {
	STATUS,			/* collecting a status line */
	FIELDS,			/* collecting fields, to the empty line */
	CONTENT,		/* .left bytes of the content or of a chunk */
	CHUNK_CR, CHUNK_LF,	/* the line end after a chunk */
	SIZE, SIZE_BLANK,	/* digits; blanks after them */
	EXT, EXT_QUOTED, EXT_ESCAPED,
	SIZE_LF,
	TRAILER, TRAILER_LINE, TRAILER_LF,
	END
};

enum framing { BY_LENGTH, BY_CHUNKS, BY_EOF };

/* Each byte of content allows this many bytes of chunk framing: a server that
 * sends one byte per chunk (6 bytes of framing) is slow, not hostile. */
#define FRAMING_PER_BYTE 16

static enum http_ev
bad(struct http *h, const char *why)
{
	h->bad = 1;
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

/* Splits the head into h->field[]. */
static const char *
fields(struct http *h, struct slice rest)
{
	struct slice line, name;
	size_t i;

	if (rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t'))
		return "a folded line with no field before it";
	h->nfields = 0;
	while ((line = slice_cut(&rest, '\n')).n > 0) {
		if (memchr(line.p, ':', line.n) == NULL)
			return "a header line without a colon";
		name = slice_cut(&line, ':');
		/* a token (RFC 9110, 5.6.2) */
		for (i = 0; i < name.n; i++)
			if (name.p[i] <= ' ' || name.p[i] >= 0x7f ||
			    strchr("\"(),/:;<=>?@[\\]{}", name.p[i]) != NULL)
				break;
		if (name.n == 0 || i < name.n)
			return "a header name with a blank or the like in it";
		if (h->nfields == HTTP_FIELDS_MAX)
			return "too many header fields";
		h->field[h->nfields++] = (struct http_field){ name,
		    slice_trim(line) };
	}
	return NULL;
}

/* Whether a field called name lists the token. */
static int
lists(const struct http *h, const char *name, const char *token)
{
	struct slice list;
	size_t i;

	for (i = 0; (list = http_field(h, name, i)).p != NULL; i++)
		while (list.n > 0)
			if (slice_ieq(slice_trim(slice_cut(&list, ',')),
			    slice_str(token)))
				return 1;
	return 0;
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
	h->framing = BY_LENGTH;
	h->left = 0;
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
		h->framing = BY_CHUNKS;
		if (len >= 0 || h->minor == 0)
			h->keep = 0;
	} else if (len >= 0) {
		h->left = (uint64_t)len;
	} else {
		h->framing = BY_EOF;
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
	if ((why = fields(h, buf_slice(&h->head))) != NULL)
		return bad(h, why);
	if (h->status == 101)
		return bad(h, "a switch of protocols that nobody asked for");
	if (h->status < 200) {
		buf_clear(&h->head);
		h->nfields = 0;
		h->state = STATUS;
		return HTTP_MORE;
	}
	if ((why = choose_framing(h)) != NULL)
		return bad(h, why);
	h->state = h->framing == BY_CHUNKS ? SIZE : CONTENT;
	h->extra = 0;
	return HTTP_HEAD;
}

static enum http_ev
push_head(struct http *h, struct slice *in)
{
	enum http_ev ev = HTTP_MORE;
	const char *lf;
	size_t n;

	while (ev == HTTP_MORE && in->n > 0) {
		lf = memchr(in->p, '\n', in->n);
		n = lf == NULL ? in->n : (size_t)(lf - in->p) + 1;
		/* interim heads count too: they could go on for ever */
		if (n > HTTP_HEAD_MAX - h->extra)
			return bad(h, "the head is too large");
		h->extra += n;
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

/* The state after c in chunk framing (RFC 9112, 7.1); -1 if c is not allowed.
 * Trailer fields are skipped. */
static inline int
frame_step(struct http *h, int state, char c)
{
	int ends = c == '\r' || c == '\n', v;

	switch (state) {
	case CHUNK_CR:
	case CHUNK_LF:
		if (state == CHUNK_CR && c == '\r')
			return CHUNK_LF;
		h->left = 0;
		h->digits = 0;
		return c == '\n' ? SIZE : -1;
	case SIZE:
		if ((v = slice_hexdigit(c)) >= 0) {
			h->left = h->left << 4 | (unsigned)v;
			return ++h->digits <= 16 ? SIZE : -1;
		}
		if (h->digits == 0)
			return -1;
		/* FALLTHROUGH */
	case SIZE_BLANK:		/* not allowed, but sent by some */
		if (c == ' ' || c == '\t')
			return SIZE_BLANK;
		if (c == ';')
			return EXT;
		if (!ends)
			return -1;
		break;
	case EXT:
		if (!ends)
			return c == '"' ? EXT_QUOTED : EXT;
		break;
	case EXT_QUOTED:
		return ends ? -1 : c == '"' ? EXT : c == '\\' ? EXT_ESCAPED :
		    EXT_QUOTED;
	case EXT_ESCAPED:
		return ends ? -1 : EXT_QUOTED;
	case TRAILER:
		return c == '\n' ? END : c == '\r' ? TRAILER_LF : TRAILER_LINE;
	case TRAILER_LINE:
		return c == '\n' ? TRAILER : TRAILER_LINE;
	case TRAILER_LF:
		return c == '\n' ? END : -1;
	}
	/* the end of a size line */
	if (c == '\r' && state != SIZE_LF)
		return SIZE_LF;
	return c != '\n' ? -1 : h->left == 0 ? TRAILER : CONTENT;
}

enum http_ev
http_push(struct http *h, struct slice *in, struct slice *out)
{
	size_t room = HTTP_HEAD_MAX - h->extra, i = 0, n;
	int state = h->state;

	if (h->bad)
		return HTTP_BAD;
	if (state < CONTENT)
		return push_head(h, in);
	while (state > CONTENT && state < END && i < in->n) {
		if (i == room)
			return bad(h, "more chunk framing than content");
		if ((state = frame_step(h, state, in->p[i++])) < 0)
			return bad(h, "broken chunk framing");
	}
	h->extra += i;
	slice_skip(in, i);
	if (state == CONTENT && h->framing == BY_LENGTH && h->left == 0)
		state = END;
	h->state = state;
	if (state == END)
		return HTTP_END;
	if (state != CONTENT || in->n == 0)
		return HTTP_MORE;
	n = h->framing != BY_EOF && in->n > h->left ? (size_t)h->left : in->n;
	*out = slice_sub(*in, 0, n);
	slice_skip(in, n);
	if (h->framing == BY_EOF)
		return HTTP_BODY;
	h->left -= n;
	if (h->framing == BY_CHUNKS) {
		h->extra -= n > h->extra / FRAMING_PER_BYTE ? h->extra :
		    n * FRAMING_PER_BYTE;
		if (h->left == 0)
			h->state = CHUNK_CR;
	}
	return HTTP_BODY;
}

enum http_ev
http_eof(struct http *h)
{
	if (h->bad)
		return HTTP_BAD;
	if (h->state == CONTENT && (h->framing == BY_EOF || h->left == 0))
		h->state = END;
	if (h->state == END)
		return HTTP_END;
	if (h->state >= CONTENT)
		return bad(h, "the connection ended before the content did");
	if (h->extra == 0)
		return bad(h, "the connection ended without an answer");
	return bad(h, "the connection ended in the middle of the head");
}

struct slice
http_field(const struct http *h, const char *name, size_t nth)
{
	size_t i;

	for (i = 0; i < h->nfields; i++)
		if (slice_ieq(h->field[i].name, slice_str(name)) &&
		    nth-- == 0)
			return h->field[i].value;
	return (struct slice){ 0 };
}

void
http_free(struct http *h)
{
	buf_free(&h->head);
	*h = (struct http){ .no_body = h->no_body };
}
