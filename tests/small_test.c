#include "base/small.h"

#include <errno.h>
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

static int
order_pairs(const void *a, const void *b)
{
	return memcmp(a, b, 2);
}

static void
test_sort(void)
{
	char list[] = "c1a1b1a2b2a3";

	small_sort(list, 6, 2, order_pairs);
	EQS(slice_str(list), "a1a2a3b1b2c1", "sort");
	small_sort(list, 0, 2, order_pairs);
	small_sort(list, 1, 2, order_pairs);
	EQS(slice_str(list), "a1a2a3b1b2c1", "sort: nothing to do");
}

static void
test_sort_many(void)
{
	char list[1000];
	size_t n, i;

	for (n = 2; n < sizeof(list); n = n * 2 + 1) {
		for (i = 0; i < n; i++)
			list[i] = (char)(i * 73 % 101);
		small_sort(list, n, 1, order);
		for (i = 1; i < n && list[i - 1] <= list[i]; i++)
			;
		EQ(i, n, "sort: many");
	}
}

static void
test_span(void)
{
	static const char *const sets[] = { "", "a", "ab", "0123456789", "%" };
	static const char *const texts[] = { "", "a", "bab", "42x", "100%", "b"
	};
	size_t i, k;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (k = 0; k < sizeof(sets) / sizeof(sets[0]); k++) {
			EQ(small_span(texts[i], sets[k]),
			    strspn(texts[i], sets[k]), texts[i]);
			EQ(small_cspan(texts[i], sets[k]),
			    strcspn(texts[i], sets[k]), texts[i]);
		}
}

/* Most texts are those of glibc, so they stand where they should. */
static void
test_error(void)
{
	int err, same = 0, known = 0;
	char text[64];

	for (err = 1; err < 140; err++) {
		snprintf(text, sizeof(text), "error %d", err);
		if (strcmp(small_error(err), text) == 0)
			continue;
		known++;
		if (strncmp(small_error(err), strerror(err),
		    strlen(small_error(err))) == 0)
			same++;
		else
			printf("# %s: %s\n", small_error(err), strerror(err));
	}
	EQ(known, 55, "errors known");
	OK(same >= 52, "and their texts");
	EQS(slice_str(small_error(ENOENT)), "No such file or directory",
	    "ENOENT");
	EQS(slice_str(small_error(EDQUOT)), "Disk quota exceeded", "the last");
	EQS(slice_str(small_error(-1)), "error -1", "not one");
}

int
main(void)
{
	test_find();
	test_sort();
	test_sort_many();
	test_span();
	test_error();
	return DONE();
}
