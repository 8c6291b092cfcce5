#include "wire/mask.h"

#include "base/scan.h"
#include "wire/b64.h"

#define SKIPS ((size_t)4096)
#define BLOCK ((size_t)3)		/* bytes that are looked at together */

/* Backslashes before one character: JSON in JSON, four times over.  Without a
 * limit a long run of them would be read again at each of its bytes. */
#define BACKSLASHES_MAX 15

/* -- the forms of a secret ------------------------------------------------- */

static size_t
count(const struct mask *m)
{
	return m->ends.n / sizeof(size_t);
}

static struct slice
form(const struct mask *m, size_t i)
{
	const size_t *end = (const void *)m->ends.p;
	size_t from = i == 0 ? 0 : end[i - 1];

	return slice_sub(buf_slice(&m->text), from, end[i] - from);
}

/* Appends without leaving a copy behind when the memory grows. */
static void
put(struct buf *b, struct slice s)
{
	struct buf old = *b;

	if (b->cap - b->n < s.n) {
		*b = (struct buf){ 0 };
		(void)buf_room(b, 2 * (old.n + s.n));
		buf_put(b, buf_slice(&old));
		buf_wipe(&old);
	}
	buf_put(b, s);
}

/* Where .skip has the block at s. */
static size_t
block(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	return (p[0] ^ (size_t)p[1] << 3 ^ (size_t)p[2] << 6) % SKIPS;
}

static void
add_form(struct mask *m, struct slice s)
{
	unsigned char *skip = (unsigned char *)m->skip.p;
	size_t i, k, distance;
	struct slice f;

	put(&m->text, s);
	put(&m->ends, (struct slice){ (const char *)&m->text.n,
	    sizeof(m->text.n) });
	if (m->shortest == 0 || s.n < m->shortest)
		m->shortest = s.n < 255 ? s.n : 255;
	if (s.n > m->longest)
		m->longest = s.n;
	if (skip == NULL)
		skip = (unsigned char *)buf_room(&m->skip, SKIPS);
	memset(skip, (int)(m->shortest - BLOCK + 1), SKIPS);
	m->first['\\'] = m->first['%'] = 1;
	for (i = 0; i < count(m); i++) {
		f = form(m, i);
		m->first[(unsigned char)f.p[0]] = 1;
		for (k = 0; k + BLOCK <= m->shortest; k++) {
			distance = m->shortest - BLOCK - k;
			if (distance < skip[block(f.p + k)])
				skip[block(f.p + k)] = (unsigned char)distance;
		}
	}
}

/* Adds the characters of base64 that the secret determines where it follows
 * offset bytes (modulo 3) of others. */
static void
add_base64(struct mask *m, struct slice secret, size_t offset)
{
	size_t from = (offset * 8 + 5) / 6, to = (offset + secret.n) * 8 / 6, i;
	struct buf plain = { 0 }, coded = { 0 };
	int changed = 0;

	(void)buf_room(&plain, offset + secret.n);
	(void)buf_room(&coded, 2 * (offset + secret.n) + 4);
	buf_put(&plain, (struct slice){ "\0", offset });
	buf_put(&plain, secret);
	b64_put(&coded, buf_slice(&plain));
	add_form(m, slice_sub(buf_slice(&coded), from, to - from));
	for (i = 0; i < coded.n; i++) {		/* RFC 4648 section 5 */
		changed |= coded.p[i] == '+' || coded.p[i] == '/';
		coded.p[i] = coded.p[i] == '+' ? '-' :
		    coded.p[i] == '/' ? '_' : coded.p[i];
	}
	if (changed)
		add_form(m, slice_sub(buf_slice(&coded), from, to - from));
	buf_wipe(&plain);
	buf_wipe(&coded);
}

void
mask_add(struct mask *m, struct slice secret)
{
	size_t offset;

	if (secret.n < MASK_LEAST_MESSAGE)
		return;
	add_form(m, secret);
	for (offset = 0; offset < 3 && secret.n >= MASK_LEAST; offset++)
		add_base64(m, secret, offset);
}

void
mask_free(struct mask *m)
{
	buf_wipe(&m->text);
	buf_free(&m->ends);
	buf_free(&m->skip);
	*m = (struct mask){ 0 };
}

/* -- finding them ---------------------------------------------------------- */

/* Takes from the start of *s what c is escaped as: %XX, or one or more
 * backslashes and uXXXX or the character.  Whether it is there. */
