#ifndef BASE_SCAN_H
#define BASE_SCAN_H

/*
 * Eight bytes at a step, for the loops that see every byte of a stream.
 * musl's memchr looks for one byte; here several are looked for in one pass.
 *
 * The first byte in memory is the lowest of the word on every machine.  A hit
 * is the top bit of its byte; the lowest hit is exact, those above it may be
 * false.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SCAN_STEP sizeof(uint64_t)
#define SCAN_ALL UINT64_C(0x0101010101010101)	/* times c: c in each byte */

static inline uint64_t
scan_load(const char *s)
{
	uint64_t x;

	memcpy(&x, s, sizeof(x));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = __builtin_bswap64(x);
#endif
	return x;
}

/* Bytes less than c, which is at most 128. */
static inline uint64_t
scan_below(uint64_t x, unsigned c)
{
	return (x - SCAN_ALL * c) & ~x & SCAN_ALL * 0x80;
}

/* What ends a run of plain characters in a JSON string: quotes, backslashes,
 * controls.  ^ 2 puts the quote right behind the controls, and the top bits
 * are looked at once. */
static inline uint64_t
scan_string(uint64_t x)
{
	return (((x ^ SCAN_ALL * 2) - SCAN_ALL * 0x21) |
	    ((x ^ SCAN_ALL * '\\') - SCAN_ALL)) & ~x & SCAN_ALL * 0x80;
}

/* Whether there is a backslash, or a byte that is not ASCII. */
static inline int
scan_odd(uint64_t x)
{
	return ((x | ((x ^ SCAN_ALL * '\\') - SCAN_ALL)) &
	    SCAN_ALL * 0x80) != 0;
}

/* Which byte the first hit is; there must be one. */
static inline size_t
scan_first(uint64_t hits)
{
	return (size_t)__builtin_ctzll(hits) / 8;
}

/* How many of the n bytes come before the first that differs. */
static inline size_t
scan_same(const char *a, const char *b, size_t n)
{
	uint64_t x;
	size_t i = 0;

	while (n - i >= 2 * SCAN_STEP && ((scan_load(a + i) ^
	    scan_load(b + i)) | (scan_load(a + i + SCAN_STEP) ^
	    scan_load(b + i + SCAN_STEP))) == 0)
		i += 2 * SCAN_STEP;
	for (; n - i >= SCAN_STEP; i += SCAN_STEP) {
		x = scan_load(a + i) ^ scan_load(b + i);
		if (x != 0)
			return i + scan_first(x);
	}
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

#endif
