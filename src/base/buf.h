#ifndef BASE_BUF_H
#define BASE_BUF_H

/*
 * Bytes: borrowed (struct slice) and owned (struct buf).
 *
 * A slice points at somebody else's bytes and carries its length; it may hold
 * NUL bytes and is never NUL-terminated by promise.  {0} is the empty slice.
 *
 * A buf is the only allocator of the pure layers.  {0} is a valid empty buf
 * without a limit of its own; set .max before the first put to bound it.  A
 * put that would pass max stores nothing and sets the sticky .full: put as
 * often as you like, check once.  Out of memory ends the program (err_oom()).
 * Any put may move .p: take slices of a buf only when it is finished.
 */

#include <stddef.h>
#include <string.h>

struct slice {
	const char *p;
	size_t n;
};

struct buf {
	char *p;
	size_t n;		/* bytes in use */
	size_t cap;		/* bytes allocated */
	size_t max;		/* most bytes ever; 0 = no limit */
	int full;		/* sticky: a put did not fit */
};

/* The slice of a string literal. */
#define SLICE(lit) ((struct slice){ "" lit, sizeof(lit) - 1 })

/* Arguments for a "%.*s": precision first. */
#define SLICE_FMT(s) (int)(s).n, (s).p

/* Borrows the NUL-terminated s; NULL gives the empty slice. */
struct slice slice_str(const char *s);

/* The n bytes of s from off on, both clamped to what there is. */
static inline struct slice
slice_sub(struct slice s, size_t off, size_t n)
{
	if (off > s.n)
		off = s.n;
	if (n > s.n - off)
		n = s.n - off;
	return (struct slice){ off == 0 ? s.p : s.p + off, n };
}

/* Drops the first n bytes of *s, or all. */
void slice_skip(struct slice *s, size_t n);

/* s without blanks (SP HTAB CR LF) at both ends. */
struct slice slice_trim(struct slice s);

/* Equality of bytes; slice_ieq folds ASCII case. */
int slice_eq(struct slice a, struct slice b);
int slice_ieq(struct slice a, struct slice b);

/* s against a NUL-terminated literal: whole, and as its beginning. */
int slice_is(struct slice s, const char *lit);
int slice_starts(struct slice s, const char *lit);

/* Offset of the first lit in s, ASCII case folded; -1 where there is none;
 * and of a slice. */
ptrdiff_t slice_ifind(struct slice s, const char *lit);
ptrdiff_t slice_isearch(struct slice s, struct slice want);

/*
 * Takes from *s all bytes before the first c, and c itself; *s keeps what
 * follows.  Without a c takes all and leaves *s empty.
 */
struct slice slice_cut(struct slice *s, char c);

/* The decimal digits of s as a number; -1 when s is empty, has anything else
 * in it or passes max. */
long long slice_dec(struct slice s, long long max);

/* The same for hexadecimal digits, at most 15 of them; and for one. */
long long slice_hex(struct slice s);

static inline int
slice_hexdigit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Copies s, cut to size - 1 bytes, into the array dst and ends it with NUL. */
void slice_copy(struct slice s, char *dst, size_t size);

/* Appending. */
void buf_put(struct buf *b, struct slice s);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* As snprintf(), but returns 0, or -1 where the text did not fit and was cut. */
int str_printf(char *to, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Makes room for n more bytes and returns where they go (add them to .n
 * yourself), or NULL with .full set. */
char *buf_room(struct buf *b, size_t n);

/* What is in the buf now; valid until the next put. */
static inline struct slice
buf_slice(const struct buf *b)
{
	return (struct slice){ b->p, b->n };
}

/* Drops the first n bytes. */
void buf_drop(struct buf *b, size_t n);

/* Empties, keeping memory and max; forgets .full. */
static inline void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->full = 0;
}

/* Gives the memory back; the buf is {0} but for max. */
void buf_free(struct buf *b);

/* Overwrites all that was ever in it, then frees (for secrets). */
void buf_wipe(struct buf *b);

#endif
