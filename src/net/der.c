#include "net/der.h"

#include "wire/when.h"

/* The length that the header at the front of s tells, and how many bytes of
 * the header it took. */
static int
length(struct slice s, size_t *n, size_t *took)
{
	unsigned char first;
	size_t i;

	if (s.n < 2 || ((unsigned char)s.p[0] & 0x1f) == 0x1f)
		return -1;
	first = (unsigned char)s.p[1];
	*n = first;
	*took = 1;
	if (first < 0x80)
		return 0;
	*took += first & 0x7f;
	if (first == 0x80 || *took > 4 || s.n < 1 + *took)
		return -1;
	*n = 0;
	for (i = 2; i <= *took; i++) {
		*n = *n << 8 | (unsigned char)s.p[i];
		if (*n == 0)
			return -1;	/* leading zeros: not the shortest */
	}
	return *n < 0x80 ? -1 : 0;
}

int
der_next(struct slice *s, struct der *out)
{
	size_t n, took, head;

	if (s->n == 0)
		return 0;
	if (length(*s, &n, &took) < 0)
		return -1;
	head = 1 + took;
	if (n > s->n - head)
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
der_bits(struct slice *s, struct slice *bytes)
{
	if (der_take(s, DER_BIT_STRING, bytes) < 0 || bytes->n == 0 ||
	    bytes->p[0] != 0)
		return -1;
	slice_skip(bytes, 1);
	return 0;
}

int
der_enter(struct slice *s, int tag)
{
	size_t n, took;

	if (length(*s, &n, &took) < 0 || (unsigned char)s->p[0] != tag)
		return -1;
	*s = slice_sub(*s, 1 + took, n);
	return 0;
}

int
der_skip(struct slice *s, int tag)
{
	struct slice body;

	return der_take(s, tag, &body) == 0;
}

/* Two-digit years up to 49 are 20xx (RFC 5280 section 4.1.2.5.1). */
static const char *
century(struct slice utc)
{
	return utc.p[0] < '5' ? "20" : "19";
}

msec
der_time(struct slice *s)
{
	struct slice t, digits, year;
	char text[32];
	int utc = 0;

	if (der_take(s, DER_TIME, &t) < 0) {
		utc = 1;
		if (der_take(s, DER_UTC_TIME, &t) < 0)
			return MSEC_NONE;
	}
	digits = slice_sub(t, 0, utc ? 12 : 14);
	if (t.n != (utc ? 13u : 15u) || t.p[t.n - 1] != 'Z' ||
	    slice_dec(digits, INT64_MAX) < 0)
		return MSEC_NONE;
	year = slice_sub(t, 0, utc ? 2 : 4);
	digits = slice_sub(t, year.n, 10);
	(void)str_printf(text, sizeof(text),
	    "%s%.*s-%.2s-%.2sT%.2s:%.2s:%.2sZ",
	    utc ? century(t) : "", SLICE_FMT(year), digits.p, digits.p + 2,
	    digits.p + 4, digits.p + 6, digits.p + 8);
	return when_rfc3339(slice_str(text));
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
