#include "wire/http_field.h"

#include <stdint.h>
#include <string.h>

int
http_token(struct slice s)
{
	/* a bit for each character that RFC 9110 section 5.6.2 allows */
	static const uint32_t allowed[8] = {
		0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff };
	unsigned char c;
	size_t i;

	for (i = 0; i < s.n; i++) {
		c = (unsigned char)s.p[i];
		if ((allowed[c / 32] >> c % 32 & 1) == 0)
			return 0;
	}
	return s.n > 0;
}

const char *
http_split(struct slice lines, struct buf *to)
{
	struct slice line, name;
	struct http_field f;

	(void)buf_room(to, 16 * sizeof(f));
	while ((line = slice_cut(&lines, '\n')).n > 0) {
		if (memchr(line.p, ':', line.n) == NULL)
			return "a header line without a colon";
		name = slice_cut(&line, ':');
		if (!http_token(name))
			return "a header name with a blank or the like in it";
		if (to->n == HTTP_FIELDS_MAX * sizeof(f))
			return "too many header fields";
		f = (struct http_field){ name, slice_trim(line) };
		buf_put(to, (struct slice){ (const char *)&f, sizeof(f) });
	}
	return NULL;
}

struct slice
http_find(const struct http_field *field, size_t n, const char *name,
    size_t nth)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (slice_iis(field[i].name, name) && nth-- == 0)
			return field[i].value;
	return (struct slice){ 0 };
}

int
http_lists(const struct http_field *field, size_t n, const char *name,
    const char *token)
{
	struct slice list;
	size_t i;

	for (i = 0; (list = http_find(field, n, name, i)).p != NULL; i++)
		while (list.n > 0)
			if (slice_iis(slice_trim(slice_cut(&list, ',')),
			    token))
				return 1;
	return 0;
}
