#include "base/small.h"

#include <string.h>

#include "tests/t.h"

/* Beside the C library's own. */
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
	test_find();
	test_sort();
	return DONE();
}
