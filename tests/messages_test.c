/* The messages dialect: streams and bodies against what is read from them,
 * requests against the bodies written. */

#include "tests/play.h"

#define START(id) "|{\"type\":\"message_start\",\"message\":{\"id\":\"" id \
    "\",\"usage\":{\"input_tokens\":1}}}"
#define BLOCK(i, block) "|{\"type\":\"content_block_start\",\"index\":" i \
    ",\"content_block\":{" block "}}"
#define DELTA(i, delta) "|{\"type\":\"content_block_delta\",\"index\":" i \
    ",\"delta\":{\"type\":" delta "}}"
#define TEXT(text) DELTA("0", "\"text_delta\",\"text\":\"" text "\"")
#define ARGS(i, json) DELTA(i, "\"input_json_delta\",\"partial_json\":\"" \
    json "\"")
#define TOOL(i, id) BLOCK(i, "\"type\":\"tool_use\",\"id\":\"" id \
    "\",\"name\":\"f\",\"input\":{}")
#define OVER(i) "|{\"type\":\"content_block_stop\",\"index\":" i "}"
#define FINISH(reason) "|{\"type\":\"message_delta\",\"delta\":{" \
    "\"stop_reason\":\"" reason "\",\"stop_sequence\":null},\"usage\":{" \
    "\"output_tokens\":2}}"
#define STOP "message_stop|{\"type\":\"message_stop\"}"
#define OVERLOADED "{\"type\":\"error\",\"error\":{\"type\":" \
    "\"overloaded_error\",\"message\":\"Overloaded\"}}"

#define NAMED(name, text) name "|{\"delta\":{\"type\":\"text_delta\"," \
    "\"text\":\"" text "\"}}"

