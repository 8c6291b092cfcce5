/*
 * Reading answers: streams of the responses dialect, whole answers, and what
 * the dialects share; chat_test.c has the streams of the chat dialect.
 */

#include "tests/play.h"

#define DELTA(text) "|{\"type\":\"response.output_text.delta\"," \
    "\"delta\":\"" text "\"}"
#define ITEM(what, item) "|{\"type\":\"response.output_item." what "\"," \
    "\"output_index\":0,\"item\":" item "}"
#define MSG(text) "{\"type\":\"message\",\"content\":[{\"type\":" \
    "\"output_text\",\"text\":\"" text "\"}]}"
#define CALL(id, args) "{\"type\":\"function_call\",\"call_id\":\"" id "\"," \
    "\"name\":\"f\",\"arguments\":\"" args "\",\"status\":\"completed\"}"
#define COMPLETED(output) "|{\"type\":\"response.completed\",\"response\":" \
    "{\"status\":\"completed\",\"output\":[" output "]}}"
#define CUT(reason) "|{\"type\":\"response.incomplete\",\"response\":{" \
    "\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"" reason \
    "\"},\"output\":[]}}"

static const struct script responses[] = {
	{ "deltas, then the end", "mmd T(a)T(b) stop",
	    { DELTA("a"), DELTA("b"), COMPLETED(MSG("ab")) } },
	{ "the type in the event name only", "md T(a) stop",
	    { "response.output_text.delta|{\"delta\":\"a\"}",
	    "response.completed|{}" } },
	{ "text in the part's done event only", "md T(ab) stop",
	    { "|{\"type\":\"response.output_text.done\",\"text\":\"ab\"}",
	    COMPLETED(MSG("ab")) } },
	{ "text in the item only", "md T(ab) stop",
	    { ITEM("done", MSG("ab")), COMPLETED(MSG("ab")) } },
	{ "text in the last event only", "d T(ab) stop",
	    { COMPLETED(MSG("ab")) } },
	{ "deltas and every done event", "miid T(ab) stop",
	    { DELTA("ab"),
	    "|{\"type\":\"response.output_text.done\",\"text\":\"ab\"}",
	    ITEM("done", MSG("ab")), COMPLETED(MSG("ab")) } },
	{ "two messages, the second one whole", "mimd T(a)T(b) stop",
	    { DELTA("a"), ITEM("done", MSG("a")), ITEM("done", MSG("b")),
	    COMPLETED(MSG("a") "," MSG("b")) } },
	{ "two messages, the second in the last event", "mid T(a)T(b) stop",
	    { DELTA("a"), ITEM("done", MSG("a")),
	    COMPLETED(MSG("a") "," MSG("b")) } },
	{ "two messages by deltas without done events", "mimd T(a)T(b) stop",
	    { DELTA("a"), ITEM("added", MSG("")), DELTA("b"),
	    COMPLETED(MSG("a") "," MSG("b")) } },
	{ "an output that is left empty", "md T(a) stop",
	    { DELTA("a"), COMPLETED("") } },
	{ "a refusal by deltas", "md T(no) refusal",
	    { "|{\"type\":\"response.refusal.delta\",\"delta\":\"no\"}",
	    COMPLETED("{\"type\":\"message\",\"content\":[{\"type\":"
	    "\"refusal\",\"refusal\":\"no\"}]}") } },
	{ "a refusal in the last event", "d T(no) refusal",
	    { COMPLETED("{\"type\":\"message\",\"content\":[{\"type\":"
	    "\"refusal\",\"refusal\":\"no\"}]}") } },
	{ "reasoning, both kinds", "mmd R(x)R(y) stop",
	    { "|{\"type\":\"response.reasoning_summary_text.delta\","
	    "\"delta\":\"x\"}",
	    "|{\"type\":\"response.reasoning_text.delta\",\"delta\":\"y\"}",
	    COMPLETED("{\"type\":\"reasoning\",\"summary\":[{\"type\":"
	    "\"summary_text\",\"text\":\"x\"}]}") } },
	{ "a token limit", "md T(a) length",
	    { DELTA("a"), CUT("max_output_tokens") } },
	{ "a token limit, the other word", "d  length", { CUT("max_tokens") } },
	{ "a filter", "d  content_filter", { CUT("content_filter") } },
	{ "a call by deltas", "mmmid C(c1,f,{\"a\":1}) tool_calls",
	    { ITEM("added", CALL("c1", "")),
	    "|{\"type\":\"response.function_call_arguments.delta\","
	    "\"output_index\":0,\"delta\":\"{\\\"a\\\":\"}",
	    "|{\"type\":\"response.function_call_arguments.delta\","
	    "\"output_index\":0,\"delta\":\"1}\"}",
	    ITEM("done", CALL("c1", "{\\\"a\\\":1}")),
	    COMPLETED(CALL("c1", "{\\\"a\\\":1}")) } },
	{ "a call whose item is never done", "mmmd C(c1,f,{}) tool_calls",
	    { ITEM("added", CALL("c1", "")),
	    "|{\"type\":\"response.function_call_arguments.delta\","
	    "\"output_index\":0,\"delta\":\"{\"}",
	    "|{\"type\":\"response.function_call_arguments.done\","
	    "\"output_index\":0,\"arguments\":\"{}\"}",
	    COMPLETED("") } },
	{ "a call in the last event only", "d C(c1,f,) tool_calls",
	    { COMPLETED(CALL("c1", "")) } },
	{ "calls of one index", "mmd C(c1,f,1)C(c2,f,2) tool_calls",
	    { ITEM("done", CALL("c1", "1")), ITEM("done", CALL("c2", "2")),
	    COMPLETED(CALL("c1", "1") "," CALL("c2", "2")) } },
	{ "a truncated call is dropped", "mmd  length",
	    { ITEM("added", CALL("c1", "")),
	    "|{\"type\":\"response.function_call_arguments.delta\","
	    "\"output_index\":0,\"delta\":\"{\\\"a\"}",
	    CUT("max_output_tokens") } },
	{ "a custom tool's input", "md C(c1,q,SELECT 1) tool_calls",
	    { ITEM("done", "{\"type\":\"custom_tool_call\",\"call_id\":"
	    "\"c1\",\"name\":\"q\",\"input\":\"SELECT 1\"}"),
	    COMPLETED("") } },
	{ "a server's own tools are not calls", "mmd T(a) stop",
	    { ITEM("done", "{\"type\":\"web_search_call\",\"call_id\":\"\","
	    "\"name\":\"web_search\"}"), DELTA("a"), COMPLETED("") } },
	{ "halves of a pair in two deltas", "mmd T(x)T(\xf0\x9f\x98\x80y) stop",
	    { DELTA("x\\uD83D"), DELTA("\\uDE00y"), COMPLETED("") } },
	{ "a half at the part's end", "immd T(\xef\xbf\xbd)T(\xef\xbf\xbd) "
	    "stop",
	    { DELTA("\\uD83D"),
	    "|{\"type\":\"response.output_text.done\",\"text\":\"?\"}",
	    DELTA("\\uDE00"), COMPLETED("") } },
	{ "a half at the end", "id T(\xef\xbf\xbd) stop",
	    { DELTA("\\uD83D"), COMPLETED("") } },
	{ "bytes that are not UTF-8", "md T(a\xef\xbf\xbd" "b) stop",
	    { DELTA("a\xe2\x82" "b"), COMPLETED("") } },
	{ "unknown types, pings, empty deltas", "miiiimd T(a) stop",
	    { "|{\"type\":\"response.new_thing\",\"delta\":\"q\"}",
	    "ping|{\"type\":\"ping\"}", "keepalive|{\"type\":\"keepalive\"}",
	    "|{}", DELTA(""), DELTA("a"), COMPLETED("") } },
	{ "a nested error", "f  rate_limit",
	    { "error|{\"type\":\"error\",\"error\":" RATE "}" } },
	{ "a nested error without the event's name", "f  rate_limit",
	    { "|{\"type\":\"error\",\"error\":" RATE "}" } },
	{ "a flat error", "mf T(a) rate_limit",
	    { DELTA("a"), "|{\"type\":\"error\",\"code\":"
	    "\"rate_limit_exceeded\",\"message\":\"m\"}" } },
	{ "response.failed alone", "f  rate_limit",
	    { "|{\"type\":\"response.failed\",\"response\":{\"status\":"
	    "\"failed\",\"error\":" RATE "}}" } },
	{ "a bare error", "f  quota!",
	    { "|{\"error\":{\"code\":\"insufficient_quota\"}}" } },
	{ "an error event that is not JSON", "f  server",
	    { "error|upstream went away" } },
	{ "nothing counts after an error", "fffff  rate_limit",
	    { "|{\"error\":" RATE "}", DELTA("a"), COMPLETED(MSG("a")),
	    "|[DONE]", "|" } },
	{ "completed, but failed", "f  rate_limit",
	    { "|{\"type\":\"response.completed\",\"response\":{\"status\":"
	    "\"failed\",\"error\":" RATE ",\"output\":[]}}" } },
	{ "[DONE] without the end", "mf T(a) io",
	    { DELTA("a"), "|[DONE]" } },
	{ "rubbish", "f  protocol", { "|<html>" } },
	{ "cut JSON", "f  protocol", { "|{\"type\":\"resp" } },
	{ "error is null", "d  stop",
	    { "|{\"type\":\"response.completed\",\"error\":null,\"response\":"
	    "{\"error\":null}}" } },
};

