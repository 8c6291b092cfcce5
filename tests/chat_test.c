/* Reading streams of the chat dialect; decode_test.c reads whole answers. */

#include "tests/play.h"

#define CHOICE(delta, finish) "|{\"id\":\"x\",\"choices\":[{\"index\":0," \
    "\"delta\":{" delta "},\"finish_reason\":" finish "}]}"
#define TEXT(text) CHOICE("\"content\":\"" text "\"", "null")
#define STOP CHOICE("", "\"stop\"")
#define END "|[DONE]"
#define PIECE(head, args) "{" head "\"function\":{\"arguments\":\"" args "\"}}"
#define NAMED(head, name, args) "{" head "\"function\":{\"name\":\"" name \
    "\",\"arguments\":\"" args "\"}}"
#define LIFE(id, text) "|{\"id\":\"" id "\",\"choices\":[{\"delta\":{" \
    "\"role\":\"assistant\",\"content\":\"" text "\"}}]}"
#define TEN "0123456789"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define MESSAGE(text, finish) "|{\"choices\":[{\"message\":{\"role\":" \
    "\"assistant\",\"content\":\"" text "\"},\"finish_reason\":" finish "}]}"
#define TOOLS(pieces) CHOICE("\"tool_calls\":[" pieces "]", "null")

#define ALL(text) CHOICE("\"content\":\"" text "\",\"reasoning\":\"r\"," \
    "\"tool_calls\":[" NAMED("\"index\":0,\"id\":\"1\",", "f", "x") "]", \
    "null")

