#ifndef WIRE_HTTP_FIELD_H
#define WIRE_HTTP_FIELD_H

/* The field lines of requests and responses (RFC 9110, section 5). */

#include "base/buf.h"

#define HTTP_FIELDS_MAX 256

struct http_field {
	struct slice name, value;	/* trimmed and unfolded */
};

/* Whether s is a token (RFC 9110, 5.6.2): a method, the name of a field. */
int http_token(struct slice s);

/*
 * Splits lines, each "name: value" and ended by LF or CRLF, up to an empty one,
 * and appends a struct http_field for each to the empty buf to.  NULL, or what
 * is wrong, a static text.  The slices point into lines.
 */
const char *http_split(struct slice lines, struct buf *to);

/* The fields that http_split() has put there. */
static inline struct http_field *
http_fields(struct buf *of, size_t *n)
{
	*n = of->n / sizeof(struct http_field);
	return (void *)of->p;
}

/* The value of the nth (from 0) field of that name, ignoring case; p is NULL
 * if there is none. */
struct slice http_find(const struct http_field *field, size_t n,
    const char *name, size_t nth);

/* Whether a field of that name, a comma-separated list, has the token. */
int http_lists(const struct http_field *field, size_t n, const char *name,
    const char *token);

#endif