static const struct script streams[] = {
	{ "a text in blocks", "miimimiid T(a)T(b) stop",
	    { START("m"), BLOCK("0", "\"type\":\"text\",\"text\":\"\""),
	    "ping|{\"type\": \"ping\"}", TEXT("a"), OVER("0"),
	    DELTA("1", "\"text_delta\",\"text\":\"b\""), OVER("1"),
	    FINISH("end_turn"), STOP } },
	{ "the types in the event names only", "mmid T(a) stop",
	    { "message_start|{\"message\":{\"id\":\"m\"}}",
	    "content_block_delta|{\"delta\":{\"type\":\"text_delta\","
	    "\"text\":\"a\"}}", "message_delta|{\"delta\":{\"stop_reason\":"
	    "\"end_turn\"}}", "message_stop|{}" } },
	{ "alike but for the type in the event name", "mmmmi T(a)T(b)T(c)",
	    { START("m"), NAMED("content_block_delta", "a"),
	    NAMED("content_block_delta", "b"),
	    NAMED("content_block_delta", "c"), NAMED("other", "d") } },
	{ "blanks after the JSON", "mmid T(a) stop",
	    { START("m") "  ", TEXT("a") "    ", FINISH("end_turn") " ",
	    STOP " " } },
	{ "text in content_block_start", "mmmid T(a)T(b) stop",
	    { START("m"), BLOCK("0", "\"type\":\"text\",\"text\":\"a\""),
	    TEXT("b"), FINISH("stop_sequence"), STOP } },
	{ "thinking, signatures, citations", "mmimmid R(x)T(a) stop",
	    { START("m"), DELTA("0", "\"thinking_delta\",\"thinking\":\"x\""),
	    DELTA("0", "\"signature_delta\",\"signature\":\"s\""),
	    TEXT("a"), DELTA("0", "\"citations_delta\",\"citation\":{"
	    "\"cited_text\":\"q\",\"text\":\"r\"}"), FINISH("end_turn"),
	    STOP } },
	{ "blocks that are not output", "mmmmmid  stop",
	    { START("m"), BLOCK("0", "\"type\":\"redacted_thinking\","
	    "\"data\":\"q\""), BLOCK("1", "\"type\":\"compaction\","
	    "\"content\":null"), DELTA("1", "\"compaction_delta\","
	    "\"content\":\"q\""), BLOCK("2", "\"type\":"
	    "\"web_search_tool_result\",\"text\":\"q\",\"content\":[]"),
	    FINISH("end_turn"), STOP } },
	{ "an unknown kind of text is ignored", "mmid  stop",
	    { START("m"), DELTA("0", "\"draft_delta\",\"text\":\"q\""),
	    FINISH("end_turn"), STOP } },
	{ "deltas without anything", "miiiid  stop",
	    { START("m"), TEXT(""), ARGS("1", ""),
	    "|{\"type\":\"content_block_delta\",\"index\":0}",
	    FINISH("end_turn"), STOP } },
	{ "a call in pieces", "mmimmiid C(t,f,{\"a\":1}) tool_calls",
	    { START("m"), TOOL("0", "t"), ARGS("0", ""),
	    ARGS("0", "{\\\"a\\\""), ARGS("0", ":1}"), OVER("0"),
	    FINISH("tool_use"), STOP } },
	{ "calls side by side", "mmmmmid C(t,f,{\"a\":1})C(u,f,{}) tool_calls",
	    { START("m"), TOOL("0", "t"), TOOL("1", "u"), ARGS("1", "{}"),
	    ARGS("0", "{\\\"a\\\":1}"), FINISH("tool_use"), STOP } },
	{ "calls of one index", "mmmimmid C(t,f,{})C(u,f,[]) tool_calls",
	    { START("m"), TOOL("0", "t"), ARGS("0", "{}"), OVER("0"),
	    TOOL("0", "u"), ARGS("0", "[]"), FINISH("tool_use"), STOP } },
	{ "a call without arguments", "mmid C(t,f,{}) tool_calls",
	    { START("m"), TOOL("0", "t"), FINISH("tool_use"), STOP } },
	{ "arguments at the start", "mmid C(t,f,{\"a\":1}) tool_calls",
	    { START("m"), BLOCK("0", "\"type\":\"tool_use\",\"id\":\"t\","
	    "\"name\":\"f\",\"input\":{\"a\":1}"), FINISH("tool_use"),
	    STOP } },
	{ "and repeated as deltas", "mmmmid C(t,f,{\"a\":1}) tool_calls",
	    { START("m"), BLOCK("0", "\"type\":\"tool_use\",\"id\":\"t\","
	    "\"name\":\"f\",\"input\":{\"a\":1}"), ARGS("0", "{\\\"a\\\""),
	    ARGS("0", ":1}"), FINISH("tool_use"), STOP } },
	{ "the server's own tools are not calls", "mmmiid  pause",
	    { START("m"), BLOCK("0", "\"type\":\"server_tool_use\",\"id\":"
	    "\"s\",\"name\":\"web_search\",\"input\":{}"), ARGS("0", "{}"),
	    OVER("0"), FINISH("pause_turn"), STOP } },
	{ "nor at the index of a finished call", "mmimmid C(t,f,{}) tool_calls",
	    { START("m"), TOOL("0", "t"), OVER("0"), BLOCK("0", "\"type\":"
	    "\"server_tool_use\",\"id\":\"s\""), ARGS("0", "{\\\"q\\\":2}"),
	    FINISH("tool_use"), STOP } },
	{ "a limit cuts the last call", "mmmmmid C(t,f,{}) length",
	    { START("m"), TOOL("0", "t"), ARGS("0", "{}"), TOOL("1", "u"),
	    ARGS("1", "{\\\"a"), FINISH("max_tokens"), STOP } },
	{ "or before its arguments", "mmiid  length",
	    { START("m"), TOOL("0", "t"), OVER("0"),
	    FINISH("model_context_window_exceeded"), STOP } },
	{ "a refusal", "mid  refusal",
	    { START("m"), FINISH("refusal"), STOP } },
	{ "an unknown stop_reason", "mid  stop",
	    { START("m"), FINISH("bored"), STOP } },
	{ "halves of a pair", "mimid T(\xf0\x9f\x98\x80) stop",
	    { START("m"), TEXT("\\ud83d"), TEXT("\\ude00"),
	    FINISH("end_turn"), STOP } },
	{ "a half at a block's end", "mimmid T(\xef\xbf\xbd)T(a) stop",
	    { START("m"), TEXT("\\ud83d"), OVER("0"), TEXT("a"),
	    FINISH("end_turn"), STOP } },
	{ "several message_delta", "miid  length",
	    { START("m"), "|{\"type\":\"message_delta\",\"delta\":{"
	    "\"stop_reason\":null},\"usage\":{\"output_tokens\":1}}",
	    FINISH("max_tokens"), STOP } },
	{ "unknown events", "miid  stop",
	    { START("m"), "|{\"type\":\"weather_report\",\"text\":\"q\"}",
	    FINISH("end_turn"), STOP } },
	{ "the same start again", "mimid T(a) stop",
	    { START("m"), START("m"), TEXT("a"), FINISH("end_turn"), STOP } },
	{ "another start, nothing put", "mmmimmid C(u,f,[]) tool_calls",
	    { START("m"), TOOL("0", "t"), ARGS("0", "{\\\"a"), START("n"),
	    TOOL("0", "u"), ARGS("0", "[]"), FINISH("tool_use"), STOP } },
	{ "and half a character of it pending", "miimid T(a) stop",
	    { START("m"), TEXT("\\ud83d"), START("n"), TEXT("a"),
	    FINISH("end_turn"), STOP } },
	{ "another start after text was output", "mmff T(a) io",
	    { START("m"), TEXT("a"), START("n"), STOP } },
	{ "the end of a discarded answer does not count", "miif  io",
	    { START("m"), FINISH("end_turn"), START("n"), STOP } },
	{ "an end without a reason", "mmf T(a) io",
	    { START("m"), TEXT("a"), STOP } },
	{ "an end and nothing else", "f  io", { STOP } },
	{ "[DONE] instead of the end", "mmif T(a) io",
	    { START("m"), TEXT("a"), FINISH("end_turn"), "|[DONE]" } },
	{ "overloaded at once", "f  overloaded", { "error|" OVERLOADED } },
	{ "overloaded later", "mmf T(a) overloaded",
	    { START("m"), TEXT("a"), "|" OVERLOADED } },
	{ "nothing counts after an error", "fffff  overloaded",
	    { "error|" OVERLOADED, START("m"), TEXT("a"),
	    FINISH("end_turn"), STOP } },
	{ "an error without a wrapper", "mf  rate_limit",
	    { START("m"), "|{\"message\":\"Rate limit reached\",\"type\":"
	    "\"rate_limit_error\"}" } },
	{ "an error that says nothing", "f  server",
	    { "|{\"type\":\"error\"}" } },
	{ "OpenAI's error", "f  rate_limit", { "|{\"error\":" RATE "}" } },
	{ "an error event that is not JSON", "f  server",
	    { "error|upstream went away" } },
	{ "rubbish", "f  protocol", { "|<html>" } },
	{ "wrong types", "iimiiiid T(5) stop",
	    { "|{\"type\":\"message_start\",\"message\":\"m\"}",
	    "|{\"type\":\"content_block_start\",\"index\":\"x\"}",
	    BLOCK("0", "\"type\":\"text\",\"text\":5"),
	    "|{\"type\":\"content_block_stop\",\"index\":1e99}",
	    DELTA("0", "\"text_delta\",\"text\":[]"),
	    "|{\"type\":\"content_block_delta\",\"delta\":[{\"type\":1}]}",
	    FINISH("end_turn"), STOP } },
};

