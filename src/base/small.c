#include "base/small.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void
swap(char *a, char *b, size_t size)
{
	char c;

	while (size-- > 0) {
		c = a[size];
		a[size] = b[size];
		b[size] = c;
	}
}

void
small_sort(void *list, size_t n, size_t size,
    int (*order)(const void *, const void *))
{
	char *first = list, *p;
	size_t i;

	for (i = 1; i < n; i++)
		for (p = first + i * size; p > first &&
		    order(p - size, p) > 0; p -= size)
			swap(p - size, p, size);
}

char *
small_find(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; strncmp(text, word, n) != 0; text++)
		if (*text == '\0')
			return NULL;
	return (char *)(size_t)text;
}

/* What c is worth as a digit: up to 35, or more for none. */
static unsigned long
digit(char c)
{
	unsigned long v = (unsigned char)c;

	if (v - '0' < 10)
		return v - '0';
	v |= 0x20;
	return v - 'a' < 26 ? v - 'a' + 10 : 99;
}

/* "0x" counts where a digit follows. */
static int
is_hex(const char *text)
{
	return text[0] == '0' && (text[1] | 0x20) == 'x' &&
	    digit(text[2]) < 16;
}

unsigned long
small_number(const char *text, char **end, int base)
{
	const char *p = text, *digits;
	unsigned long v = 0, b, d;
	int minus, over = 0;

	while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
		p++;
	minus = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	if ((base == 0 || base == 16) && is_hex(p)) {
		base = 16;
		p += 2;
	}
	if (base == 0)
		base = *p == '0' ? 8 : 10;
	b = (unsigned long)base;
	for (digits = p; (d = digit(*p)) < b; p++) {
		over |= v > (ULONG_MAX - d) / b;
		v = v * b + d;
	}
	if (end != NULL)
		*end = (char *)(size_t)(p == digits ? text : p);
	if (over) {
		errno = ERANGE;
		return ULONG_MAX;
	}
	return minus ? -v : v;
}

#ifndef __GLIBC__
void
qsort(void *list, size_t n, size_t size,
    int (*order)(const void *, const void *))
{
	small_sort(list, n, size, order);
}

char *
strstr(const char *text, const char *word)
{
	return small_find(text, word);
}

unsigned long
strtoul(const char *text, char **end, int base)
{
	return small_number(text, end, base);
}

unsigned long long
strtoull(const char *text, char **end, int base)
{
	return small_number(text, end, base);
}

/* In the C locale, which is the only one here, a byte is a character. */
size_t
mbstowcs(wchar_t *out, const char *text, size_t n)
{
	size_t i;

	if (out == NULL)
		return strlen(text);
	for (i = 0; i < n && (out[i] = (unsigned char)text[i]) != 0; i++)
		;
	return i;
}
#endif
