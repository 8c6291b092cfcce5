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

/* Appends a UTF-16 code unit; a high surrogate waits in *half for the low one
 * that should follow. */
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
	if (unit >= 0xd800 && unit <= 0xdbff)
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
			/* a backslash here starts no valid escape: copy it */
			escape = memchr(raw.p + 1, '\\', raw.n - 1);
			n = escape == NULL ? raw.n : (size_t)(escape - raw.p);
			json_unescape_end(out, half);
			buf_put(out, slice_sub(raw, 0, n));
		}
		slice_skip(&raw, n);
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

/* More than any text has digits, and far from overflow. */
#define EXPONENT_MAX (INT64_C(1) << 60)

int64_t
json_int(struct slice lexeme, int64_t fallback)
{
	long long plain = slice_dec(lexeme, INT64_MAX);
	int64_t e = 0, left;		/* left: digits before the point */
	struct slice s, exponent;
	uint64_t v = 0, max;
	int negative, minus;
	unsigned digit;
	struct json j;
	size_t i, n;

	if (plain >= 0 && *lexeme.p != '0')
		return plain;
	json_init(&j, lexeme);
	if (json_next(&j, &s) != JSON_NUMBER || s.n != lexeme.n)
		return fallback;
	negative = *s.p == '-';
	max = (uint64_t)INT64_MAX + (uint64_t)negative;
	slice_skip(&s, (size_t)negative);
	for (n = 0; n < s.n && s.p[n] != 'e' && s.p[n] != 'E'; n++)
		;
	exponent = slice_sub(s, n + 1, s.n);
	if (exponent.n > 0) {
		minus = *exponent.p == '-';
		slice_skip(&exponent, minus || *exponent.p == '+');
		e = slice_dec(exponent, EXPONENT_MAX);
		e = e < 0 ? EXPONENT_MAX : e;
		e = minus ? -e : e;
	}
	for (left = 0; left < (int64_t)n && s.p[left] != '.'; left++)
		;
	left += e;
	for (i = 0; left > 0 && (i < n || v > 0); i++) {
		if (i < n && s.p[i] == '.')
			continue;
		digit = i < n ? (unsigned)(s.p[i] - '0') : 0;
		if (v > (max - digit) / 10)
			return fallback;
		v = v * 10 + digit;
		left--;
	}
	if (!negative)
		return (int64_t)v;
	return v == max ? INT64_MIN : -(int64_t)v;
}
