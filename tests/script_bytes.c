/* The words of a script that send something. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/script.h"
#include "wire/json.h"

static void
unescape(struct slice s, struct buf *out)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] != '\\' || i + 1 == s.n) {
			buf_putc(out, s.p[i]);
			continue;
		}
		switch (s.p[++i]) {
		case 'n':
			buf_putc(out, '\n');
			break;
		case 'r':
			buf_putc(out, '\r');
			break;
		case 'x':
			buf_putc(out, (char)slice_hex(slice_sub(s, i + 1, 2)));
			i += 2;
			break;
		default:
			buf_putc(out, s.p[i]);
		}
	}
}

/* "name=value ..." as field lines. */
static void
put_fields(struct slice s, struct buf *out)
{
	struct slice value;
	size_t i;

	while (s.n > 0) {
		value = slice_cut(&s, ' ');
		buf_put(out, slice_cut(&value, '='));
		buf_puts(out, ": ");
		for (i = 0; i < value.n; i++)
			buf_putc(out, value.p[i] == '~' ? ' ' : value.p[i]);
		buf_puts(out, "\r\n");
	}
}

static void
put_status(struct slice s, struct buf *out)
{
	struct slice fields = slice_trim(slice_cut(&s, '|'));
	struct slice code = slice_cut(&fields, ' ');
	struct buf body = { 0 };

	unescape(slice_trim(s), &body);
	buf_printf(out, "HTTP/1.1 %.*s Because\r\nContent-Length: %zu\r\n",
	    SLICE_FMT(code), body.n);
	put_fields(fields, out);
	buf_puts(out, "\r\n");
	buf_put(out, buf_slice(&body));
	buf_free(&body);
}

static void
put_head(struct slice fields, int chunked, struct buf *out)
{
	buf_puts(out, "HTTP/1.1 200 OK\r\n"
	    "Content-Type: text/event-stream\r\n");
	buf_puts(out, chunked ? "Transfer-Encoding: chunked\r\n" :
	    "Connection: close\r\n");
	put_fields(fields, out);
	buf_puts(out, "\r\n");
}

/* -- what is inside the framing -------------------------------------------- */

static void
put_event(struct buf *b, const char *name, struct slice json)
{
	if (name != NULL)
		buf_printf(b, "event: %s\n", name);
	buf_printf(b, "data: %.*s\n\n", SLICE_FMT(json));
}