static const struct body bodies[] = {
	{ &dialect_messages, "an answer", "\n {\"id\":\"m\",\"type\":"
	    "\"message\",\"content\":[{\"type\":\"thinking\",\"thinking\":"
	    "\"x\",\"signature\":\"s\"},{\"type\":\"text\",\"text\":\"a\"},"
	    "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{"
	    "\"a\": 1}},{\"type\":\"tool_use\",\"id\":\"u\",\"name\":\"g\","
	    "\"input\":{}}],\"stop_reason\":\"tool_use\",\"usage\":{}}",
	    "d R(x)T(a)C(t,f,{\"a\": 1})C(u,g,{}) tool_calls" },
	{ &dialect_messages, "a refusal", "{\"id\":\"m\",\"content\":[],"
	    "\"stop_reason\":\"refusal\"}", "d refusal" },
	{ &dialect_messages, "without an end", "{\"id\":\"m\",\"content\":[],"
	    "\"stop_reason\":null}", "f io" },
	{ &dialect_messages, "an error", OVERLOADED, "f overloaded" },
	{ &dialect_messages, "an error in an array", "[{\"error\":" RATE "}]",
	    "f rate_limit" },
	{ &dialect_messages, "content that is a string", "{\"content\":\"a\","
	    "\"stop_reason\":\"end_turn\"}", "d T(a) stop" },
	{ &dialect_messages, "something else", "{\"hello\":1}", "f protocol" },
	{ &dialect_messages, "not JSON", "{\"content\":[", "f protocol" },
};

