#include "wire/json.h"

#include <assert.h>
#include <string.h>

#include "base/utf8.h"
#include "wire/scan.h"

/* What may come next. */
enum state {
	AT_VALUE,		/* a value; the start of a document */
	AT_FIRST,		/* a value or ] */
	AT_FIRST_KEY,		/* a name or } */
	AT_KEY,			/* a name */
	AFTER_VALUE,		/* a comma, a closing bracket, or the end */
	AT_END,
	BROKEN
};

static const char *
blanks(const char *p, const char *end)
{
	while (p != end && (*p == ' ' || *p == '\n' || *p == '\r' ||
	    *p == '\t'))
		p++;
	return p;
}

static int
digit(const char *p, const char *end)
{
	return p != end && *p >= '0' && *p <= '9';
}

/*
 * The lexers return where the token ends, NULL when it is none.
 */

/* From behind the opening quote to the closing one. */
static inline const char *
lex_string(const char *p, const char *end)
{
	uint64_t hits;
	uint16_t unit;
	size_t n;

	for (;;) {
		while ((size_t)(end - p) >= SCAN_STEP) {
			hits = scan_string(scan_load(p));
			if (hits != 0) {
				p += scan_first(hits);
				break;
			}
			p += SCAN_STEP;
		}
		if (p == end)
			return NULL;
		if (*p == '"')
			return p;
		if ((unsigned char)*p < ' ')
			return NULL;
		if (*p != '\\') {
			p++;
			continue;
		}
		n = json_escape((struct slice){ p, (size_t)(end - p) }, &unit);
		if (n == 0)
			return NULL;
		p += n;
	}
}

static const char *
lex_number(const char *p, const char *end)
{
	if (p != end && *p == '-')
		p++;
	if (!digit(p, end))
		return NULL;
	if (*p++ != '0')
		while (digit(p, end))
			p++;
	if (p != end && *p == '.') {
		if (!digit(++p, end))
			return NULL;
		while (digit(p, end))
			p++;
	}
	if (p != end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p != end && (*p == '+' || *p == '-'))
			p++;
		if (!digit(p, end))
			return NULL;
		while (digit(p, end))
			p++;
	}
	return p;
}

static const char *
lex_word(const char *p, const char *end, const char *word, size_t n)
{
	if ((size_t)(end - p) < n || memcmp(p, word, n) != 0)
		return NULL;
	return p + n;
}

/*
 * Any value but a container; of one only the bracket.  Returns what follows
 * it, NULL with *type JSON_BAD on an error.
 */
static inline const char *
lex_value(const char *p, const char *end, enum json_type *type,
    struct slice *tok)
{
	const char *from = p;

	*type = JSON_BAD;
	if (p == end)
		return NULL;
	switch (*p) {
	case '"':
		from++;
		p = lex_string(from, end);
		*type = JSON_STRING;
		break;
	case '{':
		p++;
		*type = JSON_OBJECT;
		break;
	case '[':
		p++;
		*type = JSON_ARRAY;
		break;
	case 't':
		p = lex_word(p, end, "true", 4);
		*type = JSON_TRUE;
		break;
	case 'f':
		p = lex_word(p, end, "false", 5);
		*type = JSON_FALSE;
		break;
	case 'n':
		p = lex_word(p, end, "null", 4);
		*type = JSON_NULL;
		break;
	default:
		p = lex_number(p, end);
		*type = JSON_NUMBER;
	}
	if (p == NULL) {
		*type = JSON_BAD;
		return NULL;
	}
	*tok = (struct slice){ from, (size_t)(p - from) };
	return *type == JSON_STRING ? p + 1 : p;
}

/* A member's name and its colon.  Returns where the value begins. */
static inline const char *
lex_key(const char *p, const char *end, struct slice *key)
{
	const char *from = p + 1;

	if (p == end || *p != '"')
		return NULL;
	p = lex_string(from, end);
	if (p == NULL)
		return NULL;
	*key = (struct slice){ from, (size_t)(p - from) };
	p = blanks(p + 1, end);
	if (p == end || *p != ':')
		return NULL;
	return blanks(p + 1, end);
}

void
json_init(struct json *j, struct slice doc)
{
	*j = (struct json){ .p = doc.p, .end = doc.p };
	if (doc.n > 0)
		j->end += doc.n;
}

static inline enum json_type
broken(struct json *j)
{
	j->state = BROKEN;
	return JSON_BAD;
}

static inline enum json_type
open_container(struct json *j, enum json_type type)
{
	uint64_t bit;

	if (j->depth == JSON_DEPTH)
		return broken(j);
	bit = UINT64_C(1) << j->depth++;
	if (type == JSON_ARRAY)
		j->arrays |= bit;
	else
		j->arrays &= ~bit;
	j->state = type == JSON_ARRAY ? AT_FIRST : AT_FIRST_KEY;
	return type;
}

static inline int
in_array(const struct json *j)
{
	return (int)(j->arrays >> (j->depth - 1) & 1);
}

static inline enum json_type
close_container(struct json *j, struct slice *tok)
{
	*tok = (struct slice){ j->p++, 1 };
	j->state = AFTER_VALUE;
	j->depth--;
	return *tok->p == ']' ? JSON_ARRAY_END : JSON_OBJECT_END;
}

/* After a value: the end, a closing bracket (true; the token is *type), or a
 * comma, which is skipped. */