static const struct script chat[] = {
	{ "deltas, finish, [DONE]", "immtd T(a)T(b) stop",
	    { CHOICE("\"role\":\"assistant\",\"content\":\"\"", "null"),
	    TEXT("a"), TEXT("b"), STOP, END } },
	{ "a finish without [DONE]", "mt T(a) stop", { TEXT("a"), STOP } },
	{ "a [DONE] without finish", "md T(a) stop", { TEXT("a"), END } },
	{ "a [DONE] with blanks", "id  stop", { STOP, "| [DONE] " } },
	{ "a [DONE] and nothing else", "f  io", { END } },
	{ "text and finish at once", "td T(a) length",
	    { CHOICE("\"content\":\"a\"", "\"length\""), END } },
	{ "usage after the finish", "mttd T(a) stop",
	    { TEXT("a"), STOP, "|{\"choices\":[],\"usage\":{"
	    "\"prompt_tokens\":1,\"completion_tokens\":2}}", END } },
	{ "an unknown word is a stop", "mt T(a) stop",
	    { TEXT("a"), CHOICE("", "\"eos\"") } },
	{ "the context's end", "mt T(a) length", { TEXT("a"),
	    CHOICE("", "\"model_context_window_exceeded\"") } },
	{ "a filter", "t  content_filter",
	    { CHOICE("", "\"content_filter\"") } },
	{ "finish_reason error", "mf T(a) server",
	    { TEXT("a"), CHOICE("", "\"error\"") } },
	{ "an engine that aborted the request", "mff T(a) server",
	    { TEXT("a"), CHOICE("", "\"abort\""), END } },
	{ "Google's malformed call", "f  server", { CHOICE("",
	    "\"function_call_filter: MALFORMED_FUNCTION_CALL\"") } },
	{ "Google's filter, with a reason", "t  content_filter",
	    { CHOICE("", "\"content_filter: RECITATION\"") } },
	{ "DeepSeek out of resources", "f  server",
	    { CHOICE("", "\"insufficient_system_resource\"") } },
	{ "an error in a chunk with choices", "mf T(a) overloaded",
	    { TEXT("a"), "|{\"id\":\"x\",\"error\":{\"code\":502,\"message\":"
	    "\"overloaded\",\"type\":\"overloaded_error\"},\"choices\":[{"
	    "\"index\":0,\"delta\":{\"content\":\"no\"},\"finish_reason\":"
	    "\"error\"}]}" } },
	{ "an error in the choice", "f  rate_limit",
	    { "|{\"choices\":[{\"index\":0,\"error\":" RATE "}]}" } },
	{ "a string error", "f  server", { "|{\"error\":\"it broke\"}" } },
	{ "no wrapper", "f  rate_limit",
	    { "|{\"message\":\"Rate limit reached\",\"type\":"
	    "\"rate_limit_error\"}" } },
	{ "old vLLM's shape", "f  bad_request!",
	    { "|{\"object\":\"error\",\"message\":\"no\",\"type\":"
	    "\"BadRequestError\",\"code\":400}" } },
	{ "an error in an array", "f  rate_limit",
	    { "|[{\"error\":" RATE "}]" } },
	{ "a named event, whatever its data", "f  rate_limit",
	    { "error|{\"error\":" RATE "}" } },
	{ "an error, then [DONE]", "fff  rate_limit",
	    { "|{\"error\":" RATE "}", END, TEXT("a") } },
	{ "empty errors", "md T(a) stop",
	    { "|{\"error\":null,\"choices\":[{\"delta\":{\"content\":\"a\"}"
	    "}]}", END } },
	{ "pings and empty chunks", "iiiimt T(a) stop",
	    { "ping|{\"type\":\"ping\"}", "|{\"choices\":[]}", "|",
	    CHOICE("\"content\":null", "null"), TEXT("a"), STOP } },
	{ "an unknown member is progress", "m ",
	    { CHOICE("\"thoughts\":\"zzz\"", "null") } },
	{ "reasoning, both names", "mmi R(x)R(y) stop",
	    { CHOICE("\"reasoning_content\":\"x\",\"reasoning\":\"x\"",
	    "null"), CHOICE("\"content\":\"\",\"reasoning\":\"y\"", "null"),
	    STOP } },
	{ "chunks alike but for the text",
	    "mmmmff T(a)T(b)T(c)T(d) rate_limit",
	    { TEXT("a"), TEXT("b"), TEXT("c"), TEXT("d"),
	    "error|{\"error\":" RATE "}", TEXT("e") } },
	{ "and alike but not text alone",
	    "mmmt R(r)T(a)R(r)T(b)R(r)T(c)C(1,f,xxx) tool_calls",
	    { ALL("a"), ALL("b"), ALL("c"), STOP } },
	{ "an empty text among them", "mmimt T(a)T(b)T(c) stop",
	    { TEXT("a"), TEXT("b"), TEXT(""), TEXT("c"), STOP } },
	{ "content as parts", "mmt R(x)R(y)T(a) stop",
	    { CHOICE("\"content\":[{\"type\":\"thinking\",\"thinking\":[{"
	    "\"type\":\"text\",\"text\":\"x\"}]},{\"type\":\"thinking\","
	    "\"thinking\":\"y\"}]", "null"),
	    CHOICE("\"content\":[{\"type\":\"text\",\"text\":\"a\"}]",
	    "null"), STOP } },
	{ "a refusal", "mt T(no) refusal",
	    { CHOICE("\"content\":null,\"refusal\":\"no\"", "null"), STOP } },
	{ "a call in pieces, with empty names",
	    "mmmtd C(c1,f,{\"a\":1}) tool_calls",
	    { TOOLS(NAMED("\"index\":0,\"id\":\"c1\",", "f", "")),
	    TOOLS(NAMED("\"index\":0,\"id\":\"\",", "", "{\\\"a\\\"")),
	    TOOLS(PIECE("\"index\":0,", ":1}")),
	    CHOICE("", "\"tool_calls\""), END } },
	{ "two calls in turns", "mmmt C(c1,f,13)C(c2,g,2) tool_calls",
	    { TOOLS(NAMED("\"index\":0,\"id\":\"c1\",", "f", "1")),
	    TOOLS(NAMED("\"index\":1,\"id\":\"c2\",", "g", "2")),
	    TOOLS(PIECE("\"index\":0,", "3")), STOP } },
	{ "calls without an index", "mmt C(c1,f,12)C(c2,f,3) tool_calls",
	    { TOOLS(NAMED("\"id\":\"c1\",", "f", "1") ","
	    PIECE("\"id\":\"c1\",", "2")),
	    TOOLS(NAMED("\"id\":\"c2\",", "f", "3")), STOP } },
	{ "calls without index or id", "mt C(call_bide_1,f,1)"
	    "C(call_bide_2,g,2) tool_calls",
	    { TOOLS(NAMED("", "f", "1") "," NAMED("", "g", "2")), STOP } },
	{ "calls that share an index", "mt C(c1,f,1)C(c2,f,2) tool_calls",
	    { TOOLS(NAMED("\"index\":0,\"id\":\"c1\",", "f", "1") ","
	    NAMED("\"index\":0,\"id\":\"c2\",", "f", "2")), STOP } },
	{ "a truncated call is dropped", "mmtd C(c1,f,{}) length",
	    { TOOLS(NAMED("\"index\":0,\"id\":\"c1\",", "f", "{}")),
	    TOOLS(NAMED("\"index\":1,\"id\":\"c2\",", "f", "{\\\"a")),
	    CHOICE("", "\"length\""), END } },
	{ "no call before the finish", "m ",
	    { TOOLS(NAMED("\"index\":0,\"id\":\"c1\",", "f", "{}")) } },
	{ "halves in arguments", "mmt C(c1,f,\xf0\x9f\x98\x80) tool_calls",
	    { TOOLS(NAMED("\"index\":0,\"id\":\"c1\",", "f", "\\uD83D")),
	    TOOLS(PIECE("\"index\":0,", "\\uDE00")), STOP } },
	{ "halves in text", "imt T(\xf0\x9f\x98\x80) stop",
	    { TEXT("\\uD83D"), TEXT("\\uDE00"), STOP } },
	{ "a half before the finish", "it T(\xef\xbf\xbd) stop",
	    { TEXT("\\uD83D"), STOP } },
	{ "a message instead of a delta", "td T(a) stop",
	    { "|{\"choices\":[{\"message\":{\"content\":\"a\"},"
	    "\"finish_reason\":\"stop\"}]}", END } },
	{ "a message beside the delta", "mm T(a)T(b)",
	    { "|{\"choices\":[{\"message\":{\"content\":\"a\"},\"delta\":{"
	    "\"content\":\"a\"}}]}", "|{\"choices\":[{\"message\":{"
	    "\"content\":\"ab\"},\"delta\":{\"content\":\"b\"}}]}" } },
	{ "any index is that of the one answer", "mmmt T(a)T(b)C(c,f,{}) "
	    "tool_calls",
	    { "|{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"a\"}}]}",
	    "|{\"choices\":[{\"index\":2,\"delta\":{\"content\":\"b\"}}]}",
	    "|{\"choices\":[{\"index\":0,\"delta\":{}},{\"index\":1,"
	    "\"delta\":{\"tool_calls\":[" NAMED("\"id\":\"c\",", "f", "{}")
	    "]}}]}", STOP } },
	{ "no choices", "iimt T(a) stop",
	    { "|{\"choices\":null}", "|{\"choices\":{}}", TEXT("a"), STOP } },
	{ "content that is no string", "mmmmmt T(4)T(0)T(true)T(b)T(c)T(d) "
	    "stop",
	    { CHOICE("\"content\":4", "null"), CHOICE("\"content\":0", "null"),
	    CHOICE("\"content\":true", "null"),
	    CHOICE("\"content\":{\"type\":\"text\",\"text\":\"b\"}", "null"),
	    CHOICE("\"content\":[\"c\",{\"text\":\"d\"}]", "null"), STOP } },
	{ "messages that grow", "mmt T(a)T(b)T(c) stop",
	    { MESSAGE("a", "null"), MESSAGE("ab", "null"),
	    MESSAGE("abc", "\"stop\"") } },
	{ "messages in pieces", "mmmt T(a)T(a)T(b) stop",
	    { MESSAGE("a", "null"), MESSAGE("a", "null"),
	    MESSAGE("b", "null"), STOP } },
	{ "all in a message behind the deltas", "mmt T(a)T(b) stop",
	    { TEXT("a"), TEXT("b"), MESSAGE("ab", "\"stop\"") } },
	{ "text of the older API", "mt T(a) stop",
	    { "|{\"choices\":[{\"text\":\"a\"}]}", "|{\"choices\":[{"
	    "\"text\":\"\",\"finish_reason\":\"stop\"}]}" } },
	{ "the only function call of older models",
	    "mmmt C(call_bide_1,f,{\"a\":1}) tool_calls",
	    { CHOICE("\"function_call\":{\"name\":\"f\",\"arguments\":\"\"}",
	    "null"),
	    CHOICE("\"function_call\":{\"arguments\":\"{\\\"a\\\"\"}", "null"),
	    CHOICE("\"function_call\":{\"arguments\":\":1}\"}", "null"),
	    CHOICE("", "\"function_call\"") } },
	{ "words that are no finish", "mmmmt T(a)T(b)T(c)T(d) stop",
	    { CHOICE("\"content\":\"a\"", "\"null\""),
	    CHOICE("\"content\":\"b\"", "\"None\""),
	    CHOICE("\"content\":\"c\"", "\"\""), TEXT("d"), STOP } },
	{ "another spelling of it", "mt T(a) length",
	    { TEXT("a"), "|{\"choices\":[{\"delta\":{},\"finish_reason\":"
	    "null,\"finishReason\":\"MAX_TOKENS\"}]}" } },
	{ "a finish before any text", "imid T(a) stop",
	    { STOP, TEXT("a"), STOP, END } },
	{ "a finish in each chunk", "tmmid T(a)T(b)T(c) length",
	    { CHOICE("\"content\":\"a\"", "\"stop\""),
	    CHOICE("\"content\":\"b\"", "\"stop\""), TEXT("c"),
	    CHOICE("", "\"length\""), END } },
	{ "a finish behind reasoning alone", "mmi R(x)T(a) stop",
	    { CHOICE("\"reasoning\":\"x\"", "\"stop\""), TEXT("a"), STOP } },
	{ "a finish that was revoked", "tm T(a)T(b) stop",
	    { CHOICE("\"content\":\"a\"", "\"stop\""), TEXT("b") } },
	{ "a call behind a finish", "imid C(c,f,{}) tool_calls",
	    { STOP, TOOLS(NAMED("\"index\":0,\"id\":\"c\",", "f", "{}")),
	    STOP, END } },
	{ "another answer begins", "mmf T(a)T(b) io",
	    { LIFE("1", "a"), LIFE("1", "b"), LIFE("2", "a") } },
	{ "it begins at the second chunk", "mmf T(a)T(b) io",
	    { LIFE("1", "a"), LIFE("2", "b"), LIFE("2", "c") } },
	{ "it may have begun", "mmf T(a)T(b) io",
	    { LIFE("1", "a"), LIFE("2", "b"), END } },
	{ "a long id", "mmtd T(a)T(b) stop",
	    { LIFE(LONG, "a"), LIFE(LONG, "b"), STOP, END } },
	{ "ids that merely change", "mmmmtd T(a)T(b)T(c)T(d) stop",
	    { LIFE("1", "a"), LIFE("2", "b"), LIFE("3", "c"), LIFE("3", "d"),
	    STOP, END } },
	{ "a new id and the name in each piece",
	    "mmmt C(c1,f,{\"a\":1}) tool_calls",
	    { TOOLS(NAMED("\"index\":0,\"id\":\"c1\",", "f", "")),
	    TOOLS(NAMED("\"index\":0,\"id\":\"c2\",", "f", "{\\\"a\\\"")),
	    TOOLS(NAMED("\"index\":0,\"id\":\"c3\",", "f", ":1}")), STOP } },
	{ "the index of the tool, then that of the call",
	    "mmt C(c1,f,{\"a\":1}) tool_calls",
	    { TOOLS(NAMED("\"index\":3,\"id\":\"c1\",", "f", "")),
	    TOOLS(PIECE("\"index\":0,\"id\":\"null\",", "{\\\"a\\\":1}")),
	    STOP } },
	{ "calls one after the other at one index",
	    "mmmmt C(c1,f,{})C(c2,f,{}) tool_calls",
	    { TOOLS(NAMED("\"index\":0,\"id\":\"c1\",", "f", "")),
	    TOOLS(PIECE("\"index\":0,\"id\":\"\",", "{}")),
	    TOOLS(NAMED("\"index\":0,\"id\":\"c2\",", "f", "")),
	    TOOLS(PIECE("\"index\":0,\"id\":\"\",", "{}")), STOP } },
	{ "ids that are none, and a number",
	    "mt C(7,f,{})C(call_bide_2,g,{})C(call_bide_3,h,{}) tool_calls",
	    { TOOLS(NAMED("\"index\":0,\"id\":7,", "f", "{}") ","
	    NAMED("\"index\":1,\"id\":\"null\",", "g", "{}") ","
	    NAMED("\"index\":2,\"id\":null,", "h", "{}")), STOP } },
	{ "a piece of no call", "imt T(a) stop",
	    { TOOLS(PIECE("\"index\":0,\"id\":\"c\",", "{}")), TEXT("a"),
	    STOP } },
	{ "the whole call again", "mit C(c1,f,{\"a\":1}) tool_calls",
	    { TOOLS(NAMED("\"index\":0,\"id\":\"c1\",", "f", "{\\\"a\\\":1}")),
	    TOOLS(NAMED("\"index\":0,\"id\":\"c1\",", "f", "{\\\"a\\\":1}")),
	    STOP } },
	{ "the prefix twice", "mtd T(a) stop",
	    { "|data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}",
	    "|data:data: {\"choices\":[{\"finish_reason\":\"stop\"}]}",
	    "|data: [DONE]" } },
	{ "several texts in an event", "mtd T(a)T(b) stop",
	    { TEXT("a") "\n{\"choices\":[{\"delta\":{\"content\":\"b\"}}]}",
	    "|{\"choices\":[{\"finish_reason\":\"stop\"}]}{}",
	    "|\"[DONE]\"" } },
	{ "signs of life as data", "iiiimt T(a) stop",
	    { "ping|ping", "heartbeat|2026-01-01T00:00:00Z", "|: ping",
	    "|keep-alive", TEXT("a"), STOP } },
	{ "scalars, an empty array, a greeting", "iiiiimt T(a) stop",
	    { "|null", "|1700000000", "|\"\"", "|[]", "open|connected",
	    TEXT("a"), STOP } },
	{ "an array of chunks", "td T(a)T(b) stop",
	    { "|[{\"choices\":[{\"delta\":{\"content\":\"a\"}}]},{\"choices\":["
	    "{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}]",
	    END } },
	{ "a call that is not in an array", "mt C(c,f,{}) tool_calls",
	    { CHOICE("\"tool_calls\":{\"id\":\"c\",\"name\":\"f\","
	    "\"arguments\":\"{}\"}", "null"), STOP } },
	{ "rubbish behind the finish", "mttd T(a) stop",
	    { TEXT("a"), STOP, "|oops", END } },
	{ "an error as text", "mf T(a) server",
	    { TEXT("a"), "|error: engine ran out of memory" } },
	{ "a cut chunk, then an error", "f  rate_limit",
	    { "|{\"id\":\"x\",\"obj\n{\"error\":" RATE "}" } },
	{ "blanks after the JSON", "m T(a)", { TEXT("a") "  \n " } },
	{ "rubbish", "f  protocol", { "|oops" } },
};

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(chat) / sizeof(chat[0]); i++)
		play(&dialect_chat, &chat[i]);
	return DONE();
}