static void
usage(void)
{
	struct decode d;
	struct log l;

	d = start(&l);
	feed(&d, &dialect_messages, "{\"type\":\"message_start\",\"message\":{"
	    "\"id\":\"msg_1\",\"usage\":{\"input_tokens\":3,"
	    "\"cache_creation_input_tokens\":20,\"cache_read_input_tokens\":"
	    "100,\"output_tokens\":1}}}");
	EQS(slice_str(d.id), "msg_1", "the id at once");
	EQ(d.usage.input, 123, "input: fresh, written to and from the cache");
	EQ(d.usage.cached, 100, "cached");
	EQ(d.usage.reasoning, -1, "reasoning is unknown");
	feed(&d, &dialect_messages, "{\"type\":\"message_delta\",\"delta\":{"
	    "\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":40,"
	    "\"cache_read_input_tokens\":null,\"output_tokens_details\":{"
	    "\"thinking_tokens\":7}}}");
	EQ(d.usage.input, 123, "input: kept when left out later");
	EQ(d.usage.cached, 100, "cached: null changes nothing");
	EQ(d.usage.output, 40, "output: the last count, not the sum");
	EQ(d.usage.reasoning, 7, "reasoning");
	feed(&d, &dialect_messages, "{\"type\":\"message_delta\",\"usage\":{"
	    "\"input_tokens\":9223372036854775807,\"output_tokens\":-4}}");
	EQ(d.usage.input, 123, "input: an absurd count");
	EQ(d.usage.output, 40, "output: a negative one");
	feed(&d, &dialect_messages, "{\"type\":\"message_delta\",\"usage\":{"
	    "\"input_tokens\":5}}");
	EQ(d.usage.input, 125, "input: updated in part");
	decode_free(&d);
	d = start(&l);
	feed(&d, &dialect_messages, "{\"type\":\"message_start\",\"message\":{"
	    "\"id\":\"msg_1\"}}");
	EQ(d.usage.input, -1, "input: unknown");
	decode_free(&d);
}

/* -- requests -------------------------------------------------------------- */

static const struct part hi = { .type = PART_TEXT, .text = { "hi", 2 } };
static const struct part ho = { .type = PART_TEXT, .text = { "ho", 2 } };
static const struct part none = { .type = PART_TEXT };
static const struct message ask = { ROLE_USER, &hi, 1 };

static const struct part media[] = {
	{ .type = PART_IMAGE, .mime = { "image/png", 9 },
	    .data = { "\x89PNG", 4 } },
	{ .type = PART_IMAGE, .url = { "https://a/b.gif", 15 } },
	{ .type = PART_FILE, .mime = { "application/pdf", 15 },
	    .name = { "a\"b.pdf", 7 }, .data = { "%PDF-", 5 } },
};

