#ifndef BASE_BUF_H
#define BASE_BUF_H

/*
 * Bytes: borrowed (struct slice) and owned (struct buf).
 *
 * A slice is a pointer into memory that another object owns, and a length.
 * It may contain NUL bytes; do not assume a NUL after it.  {0} is empty.
 *
 * A buf is the only allocator of the pure layers.  {0} is a valid empty buf
 * without a limit; set .max before the first put to limit it.  A put that
 * would exceed .max stores nothing and sets .full, which is sticky: put any
 * number of times, then check once.  Running out of memory ends the program
 * (err_oom()).  Any put may move .p, so take slices when the buf is complete.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *p;
	size_t n;
};

struct buf {
	char *p;
	size_t n;		/* bytes in use */
	size_t cap;		/* bytes allocated */
	size_t max;		/* largest n allowed; 0 = no limit */
	int full;		/* sticky: a put did not fit */
};

/* The number of elements of an array. */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The slice of a string literal. */
#define SLICE(lit) ((struct slice){ "" lit, sizeof(lit) - 1 })

/* Arguments for a "%.*s": precision first. */
#define SLICE_FMT(s) (int)(s).n, (s).p

/* Borrows the NUL-terminated s; NULL gives the empty slice. */
struct slice slice_str(const char *s);

/* n bytes of s from offset off, both clamped to the length of s. */
static inline struct slice
slice_sub(struct slice s, size_t off, size_t n)
{
	if (off > s.n)
		off = s.n;
	if (n > s.n - off)
		n = s.n - off;
	return (struct slice){ off == 0 ? s.p : s.p + off, n };
}

/* Removes the first n bytes of *s, or all if there are fewer. */
static inline void
slice_skip(struct slice *s, size_t n)
{
	*s = slice_sub(*s, n, s->n);
}

/* s without blanks (SP HTAB CR LF) at either end. */
struct slice slice_trim(struct slice s);

/* Whether a and b are equal; slice_ieq() ignores ASCII case. */
int slice_eq(struct slice a, struct slice b);
int slice_ieq(struct slice a, struct slice b);

/* Whether s equals, or starts with, a NUL-terminated literal; slice_iis() and
 * slice_istarts() ignore ASCII case. */
int slice_is(struct slice s, const char *lit);
int slice_iis(struct slice s, const char *lit);
int slice_starts(struct slice s, const char *lit);
int slice_istarts(struct slice s, const char *lit);

/* The offset of the first occurrence in s, ignoring ASCII case; -1: none. */
ptrdiff_t slice_ifind(struct slice s, const char *lit);
ptrdiff_t slice_isearch(struct slice s, struct slice want);

/* Whether s, ignoring ASCII case, contains one of the phrases, which are
 * separated by |; of one with a &, what is on both sides of it. */
int slice_says(struct slice s, const char *phrases);

/* Removes everything up to and including the first c from *s and returns it
 * without the c.  If there is no c, returns all and leaves *s empty. */
struct slice slice_cut(struct slice *s, char c);

/* s as a decimal number; -1 if it is empty, has anything but digits in it, or
 * exceeds max. */
long long slice_dec(struct slice s, long long max);

/* The same for up to 15 hexadecimal digits, and for one. */
long long slice_hex(struct slice s);

static inline int
slice_hexdigit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Copies s to the array dst, truncated to size - 1 bytes, and adds a NUL. */
void slice_copy(struct slice s, char *dst, size_t size);

/* Appending. */
void buf_put(struct buf *b, struct slice s);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* As "%lld", for where that is too slow. */
void buf_put_num(struct buf *b, int64_t v);

/* As snprintf(), but returns 0, or -1 if the text was truncated. */
int str_printf(char *to, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Makes room for n more bytes and returns where they go, or NULL with .full
 * set.  The caller adds to .n what it has written. */
char *buf_room(struct buf *b, size_t n);

/* The content; valid until the next put. */
static inline struct slice
buf_slice(const struct buf *b)
{
	return (struct slice){ b->p, b->n };
}

/* Removes the first n bytes. */
void buf_drop(struct buf *b, size_t n);

/* Empties b and resets .full; keeps the memory and .max. */
static inline void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->full = 0;
}

/* Frees the memory; b is empty again and keeps .max. */
void buf_free(struct buf *b);

/* Overwrites the memory, then frees it: for secrets. */
void buf_wipe(struct buf *b);

#endif