static inline int
after_value(struct json *j, enum json_type *type, struct slice *tok)
{
	if (j->depth == 0) {
		if (j->p == j->end)
			j->state = AT_END;
		*type = j->state == AT_END ? JSON_END : broken(j);
		return 1;
	}
	if (j->p == j->end) {
		*type = broken(j);
		return 1;
	}
	if (*j->p == (in_array(j) ? ']' : '}')) {
		*type = close_container(j, tok);
		return 1;
	}
	if (*j->p != ',') {
		*type = broken(j);
		return 1;
	}
	j->p = blanks(j->p + 1, j->end);
	j->state = in_array(j) ? AT_VALUE : AT_KEY;
	return 0;
}

/* Inline for skip_container(), which keeps the state in registers. */
static inline enum json_type
next(struct json *j, struct slice *tok)
{
	enum json_type type;
	const char *p;

	*tok = (struct slice){ j->p, 0 };
	if (j->state >= AT_END)
		return j->state == AT_END ? JSON_END : JSON_BAD;
	j->p = blanks(j->p, j->end);
	if (j->state == AFTER_VALUE && after_value(j, &type, tok))
		return type;
	if (j->p != j->end && ((j->state == AT_FIRST && *j->p == ']') ||
	    (j->state == AT_FIRST_KEY && *j->p == '}')))
		return close_container(j, tok);
	if (j->state == AT_FIRST_KEY || j->state == AT_KEY) {
		p = lex_key(j->p, j->end, tok);
		if (p == NULL)
			return broken(j);
		j->p = p;
		j->state = AT_VALUE;
		return JSON_KEY;
	}
	p = lex_value(j->p, j->end, &type, tok);
	if (p == NULL)
		return broken(j);
	j->p = p;
	j->state = AFTER_VALUE;
	if (type == JSON_OBJECT || type == JSON_ARRAY)
		return open_container(j, type);
	return type;
}

enum json_type
json_next(struct json *j, struct slice *tok)
{
	return next(j, tok);
}

int
json_valid(struct slice doc)
{
	enum json_type type;
	struct slice tok;
	struct json j;

	if (utf8_good(doc) != doc.n)
		return 0;
	json_init(&j, doc);
	do
		type = json_next(&j, &tok);
	while (type > JSON_END);
	return type == JSON_END;
}

/* Walks over a container inside another one; p is behind its bracket. */
static const char *
skip_container(const char *p, const char *end, enum json_type type)
{
	struct json j = { .p = p, .end = end, .depth = 1 };
	struct slice tok;

	open_container(&j, type);
	while (j.depth > 1)
		if (next(&j, &tok) == JSON_BAD)
			return NULL;
	return j.p;
}

/* A container whose elements are walked over. */
struct walk {
	const char *p, *end;
	char bracket;		/* that closes it */
	int first;		/* no element was read yet */
};

/* 0, or -1 when doc is no container. */
static inline int
walk_init(struct walk *w, struct slice doc, size_t at)
{
	if (doc.n == 0)
		return -1;
	w->end = doc.p + doc.n;
	w->p = blanks(doc.p, w->end);
	w->first = at == 0;
	if (w->p == w->end || (*w->p != '{' && *w->p != '['))
		return -1;
	w->bracket = *w->p == '{' ? '}' : ']';
	w->p = at == 0 ? w->p + 1 : doc.p + at;
	return 0;
}

/* The bracket stands at the front: only blanks may follow. */
static enum json_type
walk_end(struct walk *w)
{
	w->p = blanks(w->p + 1, w->end);
	return w->p == w->end ? JSON_END : JSON_BAD;
}

static inline enum json_type
walk_next(struct walk *w, struct slice *key, struct slice *tok)
{
	const char *p = blanks(w->p, w->end), *end = w->end;
	enum json_type type;

	if (p != end && *p == w->bracket) {
		w->p = p;
		return walk_end(w);
	}
	if (!w->first) {
		if (p == end || *p != ',')
			return JSON_BAD;
		p = blanks(p + 1, end);
	}
	w->first = 0;
	if (w->bracket == '}') {
		p = lex_key(p, end, key);
		if (p == NULL)
			return JSON_BAD;
	}
	p = lex_value(p, end, &type, tok);
	if (type == JSON_OBJECT || type == JSON_ARRAY) {
		p = skip_container(p, end, type);
		if (p == NULL)
			return JSON_BAD;
		tok->n = (size_t)(p - tok->p);
	}
	w->p = p;
	return type;
}

enum json_type
json_each(struct slice doc, size_t *at, struct slice *key, struct slice *tok)
{
	enum json_type type;
	struct walk w;

	*key = *tok = (struct slice){ 0 };
	if (*at > doc.n)
		return JSON_END;
	if (walk_init(&w, doc, *at) < 0)
		return JSON_BAD;
	type = walk_next(&w, key, tok);
	if (type == JSON_END)
		*at = doc.n + 1;
	else if (type != JSON_BAD)
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

int
json_pick(struct slice doc, struct json_want *want, size_t n)
{
	struct slice key, tok;
	enum json_type type;
	uint64_t initials = initial('\\');
	struct walk w;
	size_t i;

	for (i = 0; i < n; i++) {
		want[i].type = JSON_BAD;
		want[i].tok = (struct slice){ 0 };
		initials |= initial(*want[i].key);
	}
	if (walk_init(&w, doc, 0) < 0 || w.bracket != '}')
		return -1;
	while ((type = walk_next(&w, &key, &tok)) > JSON_END) {
		if ((initials & initial(key.n == 0 ? '\0' : *key.p)) == 0)
			continue;
		for (i = 0; i < n; i++) {
			if (same_name(key, want[i].key)) {
				want[i].type = type;
				want[i].tok = tok;
			}
		}
	}
	return type == JSON_END ? 0 : -1;
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
