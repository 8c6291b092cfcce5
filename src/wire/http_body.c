#include "wire/http_body.h"

#include "wire/http_field.h"

/* START chooses the first of the others. */
enum state {
	START,
	CONTENT,		/* .left bytes of the content or of a chunk */
	DATA_CR, DATA_LF,	/* the line end after a chunk */
	SIZE, SIZE_BLANK,	/* digits; blanks after them */
	EXT, EXT_QUOTED, EXT_ESCAPED,
	SIZE_LF,
	TRAILER,		/* the start of a line */
	TRAILER_NAME, TRAILER_VALUE, TRAILER_LF,
	LAST_LF,
	END,
	BAD
};

/* Each byte of content allows this many bytes of chunk framing: a server that
 * sends one byte per chunk (6 bytes of framing) is slow, not hostile. */
#define FRAMING_PER_BYTE 16

static enum http_ev
bad(struct http_body *b, const char *why)
{
	b->state = BAD;
	b->why = why;
	return HTTP_BAD;
}

/* The state after the end of a size line or a trailer's, c being CR or LF. */
static int
line_end(const struct http_body *b, char c, int lf, int next)
{
	return c == '\r' ? lf : b->strict ? BAD : next;
}

/* The state after c in chunk framing (RFC 9112, 7.1). */
static inline int
step(struct http_body *b, int state, char c)
{
	int ends = c == '\r' || c == '\n', v;
	int control = ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;

	switch (state) {
	case DATA_CR:
		return c == '\r' ? DATA_LF : BAD;
	case DATA_LF:
		b->left = 0;
		b->digits = 0;
		return c == '\n' ? SIZE : BAD;
	case SIZE:
		if ((v = slice_hexdigit(c)) >= 0) {
			b->left = b->left << 4 | (unsigned)v;
			return ++b->digits <= 16 ? SIZE : BAD;
		}
		if (b->digits == 0)
			return BAD;
		/* FALLTHROUGH */
	case SIZE_BLANK:		/* not allowed, but sent by some */
		if ((c == ' ' || c == '\t') && !b->strict)
			return SIZE_BLANK;
		if (c == ';')
			return EXT;
		if (!ends)
			return BAD;
		break;
	case EXT:
		if (!ends)
			return control ? BAD : c == '"' ? EXT_QUOTED : EXT;
		break;
	case EXT_QUOTED:
		return control ? BAD : c == '"' ? EXT :
		    c == '\\' ? EXT_ESCAPED : EXT_QUOTED;
	case EXT_ESCAPED:
		return control ? BAD : EXT_QUOTED;
	case SIZE_LF:
		return c != '\n' ? BAD : b->left == 0 ? TRAILER : CONTENT;
	case TRAILER:
		if (ends)
			return line_end(b, c, LAST_LF, END);
		/* FALLTHROUGH */
	case TRAILER_NAME:
		if (http_token((struct slice){ &c, 1 }))
			return TRAILER_NAME;
		return c == ':' && state == TRAILER_NAME ? TRAILER_VALUE : BAD;
	case TRAILER_VALUE:
		if (ends)
			return line_end(b, c, TRAILER_LF, TRAILER);
		return control ? BAD : TRAILER_VALUE;
	case TRAILER_LF:
		return c == '\n' ? TRAILER : BAD;
	case LAST_LF:
		return c == '\n' ? END : BAD;
	}
	/* the end of a size line */
	return line_end(b, c, SIZE_LF, b->left == 0 ? TRAILER : CONTENT);
}

enum http_ev
http_body_push(struct http_body *b, struct slice *in, struct slice *out)
{
	size_t room = HTTP_FRAMING_MAX - b->excess, i = 0, n;
	int state = b->state;

	if (state == START)
		state = b->framing == HTTP_BY_CHUNKS ? SIZE : CONTENT;
	while (state > CONTENT && state < END && i < in->n) {
		if (i == room)
			return bad(b, "more chunk framing than content");
		state = step(b, state, in->p[i++]);
	}
	if (state == BAD)
		return bad(b, b->why != NULL ? b->why :
		    "broken chunk framing");
	b->excess += i;
	slice_skip(in, i);
	if (state == CONTENT && b->framing == HTTP_BY_LENGTH && b->left == 0)
		state = END;
	b->state = state;
	if (state == END)
		return HTTP_END;
	if (state != CONTENT || in->n == 0)
		return HTTP_MORE;
	n = b->framing != HTTP_BY_EOF && in->n > b->left ?
	    (size_t)b->left : in->n;
	*out = slice_sub(*in, 0, n);
	slice_skip(in, n);
	if (b->framing == HTTP_BY_EOF)
		return HTTP_BODY;
	b->left -= n;
	if (b->framing == HTTP_BY_CHUNKS) {
		b->excess -= n > b->excess / FRAMING_PER_BYTE ? b->excess :
		    n * FRAMING_PER_BYTE;
		if (b->left == 0)
			b->state = DATA_CR;
	}
	return HTTP_BODY;
}

enum http_ev
http_body_eof(struct http_body *b)
{
	if (b->state <= CONTENT && (b->framing == HTTP_BY_EOF ||
	    (b->framing == HTTP_BY_LENGTH && b->left == 0)))
		b->state = END;
	if (b->state == END)
		return HTTP_END;
	return bad(b, b->why != NULL ? b->why :
	    "the connection ended before the content did");
}