static const struct body bodies[] = {
	{ &dialect_responses, "an answer", "\n {\"object\":\"response\","
	    "\"status\":\"completed\",\"error\":null,\"output\":[{\"type\":"
	    "\"reasoning\",\"summary\":[{\"text\":\"x\"}]}," MSG("a") ","
	    CALL("c1", "{}") "],\"usage\":{\"input_tokens\":1}}",
	    "d R(x)T(a)C(c1,f,{}) tool_calls" },
	{ &dialect_responses, "one that was cut", "{\"status\":\"incomplete\","
	    "\"incomplete_details\":{\"reason\":\"max_output_tokens\"},"
	    "\"output\":[" MSG("a") "]}", "d T(a) length" },
	{ &dialect_responses, "an error", "{\"error\":" RATE "}",
	    "f rate_limit" },
	{ &dialect_responses, "a failed answer", "{\"status\":\"failed\","
	    "\"error\":" RATE ",\"output\":[]}", "f rate_limit" },
	{ &dialect_responses, "not yet finished", "{\"status\":\"queued\","
	    "\"output\":[]}", "f protocol" },
	{ &dialect_responses, "something else", "{\"hello\":1}", "f protocol" },
	{ &dialect_responses, "not JSON", "{\"output\":[", "f protocol" },
	{ &dialect_chat, "an answer", "{\"id\":\"x\",\"choices\":[{\"index\":0,"
	    "\"message\":{\"role\":\"assistant\",\"content\":\"a\","
	    "\"reasoning_content\":\"x\",\"tool_calls\":[{\"id\":\"c1\","
	    "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},{\"id\":"
	    "\"c2\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]},"
	    "\"finish_reason\":\"tool_calls\"}],\"usage\":{}}",
	    "d R(x)T(a)C(c1,f,{})C(c2,f,) tool_calls" },
	{ &dialect_chat, "an error", "{\"error\":" RATE "}", "f rate_limit" },
	{ &dialect_chat, "an error in an array", "[{\"error\":" RATE "}]",
	    "f rate_limit" },
	{ &dialect_chat, "a choice with an error", "{\"choices\":[{\"error\":"
	    RATE "}]}", "f rate_limit" },
	{ &dialect_chat, "no choice", "{\"choices\":[]}", "f protocol" },
};

