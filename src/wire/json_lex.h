#ifndef WIRE_JSON_LEX_H
#define WIRE_JSON_LEX_H

/*
 * JSON tokens, private to json*.c and record.c.  Inline, because every byte of
 * a stream passes through here.  The functions that return a position return
 * NULL if the token is invalid.
 */

#include <string.h>

#include "wire/json.h"
#include "base/scan.h"

static inline const char *
lex_blanks(const char *p, const char *end)
{
	while (p != end && (*p == ' ' || *p == '\n' || *p == '\r' ||
	    *p == '\t'))
		p++;
	return p;
}

/* The position after the digits at p; NULL if there are none. */
static inline const char *
lex_digits(const char *p, const char *end)
{
	const char *from = p;

	while (p != end && *p >= '0' && *p <= '9')
		p++;
	return p != from ? p : NULL;
}

/* The first byte of a string, from p on, that needs attention, or end.  Bytes
 * from from on may be read again. */
static inline const char *
lex_plain(const char *p, const char *end, const char *from)
{
	uint64_t hits;
	size_t n;

	for (; (n = (size_t)(end - p)) >= SCAN_STEP; p += SCAN_STEP) {
		hits = scan_string(scan_load(p));
		if (hits != 0)
			return p + scan_first(hits);
	}
	if (n == 0 || (size_t)(end - from) < SCAN_STEP)
		return p;
	hits = scan_string(scan_load(end - SCAN_STEP));
	hits = scan_behind(hits, SCAN_STEP - n);
	return hits == 0 ? end : p + scan_first(hits);
}

/* From after the opening quote to the closing one. */
static inline const char *
lex_string(const char *p, const char *end)
{
	const char *from = p;
	uint16_t unit;
	size_t n;

	for (;;) {
		p = lex_plain(p, end, from);
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

static inline const char *
lex_number(const char *p, const char *end)
{
	if (p != end && *p == '-')
		p++;
	p = p != end && *p == '0' ? p + 1 : lex_digits(p, end);
	if (p != NULL && p != end && *p == '.')
		p = lex_digits(p + 1, end);
	if (p != NULL && p != end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p != end && (*p == '+' || *p == '-'))
			p++;
		p = lex_digits(p, end);
	}
	return p;
}

static inline const char *
lex_word(const char *p, const char *end, const char *word, size_t n)
{
	if ((size_t)(end - p) < n || memcmp(p, word, n) != 0)
		return NULL;
	return p + n;
}

/* Reads a value, or the opening bracket of a container.  Returns the position
 * after it; NULL with *type JSON_BAD if it is invalid. */
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

/* Reads a member's name and colon.  Returns where its value starts. */
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
	p = lex_blanks(p + 1, end);
	if (p == end || *p != ':')
		return NULL;
	return lex_blanks(p + 1, end);
}

/* Skips the container whose opening bracket is before p; depth others are
 * open.  Returns the position after it, NULL if it is invalid. */
const char *json_skip(const char *p, const char *end, enum json_type type,
    unsigned depth);

#endif
