#include "serve/key.h"

#include <string.h>

static const char fields[][16] = { "Authorization", "x-api-key", "api-key",
    "x-goog-api-key" };

int
key_field(struct slice name)
{
	size_t i;

	for (i = 0; i < COUNT(fields); i++)
		if (slice_iis(name, fields[i]))
			return 1;
	return 0;
}

int
key_parameter(struct slice parameter)
{
	return slice_starts(parameter, "key=");
}

struct slice
key_of(const struct client *c)
{
	struct slice query = c->target, one, key;
	size_t i;

	for (i = 0; i < c->nfields; i++) {
		if (!key_field(c->field[i].name))
			continue;
		key = c->field[i].value;
		one = slice_sub(key, 0, strlen("Bearer "));
		if (slice_ieq(one, SLICE("Bearer ")))
			slice_skip(&key, one.n);
		return slice_trim(key);
	}
	(void)slice_cut(&query, '?');
	while (query.n > 0) {
		one = slice_cut(&query, '&');
		if (key_parameter(one))
			return slice_sub(one, strlen("key="), one.n);
	}
	return (struct slice){ 0 };
}

/* In a time that depends on the lengths only. */
static int
same(struct slice a, struct slice b)
{
	unsigned char diff = 0;
	size_t i;

	if (a.n != b.n)
		return 0;
	for (i = 0; i < a.n; i++)
		diff |= (unsigned char)(a.p[i] ^ b.p[i]);
	return diff == 0;
}

int
key_listed(struct slice list, struct slice key)
{
	struct slice line;
	int found = 0;

	while (list.n > 0) {
		line = slice_trim(slice_cut(&list, '\n'));
		if (line.n > 0 && line.p[0] != '#')
			found |= same(line, key);
	}
	return found;
}
