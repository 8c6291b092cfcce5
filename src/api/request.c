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

void
request_params(const struct request *r, struct json_out *w)
{
	const struct param *p;
	struct buf key = { 0 };
	size_t i, k;

	for (i = 0; i < r->nparams; i++) {
		p = &r->params[i];
		/* the last of equal names counts */
		for (k = i + 1; k < r->nparams; k++)
			if (slice_eq(r->params[k].key, p->key))
				break;
		if (k < r->nparams)
			continue;
		buf_clear(&key);
		buf_put(&key, p->key);
		buf_putc(&key, '\0');
		json_key(w, key.p);
		if (json_raw(w, p->json) < 0)
			json_null(w);
	}
	buf_free(&key);
}
