#include "tests/t.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/fmt.h"

#define ROUNDS 20000

static unsigned long long state = 88172645463325252;
static int agreed;

static unsigned long long
chance(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

#ifndef __clang__
#pragma GCC diagnostic ignored "-Wformat-truncation"	/* it is the test */
#endif

/* Into arrays of the same size: same text, same end, same length, nothing
 * behind the array. */
#define SAME(most, ...) do { \
	size_t room = (most); \
	char mine[64], theirs[64]; \
	int n; \
	memset(mine, '#', sizeof(mine)); \
	memset(theirs, '#', sizeof(theirs)); \
	n = snprintf(room > 0 ? theirs : NULL, room, __VA_ARGS__); \
	agreed = fmt_text(room > 0 ? mine : NULL, room, __VA_ARGS__) == \
	    (size_t)n && memcmp(mine, theirs, sizeof(mine)) == 0; \
	if (!agreed) \
		printf("# \"%.60s\" for \"%.60s\"\n", mine, theirs); \
} while (0)

#define LIKE(...) do { \
	SAME(60, __VA_ARGS__); \
	OK(agreed, #__VA_ARGS__); \
} while (0)

static void
test_table(void)
{
	LIKE("plain");
	LIKE("%s", "");
	LIKE("%%|%c|%s", 'x', "text");
	LIKE("a%sb%sc", "1", "2");
	LIKE("%.*s|%.3s|%.0s|%.s", 2, "abc", "abcdef", "gone", "gone");
	LIKE("%.*s", 0, "");
	LIKE("%6s|%2s", "abc", "abc");
	LIKE("%d %d %d %d", 0, -1, INT_MAX, INT_MIN);
	LIKE("%ld %ld", LONG_MAX, LONG_MIN);
	LIKE("%lld %lld", LLONG_MAX, LLONG_MIN);
	LIKE("%zu %zu", (size_t)0, SIZE_MAX);
	LIKE("%u %lu %llu", UINT_MAX, ULONG_MAX, ULLONG_MAX);
	LIKE("%x %04x %02x", 0xbeefu, 0xau, 0x123u);
	LIKE("%llx", ULLONG_MAX);
	LIKE("%04d|%4d|%04d|%4d|%1d", 7, 7, -7, -7, 12345);
	LIKE("%04lld-%02d-%02dT", 2024LL, 1, 31);
}

static void
test_cut(void)
{
	char none = '#';
	size_t i;
	int good = 1;

	for (i = 0; i < 16; i++) {
		SAME(i, "%s-%d", "hello", 12345);
		good &= agreed;
	}
	OK(good, "cut at every length, the whole one returned");
	EQ(fmt_text(&none, 0, "text"), 4, "no room at all: the length");
	EQ(none, '#', "and nothing is written");
}

static void
test_random(void)
{
	static const char *const sizes[] = { "", "l", "ll", "z" };
	char fmt[32];
	int i, good = 1;

	for (i = 0; i < ROUNDS && good; i++) {
		unsigned long long v = chance() >> chance() % 64;
		unsigned size = (unsigned)(chance() % 4);

		snprintf(fmt, sizeof(fmt), "<%%%s%.*s%s%c>",
		    chance() % 2 ? "0" : "", (int)(chance() % 2) * 2, "17",
		    sizes[size], "dux"[size == 3 ? 1 : chance() % 3]);
		switch (size) {
		case 0: SAME(chance() % 40, fmt, (unsigned)v); break;
		case 1: SAME(chance() % 40, fmt, (unsigned long)v); break;
		case 2: SAME(chance() % 40, fmt, v); break;
		default: SAME(chance() % 40, fmt, (size_t)v); break;
		}
		good &= agreed;
	}
	OK(good, "any number, any width, any room");
}

static void
test_buf(void)
{
	struct buf b = { .max = 10 };

	buf_printf(&b, "%d-%s", 42, "abc");
	EQS(buf_slice(&b), "42-abc", "into a buf");
	buf_printf(&b, "%s", "1234567");
	EQS(buf_slice(&b), "42-abc", "what does not fit leaves it alone");
	OK(b.full, "and is told");
	buf_free(&b);
}

int
main(void)
{
	test_table();
	test_cut();
	test_random();
	test_buf();
	return DONE();
}
