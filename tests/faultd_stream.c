#include "tests/faultd.h"
#include "wire/json.h"

#define BULK_EVENT ((size_t)250)	/* bytes, with its blank line */
#define BULK_BLOCK 256			/* events */
#define DELTA ((size_t)12)		/* bytes of text in one event */

static int
is_chat(const struct peer *p)
{
	return slice_is(p->dialect, "chat");
}

/* Opens an event of the dialect up to where its own members go. */
static void
event_open(struct peer *p, struct json_out *w, const char *type)
{
	if (!is_chat(p))
		buf_printf(w->out, "event: %s\n", type);
	buf_puts(w->out, "data: ");
	json_open(w, '{');
	if (is_chat(p)) {
		json_member(w, "id", SLICE("chatcmpl-1"));
		json_member(w, "object", slice_str(type));
		json_member_num(w, "created", 1736272055);
		json_member(w, "model", SLICE("faultd-1"));
	} else {
		json_member(w, "type", slice_str(type));
		json_member_num(w, "sequence_number", p->seq++);
	}
}

static enum go
event_send(struct peer *p, struct json_out *w)
{
	enum go go;

	json_close(w);
	buf_puts(w->out, "\n\n");
	go = peer_send_body(p, buf_slice(w->out));
	buf_free(w->out);
	return go;
}

static void
member_raw(struct json_out *w, const char *key, const char *json)
{
	json_key(w, key);
	json_raw(w, slice_str(json));
}

static void
put_message(struct json_out *w, struct slice text)
{
	json_open(w, '{');
	json_member(w, "id", SLICE("msg_1"));
	json_member(w, "type", SLICE("message"));
	json_member(w, "role", SLICE("assistant"));
	json_key(w, "content");
	json_open(w, '[');
	json_open(w, '{');
	json_member(w, "type", SLICE("output_text"));
	json_member(w, "text", text);
	json_close(w);
	json_close(w);
	json_close(w);
}

/* The whole response object, of which the terminal event is made. */
static void
put_response(const struct peer *p, struct json_out *w, const char *status,
    const char *cut)
{
	json_key(w, "response");
	json_open(w, '{');
	json_member(w, "id", SLICE("resp_1"));
	json_member(w, "object", SLICE("response"));
	json_member(w, "status", slice_str(status));
	if (cut != NULL) {
		json_key(w, "incomplete_details");
		json_open(w, '{');
		json_member(w, "reason", slice_str(cut));
		json_close(w);
	}
	json_key(w, "output");
	json_open(w, '[');
	put_message(w, buf_slice(&p->text));
	json_close(w);
	member_raw(w, "usage", "{\"input_tokens\":12,\"output_tokens\":34,"
	    "\"input_tokens_details\":{\"cached_tokens\":5},"
	    "\"output_tokens_details\":{\"reasoning_tokens\":0},"
	    "\"total_tokens\":46}");
	json_close(w);
}

/* One event without a text in it: member key, if any, with the JSON value. */
static enum go
event_put(struct peer *p, const char *type, const char *key, const char *json)
{
	struct buf out = {0};
	struct json_out w = { .out = &out };

	event_open(p, &w, type);
	if (key != NULL)
		member_raw(&w, key, json);
	return event_send(p, &w);
}

enum go
verb_start(struct peer *p, const struct verb *v)
{
	static const char *const begun = "{\"id\":\"resp_1\",\"object\":"
	    "\"response\",\"status\":\"in_progress\",\"error\":null,"
	    "\"output\":[],\"usage\":null}";
	enum go go;

	p->dialect = v->arg[0];
	p->seq = 0;
	buf_clear(&p->text);
	if (is_chat(p))
		return event_put(p, "chat.completion.chunk", "choices",
		    "[{\"index\":0,\"delta\":{\"role\":\"assistant\","
		    "\"content\":\"\"},\"finish_reason\":null}]");
	go = event_put(p, "response.created", "response", begun);
	if (go == GO_ON)
		go = event_put(p, "response.in_progress", "response", begun);
	if (go == GO_ON)
		go = event_put(p, "response.output_item.added", "item",
		    "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":"
		    "\"in_progress\",\"content\":[],\"role\":\"assistant\"}");
	return go;
}

