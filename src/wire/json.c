#include "wire/json.h"

#include "base/utf8.h"
#include "wire/json_lex.h"

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

/* Inline, so that json_skip() keeps the state in registers. */
static inline enum json_type
next(struct json *j, struct slice *tok)
{
	enum json_type type;
	const char *p;

	*tok = (struct slice){ j->p, 0 };
	if (j->state >= AT_END)
		return j->state == AT_END ? JSON_END : JSON_BAD;
	j->p = lex_blanks(j->p, j->end);
	if (j->state == AFTER_VALUE) {
		if (j->depth == 0 && j->p == j->end) {
			j->state = AT_END;
			return JSON_END;
		}
		if (j->depth == 0 || j->p == j->end)
			return broken(j);
		if (*j->p == (in_array(j) ? ']' : '}'))
			return close_container(j, tok);
		if (*j->p != ',')
			return broken(j);
		j->p = lex_blanks(j->p + 1, j->end);
		j->state = in_array(j) ? AT_VALUE : AT_KEY;
	} else if (j->p != j->end && ((j->state == AT_FIRST && *j->p == ']') ||
	    (j->state == AT_FIRST_KEY && *j->p == '}'))) {
		return close_container(j, tok);
	}
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

const char *
json_skip(const char *p, const char *end, enum json_type type, unsigned depth)
{
	struct json j = { .p = p, .end = end, .depth = depth };
	struct slice tok;

	if (open_container(&j, type) == JSON_BAD)
		return NULL;
	while (j.depth > depth)
		if (next(&j, &tok) == JSON_BAD)
			return NULL;
	return j.p;
}
