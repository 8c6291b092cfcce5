#include "wire/json.h"

#include "base/bug.h"
#include "wire/json_lex.h"

/* A container whose elements are walked over. */
struct walk {
	const char *p, *end;
	unsigned depth;		/* open containers, with this one */
	char bracket;		/* that closes it */
	int first;		/* no element was read yet */
};

/* Puts the walk behind a bracket that opens; -1 when there is none. */
static inline int
walk_open(struct walk *w, const char *p, const char *end, unsigned depth)
{
	if (p == end || (*p != '{' && *p != '['))
		return -1;
	*w = (struct walk){ p + 1, end, depth, *p == '{' ? '}' : ']', 1 };
	return 0;
}

/* To the next element's value: 1; behind the closing bracket: 0; -1.  Leaves
 * *key alone in arrays. */
static inline int
walk_step(struct walk *w, struct slice *key)
{
	const char *p = lex_blanks(w->p, w->end), *end = w->end;

	if (p != end && *p == w->bracket) {
		w->p = p + 1;
		return 0;
	}
	if (!w->first) {
		if (p == end || *p != ',')
			return -1;
		p = lex_blanks(p + 1, end);
	}
	w->first = 0;
	if (w->bracket == '}') {
		p = lex_key(p, end, key);
		if (p == NULL)
			return -1;
	}
	w->p = p;
	return 1;
}

/* The value that stands here, a container as a whole. */
static inline enum json_type
walk_value(struct walk *w, struct slice *tok)
{
	enum json_type type;
	const char *p;

	p = lex_value(w->p, w->end, &type, tok);
	if (type == JSON_OBJECT || type == JSON_ARRAY) {
		p = json_skip(p, w->end, type, w->depth);
		if (p == NULL)
			return JSON_BAD;
		tok->n = (size_t)(p - tok->p);
	}
	w->p = p;
	return type;
}

/* Whether nothing but blanks follows a document that ends at p. */
static int
ends(const char *p, const char *end)
{
	return lex_blanks(p, end) == end;
}

enum json_type
json_each(struct slice doc, size_t *at, struct slice *key, struct slice *tok)
{
	const char *end = doc.n == 0 ? doc.p : doc.p + doc.n;
	enum json_type type;
	struct walk w;
	int more;

	*key = *tok = (struct slice){ 0 };
	if (*at > doc.n)
		return JSON_END;
	if (walk_open(&w, lex_blanks(doc.p, end), end, 1) < 0)
		return JSON_BAD;
	if (*at > 0) {
		w.p = doc.p + *at;
		w.first = 0;
	}
	more = walk_step(&w, key);
	if (more == 0 && ends(w.p, end)) {
		*at = doc.n + 1;
		return JSON_END;
	}
	if (more <= 0)
		return JSON_BAD;
	type = walk_value(&w, tok);
	if (type != JSON_BAD)
		*at = (size_t)(w.p - doc.p);
	return type;
}

/* Keys are plain, so a backslash cannot match: such a name is unescaped.
 * Most names differ in their first bytes; a loop beats calls here. */
static inline int
same_name(struct slice raw, const char *key)
{
	size_t i;

	for (i = 0; i < raw.n && raw.p[i] == key[i]; i++)
		;
	if (i == raw.n)
		return key[i] == '\0';
	return raw.p[i] == '\\' && json_is(raw, key);
}

/* A bit for each letter that a name may begin with. */
static inline uint64_t
initial(char c)
{
	return UINT64_C(1) << ((unsigned char)c & 63);
}

static inline struct json_want *
wanted(struct slice key, struct json_want *want, size_t n, uint64_t initials)
{
	size_t i;

	if ((initials & initial(key.n == 0 ? '\0' : *key.p)) != 0)
		for (i = 0; i < n; i++)
			if (same_name(key, want[i].key))
				return &want[i];
	return NULL;
}

static const char *pick(const char *p, const char *end, unsigned depth,
    struct json_want *want, size_t n);

/* The wanted value that stands here, and what is wanted inside. */
static inline int
take(struct walk *w, struct json_want *want)
{
	const char *from = w->p;

	if (want->nsub == 0 || from == w->end || (*from != '{' &&
	    *from != '[')) {
		want->type = walk_value(w, &want->tok);
		return want->type == JSON_BAD ? -1 : 0;
	}
	w->p = pick(from, w->end, w->depth + 1, want->sub, want->nsub);
	if (w->p == NULL)
		return -1;
	want->type = *from == '{' ? JSON_OBJECT : JSON_ARRAY;
	want->tok = (struct slice){ from, (size_t)(w->p - from) };
	return 0;
}

/* Returns what follows the container at p, NULL when it is broken.  Recurses
 * as deep as what is wanted goes, not as what came. */
static const char *
pick(const char *p, const char *end, unsigned depth, struct json_want *want,
    size_t n)
{
	uint64_t initials = initial('\\');
	struct json_want *hit;
	struct slice key, tok;
	struct walk w;
	int more;
	size_t i;

	for (i = 0; i < n; i++) {
		want[i].type = JSON_BAD;
		want[i].tok = (struct slice){ 0 };
		initials |= initial(*want[i].key);
	}
	if (walk_open(&w, p, end, depth) < 0)
		return NULL;
	key = SLICE("0");
	while ((more = walk_step(&w, &key)) > 0) {
		hit = wanted(key, want, n, initials);
		if (hit != NULL ? take(&w, hit) < 0 :
		    walk_value(&w, &tok) == JSON_BAD)
			return NULL;
		key.n = 0;	/* only the first of an array has a name */
	}
	return more == 0 ? w.p : NULL;
}

int
json_pick(struct slice doc, struct json_want *want, size_t n)
{
	const char *end = doc.n == 0 ? doc.p : doc.p + doc.n;
	const char *p = lex_blanks(doc.p, end);

	if (p == end || *p != '{')
		return -1;
	p = pick(p, end, 1, want, n);
	return p != NULL && ends(p, end) ? 0 : -1;
}

/* The element of a container that one step of a path names. */
static enum json_type
find_step(struct slice doc, struct slice step, struct slice *found)
{
	enum json_type type, hit = JSON_BAD;
	struct slice key, tok;
	char name[128];
	size_t at = 0;
	long long i;

	assert(step.n < sizeof(name));
	slice_copy(step, name, sizeof(name));
	for (i = 0; (type = json_each(doc, &at, &key, &tok)) > JSON_END; i++) {
		if (key.p != NULL ? same_name(key, name) :
		    slice_dec(step, INT64_MAX) == i) {
			hit = type;
			*found = tok;
		}
	}
	return type == JSON_END ? hit : JSON_BAD;
}

enum json_type
json_find(struct slice doc, const char *path, struct slice *tok)
{
	struct slice rest = slice_str(path), here = doc;
	enum json_type type = JSON_BAD;

	*tok = (struct slice){ 0 };
	while (rest.n > 0) {
		type = find_step(here, slice_cut(&rest, '.'), &here);
		if (type == JSON_BAD)
			return JSON_BAD;
		if (rest.n > 0 && type != JSON_OBJECT && type != JSON_ARRAY)
			return JSON_BAD;
	}
	*tok = here;
	return type;
}
