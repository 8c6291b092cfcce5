/* The gemini dialect: bodies as received against what is read from them,
 * requests against the bodies written. */

#include "tests/play.h"

/* Reads up to the terminal event, or to the end of the stream. */
static enum decoded
read_stream(struct decode *d, struct slice in)
{
	struct sse sse = { .raw_json = 1 };
	enum decoded what = DECODE_MORE;
	struct sse_event e;

	while (what < DECODE_DONE && sse_push(&sse, &in, &e) == SSE_EVENT)
		what = dialect_gemini.event(d, &e);
	if (what < DECODE_DONE)
		what = decode_end(d, &dialect_gemini,
		    sse_eof(&sse, &e) == SSE_EVENT ? &e : NULL, 1);
	sse_free(&sse);
	return what;
}

static void
read_body(const char *body, const char *want, const char *name)
{
	struct slice in = slice_str(body);
	enum decoded what;
	struct decode d;
	struct log l;

	d = start(&l);
	what = *body == '{' || *body == '[' ? dialect_gemini.whole(&d, in) :
	    read_stream(&d, in);
	OK(what == DECODE_DONE || what == DECODE_FAULT, name);
	EQ(d.failed, what == DECODE_FAULT, name);
	if (d.failed)
		buf_printf(&l.out, " %s%s %s", fault_name(d.fault.class),
		    d.fault.retry ? "" : "!", d.fault.name);
	else
		buf_printf(&l.out, " %s", finish_name(d.finish));
	EQS(buf_slice(&l.out), want, name);
	buf_free(&l.out);
	decode_free(&d);
}

#define PART(part) "{\"candidates\":[{\"content\":{\"parts\":[" part \
    "],\"role\":\"model\"},\"index\":0}]}"
#define TEXT(text) PART("{\"text\":\"" text "\"}")
#define LAST(word) "{\"candidates\":[{\"finishReason\":\"" word \
    "\"}],\"usageMetadata\":{\"promptTokenCount\":1}}"
#define CALL(call) PART("{\"functionCall\":" call "}")
#define D(chunk) "data: " chunk "\r\n\r\n"
#define PRETTY "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": " \
    "\"The model is overloaded.\",\n    \"status\": \"UNAVAILABLE\"\n  }\n}\n"
#define PIECE(path, value) "{\"partialArgs\":[{\"jsonPath\":\"" path "\"," \
    value "}],\"willContinue\":true}"

