#include "base/small.h"

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
#endif
