#include "base/small.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/t.h"

/* Beside the C library's own. */
static void
test_number(void)
{
	static const char *const texts[] = { "", "0", "7", "-7", "+7", " \t42x",
	    "0x1f", "0X1F", "0x", "0xg", "017", "08", "z", "1z", "-", "+-1",
	    "18446744073709551615", "18446744073709551616", "-1",
	    "99999999999999999999999 ", "127.0.0.1", "0x7f.1", "65536", "ff" };
	static const int bases[] = { 0, 8, 10, 16, 36 };
	unsigned long want;
	size_t i, k;
	char *end, *got;
	int err;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (k = 0; k < sizeof(bases) / sizeof(bases[0]); k++) {
			errno = 0;
			want = strtoul(texts[i], &end, bases[k]);
			err = errno;
			errno = 0;
			EQ(small_number(texts[i], &got, bases[k]), want,
			    texts[i]);
			EQ(got - texts[i], end - texts[i], "its end");
			EQ(errno == ERANGE, err == ERANGE, "its error");
		}
	}
	EQ(small_number("12", NULL, 10), 12, "number: no end asked for");
}

static void
test_find(void)
{
	static const char *const words[] = { "", "a", "ab", "aab", "b", "ba",
	    "ndots:", "c" };
	static const char *const texts[] = { "", "a", "aaab", "ababa",
	    "options ndots:2", "ndots" };
	size_t i, k;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (k = 0; k < sizeof(words) / sizeof(words[0]); k++)
			OK(small_find(texts[i], words[k]) ==
			    strstr(texts[i], words[k]), texts[i]);
}

static int
order(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

static void
test_sort(void)
{
	char list[] = "c1a1b1a2c2a3";

	small_sort(list, 6, 2, order);
	EQS(slice_str(list), "a1a2a3b1c1c2", "sort: equal ones keep their order");
	small_sort(list, 0, 2, order);
	small_sort(list, 1, 2, order);
	EQS(slice_str(list), "a1a2a3b1c1c2", "sort: nothing to do");
}

int
main(void)
{
	test_number();
	test_find();
	test_sort();
	return DONE();
}
