#include "tests/faultd.h"

/* What clients ask for besides answers of a model, by part of the path; the
 * last row is anything else. */
static const struct side {
	const char *path;
	const char *status;
	const char *body;
} sides[] = {
	{ "count_tokens", "200", "{\"input_tokens\":9}" },
	{ "countTokens", "200", "{\"totalTokens\":9}" },
	{ "/models", "200", "{\"object\":\"list\",\"data\":[{\"id\":"
	    "\"faultd-1\",\"object\":\"model\",\"type\":\"model\","
	    "\"display_name\":\"faultd-1\",\"created_at\":"
	    "\"2026-01-01T00:00:00Z\"}],\"models\":[],\"has_more\":false}" },
	{ "", "404", "{\"error\":{\"message\":\"not found\","
	    "\"type\":\"not_found_error\"}}" },
};

static int
is_generation(const struct peer *p)
{
	return slice_is(p->method, "POST") &&
	    form_of(p->target) != NULL &&
	    slice_ifind(p->target, "count_tokens") < 0;
}

int
side_answer(struct peer *p, enum go *go)
{
	const struct side *s = sides;
	struct verb none = { .nargs = 0 };
	struct slice body;

	if (is_generation(p))
		return 0;
	while (slice_ifind(p->target, s->path) < 0)
		s++;
	body = slice_str(s->body);
	if (peer_field(p, "upgrade").p != NULL)
		*go = answer_body(p, &none, 0, SLICE("426"), SLICE(""), 0);
	else if (slice_is(p->method, "HEAD"))
		*go = answer_body(p, &none, 0, SLICE("200"), SLICE(""), 0);
	else
		*go = answer_body(p, &none, 0, slice_str(s->status), body,
		    body.n);
	return 1;
}