static void
put_delta(struct peer *p, struct json_out *w, struct slice text)
{
	if (is_chat(p)) {
		event_open(p, w, "chat.completion.chunk");
		json_key(w, "choices");
		json_open(w, '[');
		json_open(w, '{');
		json_member_num(w, "index", 0);
		json_key(w, "delta");
		json_open(w, '{');
		json_member(w, "content", text);
		json_close(w);
		member_raw(w, "finish_reason", "null");
		json_close(w);
		json_close(w);
	} else {
		event_open(p, w, "response.output_text.delta");
		json_member(w, "item_id", SLICE("msg_1"));
		json_member_num(w, "output_index", 0);
		json_member_num(w, "content_index", 0);
		json_member(w, "delta", text);
		member_raw(w, "logprobs", "[]");
	}
}

static enum go
stream_text(struct peer *p, struct slice s)
{
	enum go go = GO_ON;
	size_t n;

	buf_put(&p->text, s);
	for (; s.n > 0 && go == GO_ON; s = slice_sub(s, n, s.n)) {
		struct buf out = {0};
		struct json_out w = { .out = &out };

		n = s.n < DELTA ? s.n : DELTA;
		while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
			n++;
		put_delta(p, &w, slice_sub(s, 0, n));
		go = event_send(p, &w);
	}
	return go;
}

enum go
verb_text(struct peer *p, const struct verb *v)
{
	return stream_text(p, v->arg[0]);
}

static enum go
finish_chat(struct peer *p, struct slice why)
{
	struct buf out = {0};
	struct json_out w = { .out = &out };
	enum go go;

	event_open(p, &w, "chat.completion.chunk");
	json_key(&w, "choices");
	json_open(&w, '[');
	json_open(&w, '{');
	json_member_num(&w, "index", 0);
	member_raw(&w, "delta", "{}");
	json_member(&w, "finish_reason", why);
	json_close(&w);
	json_close(&w);
	go = event_send(p, &w);
	if (go != GO_ON)
		return go;
	w = (struct json_out){ .out = &out };
	event_open(p, &w, "chat.completion.chunk");
	member_raw(&w, "choices", "[]");
	member_raw(&w, "usage", "{\"prompt_tokens\":12,\"completion_tokens\":"
	    "34,\"total_tokens\":46,\"prompt_tokens_details\":"
	    "{\"cached_tokens\":5}}");
	go = event_send(p, &w);
	return go == GO_ON ? peer_send_body(p, SLICE("data: [DONE]\n\n")) : go;
}

static enum go
finish_responses(struct peer *p, struct slice why)
{
	struct buf out = {0};
	struct json_out w = { .out = &out };
	const char *cut = slice_is(why, "length") ? "max_output_tokens" :
	    slice_is(why, "content_filter") ? "content_filter" : NULL;
	enum go go;

	event_open(p, &w, "response.output_text.done");
	json_member(&w, "item_id", SLICE("msg_1"));
	json_member(&w, "text", buf_slice(&p->text));
	go = event_send(p, &w);
	if (go != GO_ON)
		return go;
	w = (struct json_out){ .out = &out };
	event_open(p, &w, cut ? "response.incomplete" : "response.completed");
	put_response(p, &w, cut ? "incomplete" : "completed", cut);
	return event_send(p, &w);
}

static enum go
finish(struct peer *p, struct slice why)
{
	return is_chat(p) ? finish_chat(p, why) : finish_responses(p, why);
}

enum go
verb_done(struct peer *p, const struct verb *v)
{
	return finish(p, v->nargs > 0 ? v->arg[0] : SLICE("stop"));
}

static enum go
fail_chat(struct peer *p, struct slice code, struct slice text)
{
	struct buf out = {0};
	struct json_out w = { .out = &out };
	enum go go;

	buf_puts(&out, "data: ");
	json_open(&w, '{');
	json_key(&w, "error");
	answer_put_error(&w, code, text);
	go = event_send(p, &w);
	return go == GO_ON ? peer_send_body(p, SLICE("data: [DONE]\n\n")) : go;
}

