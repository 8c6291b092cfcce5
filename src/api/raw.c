#include "api/dialect.h"

static enum decoded
event(struct decode *d, const struct sse_event *e)
{
	(void)e;
	return decode_fail(d, F_PROTO,
	    "a stream where one JSON text was asked for");
}

static enum decoded
whole(struct decode *d, struct slice body)
{
	enum { USAGE, METADATA, N };
	struct json_want w[N], cached = { .key = "cache_read_input_tokens" };

	body = slice_trim(body);
	if (decode_is_error(body))
		return decode_error(d, body);
	if (!json_valid(body))
		return decode_fail(d, F_PROTO, "the answer is not JSON");
	json_keys(w, "usage usageMetadata", N);
	json_want_in(&w[USAGE], &cached, 1);
	if (json_pick(body, w, N) < 0)	/* an array, say */
		w[USAGE].type = w[METADATA].type = JSON_BAD;
	if (w[METADATA].type == JSON_OBJECT)
		gemini_usage(d, w[METADATA].tok);
	else if (w[USAGE].type == JSON_OBJECT && cached.type == JSON_NUMBER)
		messages_usage(d, &w[USAGE]);
	else if (w[USAGE].type == JSON_OBJECT)
		decode_usage(d, w[USAGE].tok);
	d->content = 1;
	d->text_bytes += body.n;
	d->bytes += body.n;
	d->sink->put(d->sink, &(struct event){ .type = EV_TEXT, .text = body });
	d->finish = FIN_STOP;
	return DECODE_DONE;
}

const struct dialect dialect_raw = {
	.name = "raw", .event = event, .whole = whole,
};
