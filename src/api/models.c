#include "api/models.h"

static enum decoded
event(struct decode *d, const struct sse_event *e)
{
	(void)e;
	return decode_fail(d, F_PROTO,
	    "a stream where a list of models was asked for");
}

/* Puts the id, or the name without "models/", and a line end. */
static void
put_model(struct decode *d, struct slice model)
{
	static const char keys[] = "id name";
	struct json_want w[2];
	const struct json_want *id = &w[0];
	struct event e = { .type = EV_TEXT };

	if (json_take(model, keys, w, 2) < 0)
		return;
	if (id->type != JSON_STRING)
		id = &w[1];
	if (id->type != JSON_STRING)
		return;
	buf_clear(&d->scratch);
	json_unescape(id->tok, &d->scratch, NULL);
	buf_putc(&d->scratch, '\n');
	e.text = buf_slice(&d->scratch);
	if (slice_starts(e.text, "models/"))
		e.text = slice_sub(e.text, 7, e.text.n);
	d->content = 1;
	d->text_bytes += e.text.n;
	d->sink->put(d->sink, &e);
}

static enum decoded
whole(struct decode *d, struct slice body)
{
	static const char keys[] = "data models";
	struct json_want w[2];
	struct slice list = slice_trim(body), key, model;
	size_t at = 0;

	if (json_take(list, keys, w, 2) == 0)
		list = w[0].type == JSON_ARRAY ? w[0].tok : w[1].tok;
	if (decode_is_error(body))
		return decode_error(d, body);
	if (list.n == 0 || list.p[0] != '[' || !json_valid(body))
		return decode_fail(d, F_PROTO, "not a list of models");
	while (json_each(list, &at, &key, &model) > JSON_END)
		put_model(d, model);
	d->finish = FIN_STOP;
	return DECODE_DONE;
}

const struct dialect models_ids = {
	.name = "models", .event = event, .whole = whole,
};
