#include "net/der.h"

#include "wire/when.h"

/* The size of the header at the front of s, with the body's in *n; 0 when it
 * is not DER. */
static size_t
header(struct slice s, size_t *n)
{
	size_t i, head = 2;

	if (s.n < 2 || ((unsigned char)s.p[0] & 0x1f) == 0x1f)
		return 0;
	*n = (unsigned char)s.p[1];
	if (*n < 0x80)
		return head;
	head += *n & 0x7f;
	if (head == 2 || head > 5 || s.n < head)
		return 0;
	*n = 0;
	for (i = 2; i < head; i++) {
		*n = *n << 8 | (unsigned char)s.p[i];
		if (*n == 0)
			return 0;	/* leading zeros: not the shortest */
	}
	return *n < 0x80 ? 0 : head;
}

int
der_next(struct slice *s, struct der *out)
{
	size_t n, head;

	if (s->n == 0)
		return 0;
	head = header(*s, &n);
	if (head == 0 || n > s->n - head)
		return -1;
	out->tag = (unsigned char)s->p[0];
	out->body = slice_sub(*s, head, n);
	out->whole = slice_sub(*s, 0, head + n);
	slice_skip(s, head + n);
	return 1;
}

int
der_take(struct slice *s, int tag, struct slice *body)
{
	struct slice in = *s;
	struct der e;

	if (der_next(&in, &e) != 1 || e.tag != tag)
		return -1;
	*s = in;
	*body = e.body;
	return 0;
}

int
der_only(struct slice s, int tag, struct slice *body)
{
	return der_take(&s, tag, body) < 0 || s.n > 0 ? -1 : 0;
}

int
der_enter(struct slice *s, int tag)
{
	size_t n, head = header(*s, &n);

	if (head == 0 || (unsigned char)s->p[0] != tag)
		return -1;
	*s = slice_sub(*s, head, n);
	return 0;
}

int
der_skip(struct slice *s, int tag)
{
	struct slice body;

	return der_take(s, tag, &body) == 0;
}

msec
der_time(struct slice *s)
{
	struct civil c;
	struct slice t;
	size_t y = 4;		/* digits of the year */

	if (der_take(s, DER_TIME, &t) < 0) {
		y = 2;
		if (der_take(s, DER_UTC_TIME, &t) < 0)
			return MSEC_NONE;
	}
	if (t.n != y + 11 || t.p[t.n - 1] != 'Z' ||
	    slice_dec(slice_sub(t, 0, t.n - 1), INT64_MAX) < 0)
		return MSEC_NONE;
	c.year = (int)slice_dec(slice_sub(t, 0, y), 9999);
	if (y == 2)		/* RFC 5280 section 4.1.2.5.1 */
		c.year += c.year < 50 ? 2000 : 1900;
	c.month = (int)slice_dec(slice_sub(t, y, 2), 99);
	c.day = (int)slice_dec(slice_sub(t, y + 2, 2), 99);
	c.hour = (int)slice_dec(slice_sub(t, y + 4, 2), 99);
	c.minute = (int)slice_dec(slice_sub(t, y + 6, 2), 99);
	c.second = (int)slice_dec(slice_sub(t, y + 8, 2), 99);
	return when_civil(&c);
}

long long
der_int(struct slice body)
{
	long long v = 0;
	size_t i;

	if (body.n == 0 || body.n > 4 || ((unsigned char)body.p[0] & 0x80) != 0)
		return -1;
	for (i = 0; i < body.n; i++)
		v = v << 8 | (unsigned char)body.p[i];
	return v;
}
