#include "wire/fill.h"

static int
is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* The variable that s, which begins with {{, begins with; *n: its size with
 * the braces, 0 if it is none. */
static struct slice
variable(struct slice s, size_t *n)
{
	size_t at = 2, start, end;

	*n = 0;
	while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'))
		at++;
	start = at;
	while (at < s.n && is_name(s.p[at]))
		at++;
	end = at;
	while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'))
		at++;
	if (end > start && at + 2 <= s.n && s.p[at] == '}' &&
	    s.p[at + 1] == '}')
		*n = at + 2;
	return slice_sub(s, start, end - start);
}

int
fill(struct slice text, const struct slice *(*value)(void *ctx,
    struct slice name), void *ctx, struct buf *out, struct slice *missing)
{
	const struct slice *v;
	struct slice name;
	size_t at = 0, n;

	while (at + 1 < text.n) {
		if (text.p[at] != '{' || text.p[at + 1] != '{') {
			at++;
			continue;
		}
		name = variable(slice_sub(text, at, text.n), &n);
		if (n == 0) {
			at++;
			continue;
		}
		v = value(ctx, name);
		if (v == NULL) {
			*missing = name;
			return -1;
		}
		buf_put(out, slice_sub(text, 0, at));
		buf_put(out, *v);
		slice_skip(&text, at + n);
		at = 0;
	}
	buf_put(out, text);
	return 0;
}