static void
usage_counts(void)
{
	struct decode d;
	struct log l;

	d = start(&l);
	feed(&d, &dialect_chat, "{\"id\":\"gen-1\",\"choices\":[],\"usage\":{"
	    "\"prompt_tokens\":12,\"completion_tokens\":1,"
	    "\"total_tokens\":303,\"completion_tokens_details\":"
	    "{\"reasoning_tokens\":290},\"prompt_tokens_details\":null}}");
	EQ(d.usage.input, 12, "chat: input");
	EQ(d.usage.output, 1, "chat: output as counted, without reasoning");
	EQ(d.usage.reasoning, 290, "chat: reasoning");
	EQ(d.usage.cached, -1, "chat: cached is unknown");
	EQS(slice_str(d.id), "gen-1", "chat: the response's id");
	feed(&d, &dialect_chat, "{\"choices\":[],\"usage\":null}");
	EQ(d.usage.input, 12, "chat: null changes nothing");
	decode_free(&d);
	d = start(&l);
	feed(&d, &dialect_responses, "{\"type\":\"response.created\","
	    "\"response\":{\"id\":\"resp_1\",\"usage\":null}}");
	EQS(slice_str(d.id), "resp_1", "responses: the id at once");
	EQ(d.usage.input, -1, "responses: usage not known yet");
	feed(&d, &dialect_responses, "{\"type\":\"response.completed\","
	    "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\","
	    "\"usage\":{\"input_tokens\":37,\"input_tokens_details\":"
	    "{\"cached_tokens\":5},\"output_tokens\":11,"
	    "\"output_tokens_details\":{\"reasoning_tokens\":7}}}}");
	EQ(d.usage.input, 37, "responses: input");
	EQ(d.usage.output, 11, "responses: output");
	EQ(d.usage.cached, 5, "responses: cached");
	EQ(d.usage.reasoning, 7, "responses: reasoning");
	decode_free(&d);
}

