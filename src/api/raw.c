#include "api/dialect.h"

enum decoded
raw_event(struct decode *d, const struct sse_event *e)
{
	if (decode_is_error(e->data))
		return decode_error(d, e->data);
	fault_set(&d->fault, F_PROTO, 0, "the server sends a stream where one "
	    "JSON text was asked for");
	d->failed = 1;
	return DECODE_FAULT;
}

static enum decoded
whole(struct decode *d, struct slice body)
{
	struct json_want w[2];

	body = slice_trim(body);
	if (decode_is_error(body))
		return decode_error(d, body);
	if (!json_valid(body))
		return decode_fail(d, F_PROTO, "the answer is not JSON");
	if (json_take(body, "usage usageMetadata", w, 2) == 0) {
		decode_usage(d, w[0].tok);
		gemini_usage(d, w[1].tok);
	}
	d->content = 1;
	d->text_bytes += body.n;
	d->bytes += body.n;
	d->sink->put(d->sink, &(struct event){ .type = EV_TEXT, .text = body });
	d->finish = FIN_STOP;
	return DECODE_DONE;
}

const struct dialect dialect_raw = {
	.name = "raw", .event = raw_event, .whole = whole,
};