static const struct part calls[] = {
	{ .type = PART_TEXT, .text = { "wait", 4 } },
	{ .type = PART_CALL, .id = { "t", 1 }, .name = { "f", 1 },
	    .text = { "{\"x\": 1}", 8 } },
	{ .type = PART_CALL, .id = { "u", 1 }, .name = { "g", 1 } },
};

static const struct part results[] = {
	{ .type = PART_RESULT, .id = { "t", 1 }, .text = { "1", 1 } },
	{ .type = PART_RESULT, .id = { "u", 1 } },
};

static const struct message talk[] = {
	{ ROLE_SYSTEM, &ho, 1 },
	{ ROLE_USER, &none, 1 },
	{ ROLE_USER, media, 3 },
	{ ROLE_ASSISTANT, calls, 3 },
	{ ROLE_USER, &hi, 1 },
	{ ROLE_TOOL, results, 1 },
	{ ROLE_SYSTEM, &hi, 1 },
	{ ROLE_TOOL, results + 1, 1 },
	{ ROLE_ASSISTANT, &ho, 1 },
	{ ROLE_USER, &hi, 1 },
};

static const struct request plain = {
	.model = { "claude-opus-5", 13 }, .messages = &ask, .nmessages = 1,
};

static void
same(const struct request *r, const char *member, const char *want,
    const char *name)
{
	struct buf body = { 0 };
	struct slice got;

	dialect_messages.encode(r, &body);
	got = buf_slice(&body);
	OK(json_valid(got), "a body is JSON");
	if (*member != '\0')
		json_find(got, member, &got);
	EQS(got, want, name);
	buf_free(&body);
}

#define HI "{\"type\":\"text\",\"text\":\"hi\"}"
#define HO "{\"type\":\"text\",\"text\":\"ho\"}"
#define SCHEMA "{\"type\":\"object\"}"

static void
requests(void)
{
	const struct param over[] = {
		{ SLICE("max_tokens"), SLICE("5") },
		{ SLICE("system"), SLICE("\"s\"") },
		{ SLICE("messages"), SLICE("[]") },
		{ SLICE("thinking"), SLICE("{}") },
		{ SLICE("output_config"), SLICE("null") },
		{ SLICE("tools"), SLICE("[]") },
		{ SLICE("top_k"), SLICE("3") },
	};
	struct request r = plain;

	same(&r, "", "{\"model\":\"claude-opus-5\",\"stream\":true,"
	    "\"max_tokens\":32000,\"messages\":[{\"role\":\"user\","
	    "\"content\":[" HI "]}]}", "a prompt");
	r.system = SLICE("be\nbrief");
	r.max_tokens = 64;
	r.temperature = SLICE("0.20");
	r.effort = SLICE("low");
	r.schema = SLICE(SCHEMA);
	r.tools = SLICE("[{\"name\":\"f\",\"description\":\"d\","
	    "\"parameters\":" SCHEMA "},{\"name\":\"g\",\"strict\":true}]");
	same(&r, "", "{\"model\":\"claude-opus-5\",\"stream\":true,"
	    "\"temperature\":0.20,\"max_tokens\":64,\"system\":"
	    "\"be\\nbrief\",\"messages\":[{\"role\":\"user\","
	    "\"content\":[" HI "]}],"
	    "\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{"
	    "\"effort\":\"low\",\"format\":{\"type\":\"json_schema\","
	    "\"schema\":" SCHEMA "}},\"tools\":[{\"name\":\"f\","
	    "\"description\":\"d\",\"input_schema\":" SCHEMA "},{\"name\":"
	    "\"g\",\"input_schema\":{\"type\":\"object\",\"properties\":{}},"
	    "\"strict\":true}]}", "everything");
	r.params = over;
	r.nparams = sizeof(over) / sizeof(over[0]);
	same(&r, "", "{\"model\":\"claude-opus-5\",\"stream\":true,"
	    "\"temperature\":0.20,\"max_tokens\":5,\"system\":\"s\","
	    "\"messages\":[],\"thinking\":{},\"output_config\":null,"
	    "\"tools\":[],\"top_k\":3}", "params take the place of members");
}