/* The error is told twice. */
static enum go
fail_responses(struct peer *p, struct slice code, struct slice text)
{
	struct buf out = {0};
	struct json_out w = { .out = &out };
	enum go go;

	event_open(p, &w, "error");
	json_key(&w, "error");
	answer_put_error(&w, code, text);
	go = event_send(p, &w);
	if (go != GO_ON)
		return go;
	w = (struct json_out){ .out = &out };
	event_open(p, &w, "response.failed");
	json_key(&w, "response");
	json_open(&w, '{');
	json_member(&w, "id", SLICE("resp_1"));
	json_member(&w, "status", SLICE("failed"));
	json_key(&w, "error");
	answer_put_error(&w, code, text);
	json_close(&w);
	return event_send(p, &w);
}

static enum go
stream_fail(struct peer *p, struct slice code, struct slice text)
{
	return is_chat(p) ? fail_chat(p, code, text) :
	    fail_responses(p, code, text);
}

enum go
verb_fail(struct peer *p, const struct verb *v)
{
	return stream_fail(p, v->arg[0], v->arg[1]);
}

/* Head, start and text of the shorthands. */
static enum go
stream_begin(struct peer *p, const struct verb *v, size_t fields)
{
	enum go go = answer_head(p, v, fields);

	if (go == GO_ON)
		go = verb_start(p, v);
	return go == GO_ON ? stream_text(p, v->arg[1]) : go;
}

enum go
verb_stream(struct peer *p, const struct verb *v)
{
	enum go go = stream_begin(p, v, 2);

	if (go == GO_ON)
		go = finish(p, SLICE("stop"));
	return go == GO_ON ? verb_end(p, v) : go;
}

enum go
verb_stream_cut(struct peer *p, const struct verb *v)
{
	enum go go = stream_begin(p, v, 2);

	return go == GO_ON ? verb_end(p, v) : go;
}

enum go
verb_stream_error(struct peer *p, const struct verb *v)
{
	enum go go = stream_begin(p, v, 4);

	if (go == GO_ON)
		go = stream_fail(p, v->arg[2], v->arg[3]);
	return go == GO_ON ? verb_end(p, v) : go;
}

/* The nth event of BULK_EVENT bytes, with padding as OpenAI itself sends it;
 * text, numbers and padding differ from one to the next. */
static void
bulk_event(struct peer *p, struct buf *out, int n)
{
	struct buf one = {0};
	struct json_out w = { .out = &one };

	p->seq = 1000000 + n;
	put_delta(p, &w, slice_sub(SLICE(" word after"), 0,
	    1 + (size_t)n * 7 % 11));
	buf_puts(&one, ",\"obfuscation\":\"");
	while (one.n < BULK_EVENT - 4)
		buf_putc(&one, (char)('A' + (one.n * 7 + (size_t)n) % 26));
	buf_puts(&one, "\"}\n\n");
	if (p->chunked)
		buf_printf(out, "%zx\r\n", one.n);
	buf_put(out, buf_slice(&one));
	if (p->chunked)
		buf_puts(out, "\r\n");
	buf_free(&one);
}

enum go
verb_bulk(struct peer *p, const struct verb *v)
{
	size_t left = (size_t)verb_num(v, 1) / BULK_EVENT, n, one;
	struct buf block = {0};
	enum go go = answer_head(p, v, 2);
	int i;

	if (go == GO_ON)
		go = verb_start(p, v);
	for (i = 0; i < BULK_BLOCK; i++)
		bulk_event(p, &block, i);
	one = block.n / BULK_BLOCK;
	for (; left > 0 && go == GO_ON; left -= n) {
		n = left < BULK_BLOCK ? left : BULK_BLOCK;
		go = peer_send(p, slice_sub(buf_slice(&block), 0, n * one));
	}
	buf_free(&block);
	if (go == GO_ON)
		go = finish(p, SLICE("stop"));
	return go == GO_ON ? verb_end(p, v) : go;
}