static void
second_error(void)
{
	struct decode d;
	struct log l;

	d = start(&l);
	feed(&d, &dialect_responses, "{\"type\":\"error\",\"code\":"
	    "\"rate_limit_exceeded\",\"message\":\"slow down\"}");
	EQ(d.fault.wait, MSEC_NONE, "no wait at first");
	feed(&d, &dialect_responses, "{\"type\":\"response.failed\","
	    "\"response\":{\"error\":" RATE "}}");
	EQ(d.fault.class, F_RATE, "the class stays");
	EQ(d.fault.wait, 6000, "response.failed adds the wait");
	decode_free(&d);
	d = start(&l);
	feed(&d, &dialect_responses, "{\"type\":\"error\",\"error\":{"
	    "\"message\":\"try again in 6s\"}}");
	feed(&d, &dialect_responses, "{\"type\":\"response.failed\","
	    "\"response\":{\"error\":{\"code\":\"insufficient_quota\"}}}");
	EQ(d.fault.class, F_QUOTA, "response.failed brings the name");
	EQ(d.fault.retry, 0, "and what it means");
	decode_free(&d);
}

static void
end_of_body(void)
{
	struct sse_event e = { .name = SLICE("message") };
	struct decode d;
	struct log l;

	d = start(&l);
	EQ(decode_end(&d, &dialect_chat, NULL, 1), DECODE_FAULT,
	    "end: nothing");
	EQ(d.fault.class, F_IO, "end: nothing is a cut");
	EQ(d.fault.retry, 1, "end: a cut is retried");
	decode_free(&d);
	d = start(&l);
	e.data = SLICE("{\"type\":\"response.completed\"}");
	EQ(decode_end(&d, &dialect_responses, &e, 1), DECODE_DONE,
	    "end: the last blank line is missing");
	decode_free(&d);
	d = start(&l);
	e.data = SLICE("{\"type\":\"response.comp");
	EQ(decode_end(&d, &dialect_responses, &e, 1), DECODE_FAULT,
	    "end: in the last event");
	EQ(d.fault.class, F_IO, "end: which is a cut");
	decode_free(&d);
	d = start(&l);
	e.data = SLICE("[DONE]");
	feed(&d, &dialect_chat, "{\"choices\":[{\"delta\":{},"
	    "\"finish_reason\":\"stop\"}]}");
	EQ(decode_end(&d, &dialect_chat, NULL, 1), DECODE_DONE,
	    "end: no marker after the finish");
	EQ(decode_end(&d, &dialect_chat, &e, 1), DECODE_DONE,
	    "end: the marker without its blank line");
	decode_free(&d);
}