static void
conversation(void)
{
	struct request r = { .messages = talk,
	    .nmessages = sizeof(talk) / sizeof(talk[0]) };

	same(&r, "messages", "[{\"role\":\"user\",\"content\":[{\"type\":"
	    "\"image\",\"source\":{\"type\":\"base64\",\"media_type\":"
	    "\"image/png\",\"data\":\"iVBORw==\"}},{\"type\":\"image\","
	    "\"source\":{\"type\":\"url\",\"url\":\"https://a/b.gif\"}},{"
	    "\"type\":\"document\",\"source\":{\"type\":\"base64\","
	    "\"media_type\":\"application/pdf\",\"data\":\"JVBERi0=\"},"
	    "\"title\":\"a\\\"b.pdf\"}]},{\"role\":\"assistant\",\"content\":"
	    "[{\"type\":\"text\",\"text\":\"wait\"},{\"type\":\"tool_use\","
	    "\"id\":\"t\",\"name\":\"f\",\"input\":{\"x\":1}},{\"type\":"
	    "\"tool_use\",\"id\":\"u\",\"name\":\"g\",\"input\":{}}]},{"
	    "\"role\":\"user\",\"content\":[{\"type\":\"tool_result\","
	    "\"tool_use_id\":\"t\",\"content\":\"1\"},{\"type\":"
	    "\"tool_result\",\"tool_use_id\":\"u\",\"content\":\"\"}," HI
	    "]},{\"role\":\"assistant\",\"content\":[" HO "]},{\"role\":"
	    "\"user\",\"content\":[" HI "]}]", "turns, results in front");
	same(&r, "system", "[" HO "," HI "]", "system texts stand apart");
	r.system = SLICE("hi");
	same(&r, "system", "[" HI "," HO "," HI "]", "and one's own first");
}

static void
models(void)
{
	static const struct {
		const char *model, *effort, *most, *thinking;
		int64_t max_tokens;
	} rows[] = {
		{ "claude-3-haiku-20240307", "", "4096", "", 0 },
		{ "claude-3-5-haiku-20241022", "", "8192", "", 0 },
		{ "claude-3-7-sonnet-20250219", "high", "32000", "16384", 0 },
		{ "claude-opus-4-20250514", "medium", "32000", "8192", 0 },
		{ "claude-sonnet-4-5", "low", "32000", "2048", 0 },
		{ "claude-haiku-4-5-20251001", "high", "9000", "4500", 9000 },
		{ "claude-opus-4-1", "high", "2047", "", 2047 },
		{ "claude-opus-4-6", "high", "32000", "adaptive", 0 },
		{ "claude-sonnet-5", "max", "100", "adaptive", 100 },
		{ "claude-fable-5", "", "32000", "", 0 },
		{ "mythos-4-", "low", "32000", "adaptive", 0 },
	};
	struct request r = plain;
	const char *thinking;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r.model = slice_str(rows[i].model);
		r.effort = slice_str(rows[i].effort);
		r.max_tokens = rows[i].max_tokens;
		same(&r, "max_tokens", rows[i].most, rows[i].model);
		thinking = slice_is(slice_str(rows[i].thinking), "adaptive") ?
		    "thinking.type" : "thinking.budget_tokens";
		same(&r, thinking, rows[i].thinking, rows[i].model);
		same(&r, "output_config.effort", slice_is(
		    slice_str(rows[i].thinking), "adaptive") ?
		    rows[i].effort : "", rows[i].model);
	}
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		play(&dialect_messages, &streams[i]);
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		play_body(&bodies[i]);
	usage();
	requests();
	conversation();
	models();
	return DONE();
}