static const struct {
	const char *name, *body, *want;
} bodies[] = {
	{ "text", D(TEXT("a")) D(TEXT("b")) D(LAST("STOP")), "T(a)T(b) stop" },
	{ "text in the last chunk", D("{\"candidates\":[{\"content\":{"
	    "\"parts\":[{\"text\":\"a\"}]},\"finishReason\":\"STOP\"}]}"),
	    "T(a) stop" },
	{ "thoughts", D(PART("{\"text\":\"x\",\"thought\":true},"
	    "{\"text\":\"a\",\"thoughtSignature\":\"AA==\"}"))
	    D(LAST("STOP")), "R(x)T(a) stop" },
	{ "a pair in two chunks", D(TEXT("\\ud83d")) D(TEXT("\\ude00"))
	    D(LAST("STOP")), "T(\xf0\x9f\x98\x80) stop" },
	{ "half a pair", D(TEXT("\\ud83d")) D(LAST("STOP")),
	    "T(\xef\xbf\xbd) stop" },
	{ "cut", D(TEXT("a")), "T(a) io " },
	{ "nothing", ": ping\n\n", " io " },
	{ "cut inside a chunk", D(TEXT("a")) "data: {\"candidates\":[{\"f",
	    "T(a) io " },
	{ "the last blank line is missing", D(TEXT("a")) "data: " LAST("STOP"),
	    "T(a) stop" },
	{ "single line ends", "data: " TEXT("a") "\r\ndata: " TEXT("b")
	    "\r\ndata: " LAST("STOP") "\r\n", "T(a)T(b) stop" },
	{ "single line ends, cut", "data: " TEXT("a") "\ndata: {\"cand",
	    "T(a) io " },
	{ "single line ends, rubbish", "data: " TEXT("a") "\ndata: x\n\n",
	    "T(a) protocol " },
	{ "rubbish", "data: x\n\n", " protocol " },
	{ "another candidate", D("{\"candidates\":[{\"index\":1,"
	    "\"finishReason\":\"STOP\"}]}") D(TEXT("a")) D(LAST("STOP")),
	    "T(a) stop" },
	{ "an index that is null", D("{\"candidates\":[{\"index\":null,"
	    "\"content\":null,\"finishReason\":\"STOP\"}]}"), " stop" },
	{ "parts of other kinds", D(PART("{\"executableCode\":{}},"
	    "{\"inlineData\":{\"data\":\"AA==\"}},{\"text\":\"a\"}"))
	    D(LAST("STOP")), "T(a) stop" },

	/* ends */
	{ "one part without an array", D("{\"candidates\":[{\"content\":{"
	    "\"parts\":{\"text\":\"a\"}}}]}") D(LAST("STOP")), "T(a) stop" },
	{ "content that is a string", D("{\"candidates\":[{\"content\":\"a\""
	    "}]}") D(LAST("STOP")), "T(a) stop" },
	{ "two candidates for one answer", D("{\"candidates\":[{\"content\":{"
	    "\"parts\":[{\"text\":\"a\"}]}},{\"index\":1,\"content\":{"
	    "\"parts\":[{\"text\":\"b\"}]}}]}") D(LAST("STOP")),
	    "T(a)T(b) stop" },
	{ "STOP while the server's code runs", D(TEXT("a")) D("{\"candidates\":"
	    "[{\"content\":{\"parts\":[{\"executableCode\":{\"code\":\"x\"}}]},"
	    "\"finishReason\":\"STOP\"}]}") D(TEXT("b")) D(LAST("STOP")),
	    "T(a)T(b) stop" },
	{ "a token limit", D(TEXT("a")) D(LAST("MAX_TOKENS")), "T(a) length" },
	{ "safety", D(LAST("SAFETY")), " content_filter" },
	{ "a continuation", D(LAST("CONTINUATION")), " pause" },
	{ "recitation", D(TEXT("a")) D(LAST("RECITATION")),
	    "T(a) content_filter" },
	{ "an unknown finishReason", D(LAST("IMAGE_WHATEVER")),
	    " content_filter" },
	{ "no end at all", D(LAST("FINISH_REASON_UNSPECIFIED")), " io " },
	{ "a malformed call", D(TEXT("a")) D(LAST("MALFORMED_FUNCTION_CALL")),
	    "T(a) server MALFORMED_FUNCTION_CALL" },
	{ "a call of an unknown tool", D(LAST("UNEXPECTED_TOOL_CALL")),
	    " server UNEXPECTED_TOOL_CALL" },
	{ "no signature", D(LAST("MISSING_THOUGHT_SIGNATURE")),
	    " bad_request! MISSING_THOUGHT_SIGNATURE" },
	{ "a blocked prompt", D("{\"promptFeedback\":{\"blockReason\":"
	    "\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":4}}"),
	    " content_filter" },
	{ "feedback without a block", D("{\"promptFeedback\":{"
	    "\"safetyRatings\":[]}}") D(TEXT("a")) D(LAST("STOP")),
	    "T(a) stop" },
	{ "STOP in every chunk", D("{\"candidates\":[{\"content\":{\"parts\":"
	    "[{\"text\":\"a\"}]},\"finishReason\":\"STOP\"}]}")
	    D("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"b\"}]},"
	    "\"finishReason\":\"STOP\"}]}"), "T(a)T(b) stop" },
	{ "STOP before the text", D("{\"candidates\":[{\"finishReason\":"
	    "\"STOP\"}]}") D(TEXT("a")) D(LAST("STOP")), "T(a) stop" },
	{ "a [DONE]", D(TEXT("a")) D("{\"candidates\":[{\"finishReason\":"
	    "\"STOP\"}]}") "data: [DONE]\n\n", "T(a) stop" },
	{ "nothing but [DONE]", "data: [DONE]\n\n", " io " },

	/* calls */
	{ "a call", D(CALL("{\"name\":\"f\",\"args\":{\"a\": [1, 2]}}"))
	    D(LAST("STOP")), "C(call_bide_1,f,{\"a\":[1,2]}) tool_calls" },
	{ "an imitator's end", D(CALL("{\"name\":\"f\",\"args\":{\"a\":"
	    " [1, 2]}}"))
	    D(LAST("FUNCTION_CALL")),
	    "C(call_bide_1,f,{\"a\":[1,2]}) tool_calls" },
	{ "calls with ids, without arguments", D(CALL("{\"id\":\"x\","
	    "\"name\":\"f\"}")) D(CALL("{\"id\":\"\",\"name\":\"g\","
	    "\"args\":null}")) D(LAST("STOP")),
	    "C(x,f,{})C(call_bide_2,g,{}) tool_calls" },
	{ "a call, then a token limit", D(CALL("{\"name\":\"f\"}"))
	    D(LAST("MAX_TOKENS")), "C(call_bide_1,f,{}) length" },
	{ "arguments in pieces",
	    D(CALL("{\"name\":\"f\",\"willContinue\":true}"))
	    D(CALL(PIECE("$.a", "\"stringValue\":\"x\\ud83d\"")))
	    D(CALL(PIECE("$.a", "\"stringValue\":\"\\ude00\\\"\"")))
	    D(CALL(PIECE("$.b[0].c", "\"numberValue\":1.5")))
	    D(CALL(PIECE("$.b[0]['d e']", "\"boolValue\":true")))
	    D(CALL(PIECE("$.b[1].c", "\"nullValue\":\"NULL_VALUE\"")))
	    D(CALL(PIECE("$.g.h", "\"stringValue\":\"\"")))
	    D(CALL("{}")) D(CALL("{\"name\":\"g\"}")) D(LAST("STOP")),
	    "C(call_bide_1,f,{\"a\":\"x\\ud83d\\ude00\\\"\",\"b\":[{\"c\":1.5,"
	    "\"d e\":true},{\"c\":null}],\"g\":{\"h\":\"\"}})"
	    "C(call_bide_2,g,{}) tool_calls" },
	{ "pieces until STOP",
	    D(CALL("{\"name\":\"f\",\"willContinue\":true}"))
	    D(CALL(PIECE("$.a", "\"stringValue\":\"x\""))) D(LAST("STOP")),
	    "C(call_bide_1,f,{\"a\":\"x\"}) tool_calls" },
	{ "pieces cut off by a limit",
	    D(CALL("{\"name\":\"f\",\"willContinue\":true}"))
	    D(CALL(PIECE("$.a", "\"stringValue\":\"x\"")))
	    D(LAST("MAX_TOKENS")), " length" },
	{ "inconsistent pieces",
	    D(CALL("{\"name\":\"f\",\"willContinue\":true}"))
	    D(CALL(PIECE("$.a", "\"numberValue\":1")))
	    D(CALL(PIECE("$.a", "\"stringValue\":\"x\""))) D(CALL("{}")),
	    " protocol " },
	{ "pieces of no object", D(CALL("{\"name\":\"f\",\"partialArgs\":[{"
	    "\"jsonPath\":\"$[0]\",\"numberValue\":1}]}")), " protocol " },

	/* errors */
	{ "an error event", D(TEXT("a")) D("{\"error\":{\"code\":503,"
	    "\"message\":\"The model is overloaded.\",\"status\":"
	    "\"UNAVAILABLE\"}}"), "T(a) overloaded UNAVAILABLE" },
	{ "an error in an array", D("[{\"error\":{\"code\":429,\"message\":"
	    "\"Please retry in 7s.\",\"status\":\"RESOURCE_EXHAUSTED\"}}]"),
	    " rate_limit RESOURCE_EXHAUSTED" },
	{ "a pretty error without data:", D(TEXT("a")) PRETTY,
	    "T(a) overloaded UNAVAILABLE" },
	{ "the same in an array", D(TEXT("a")) "[" PRETTY "]\n\n",
	    "T(a) overloaded UNAVAILABLE" },
	{ "the same, cut", D(TEXT("a")) "{\n  \"error\": {\n    \"co",
	    "T(a) io " },
	{ "the same after a single line end", "data: " TEXT("a") "\n" PRETTY,
	    "T(a) overloaded UNAVAILABLE" },
	{ "an error after the end", D(TEXT("a")) D("{\"candidates\":[{"
	    "\"finishReason\":\"STOP\"}]}") PRETTY,
	    "T(a) overloaded UNAVAILABLE" },

	/* without alt=sse */
	{ "an array", "[" TEXT("a") ",\r\n" TEXT("b") ",\r\n" LAST("STOP")
	    "\n]", "T(a)T(b) stop" },
	{ "one chunk", "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":"
	    "\"a\"}]},\"finishReason\":\"STOP\"}]}", "T(a) stop" },
	{ "an array without an end", "[" TEXT("a") "]", "T(a) io " },
	{ "a truncated array", "[" TEXT("a") ",", "T(a) io " },
	{ "an error in the array", "[" TEXT("a") "," PRETTY "]",
	    "T(a) overloaded UNAVAILABLE" },
	{ "an error in an array of one", "[" PRETTY "]",
	    " overloaded UNAVAILABLE" },
	{ "an error, whole", PRETTY, " overloaded UNAVAILABLE" },
	{ "an empty array", "[]", " protocol " },
	{ "an object of another kind", "{}", " protocol " },
	{ "an array of another kind", "[1]", " protocol " },
};