static void
put_choice(struct buf *b, const char *delta, struct slice finish)
{
	buf_printf(b, "data: {\"id\":\"chatcmpl-1\",\"object\":"
	    "\"chat.completion.chunk\",\"created\":1736272055,\"model\":\"m\","
	    "\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":", delta);
	if (finish.n == 0)
		buf_puts(b, "null");
	else
		buf_printf(b, "\"%.*s\"", SLICE_FMT(finish));
	buf_puts(b, "}]}\n\n");
}

/* {"key":text}, NUL-terminated; valid until out is used again. */
static const char *
one_member(struct buf *out, const char *key, struct slice text)
{
	struct json_out w = { .out = out };

	buf_clear(out);
	json_open(&w, '{');
	json_member(&w, key, text);
	json_close(&w);
	buf_putc(out, '\0');
	return out->p;
}

static void
put_typed(struct buf *b, const char *type, const char *key, struct slice text)
{
	struct buf json = { 0 };

	one_member(&json, key, text);
	buf_printf(b, "event: %s\ndata: {\"type\":\"%s\",\"output_index\":0,"
	    "%s\n\n", type, type, json.p + 1);
	buf_free(&json);
}

static void
put_delta(struct buf *b, int chat, const char *type, const char *key,
    struct slice raw)
{
	struct buf json = { 0 }, text = { 0 };

	unescape(raw, &text);
	if (chat)
		put_choice(b, one_member(&json, key, buf_slice(&text)),
		    SLICE(""));
	else
		put_typed(b, type, "delta", buf_slice(&text));
	buf_free(&json);
	buf_free(&text);
}

static void
put_call(struct buf *b, int chat, struct slice s)
{
	struct slice name = slice_cut(&s, ' ');
	struct buf args = { 0 };

	one_member(&args, "arguments", s);
	if (chat)
		buf_printf(b, "data: {\"choices\":[{\"index\":0,\"delta\":"
		    "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\","
		    "\"function\":{\"name\":\"%.*s\",%s}]}}]}\n\n",
		    SLICE_FMT(name), args.p + 1);
	else
		buf_printf(b, "event: response.output_item.done\ndata: "
		    "{\"type\":\"response.output_item.done\","
		    "\"output_index\":0,\"item\":{\"id\":\"fc_1\","
		    "\"type\":\"function_call\",\"call_id\":\"call_1\","
		    "\"name\":\"%.*s\",%s}\n\n", SLICE_FMT(name),
		    args.p + 1);
	buf_free(&args);
}

static void
put_response(struct buf *b, const char *status)
{
	buf_printf(b, "event: response.%s\ndata: {\"type\":\"response.%s\","
	    "\"response\":{\"id\":\"resp_1\",\"status\":\"%s\",\"output\":[],"
	    "\"incomplete_details\":%s,\"usage\":{\"input_tokens\":7,"
	    "\"output_tokens\":3}}}\n\n", status, status, status,
	    strcmp(status, "incomplete") == 0 ?
	    "{\"reason\":\"max_output_tokens\"}" : "null");
}

static void
put_usage(struct buf *b)
{
	buf_puts(b, "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,"
	    "\"completion_tokens\":3}}\n\n");
}

static void
put_completed(struct buf *b, int chat, int whole)
{
	if (!chat) {
		put_response(b, whole ? "completed" : "incomplete");
		return;
	}
	put_choice(b, "{}", whole ? SLICE("stop") : SLICE("length"));
	put_usage(b);
	put_event(b, NULL, SLICE("[DONE]"));
}

/* "code":CODE,"message":TEXT} and what stands before and behind. */
static void
put_error(struct buf *b, const char *name, const char *before, struct slice s,
    const char *behind)
{
	struct slice code = slice_cut(&s, ' ');
	struct buf json = { 0 };

	one_member(&json, "message", s);
	if (name != NULL)
		buf_printf(b, "event: %s\n", name);
	buf_printf(b, "data: %s\"code\":\"%.*s\",%.*s%s\n\n", before,
	    SLICE_FMT(code), (int)(json.n - 2), json.p + 1, behind);
	buf_free(&json);
}

static int
put_errors(struct slice word, struct slice s, int chat, struct buf *b)
{
	if (slice_is(word, "error"))
		put_error(b, chat ? NULL : "error", chat ? "{\"error\":{" :
		    "{\"type\":\"error\",\"error\":{", s, "}");
	else if (slice_is(word, "flat-error"))
		put_error(b, "error", "{\"type\":\"error\",", s, "");
	else if (slice_is(word, "failed"))
		put_error(b, "response.failed", "{\"type\":\"response.failed\","
		    "\"response\":{\"id\":\"resp_1\",\"status\":\"failed\","
		    "\"error\":{", s, ",\"output\":[],\"usage\":null}}");
	else if (slice_is(word, "choice-error"))
		put_error(b, NULL, "{\"choices\":[{\"index\":0,\"delta\":{},"
		    "\"finish_reason\":\"error\",\"error\":{", s, "}]}");
	else
		return -1;
	return 0;
}

static int
put_content(struct slice word, struct slice s, int chat, struct buf *b)
{
	if (slice_is(word, "created") && chat)
		put_choice(b, "{\"role\":\"assistant\",\"content\":\"\"}",
		    SLICE(""));
	else if (slice_is(word, "created"))
		put_response(b, "created");
	else if (slice_is(word, "delta"))
		put_delta(b, chat, "response.output_text.delta", "content", s);
	else if (slice_is(word, "reasoning"))
		put_delta(b, chat, "response.reasoning_summary_text.delta",
		    "reasoning", s);
	else if (slice_is(word, "call"))
		put_call(b, chat, s);
	else if (slice_is(word, "completed"))
		put_completed(b, chat, 1);
	else if (slice_is(word, "incomplete"))
		put_completed(b, chat, 0);
	else if (slice_is(word, "finish"))
		put_choice(b, "{}", s);
	else if (slice_is(word, "usage"))
		put_usage(b);
	else if (slice_is(word, "done"))
		put_event(b, NULL, SLICE("[DONE]"));
	else
		return put_errors(word, s, chat, b);
	return 0;
}

static int
put_framed(struct slice word, struct slice s, int chat, struct buf *b)
{
	char name[64];

	if (slice_is(word, "text")) {
		unescape(s, b);
	} else if (slice_is(word, "comment")) {
		buf_puts(b, ": still here\n\n");
	} else if (slice_is(word, "ping")) {
		put_event(b, "ping", SLICE("{\"type\":\"ping\"}"));
	} else if (slice_is(word, "data")) {
		put_event(b, NULL, s);
	} else if (slice_is(word, "event")) {
		slice_copy(slice_cut(&s, ' '), name, sizeof(name));
		put_event(b, name, s);
	} else {
		return put_content(word, s, chat, b);
	}
	return 0;
}

int
script_bytes(struct slice step, int chat, int *chunked, struct buf *out)
{
	struct slice word = slice_cut(&step, ' ');
	struct buf b = { 0 };
	int rc = 0;

	if (slice_is(word, "status")) {
		put_status(step, out);
	} else if (slice_is(word, "head") || slice_is(word, "head-close")) {
		*chunked = word.n == 4;
		put_head(step, *chunked, out);
	} else if (slice_is(word, "raw")) {
		unescape(step, out);
	} else if (slice_is(word, "end")) {
		buf_puts(out, *chunked ? "0\r\n\r\n" : "");
	} else {
		rc = put_framed(word, step, chat, &b);
		if (*chunked && b.n > 0)
			buf_printf(out, "%zx\r\n", b.n);
		buf_put(out, buf_slice(&b));
		buf_puts(out, *chunked && b.n > 0 ? "\r\n" : "");
	}
	buf_free(&b);
	return rc;
}
