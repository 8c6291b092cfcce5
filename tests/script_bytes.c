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

/* Events with their name, or without; in these, %t is the text of a step as a
 * JSON string, %n its first word, %s what follows that as a string, and %r as
 * it is. */
#define NAMED(type, members) "event: " type "\ndata: {\"type\":\"" type \
    "\"," members "}\n\n"
#define PLAIN(json) "data: " json "\n\n"

#define RESPONSE(status, details) NAMED("response." status, \
    "\"response\":{\"id\":\"resp_1\",\"status\":\"" status "\",\"output\":[]," \
    "\"incomplete_details\":" details ",\"usage\":{\"input_tokens\":7," \
    "\"output_tokens\":3}}")
#define CHOICE(delta, finish) PLAIN("{\"id\":\"chatcmpl-1\",\"object\":" \
    "\"chat.completion.chunk\",\"created\":1736272055,\"model\":\"m\"," \
    "\"choices\":[{\"index\":0,\"delta\":" delta ",\"finish_reason\":" finish \
    "}]}")
#define CHAT_USAGE PLAIN("{\"choices\":[],\"usage\":{\"prompt_tokens\":7," \
    "\"completion_tokens\":3}}")
#define CHAT_END(finish) CHOICE("{}", finish) CHAT_USAGE PLAIN("[DONE]")
#define BLOCK(delta) NAMED("content_block_delta", "\"index\":0,\"delta\":" \
    "{\"type\":" delta "}")
#define STOP(reason) NAMED("message_delta", "\"delta\":{\"stop_reason\":" \
    reason "},\"usage\":{\"input_tokens\":7,\"output_tokens\":3}") \
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
#define PARTS(part) PLAIN("{\"candidates\":[{\"content\":{\"parts\":[" part \
    "]},\"index\":0}]}")
/* Google itself ends with the stream, gateways with [DONE]. */
#define FINISHED(reason) PLAIN("{\"candidates\":[{\"finishReason\":" reason \
    "}],\"usageMetadata\":{\"promptTokenCount\":7," \
    "\"candidatesTokenCount\":3}}") PLAIN("[DONE]")

/* .usage: usage alone, with no end.  No dialect tells any at the start, though
 * Anthropic does: the sum over attempts would not be the same in all. */
static const struct words {
	const struct dialect *dialect;
	const char *created, *delta, *reasoning, *call, *completed,
	    *incomplete, *error, *usage;
} words[] = {
	{ &dialect_responses,
	    RESPONSE("created", "null"),
	    NAMED("response.output_text.delta",
	    "\"output_index\":0,\"delta\":%t"),
	    NAMED("response.reasoning_summary_text.delta",
	    "\"output_index\":0,\"delta\":%t"),
	    NAMED("response.output_item.done", "\"output_index\":0,\"item\":{"
	    "\"id\":\"fc_1\",\"type\":\"function_call\",\"call_id\":"
	    "\"call_1\",\"name\":\"%n\",\"arguments\":%s}"),
	    RESPONSE("completed", "null"),
	    RESPONSE("incomplete", "{\"reason\":\"max_output_tokens\"}"),
	    NAMED("error", "\"error\":{\"code\":\"%n\",\"message\":%s}"),
	    NAMED("response.in_progress", "\"response\":{\"usage\":{"
	    "\"input_tokens\":7,\"output_tokens\":3}}") },
	{ &dialect_chat,
	    CHOICE("{\"role\":\"assistant\",\"content\":\"\"}", "null"),
	    CHOICE("{\"content\":%t}", "null"),
	    CHOICE("{\"reasoning\":%t}", "null"),
	    PLAIN("{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{"
	    "\"index\":0,\"id\":\"call_1\",\"function\":{\"name\":\"%n\","
	    "\"arguments\":%s}}]}}]}"),
	    CHAT_END("\"stop\""), CHAT_END("\"length\""),
	    PLAIN("{\"error\":{\"code\":\"%n\",\"message\":%s}}"),
	    CHAT_USAGE },
	{ &dialect_messages,
	    NAMED("message_start", "\"message\":{\"id\":\"msg_1\"}"),
	    BLOCK("\"text_delta\",\"text\":%t"),
	    BLOCK("\"thinking_delta\",\"thinking\":%t"),
	    NAMED("content_block_start", "\"index\":1,\"content_block\":{"
	    "\"type\":\"tool_use\",\"id\":\"call_1\",\"name\":\"%n\","
	    "\"input\":{}}") NAMED("content_block_delta", "\"index\":1,"
	    "\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":%s}"),
	    STOP("\"end_turn\""), STOP("\"max_tokens\""),
	    NAMED("error", "\"error\":{\"type\":\"%n\",\"message\":%s}"),
	    NAMED("message_delta", "\"delta\":{\"stop_reason\":null},"
	    "\"usage\":{\"output_tokens\":3}") },
	{ &dialect_gemini,
	    PLAIN("{\"candidates\":[],\"responseId\":\"r1\"}"),
	    PARTS("{\"text\":%t}"), PARTS("{\"text\":%t,\"thought\":true}"),
	    PARTS("{\"functionCall\":{\"id\":\"call_1\",\"name\":\"%n\","
	    "\"args\":%r}}"),
	    FINISHED("\"STOP\""), FINISHED("\"MAX_TOKENS\""),
	    PLAIN("{\"error\":{\"status\":\"%n\",\"message\":%s}}"),
	    PLAIN("{\"usageMetadata\":{\"promptTokenCount\":7}}") },
};

