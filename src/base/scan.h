#ifndef BASE_SCAN_H
#define BASE_SCAN_H

/*
 * SCAN_STEP bytes at once, for the loops that see every byte of a stream.
 * musl's memchr looks for one byte; here several are looked for in one pass.
 *
 * Sixteen where the processor has SSE2, as all of amd64 do, else eight in a
 * plain word; -DSCAN_WORDS has words there too, for tests.  Hits say where
 * the first is and that there are any, no more.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Eight bytes as a word: the first in memory is the lowest on any machine. */
static inline uint64_t
scan_word(const char *s)
{
	uint64_t x;

	memcpy(&x, s, sizeof(x));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = __builtin_bswap64(x);
#endif
	return x;
}

#if defined(__SSE2__) && !defined(SCAN_WORDS)

#include <emmintrin.h>

#define SCAN_STEP ((size_t)16)

struct scan {
	__m128i x;
};

static inline struct scan
scan_load(const char *s)
{
	return (struct scan){ _mm_loadu_si128((const void *)s) };
}

static inline __m128i
scan_each(char c)
{
	return _mm_set1_epi8(c);
}

/* A bit for each byte. */
static inline uint64_t
scan_bits(__m128i x)
{
	return (unsigned)_mm_movemask_epi8(x);
}

static inline __m128i
scan_is(struct scan s, char c)
{
	return _mm_cmpeq_epi8(s.x, scan_each(c));
}

static inline __m128i
scan_upto(struct scan s, char c)
{
	return _mm_cmpeq_epi8(_mm_min_epu8(s.x, scan_each(c)), s.x);
}

/* Bytes below 0x10. */
static inline uint64_t
scan_low(struct scan s)
{
	return scan_bits(scan_upto(s, 0xf));
}

/* What ends a run of plain characters in a JSON string: quotes, backslashes,
 * controls. */
static inline uint64_t
scan_string(struct scan s)
{
	return scan_bits(_mm_or_si128(scan_upto(s, 0x1f),
	    _mm_or_si128(scan_is(s, '"'), scan_is(s, '\\'))));
}

/* Backslashes, and bytes that are not ASCII. */
static inline uint64_t
scan_odd(struct scan s)
{
	return scan_bits(_mm_or_si128(s.x, scan_is(s, '\\')));
}

/* Bytes that differ. */
static inline uint64_t
scan_other(struct scan a, struct scan b)
{
	return scan_bits(_mm_cmpeq_epi8(a.x, b.x)) ^ 0xffff;
}

/* Which byte the first hit is; there must be one. */
static inline size_t
scan_first(uint64_t hits)
{
	return (size_t)__builtin_ctzll(hits);
}

/* The hits behind the first n bytes, n less than SCAN_STEP. */
static inline uint64_t
scan_behind(uint64_t hits, size_t n)
{
	return hits >> n;
}

#else

#define SCAN_STEP sizeof(uint64_t)
#define SCAN_ALL UINT64_C(0x0101010101010101)	/* times c: c in each byte */
#define SCAN_TOP (SCAN_ALL * 0x80)

struct scan {
	uint64_t x;
};

static inline struct scan
scan_load(const char *s)
{
	return (struct scan){ scan_word(s) };
}

/* A hit is the top bit of its byte: the lowest one is exact, a borrow may
 * make false ones above it. */
static inline uint64_t
scan_low(struct scan s)
{
	return (s.x - SCAN_ALL * 0x10) & ~s.x & SCAN_TOP;
}

/* ^ 2 puts the quote right behind the controls. */
static inline uint64_t
scan_string(struct scan s)
{
	return (((s.x ^ SCAN_ALL * 2) - SCAN_ALL * 0x21) |
	    ((s.x ^ SCAN_ALL * '\\') - SCAN_ALL)) & ~s.x & SCAN_TOP;
}

static inline uint64_t
scan_odd(struct scan s)
{
	return (s.x | ((s.x ^ SCAN_ALL * '\\') - SCAN_ALL)) & SCAN_TOP;
}

static inline uint64_t
scan_other(struct scan a, struct scan b)
{
	return a.x ^ b.x;
}

static inline size_t
scan_first(uint64_t hits)
{
	return (size_t)__builtin_ctzll(hits) / 8;
}

static inline uint64_t
scan_behind(uint64_t hits, size_t n)
{
	return hits >> 8 * n;
}

#endif

/* How many of the n bytes come before the first that differs. */
static inline size_t
scan_same(const char *a, const char *b, size_t n)
{
	uint64_t hits;
	size_t i;

	if (n < SCAN_STEP) {
		for (i = 0; i < n && a[i] == b[i]; i++)
			;
		return i;
	}
	/* the last step goes over some bytes again */
	for (i = 0; i < n; i += SCAN_STEP) {
		if (n - i < SCAN_STEP)
			i = n - SCAN_STEP;
		hits = scan_other(scan_load(a + i), scan_load(b + i));
		if (hits != 0)
			return i + scan_first(hits);
	}
	return n;
}

#endif