static void
usage(void)
{
	static const char stream[] = D("{\"usageMetadata\":{"
	    "\"promptTokenCount\":9,\"candidatesTokenCount\":1}}")
	    D("{\"candidates\":[{\"finishReason\":\"STOP\"}],\"responseId\":"
	    "\"r1\",\"usageMetadata\":{\"promptTokenCount\":9,"
	    "\"candidatesTokenCount\":5,\"thoughtsTokenCount\":185,"
	    "\"cachedContentTokenCount\":4}}");
	struct decode d;
	struct log l;

	d = start(&l);
	EQ(read_stream(&d, slice_str(stream)), DECODE_DONE, "usage: the last");
	EQ(d.usage.input, 9, "input");
	EQ(d.usage.output, 190, "output is candidates and thoughts");
	EQ(d.usage.cached, 4, "cached");
	EQ(d.usage.reasoning, 185, "reasoning");
	EQS(slice_str(d.id), "r1", "id");
	decode_free(&d);
	buf_free(&l.out);
}

#define TEXT_PART(s) { .type = PART_TEXT, .text = { s, sizeof(s) - 1 } }
#define TURN(role, parts) { role, parts, sizeof(parts) / sizeof(parts[0]) }

static void
same(const struct request *r, const char *want, const char *name)
{
	struct buf body = { 0 };

	dialect_gemini.encode(r, &body);
	EQS(buf_slice(&body), want, name);
	OK(json_valid(buf_slice(&body)), "and it is JSON");
	buf_free(&body);
}

