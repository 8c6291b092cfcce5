#include "api/models.h"

static enum decoded
event(struct decode *d, const struct sse_event *e)
{
	(void)e;
	return decode_bad(d, "a stream where a list of models was asked for");
}

static void
put(struct decode *d, struct slice text)
{
	d->content = 1;
	d->text_bytes += text.n;
	d->sink->put(d->sink, &(struct event){ .type = EV_TEXT, .text = text });
}

static void
put_model(struct decode *d, struct slice model)
{
	static const char keys[] = "id name";
	struct json_want w[2];
	struct json_want *id = &w[0];
	struct slice name;

	if (json_take(model, keys, w, 2) < 0)
		return;
	if (id->type != JSON_STRING)
		id = &w[1];
	if (id->type != JSON_STRING)
		return;
	buf_clear(&d->scratch);
	json_unescape(id->tok, &d->scratch, NULL);
	name = buf_slice(&d->scratch);
	if (slice_starts(name, "models/"))
		name = slice_sub(name, 7, name.n);
	put(d, name);
	put(d, SLICE("\n"));
}

static struct slice
list_of(struct slice body)
{
	static const char keys[] = "data models";
	struct json_want w[2];

	body = slice_trim(body);
	if (json_take(body, keys, w, 2) < 0)
		return body;
	return w[0].type == JSON_ARRAY ? w[0].tok : w[1].tok;
}

static enum decoded
ids(struct decode *d, struct slice body)
{
	struct slice list = list_of(body), key, model;
	size_t at = 0;

	if (decode_complaint(body))
		return decode_error(d, body);
	if (list.n == 0 || list.p[0] != '[' || !json_valid(body))
		return decode_bad(d, "no list of models");
	while (json_each(list, &at, &key, &model) > JSON_END)
		put_model(d, model);
	d->finish = FIN_STOP;
	return DECODE_DONE;
}

const struct dialect models_ids = {
	.name = "models", .event = event, .whole = ids,
};
