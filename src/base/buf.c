#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/guard.h"
#include "base/scan.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static int
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice
slice_str(const char *s)
{
	return (struct slice){ s, s == NULL ? 0 : strlen(s) };
}

struct slice
slice_trim(struct slice s)
{
	while (s.n > 0 && blank(s.p[0]))
		slice_skip(&s, 1);
	while (s.n > 0 && blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

int
slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && scan_same(a.p, b.p, a.n) == a.n;
}

int
slice_ieq(struct slice a, struct slice b)
{
	size_t i;

	if (a.n != b.n)
		return 0;
	for (i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return 0;
	return 1;
}

/* Most words differ early, so a loop is faster than strlen() first. */
int
slice_is(struct slice s, const char *lit)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] != lit[i] || lit[i] == '\0')
			return 0;
	return lit[i] == '\0';
}

int
slice_iis(struct slice s, const char *lit)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (lower(s.p[i]) != lower(lit[i]) || lit[i] == '\0')
			return 0;
	return lit[i] == '\0';
}

int
slice_starts(struct slice s, const char *lit)
{
	return slice_is(slice_sub(s, 0, strlen(lit)), lit);
}

int
slice_istarts(struct slice s, const char *lit)
{
	return slice_iis(slice_sub(s, 0, strlen(lit)), lit);
}

ptrdiff_t
slice_ifind(struct slice s, const char *lit)
{
	return slice_isearch(s, slice_str(lit));
}

int
slice_says(struct slice text, const char *any)
{
	struct slice list = slice_str(any), also;

	while (list.n > 0) {
		also = slice_cut(&list, '|');
		if (slice_isearch(text, slice_cut(&also, '&')) >= 0 &&
		    slice_isearch(text, also) >= 0)
			return 1;
	}
	return 0;
}

ptrdiff_t
slice_isearch(struct slice s, struct slice want)
{
	size_t i;

	if (want.n > s.n)
		return -1;
	for (i = 0; i <= s.n - want.n; i++)
		if (slice_ieq(slice_sub(s, i, want.n), want))
			return (ptrdiff_t)i;
	return -1;
}

struct slice
slice_cut(struct slice *s, char c)
{
	const char *at = s->n == 0 ? NULL : memchr(s->p, c, s->n);
	struct slice head = *s;

	if (at == NULL) {
		*s = slice_sub(*s, s->n, 0);
		return head;
	}
	head.n = (size_t)(at - s->p);
	slice_skip(s, head.n + 1);
	return head;
}

long long
slice_dec(struct slice s, long long max)
{
	long long v = 0, digit;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		digit = s.p[i] - '0';
		if (v > (max - digit) / 10)
			return -1;
		v = v * 10 + digit;
	}
	return s.n == 0 ? -1 : v;
}

long long
slice_hex(struct slice s)
{
	long long v = 0;
	size_t i;
	int d;

	if (s.n == 0 || s.n > 15)
		return -1;
	for (i = 0; i < s.n; i++) {
		if ((d = slice_hexdigit(s.p[i])) < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

void
slice_copy(struct slice s, char *dst, size_t size)
{
	size_t n = s.n < size ? s.n : size - 1;

	if (n > 0)
		memcpy(dst, s.p, n);
	dst[n] = '\0';
}

char *
buf_room(struct buf *b, size_t n)
{
	size_t max = b->max == 0 ? SIZE_MAX / 2 : b->max;
	size_t cap;

	if (b->n > max || n > max - b->n) {
		b->full = 1;
		return NULL;
	}
	if (b->p == NULL || n > b->cap - b->n) {
		cap = b->cap < 128 ? 128 : b->cap;
		while (cap - b->n < n)
			cap = cap <= max / 2 ? cap * 2 : max;
		b->p = realloc(b->p, cap);
		if (b->p == NULL)
			err_oom();
		b->cap = cap;
	}
	return b->p + b->n;
}

/* The words of a stream are short, and memcpy() is slow to start: copy up to
 * 16 bytes as two overlapping words. */
static void
copy(char *to, const char *from, size_t n)
{
	if (n > 16) {
		memcpy(to, from, n);
	} else if (n >= 8) {
		memcpy(to + n - 8, from + n - 8, 8);
		memcpy(to, from, 8);
	} else if (n >= 4) {
		memcpy(to + n - 4, from + n - 4, 4);
		memcpy(to, from, 4);
	} else {
		to[0] = from[0];
		to[n / 2] = from[n / 2];
		to[n - 1] = from[n - 1];
	}
}

void
buf_put(struct buf *b, struct slice s)
{
	if (s.n == 0)
		return;
	/* mostly there is room, and no limit to be checked */
	if ((b->max != 0 || s.n > b->cap - b->n) && buf_room(b, s.n) == NULL)
		return;
	copy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, slice_str(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_put(b, (struct slice){ &c, 1 });
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	/* mostly there is room, and no limit to be checked */
	size_t left = b->max == 0 ? b->cap - b->n : 0;
	va_list ap;
	char *to = left > 0 ? b->p + b->n : NULL;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(to, left, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= left) {
		to = buf_room(b, (size_t)n + 1);
		if (to == NULL)
			return;
		va_start(ap, fmt);
		(void)vsnprintf(to, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->n += (size_t)n;
}

void
buf_put_num(struct buf *b, int64_t v)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;

	do
		*--p = (char)('0' + u % 10);
	while ((u /= 10) > 0);
	if (v < 0)
		*--p = '-';
	buf_put(b, (struct slice){ p, (size_t)(digits + sizeof(digits) - p) });
}

int
str_printf(char *to, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(to, size, fmt, ap);
	va_end(ap);
	return n < 0 || (size_t)n >= size ? -1 : 0;
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n >= b->n)
		b->n = 0;
	if (n == 0 || b->n == 0)	/* memmove() to itself is slow */
		return;
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

void
buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ .max = b->max };
}

void
buf_wipe(struct buf *b)
{
	if (b->p != NULL)
		wipe(b->p, b->cap);
	buf_free(b);
}
