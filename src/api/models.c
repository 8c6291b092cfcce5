/*
 * OpenAI, its imitators and Anthropic answer {"data": [{"id"}]}; Gemini
 * {"models": [{"name": "models/ID"}]}; some {"models": [{"id"}]} or a bare
 * array.
 */

#include "api/dialect.h"

#include "base/clean.h"

/* Puts d->scratch as a line. */
static void
put_line(struct decode *d)
{
	struct event e = { .type = EV_TEXT };

	buf_putc(&d->scratch, '\n');
	e.text = buf_slice(&d->scratch);
	d->content = 1;
	d->text_bytes += e.text.n;
	d->sink->put(d->sink, &e);
}

/* Puts the id, or the name without "models/", and a line end.  One id is one
 * line, whatever is in it. */
static void
put_model(struct decode *d, struct slice model)
{
	struct json_want w[2];
	const struct json_want *id;
	struct buf text = { 0 };
	struct slice name;

	if (json_take(model, "id name", w, 2) < 0)
		return;
	id = w[0].type == JSON_STRING ? &w[0] : &w[1];
	if (id->type != JSON_STRING)
		return;
	json_unescape(id->tok, &text, NULL);
	name = buf_slice(&text);
	if (slice_starts(name, "models/"))
		slice_skip(&name, 7);
	buf_clear(&d->scratch);
	clean_put(&d->scratch, name, 0);
	buf_free(&text);
	put_line(d);
}

static enum decoded
whole(struct decode *d, struct slice body)
{
	struct json_want w[2];
	struct slice list = slice_trim(body), key, model;
	size_t at = 0;

	if (json_take(list, "data models", w, 2) == 0)
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

static enum decoded
whole_json(struct decode *d, struct slice body)
{
	buf_clear(&d->scratch);
	if (decode_is_error(body))
		return decode_error(d, body);
	if (json_raw(&(struct json_out){ .out = &d->scratch }, body) < 0)
		return decode_fail(d, F_PROTO, "not a list of models");
	put_line(d);
	d->finish = FIN_STOP;
	return DECODE_DONE;
}

const struct dialect models_ids = {
	.name = "models", .event = raw_event, .whole = whole,
};

const struct dialect models_json = {
	.name = "models", .event = raw_event, .whole = whole_json,
};