static void
too_many_calls(void)
{
	enum decoded what = DECODE_MORE;
	struct buf data = { 0 };
	struct decode d;
	struct log l;
	int i;

	d = start(&l);
	for (i = 0; i <= CALLS_MAX && what != DECODE_FAULT; i++) {
		buf_clear(&data);
		buf_printf(&data, "{\"choices\":[{\"delta\":{\"tool_calls\":"
		    "[{\"index\":%d,\"id\":\"c%d\",\"function\":{\"name\":"
		    "\"f\"}}]}}]}", i, i);
		buf_putc(&data, '\0');
		what = feed(&d, &dialect_chat, data.p);
	}
	EQ(i, CALLS_MAX + 1, "calls: as many as the limit allows");
	EQ(what, DECODE_FAULT, "calls: one more is a fault, not a loss");
	decode_free(&d);
	buf_free(&data);
}

struct pieces {
	struct sink sink;
	struct buf text;
	size_t largest;
};

static void
put_piece(struct sink *s, const struct event *e)
{
	struct pieces *p = (struct pieces *)s;

	buf_put(&p->text, e->text);
	if (e->text.n > p->largest)
		p->largest = e->text.n;
}

/* A large text is put in pieces, each of whole characters; with every part of
 * the text at the cut. */
static void
large_text(void)
{
	static const char raw[] = "a\\u00e9\xc3\xa9\\ud83d\\ude00\\\\\\n";
	static const char text[] = "a\xc3\xa9\xc3\xa9\xf0\x9f\x98\x80\\\n";
	struct pieces p = { .sink.put = put_piece };
	struct buf want = { 0 }, data = { 0 };
	size_t shift, i, bad = 0;
	struct decode d;

	for (shift = 0; shift < sizeof(raw); shift++) {
		d = (struct decode){ .sink = &p.sink };
		buf_clear(&p.text);
		buf_clear(&want);
		buf_clear(&data);
		buf_puts(&data, "{\"choices\":[{\"delta\":{\"content\":\"");
		for (i = 0; i < shift; i++) {
			buf_putc(&data, 'x');
			buf_putc(&want, 'x');
		}
		for (i = 0; i < 20000; i++) {
			buf_puts(&data, raw);
			buf_puts(&want, text);
		}
		buf_puts(&data, "\"}}]}");
		buf_putc(&data, '\0');
		feed(&d, &dialect_chat, data.p);
		bad += !slice_eq(buf_slice(&p.text), buf_slice(&want)) ||
		    d.bytes != want.n;
		decode_free(&d);
	}
	EQ(bad, 0, "a large text is whole, wherever it is cut");
	OK(p.largest <= 65536 + 8, "in pieces of at most 64 KiB");
	buf_free(&p.text);
	buf_free(&want);
	buf_free(&data);
}

/* A text with a secret in it has to be masked, and an event cut off read on. */
static void
alike(void)
{
#define LINE(text) "data: {\"type\":\"response.output_text.delta\"," \
    "\"sequence_number\":7,\"delta\":\"" text "\"}\n\n"
	static const struct {
		const char *in;
		int taken;
	} cases[] = {
		{ LINE("c"), 1 },
		{ LINE("the key is sk-0123456789abcdef"), 0 },
		{ LINE("d") LINE("e"), 1 },
		{ LINE("\\ud83d"), 1 },
		{ LINE(""), 0 },
		{ "data: {\"type\":\"response.output_text.delta\",\"seq", 0 },
		{ "", 0 },
		{ LINE("f"), 1 },
	};
	struct slice in = SLICE(LINE("a") LINE("b"));
	struct mask m = { 0 };
	struct sse sse = { 0 };
	struct sse_event e;
	struct decode d;
	struct log l;
	size_t i;

	d = start(&l);
	mask_add(&m, SLICE("sk-0123456789abcdef"));
	while (sse_push(&sse, &in, &e) == SSE_EVENT)
		dialect_responses.event(&d, &e);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = slice_str(cases[i].in);
		EQ(decode_alike(&d, &m, &in), cases[i].taken, cases[i].in);
	}
	EQS(buf_slice(&l.out), "T(a)T(b)T(c)T(d)T(\xef\xbf\xbd""f)",
	    "what was put");
	mask_free(&m);
	buf_free(&l.out);
	decode_free(&d);
	sse_free(&sse);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(responses) / sizeof(responses[0]); i++)
		play(&dialect_responses, &responses[i]);
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		play_body(&bodies[i]);
	usage_counts();
	second_error();
	end_of_body();
	too_many_calls();
	large_text();
	alike();
	return DONE();
}
