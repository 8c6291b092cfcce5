#include "serve/path.h"

#include <string.h>

static struct slice
path_of(struct slice target)
{
	return slice_cut(&target, '?');
}

static int
ends(struct slice s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p + s.n - n, with, n) == 0;
}

/* The paths of requests that generate an answer. */
static const struct dialect *
dialect_of(struct slice path)
{
	static const struct {
		char end[24];
		const struct dialect *dialect;
	} table[] = {
		{ "/responses", &dialect_responses },
		{ "/chat/completions", &dialect_chat },
		{ "/v1/messages", &dialect_messages },
		{ ":generateContent", &dialect_gemini },
		{ ":streamGenerateContent", &dialect_gemini },
	};
	size_t i;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	for (i = 0; i < COUNT(table); i++)
		if (ends(path, table[i].end))
			return table[i].dialect;
	return NULL;
}

static struct upstream *
find(const struct relay *r, struct slice name)
{
	size_t i;

	/* a section of the configuration file comes last, and counts */
	for (i = r->nup; i-- > 0;)
		if (slice_is(name, r->up[i].name))
			return &r->up[i];
	return NULL;
}

/* The provider whose API has such paths. */
static const char *
owner(struct slice path)
{
	if (slice_is(path, "/v1/messages") ||
	    slice_starts(path, "/v1/messages/") ||
	    slice_starts(path, "/api/hello"))
		return "anthropic";
	if (slice_starts(path, "/v1beta/") || slice_starts(path, "/v1alpha/") ||
	    slice_ifind(path, ":generateContent") >= 0 ||
	    slice_ifind(path, ":streamGenerateContent") >= 0)
		return "gemini";
	return "openai";
}

void
path_find(const struct relay *r, struct slice method, struct slice target,
    struct path *to)
{
	struct slice path = path_of(target), name = slice_sub(path, 1, path.n);

	name = slice_cut(&name, '/');
	*to = (struct path){ .rest = target };
	if (name.n > 0 && name.n + 1 < path.n)
		to->up = find(r, name);
	if (to->up != NULL)
		to->rest = slice_sub(target, 1 + name.n, target.n);
	else if (r->every != NULL)
		to->up = r->every;
	else
		to->up = find(r, slice_str(owner(path)));
	if (slice_is(method, "POST"))
		to->dialect = dialect_of(path_of(to->rest));
}

/* Takes the first segment, with its slash, from *s. */
static struct slice
segment(struct slice *s)
{
	const char *slash = s->n < 2 ? NULL :
	    memchr(s->p + 1, '/', s->n - 1);
	size_t n = slash == NULL ? s->n : (size_t)(slash - s->p);
	struct slice first = slice_sub(*s, 0, n);

	slice_skip(s, n);
	return first;
}

/* "/v1", "/v1beta", "/v2" */
static int
is_version(struct slice s)
{
	return s.n >= 3 && s.p[1] == 'v' && s.p[2] >= '0' && s.p[2] <= '9';
}

/* How much of the end of base the path begins with, by whole segments. */
static size_t
overlap(struct slice base, struct slice path)
{
	struct slice end = base;

	while (end.n > 0) {
		if (path.n >= end.n && memcmp(path.p, end.p, end.n) == 0 &&
		    (path.n == end.n || path.p[end.n] == '/'))
			return end.n;
		(void)segment(&end);
	}
	return 0;
}

void
path_target(struct slice base, struct slice rest, struct buf *out)
{
	struct slice query = base, path = slice_cut(&query, '?'), last;
	struct slice want = path_of(rest), first = want, left;

	while (path.n > 0 && path.p[path.n - 1] == '/')
		path.n--;
	path.n -= overlap(path, want);
	first = segment(&first);
	for (left = path; left.n > 0;) {
		last = segment(&left);
		if (left.n == 0 && is_version(last) && is_version(first))
			path.n -= last.n;
	}
	buf_put(out, path);
	buf_put(out, rest);
	if (query.n > 0) {
		buf_putc(out, want.n < rest.n ? '&' : '?');
		buf_put(out, query);
	}
}

int
path_streams(struct slice target)
{
	struct slice query = target, one;

	(void)slice_cut(&query, '?');
	while (query.n > 0) {
		one = slice_cut(&query, '&');
		if (slice_is(one, "alt=sse"))
			return 1;
	}
	return 0;
}

struct slice
path_model(struct slice target)
{
	ptrdiff_t at = slice_ifind(target, "/models/");
	struct slice rest = slice_sub(target, at < 0 ? target.n :
	    (size_t)at + strlen("/models/"), target.n), model;

	model = slice_cut(&rest, ':');
	return rest.n > 0 ? model : (struct slice){ 0 };
}