static int
take_escaped(struct slice *s, char c)
{
	struct slice rest = *s, hex;
	size_t i;

	if (rest.p[0] == '%') {
		hex = slice_sub(rest, 1, 2);
		slice_skip(&rest, 3);
	} else {
		for (i = 0; i < BACKSLASHES_MAX && rest.n > 0 &&
		    rest.p[0] == '\\'; i++)
			slice_skip(&rest, 1);
		if (rest.n > 0 && rest.p[0] == c) {
			slice_skip(&rest, 1);
			*s = rest;
			return 1;
		}
		if (rest.n < 5 || rest.p[0] != 'u')
			return 0;
		hex = slice_sub(rest, 1, 4);
		slice_skip(&rest, 5);
	}
	*s = rest;
	return hex.n > 1 && slice_hex(hex) == (unsigned char)c;
}

/* The length of what s begins with if that is the form; else 0. */
static size_t
spelled(struct slice s, struct slice want, unsigned flags)
{
	struct slice rest = s;
	size_t i;

	for (i = 0; i < want.n; i++) {
		if (rest.n == 0)
			return (flags & MASK_CUT) && i >= MASK_LEAST_MESSAGE ?
			    s.n : 0;
		if (rest.p[0] == want.p[i])
			slice_skip(&rest, 1);
		else if ((rest.p[0] != '\\' && rest.p[0] != '%') ||
		    !take_escaped(&rest, want.p[i]))
			return 0;
	}
	return s.n - rest.n;
}

static size_t
least(unsigned flags)
{
	return flags & MASK_ANSWER ? MASK_LEAST_ANSWER :
	    flags & MASK_MESSAGE ? MASK_LEAST_MESSAGE : MASK_LEAST;
}

/* The length of the secret that s begins with; 0: none. */
static size_t
secret_at(const struct mask *m, struct slice s, unsigned flags)
{
	size_t i, n, most = 0;
	struct slice f;

	for (i = 0; i < count(m); i++) {
		f = form(m, i);
		if (f.n < least(flags))
			continue;
		n = spelled(s, f, flags);
		most = n > most ? n : most;
	}
	return most;
}

/* The offset of the next secret from offset at on, and its length; s.n if there
 * is none. */
static size_t
find(const struct mask *m, struct slice s, size_t at, unsigned flags,
    size_t *n)
{
	size_t run;

	for (; at < s.n; at++) {
		for (run = 0; run < s.n - at && s.p[at + run] == '\\'; run++)
			;
		if (run > BACKSLASHES_MAX)
			at += run - BACKSLASHES_MAX;
		if (m->first[(unsigned char)s.p[at]] &&
		    (*n = secret_at(m, slice_sub(s, at, s.n), flags)) > 0)
			return at;
	}
	return s.n;
}

/* The same where there are no escapes and no cut, so that most bytes need not
 * be looked at. */
static size_t
find_simple(const struct mask *m, struct slice s, size_t at, unsigned flags,
    size_t *n)
{
	const unsigned char *skips = (const unsigned char *)m->skip.p;
	size_t skip;

	for (; s.n - at >= m->shortest; at += skip) {
		skip = skips[block(s.p + at + m->shortest - BLOCK)];
		if (skip > 0)
			continue;
		if ((*n = secret_at(m, slice_sub(s, at, s.n), flags)) > 0)
			return at;
		skip = 1;
	}
	return s.n;
}

static int
is_simple(struct slice s, unsigned flags)
{
	struct scan hits = { 0 };
	size_t i = 0;

	if (flags & MASK_CUT)
		return 0;
	for (; s.n - i >= SCAN_STEP; i += SCAN_STEP)
		hits = scan_escape(hits, scan_load(s.p + i));
	for (; i < s.n; i++)
		if (s.p[i] == '\\' || s.p[i] == '%')
			return 0;
	return !scan_any(hits);
}

int
mask_finds(const struct mask *m, struct slice s, unsigned flags)
{
	size_t n;

	if (m == NULL || m->longest < least(flags) || s.n == 0 ||
	    (s.n < m->shortest && !(flags & MASK_CUT)))
		return 0;
	return (is_simple(s, flags) ? find_simple(m, s, 0, flags, &n) :
	    find(m, s, 0, flags, &n)) < s.n;
}

void
mask_hide(const struct mask *m, char *p, size_t n, unsigned flags)
{
	struct slice s = { p, n };
	size_t at, length;
	int simple;

	if (m == NULL || m->longest < least(flags) || n == 0)
		return;
	simple = is_simple(s, flags);
	for (at = 0; (at = simple ? find_simple(m, s, at, flags, &length) :
	    find(m, s, at, flags, &length)) < n; at += length)
		memset(p + at, '*', length);
}
