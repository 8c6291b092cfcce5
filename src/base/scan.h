#ifndef BASE_SCAN_H
#define BASE_SCAN_H

/*
 * Looks for several byte values at once, SCAN_STEP bytes a step, for the loops
 * that see every byte of a stream; memchr() looks for one value only.
 *
 * A step is 16 bytes with SSE2, which all amd64 processors have, else an
 * 8-byte word; -DSCAN_WORDS selects words everywhere, for tests.  A result
 * ("hits") is non-zero if there is a match, and scan_first() gives the first;
 * nothing else about it is defined.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Eight bytes as a word, little-endian on any machine. */
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

#define SCAN_ALL UINT64_C(0x0101010101010101)	/* times c: c in each byte */
#define SCAN_TOP (SCAN_ALL * 0x80)

/* Whether a word has backslashes or non-ASCII bytes: for texts of few bytes. */
static inline int
scan_odd(uint64_t word)
{
	return ((word | ((word ^ SCAN_ALL * '\\') - SCAN_ALL)) & SCAN_TOP) !=
	    0;
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

/* One bit per byte. */
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

/* Whether any of four steps from s on has one. */
static inline int
scan_any_low(const char *s)
{
	__m128i a = _mm_min_epu8(scan_load(s).x, scan_load(s + 16).x);
	__m128i b = _mm_min_epu8(scan_load(s + 32).x, scan_load(s + 48).x);

	return scan_low((struct scan){ _mm_min_epu8(a, b) }) != 0;
}

/* Quotes, backslashes and control characters: the bytes of a JSON string
 * that need attention. */
static inline uint64_t
scan_string(struct scan s)
{
	return scan_bits(_mm_or_si128(scan_upto(s, 0x1f),
	    _mm_or_si128(scan_is(s, '"'), scan_is(s, '\\'))));
}

/* Adds backslashes and percent signs, what escapes begin with, to hits. */
static inline struct scan
scan_escape(struct scan hits, struct scan s)
{
	return (struct scan){ _mm_or_si128(hits.x,
	    _mm_or_si128(scan_is(s, '%'), scan_is(s, '\\'))) };
}

static inline int
scan_any(struct scan hits)
{
	return scan_bits(hits.x) != 0;
}

/* DEL and non-ASCII bytes. */
static inline uint64_t
scan_high(struct scan s)
{
	return scan_bits(_mm_cmpeq_epi8(_mm_max_epu8(s.x, scan_each(0x7f)),
	    s.x));
}

/* Bytes that differ. */
static inline uint64_t
scan_other(struct scan a, struct scan b)
{
	return scan_bits(_mm_cmpeq_epi8(a.x, b.x)) ^ 0xffff;
}

/* The index of the first hit; there must be one. */
static inline size_t
scan_first(uint64_t hits)
{
	return (size_t)__builtin_ctzll(hits);
}

/* The hits after the first n bytes; n is less than SCAN_STEP. */
static inline uint64_t
scan_behind(uint64_t hits, size_t n)
{
	return hits >> n;
}

#else

#define SCAN_STEP sizeof(uint64_t)

struct scan {
	uint64_t x;
};

static inline struct scan
scan_load(const char *s)
{
	return (struct scan){ scan_word(s) };
}

/* A hit is the top bit of its byte.  The lowest one is exact; a borrow may
 * set false ones above it. */
static inline uint64_t
scan_low(struct scan s)
{
	return (s.x - SCAN_ALL * 0x10) & ~s.x & SCAN_TOP;
}

static inline int
scan_any_low(const char *s)
{
	return (scan_low(scan_load(s)) | scan_low(scan_load(s + 8)) |
	    scan_low(scan_load(s + 16)) | scan_low(scan_load(s + 24))) != 0;
}

/* ^ 2 maps the quote (0x22) to 0x20, right after the controls. */
static inline uint64_t
scan_string(struct scan s)
{
	return (((s.x ^ SCAN_ALL * 2) - SCAN_ALL * 0x21) |
	    ((s.x ^ SCAN_ALL * '\\') - SCAN_ALL)) & ~s.x & SCAN_TOP;
}

static inline struct scan
scan_escape(struct scan hits, struct scan s)
{
	return (struct scan){ hits.x | ((((s.x ^ SCAN_ALL * '%') - SCAN_ALL) |
	    ((s.x ^ SCAN_ALL * '\\') - SCAN_ALL)) & ~s.x & SCAN_TOP) };
}

static inline int
scan_any(struct scan hits)
{
	return hits.x != 0;
}

/* The carry of a 0xff, a hit itself, may set a false one above it. */
static inline uint64_t
scan_high(struct scan s)
{
	return (s.x | (s.x + SCAN_ALL)) & SCAN_TOP;
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

/* The length of the common prefix of a and b, both n bytes long. */
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
	for (i = 0; i < n - SCAN_STEP; i += SCAN_STEP) {
		hits = scan_other(scan_load(a + i), scan_load(b + i));
		if (hits != 0)
			return i + scan_first(hits);
	}
	/* the last step overlaps the one before */
	i = n - SCAN_STEP;
	hits = scan_other(scan_load(a + i), scan_load(b + i));
	return hits == 0 ? n : i + scan_first(hits);
}

#endif
