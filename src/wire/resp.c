#include "wire/resp.h"

/* .state */
enum { START, LINE, BULK, FAILED };

static enum resp_ev
bad(struct resp *r)
{
	r->state = FAILED;
	return RESP_BAD;
}

/* A value is complete, or an array of n elements begins. */
static enum resp_ev
value(struct resp *r, enum resp_ev ev, size_t n)
{
	r->state = START;
	if (n > 0) {
		if (r->depth == RESP_DEPTH)
			return bad(r);
		r->left[r->depth++] = n;
		return ev;
	}
	while (r->depth > 0 && --r->left[r->depth - 1] == 0)
		r->depth--;
	r->whole = r->depth == 0;
	return ev;
}

/* Sets .number from the rest of a line; -1 if it is none. */
static int
number(struct resp *r, struct slice s)
{
	int minus = s.n > 0 && s.p[0] == '-';

	r->number = slice_dec(slice_sub(s, (size_t)minus, s.n), INT64_MAX);
	if (r->number < 0)
		return -1;
	if (minus)
		r->number = -r->number;
	return 0;
}

/* .text is a line without its CRLF. */
static enum resp_ev
line(struct resp *r)
{
	struct slice s = buf_slice(&r->text), rest = slice_sub(s, 1, s.n);
	char type = s.n > 0 ? s.p[0] : 0;

	switch (type) {
	case '+':
	case '-':
		buf_drop(&r->text, 1);
		return value(r, type == '-' ? RESP_ERROR : RESP_TEXT, 0);
	case ':':
		return number(r, rest) < 0 ? bad(r) : value(r, RESP_INT, 0);
	case '$':
	case '*':
		if (number(r, rest) < 0 || r->number < -1 || r->number >
		    (type == '$' ? RESP_BULK : RESP_ITEMS))
			return bad(r);
		if (r->number < 0)
			return value(r, RESP_NULL, 0);
		if (type == '*')
			return value(r, RESP_ARRAY, (size_t)r->number);
		buf_clear(&r->text);
		r->need = (size_t)r->number + 2;
		r->state = BULK;
		return RESP_MORE;
	default:
		return bad(r);
	}
}

enum resp_ev
resp_push(struct resp *r, struct slice *in)
{
	struct buf *t = &r->text;
	enum resp_ev ev = RESP_MORE;
	size_t n;
	char c;

	if (r->state == FAILED)
		return RESP_BAD;
	r->whole = 0;
	while (in->n > 0 && ev == RESP_MORE) {
		switch (r->state) {
		case START:
			buf_clear(t);
			r->state = LINE;
			/* FALLTHROUGH */
		case LINE:
			c = in->p[0];
			slice_skip(in, 1);
			if (c == '\n' && t->n > 0 && t->p[t->n - 1] == '\r') {
				t->n--;
				ev = line(r);
			} else if (t->n > RESP_LINE) {
				ev = bad(r);
			} else {
				buf_putc(t, c);
			}
			break;
		default:	/* BULK */
			n = in->n < r->need ? in->n : r->need;
			buf_put(t, slice_sub(*in, 0, n));
			slice_skip(in, n);
			r->need -= n;
			if (r->need > 0)
				break;
			t->n -= 2;
			ev = memcmp(t->p + t->n, "\r\n", 2) == 0 ?
			    value(r, RESP_TEXT, 0) : bad(r);
			break;
		}
	}
	return ev;
}

void
resp_free(struct resp *r)
{
	buf_free(&r->text);
	*r = (struct resp){ 0 };
}

void
resp_command(struct buf *out, size_t n)
{
	buf_printf(out, "*%zu\r\n", n);
}

void
resp_arg(struct buf *out, struct slice arg)
{
	buf_printf(out, "$%zu\r\n", arg.n);
	buf_put(out, arg);
	buf_puts(out, "\r\n");
}
