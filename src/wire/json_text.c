#include "wire/json.h"

#include <string.h>

size_t
json_escape(struct slice raw, uint16_t *unit)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	int i, v = 0;

	if (raw.n < 2 || raw.p[0] != '\\')
		return 0;
	at = memchr(from, raw.p[1], sizeof(from) - 1);
	if (at != NULL) {
		*unit = (uint16_t)to[at - from];
		return 2;
	}
	if (raw.n < 6 || raw.p[1] != 'u')
		return 0;
	for (i = 2; i < 6; i++) {
		if (slice_hexdigit(raw.p[i]) < 0)
			return 0;
		v = v * 16 + slice_hexdigit(raw.p[i]);
	}
	*unit = (uint16_t)v;
	return 6;
}

int
json_plain(struct slice raw)
{
	return raw.n == 0 || memchr(raw.p, '\\', raw.n) == NULL;
}

int
json_is(struct slice raw, const char *lit)
{
	uint16_t unit;
	size_t n;

	for (; raw.n > 0; raw = slice_sub(raw, n, raw.n), lit++) {
		n = *raw.p == '\\' ? json_escape(raw, &unit) : 0;
		if (n == 0) {
			n = 1;
			unit = (unsigned char)*raw.p;
		}
		if (*lit == '\0' || unit != (unsigned char)*lit)
			return 0;
	}
	return *lit == '\0';
}

static int
is_high(unsigned unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static int
is_low(unsigned unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

static void
put_code(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(out, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_putc(out, (char)(0xc0 | c >> 6));
	} else if (c < 0x10000) {
		buf_putc(out, (char)(0xe0 | c >> 12));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
	} else {
		buf_putc(out, (char)(0xf0 | c >> 18));
		buf_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_putc(out, (char)(0x80 | (c & 0x3f)));
}

/* One code unit of an escape; a high half waits for its low one. */
static void
put_unit(struct buf *out, uint16_t unit, uint16_t *half)
{
	if (*half != 0 && is_low(unit)) {
		put_code(out, 0x10000 + ((uint32_t)(*half - 0xd800) << 10) +
		    (uint32_t)(unit - 0xdc00));
		*half = 0;
		return;
	}
	json_unescape_end(out, half);
	if (is_high(unit))
		*half = unit;
	else
		put_code(out, is_low(unit) ? 0xfffd : unit);
}

void
json_unescape(struct slice raw, struct buf *out, uint16_t *half)
{
	uint16_t alone = 0, unit;
	const char *escape;
	size_t n;

	if (half == NULL)
		half = &alone;
	while (raw.n > 0) {
		n = json_escape(raw, &unit);
		if (n > 0) {
			put_unit(out, unit, half);
		} else {
			/* A backslash here is no escape: the first byte of
			 * the run is taken whatever it is. */
			escape = memchr(raw.p + 1, '\\', raw.n - 1);
			n = escape == NULL ? raw.n : (size_t)(escape - raw.p);
			json_unescape_end(out, half);
			buf_put(out, slice_sub(raw, 0, n));
		}
		raw = slice_sub(raw, n, raw.n);
	}
	json_unescape_end(out, &alone);
}

void
json_unescape_end(struct buf *out, uint16_t *half)
{
	if (*half != 0)
		put_code(out, 0xfffd);
	*half = 0;
}

/* A number lexeme in parts. */
struct number {
	int negative;
	struct slice digits;	/* with a point among them, if any */
	int64_t whole;		/* digits before the point, exponent counted */
};

/* More than any text has digits, and far from overflow. */
#define EXPONENT_MAX (INT64_C(1) << 60)

static int
split_number(struct slice s, struct number *num)
{
	struct slice doc = s, exponent;
	int64_t e = 0, sign;
	struct json j;
	size_t n;

	json_init(&j, doc);
	if (json_next(&j, &s) != JSON_NUMBER || s.n != doc.n)
		return -1;
	num->negative = *s.p == '-';
	s = slice_sub(s, (size_t)num->negative, s.n);
	for (n = 0; n < s.n && s.p[n] != 'e' && s.p[n] != 'E'; n++)
		;
	num->digits = slice_sub(s, 0, n);
	exponent = slice_sub(s, n + 1, s.n);
	if (exponent.n > 0) {
		sign = *exponent.p == '-' ? -1 : 1;
		if (*exponent.p == '-' || *exponent.p == '+')
			exponent = slice_sub(exponent, 1, exponent.n);
		e = slice_dec(exponent, EXPONENT_MAX);
		e = sign * (e < 0 ? EXPONENT_MAX : e);
	}
	for (n = 0; n < num->digits.n && num->digits.p[n] != '.'; n++)
		;
	num->whole = (int64_t)n + e;
	return 0;
}

/* The number times 10^shift, its fraction cut off; *rest tells that there was
 * one.  -1 when it is over max. */
static int
scale_number(const struct number *num, int shift, uint64_t max, uint64_t *v,
    int *rest)
{
	int64_t left = num->whole + shift;
	unsigned digit;
	size_t i;

	*v = 0;
	*rest = 0;
	for (i = 0; i < num->digits.n || (left > 0 && *v > 0); i++) {
		if (i < num->digits.n && num->digits.p[i] == '.')
			continue;
		digit = i < num->digits.n ?
		    (unsigned)(num->digits.p[i] - '0') : 0;
		if (left-- <= 0) {
			*rest |= digit != 0;
			continue;
		}
		if (*v > (max - digit) / 10)
			return -1;
		*v = *v * 10 + digit;
	}
	return 0;
}

int64_t
json_int(struct slice lexeme, int64_t fallback)
{
	long long plain = slice_dec(lexeme, INT64_MAX);
	struct number num;
	uint64_t v, max;
	int rest;

	if (plain >= 0 && *lexeme.p != '0')
		return plain;
	if (split_number(lexeme, &num) < 0)
		return fallback;
	max = (uint64_t)INT64_MAX + (uint64_t)num.negative;
	if (scale_number(&num, 0, max, &v, &rest) < 0)
		return fallback;
	if (!num.negative)
		return (int64_t)v;
	return v == max ? INT64_MIN : -(int64_t)v;
}

int64_t
json_milli(struct slice lexeme)
{
	struct number num;
	uint64_t v;
	int rest;

	if (split_number(lexeme, &num) < 0 ||
	    scale_number(&num, 3, UINT64_C(1000000000000), &v, &rest) < 0)
		return -1;
	if (num.negative && (v > 0 || rest))
		return -1;
	v += (uint64_t)rest;
	return v > UINT64_C(1000000000000) ? -1 : (int64_t)v;
}