static void
conversation(void)
{
	static const struct part system[] = { TEXT_PART("and kind") };
	static const struct part asked[] = { TEXT_PART("look"),
		{ .type = PART_IMAGE, .mime = { "image/png", 9 },
		.data = { "\x89PNG", 4 } },
		{ .type = PART_FILE, .url = { "https://x/y", 11 } } };
	static const struct part called[] = { TEXT_PART("hm"),
		{ .type = PART_CALL, .id = { "call_bide_1", 11 },
		.name = { "f", 1 }, .text = { "{\"a\": 1}", 8 } },
		{ .type = PART_CALL, .id = { "x2", 2 }, .name = { "g", 1 },
		.text = { "", 0 } } };
	static const struct part first[] = { { .type = PART_RESULT,
		.id = { "call_bide_1", 11 }, .name = { "f", 1 },
		.text = { " {\"b\": 2}", 9 } } };
	static const struct part second[] = { { .type = PART_RESULT,
		.id = { "x2", 2 }, .name = { "g", 1 }, .text = { "[3]", 3 } } };
	static const struct part more[] = { TEXT_PART("go \"on\"") };
	static const struct message messages[] = {
		TURN(ROLE_SYSTEM, system), TURN(ROLE_USER, asked),
		TURN(ROLE_ASSISTANT, called), TURN(ROLE_TOOL, first),
		TURN(ROLE_TOOL, second), { ROLE_USER, NULL, 0 },
		TURN(ROLE_USER, more),
	};
	struct request r = {
		.model = { "gemini-2.5-pro", 14 }, .system = { "be brief", 8 },
		.messages = messages, .nmessages = 7,
	};
	const struct part *p = called;

	same(&r, "{\"systemInstruction\":{\"parts\":[{\"text\":\"be brief\"},"
	    "{\"text\":\"and kind\"}]},\"contents\":["
	    "{\"role\":\"user\",\"parts\":[{\"text\":\"look\"},"
	    "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":"
	    "\"iVBORw==\"}},{\"fileData\":{\"fileUri\":\"https://x/y\"}}]},"
	    "{\"role\":\"model\",\"parts\":[{\"text\":\"hm\"},"
	    "{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":1}}},"
	    "{\"functionCall\":{\"id\":\"x2\",\"name\":\"g\",\"args\":{}}}]},"
	    "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":"
	    "\"f\",\"response\":{\"b\":2}}},{\"functionResponse\":{\"id\":"
	    "\"x2\",\"name\":\"g\",\"response\":{\"output\":\"[3]\"}}}]},"
	    "{\"role\":\"user\",\"parts\":[{\"text\":\"go \\\"on\\\"\"}]}]}",
	    "a conversation");
	r = (struct request){ .model = { "gemini-3-pro", 12 },
	    .messages = &(struct message){ ROLE_ASSISTANT, p + 1, 1 },
	    .nmessages = 1 };
	same(&r, "{\"contents\":[{\"role\":\"model\",\"parts\":[{"
	    "\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":1}},"
	    "\"thoughtSignature\":\"skip_thought_signature_validator\"}]}]}",
	    "calls without their signatures");
	r.nmessages = 0;
	same(&r, "{\"contents\":[]}", "no turn");
}