static void
put_string(struct buf *b, struct slice text)
{
	json_str(&(struct json_out){ .out = b }, text);
}

static void
put_words(struct buf *b, const char *events, struct slice step)
{
	struct slice rest = step, name = slice_cut(&rest, ' ');
	struct buf text = { 0 };

	unescape(step, &text);
	for (; *events != '\0'; events++) {
		if (*events != '%')
			buf_putc(b, *events);
		else if (*++events == 't')
			put_string(b, buf_slice(&text));
		else if (*events == 's')
			put_string(b, rest);
		else
			buf_put(b, *events == 'n' ? name : rest);
	}
	buf_free(&text);
}

/* What all dialects can say; NULL for another word. */
static const char *
events_of(struct slice word, const struct dialect *dialect)
{
	const struct words *w = words;

	while (w->dialect != dialect)
		w++;
	return slice_is(word, "created") ? w->created :
	    slice_is(word, "delta") ? w->delta :
	    slice_is(word, "reasoning") ? w->reasoning :
	    slice_is(word, "call") ? w->call :
	    slice_is(word, "completed") ? w->completed :
	    slice_is(word, "incomplete") ? w->incomplete :
	    slice_is(word, "error") ? w->error :
	    slice_is(word, "usage") ? w->usage : NULL;
}

/* What only one of them can say; NULL for another word. */
static const char *
own_events(struct slice word)
{
	return slice_is(word, "finish") ? CHOICE("{}", "\"%n\"") :
	    slice_is(word, "done") ? PLAIN("[DONE]") :
	    slice_is(word, "flat-error") ?
	    NAMED("error", "\"code\":\"%n\",\"message\":%s") :
	    slice_is(word, "failed") ? NAMED("response.failed",
	    "\"response\":{\"id\":\"resp_1\",\"status\":\"failed\",\"error\":{"
	    "\"code\":\"%n\",\"message\":%s},\"output\":[],\"usage\":null}") :
	    slice_is(word, "choice-error") ?
	    PLAIN("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":"
	    "\"error\",\"error\":{\"code\":\"%n\",\"message\":%s}}]}") : NULL;
}

static void
put_event(struct buf *b, const char *name, struct slice json)
{
	if (name != NULL)
		buf_printf(b, "event: %s\n", name);
	buf_printf(b, "data: %.*s\n\n", SLICE_FMT(json));
}

static int
put_framed(struct slice word, struct slice s, const struct dialect *dialect,
    struct buf *b)
{
	const char *events = events_of(word, dialect);
	char name[64];

	if (events == NULL)
		events = own_events(word);

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
	} else if (events != NULL) {
		put_words(b, events, s);
	} else {
		return -1;
	}
	return 0;
}

int
script_bytes(struct slice step, const struct dialect *dialect, int *chunked,
    struct buf *out)
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
		rc = put_framed(word, step, dialect, &b);
		if (*chunked && b.n > 0)
			buf_printf(out, "%zx\r\n", b.n);
		buf_put(out, buf_slice(&b));
		buf_puts(out, *chunked && b.n > 0 ? "\r\n" : "");
	}
	buf_free(&b);
	return rc;
}
