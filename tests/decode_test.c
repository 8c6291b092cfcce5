/* Reading answers: the responses and chat dialects. */

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
	{ "calls without index or id", "mt C(call_bide_1,f,1)C(call_bide_2,g,2) "
	    "tool_calls",
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
	EQ(decode_end(&d, &dialect_chat, NULL, 1), DECODE_FAULT, "end: nothing");
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

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(responses) / sizeof(responses[0]); i++)
		play(&dialect_responses, &responses[i]);
	for (i = 0; i < sizeof(chat) / sizeof(chat[0]); i++)
		play(&dialect_chat, &chat[i]);
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		play_body(&bodies[i]);
	usage_counts();
	second_error();
	end_of_body();
	too_many_calls();
	large_text();
	return DONE();
}
