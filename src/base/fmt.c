#include "base/fmt.h"

#include <string.h>

#include "base/bug.h"

struct text {
	char *to;
	size_t size;
	size_t n;		/* wanted so far */
};

/* One directive; ap is in a struct so that it can be passed on by address. */
struct directive {
	va_list ap;
	char pad;		/* before a number: blank or 0 */
	size_t width;
	int most;		/* bytes of a text, -1 = all */
	int wide;		/* how many l there are, 3 for a z */
};

static void
put(struct text *t, const char *s, size_t n)
{
	size_t room = t->n < t->size ? t->size - t->n : 0;

	if (room > 0 && n > 0)
		memcpy(t->to + t->n, s, n < room ? n : room);
	t->n += n;
}

static void
put_padding(struct text *t, const struct directive *d, size_t n)
{
	for (; n < d->width; n++)
		put(t, &d->pad, 1);
}

static void
put_number(struct text *t, const struct directive *d, unsigned long long v,
    unsigned base, int minus)
{
	char digit[24], *p = digit + sizeof(digit);
	size_t n;

	do {
		*--p = "0123456789abcdef"[v % base];
		v /= base;
	} while (v > 0);
	n = (size_t)(digit + sizeof(digit) - p);
	if (minus && d->pad == '0')
		put(t, "-", 1);
	put_padding(t, d, n + (minus != 0));
	if (minus && d->pad != '0')
		put(t, "-", 1);
	put(t, p, n);
}

static void
put_string(struct text *t, const struct directive *d, const char *s)
{
	const char *end;
	size_t n;

	if (d->most < 0)
		n = strlen(s);
	else if (d->most == 0)	/* s may be NULL */
		n = 0;
	else if ((end = memchr(s, '\0', (size_t)d->most)) != NULL)
		n = (size_t)(end - s);
	else
		n = (size_t)d->most;
	put_padding(t, d, n);
	put(t, s, n);
}

static unsigned long long
next_unsigned(struct directive *d)
{
	switch (d->wide) {
	case 0: return va_arg(d->ap, unsigned);
	case 1: return va_arg(d->ap, unsigned long);
	case 2: return va_arg(d->ap, unsigned long long);
	default: return va_arg(d->ap, size_t);
	}
}

static long long
next_signed(struct directive *d)
{
	switch (d->wide) {
	case 0: return va_arg(d->ap, int);
	case 1: return va_arg(d->ap, long);
	default: return va_arg(d->ap, long long);
	}
}

/* Takes the number at *p; 0 where there is none. */
static size_t
digits(const char **p)
{
	size_t v = 0;

	for (; **p >= '0' && **p <= '9'; ++*p)
		v = v * 10 + (size_t)(**p - '0');
	return v;
}

/* Takes all of a directive but its last letter. */
static void
read_directive(struct directive *d, const char **p)
{
	d->pad = **p == '0' ? '0' : ' ';
	d->width = digits(p);
	d->most = -1;
	if (**p == '.') {
		if (*++*p == '*')
			d->most = va_arg(d->ap, int);
		else
			d->most = (int)digits(p);
		*p += **p == '*';
	}
	for (d->wide = 0; **p == 'l'; ++*p)
		d->wide++;
	if (**p == 'z') {
		d->wide = 3;
		++*p;
	}
}

static void
put_directive(struct text *t, struct directive *d, char letter)
{
	long long v;
	char c;

	switch (letter) {
	case 's':
		put_string(t, d, va_arg(d->ap, const char *));
		break;
	case 'd':
		v = next_signed(d);
		put_number(t, d, v < 0 ? 0 - (unsigned long long)v :
		    (unsigned long long)v, 10, v < 0);
		break;
	case 'u':
		put_number(t, d, next_unsigned(d), 10, 0);
		break;
	case 'x':
		put_number(t, d, next_unsigned(d), 16, 0);
		break;
	case 'c':
		c = (char)va_arg(d->ap, int);
		put(t, &c, 1);
		break;
	default:
		assert(letter == '%');
		put(t, "%", 1);
	}
}

size_t
fmt_args(char *to, size_t size, const char *fmt, va_list ap)
{
	struct text t = { to, size, 0 };
	struct directive d;
	size_t n;

	va_copy(d.ap, ap);
	for (;;) {
		n = strcspn(fmt, "%");
		put(&t, fmt, n);
		fmt += n;
		if (*fmt++ == '\0')
			break;
		read_directive(&d, &fmt);
		put_directive(&t, &d, *fmt++);
	}
	va_end(d.ap);
	if (size > 0)
		to[t.n < size ? t.n : size - 1] = '\0';
	return t.n;
}

size_t
fmt_text(char *to, size_t size, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	n = fmt_args(to, size, fmt, ap);
	va_end(ap);
	return n;
}