#define HI "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]"
#define STRICT "{\"type\":\"object\",\"additionalProperties\":false}"

static void
settings(void)
{
	static const struct part hi[] = { TEXT_PART("hi") };
	static const struct message message = TURN(ROLE_USER, hi);
	static const struct param over[] = {
		{ { "generationConfig", 16 }, { "{\"topK\":1}", 10 } },
		{ { "tools", 5 }, { "[]", 2 } },
		{ { "contents", 8 }, { "[]", 2 } },
		{ { "systemInstruction", 17 }, { "null", 4 } },
	};
	struct request r = { .model = { "gemini-3-pro", 12 },
	    .messages = &message, .nmessages = 1, .max_tokens = 64,
	    .temperature = { "0.20", 4 }, .effort = { "xhigh", 5 },
	    .schema = SLICE("{\"type\":\"object\"}"),
	    .tools = SLICE("[{\"name\":\"f\",\"description\":\"d\","
	    "\"parameters\":{\"type\":\"object\"},\"strict\":true},"
	    "{\"name\":\"g\"},{\"name\":\"h\",\"parameters\":" STRICT "}]") };

	same(&r, "{" HI ",\"generationConfig\":{\"maxOutputTokens\":64,"
	    "\"temperature\":0.20,\"responseMimeType\":\"application/json\","
	    "\"responseSchema\":{\"type\":\"object\"},\"thinkingConfig\":{"
	    "\"thinkingLevel\":\"high\"}},\"tools\":[{"
	    "\"functionDeclarations\":[{\"name\":\"f\",\"description\":\"d\","
	    "\"parameters\":{\"type\":\"object\"}},{\"name\":\"g\"},{\"name\":"
	    "\"h\",\"parametersJsonSchema\":" STRICT "}]}]}", "everything");
	r.model = SLICE("gemini-2.5-flash");
	r.effort = SLICE("none");
	r.schema = SLICE(STRICT);
	r.tools = r.temperature = (struct slice){ 0 };
	r.max_tokens = 0;
	same(&r, "{" HI ",\"generationConfig\":{\"responseMimeType\":"
	    "\"application/json\",\"responseJsonSchema\":" STRICT ","
	    "\"thinkingConfig\":{\"thinkingBudget\":0}}}", "an older model");
	r.system = SLICE("s");
	r.params = over;
	r.nparams = 4;
	same(&r, "{\"generationConfig\":{\"topK\":1},\"tools\":[],"
	    "\"contents\":[],\"systemInstruction\":null}",
	    "params take the place of members");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		read_body(bodies[i].body, bodies[i].want, bodies[i].name);
	usage();
	conversation();
	settings();
	return DONE();
}
