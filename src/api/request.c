#include "api/request.h"

static size_t
count(const struct message *m, enum part_type least, enum part_type most)
{
	size_t i, n = 0;

	for (i = 0; i < m->nparts; i++)
		n += m->parts[i].type >= least && m->parts[i].type <= most;
	return n;
}

size_t
message_content(const struct message *m)
{
	return count(m, PART_TEXT, PART_FILE);
}

size_t
message_calls(const struct message *m)
{
	return count(m, PART_CALL, PART_CALL);
}

int
request_overrides(const struct request *r, const char *key)
{
	size_t i;

	for (i = 0; i < r->nparams; i++)
		if (slice_is(r->params[i].key, key))
			return 1;
	return 0;
}

/* Whether a later param has the same name: of equal ones the last counts. */
static int
replaced(const struct request *r, size_t i)
{
	size_t k;

	for (k = i + 1; k < r->nparams; k++)
		if (slice_eq(r->params[k].key, r->params[i].key))
			return 1;
	return 0;
}

void
request_params(const struct request *r, struct json_out *w)
{
	struct buf key = { 0 };
	size_t i;

	for (i = 0; i < r->nparams; i++) {
		if (replaced(r, i))
			continue;
		buf_clear(&key);
		buf_put(&key, r->params[i].key);
		buf_putc(&key, '\0');
		json_key(w, key.p);
		if (json_raw(w, r->params[i].json) < 0)
			json_null(w);
	}
	buf_free(&key);
}
