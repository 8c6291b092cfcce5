#include "wire/json.h"

#include "base/bug.h"
#include "wire/json_lex.h"

/* The bracket that closes the container at p. */
static inline char
closing(const char *p)
{
	return *p == '{' ? '}' : ']';
}

/*
 * Returns where the next value starts, or the closing bracket; NULL on an
 * error.  p is after the opening bracket (first is set) or after a value.
 * *key gets the member's name and is not changed in arrays.
 */
static inline const char *
element(const char *p, const char *end, char close, int first,
    struct slice *key)
{
	p = lex_blanks(p, end);
	if (p != end && *p == close)
		return p;
	if (!first) {
		if (p == end || *p != ',')
			return NULL;
		p = lex_blanks(p + 1, end);
	}
	if (close == '}' && (p = lex_key(p, end, key)) == NULL)
		return NULL;
	return p == end || *p == close ? NULL : p;
}

/* Reads the value at p, a container with all its content.  Returns the
 * position after it; NULL on an error. */
static inline const char *
value(const char *p, const char *end, unsigned depth, enum json_type *type,
    struct slice *tok)
{
	p = lex_value(p, end, type, tok);
	if (*type != JSON_OBJECT && *type != JSON_ARRAY)
		return p;
	p = json_skip(p, end, *type, depth);
	if (p != NULL)
		tok->n = (size_t)(p - tok->p);
	return p;
}

/* The bracket that opens doc, blanks skipped; NULL if it has none. */
static const char *
opening(struct slice doc, const char **end)
{
	const char *p;

	*end = doc.n == 0 ? doc.p : doc.p + doc.n;
	p = lex_blanks(doc.p, *end);
	return p != *end && (*p == '{' || *p == '[') ? p : NULL;
}

enum json_type
json_each(struct slice doc, size_t *at, struct slice *key, struct slice *tok)
{
	enum json_type type;
	const char *p, *end;
	char close;

	*key = *tok = (struct slice){ 0 };
	if (*at > doc.n)
		return JSON_END;
	if ((p = opening(doc, &end)) == NULL)
		return JSON_BAD;
	close = closing(p);
	p = element(*at == 0 ? p + 1 : doc.p + *at, end, close, *at == 0, key);
	if (p != NULL && *p == close) {
		if (lex_blanks(p + 1, end) != end)
			return JSON_BAD;
		*at = doc.n + 1;
		return JSON_END;
	}
	if (p == NULL || (p = value(p, end, 1, &type, tok)) == NULL)
		return JSON_BAD;
	*at = (size_t)(p - doc.p);
	return type;
}

enum json_type
json_items(const struct json_want *list, size_t *at, struct slice *tok)
{
	struct slice key;

	if (list->type == JSON_ARRAY)
		return json_each(list->tok, at, &key, tok);
	*tok = list->tok;
	return list->type == JSON_OBJECT && (*at)++ == 0 ? JSON_OBJECT :
	    JSON_END;
}

/* A loop, not memcmp(): most names differ in their first bytes.  Keys are plain
 * ASCII, so only a name with a backslash has to be unescaped. */
static inline int
same_name(struct slice raw, const char *key)
{
	char name[64];
	size_t i;

	for (i = 0; i < raw.n && raw.p[i] == key[i] && key[i] != ' '; i++)
		;
	if (i == raw.n)
		return key[i] == '\0' || key[i] == ' ';
	if (raw.p[i] != '\\')
		return 0;
	slice_copy((struct slice){ key, strcspn(key, " ") }, name,
	    sizeof(name));
	return json_is(raw, name);
}

/* One bit of 64 for the first letter of a name. */
static inline uint64_t
initial(char c)
{
	return UINT64_C(1) << ((unsigned char)c & 63);
}

/* Returns the position after the container at p, NULL if it is invalid.
 * Recursion is as deep as the wants, not as the document. */
static const char *
pick(const char *p, const char *end, unsigned depth, struct json_want *want,
    size_t n)
{
	struct json_want unwanted = { 0 }, *w;
	uint64_t initials = initial('\\');
	struct slice key = SLICE("0");	/* of an array, the first element */
	char close = closing(p++);
	const char *from;
	int first = 1;
	size_t i;

	for (i = 0; i < n; i++) {
		want[i].type = JSON_BAD;
		want[i].tok = (struct slice){ 0 };
		initials |= initial(*want[i].key);
	}
	while ((p = element(p, end, close, first, &key)) != NULL &&
	    *p != close) {
		from = p;
		w = &unwanted;
		if ((initials & initial(key.n == 0 ? '\0' : *key.p)) != 0)
			for (i = 0; i < n; i++)
				if (same_name(key, want[i].key)) {
					w = &want[i];
					break;
				}
		if (w->nsub == 0 || (*p != '{' && *p != '[')) {
			p = value(p, end, depth, &w->type, &w->tok);
			if (p == NULL)
				return NULL;
		} else {
			p = pick(p, end, depth + 1, w->sub, w->nsub);
			if (p == NULL)
				return NULL;
			w->type = *from == '{' ? JSON_OBJECT : JSON_ARRAY;
			w->tok = (struct slice){ from, (size_t)(p - from) };
		}
		first = 0;
		key.n = 0;
	}
	return p == NULL ? NULL : p + 1;
}

int
json_pick(struct slice doc, struct json_want *want, size_t n)
{
	const char *end, *p = opening(doc, &end);

	if (p == NULL || *p != '{')
		return -1;
	p = pick(p, end, 1, want, n);
	return p != NULL && lex_blanks(p, end) == end ? 0 : -1;
}

void
json_keys(struct json_want *want, const char *keys, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		must(*keys != '\0');
		want[i] = (struct json_want){ .key = keys };
		while (*keys != '\0' && *keys++ != ' ')
			;
	}
	must(*keys == '\0');
}

int
json_take(struct slice doc, const char *keys, struct json_want *want, size_t n)
{
	json_keys(want, keys, n);
	return json_pick(doc, want, n);
}

enum json_type
json_find(struct slice doc, const char *path, struct slice *found)
{
	struct slice rest = slice_str(path), here = doc, step, key, tok;
	enum json_type type, hit = JSON_BAD;
	char name[128];
	size_t at;
	long long i;

	*found = (struct slice){ 0 };
	while (rest.n > 0) {
		step = slice_cut(&rest, '.');
		must(step.n < sizeof(name));
		slice_copy(step, name, sizeof(name));
		doc = here;
		hit = JSON_BAD;
		at = 0;
		for (i = 0; (type = json_each(doc, &at, &key, &tok)) >
		    JSON_END; i++)
			if (key.p != NULL ? same_name(key, name) :
			    slice_dec(step, INT64_MAX) == i) {
				hit = type;
				here = tok;
			}
		if (type != JSON_END || hit == JSON_BAD || (rest.n > 0 &&
		    hit != JSON_OBJECT && hit != JSON_ARRAY))
			return JSON_BAD;
	}
	*found = here;
	return hit;
}
