/* Conversations: files in the form of Chat Completions, and those that cannot
 * be sent. */

#include "api/dialect.h"
#include "api/talk.h"
#include "tests/t.h"

/* Prints a part as the tables below have it. */
static void
log_part(struct buf *log, const struct part *p)
{
	static const char *const types[] = { "text", "image", "file", "call",
	    "result" };

	buf_printf(log, " %s", types[p->type]);
	if (p->id.n > 0)
		buf_printf(log, " #%.*s", SLICE_FMT(p->id));
	if (p->name.n > 0)
		buf_printf(log, " %.*s", SLICE_FMT(p->name));
	if (p->mime.n > 0)
		buf_printf(log, " %.*s", SLICE_FMT(p->mime));
	if (p->url.n > 0)
		buf_printf(log, " <%.*s>", SLICE_FMT(p->url));
	buf_puts(log, "(");
	buf_put(log, p->text);
	buf_put(log, p->data);
	buf_puts(log, ")");
}

static void
log_request(struct buf *log, const struct request *r)
{
	const struct message *m;
	size_t i;

	for (m = r->messages; m < r->messages + r->nmessages; m++) {
		buf_puts(log, m == r->messages ? "" : "; ");
		buf_putc(log, "SUAT"[m->role]);
		for (i = 0; i < m->nparts; i++)
			log_part(log, &m->parts[i]);
	}
}

#define ASK "{\"role\":\"user\",\"content\":\"hi\"}"
#define CALL(id) "{\"id\":\"" id "\",\"type\":\"function\",\"function\":{" \
    "\"name\":\"f" id "\",\"arguments\":\"{\\\"a\\\":1}\"}}"
#define CALLS(list) "{\"role\":\"assistant\",\"content\":\"\"," \
    "\"tool_calls\":[" list "]}"
#define RESULT(id) "{\"role\":\"tool\",\"tool_call_id\":\"" id "\"," \
    "\"content\":\"r\"}"
#define PART(json) "[{\"role\":\"user\",\"content\":[" json "]}]"

static const struct {
	const char *name, *doc, *want;
} good[] = {
	{ "an array", "[" ASK "]", "U text(hi)" },
	{ "an object", "{\"model\":\"m\",\"messages\":[" ASK "]}",
	    "U text(hi)" },
	{ "roles", "[{\"role\":\"system\",\"content\":\"s\"},{\"role\":"
	    "\"developer\",\"content\":\"d\"}," ASK ",{\"role\":"
	    "\"assistant\",\"content\":\"a\"},{\"role\":\"u\\u0073er\","
	    "\"content\":\"u\",\"name\":\"Eve\"}]",
	    "S text(s); S text(d); U text(hi); A text(a); U text(u)" },
	{ "escapes", "[{\"role\":\"user\",\"content\":\"a\\n\\u00e4\\ud83d"
	    "\\ude00\\ud800\"}]", "U text(a\n\xc3\xa4\xf0\x9f\x98\x80"
	    "\xef\xbf\xbd)" },
	{ "an empty text", "[{\"role\":\"user\",\"content\":\"\"}]",
	    "U text()" },
	{ "text parts", PART("{\"type\":\"text\",\"text\":\"a\"},"
	    "{\"type\":\"input_text\",\"text\":\"\\\"\"}"),
	    "U text(a) text(\")" },
	{ "parts of the assistant", "[{\"role\":\"assistant\",\"content\":[{"
	    "\"type\":\"output_text\",\"text\":\"a\"},{\"type\":\"refusal\","
	    "\"refusal\":\"no\"}]}," ASK "]", "A text(a) text(no); U text(hi)"
	},
	{ "a data: URL", PART("{\"type\":\"image_url\",\"image_url\":{\"url\":"
	    "\"data:image/png;base64,aGk=\",\"detail\":\"low\"}}"),
	    "U image image/png(hi)" },
	{ "one with escapes", PART("{\"type\":\"image_url\",\"image_url\":{"
	    "\"url\":\"data:image\\/png;base64,aGk=\"}}"),
	    "U image image/png(hi)" },
	{ "one without a type", PART("{\"type\":\"image_url\",\"image_url\":{"
	    "\"url\":\"data:;base64,R0lGODlh\"}}"),
	    "U image image/gif(GIF89a)" },
	{ "one with a wrong type", PART("{\"type\":\"input_image\","
	    "\"image_url\":\"data:image/png;base64,R0lGODlh\"}"),
	    "U image image/gif(GIF89a)" },
	{ "a type that only the server knows", PART("{\"type\":"
	    "\"input_image\",\"image_url\":\"data:image/heic;base64,aGk=\"}"),
	    "U image image/heic(hi)" },
	{ "an image by URL", PART("{\"type\":\"input_image\",\"image_url\":"
	    "\"https://a/b.png\"}"), "U image <https://a/b.png>()" },
	{ "a file", PART("{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\","
	    "\"file_data\":\"data:application/pdf;base64,JVBERi0=\"}}"),
	    "U file a.pdf application/pdf(%PDF-)" },
	{ "a file in bare base64", PART("{\"type\":\"input_file\",\"filename\":"
	    "\"a\",\"file_data\":\"JVBERi0=\"}"),
	    "U file a application/pdf(%PDF-)" },
	{ "an image as a file", PART("{\"type\":\"input_file\",\"filename\":"
	    "\"a\",\"file_data\":\"R0lGODlh\"}"),
	    "U image a image/gif(GIF89a)" },
	{ "a PDF as an image", PART("{\"type\":\"input_image\",\"image_url\":"
	    "\"data:image/png;base64,JVBERi0=\"}"),
	    "U file application/pdf(%PDF-)" },
	{ "a file by URL", PART("{\"type\":\"input_file\",\"file_url\":"
	    "\"http://a/b.pdf\"}"), "U file <http://a/b.pdf>()" },
	{ "a call", "[" ASK "," CALLS(CALL("1")) "," RESULT("1") "]",
	    "U text(hi); A call #1 f1({\"a\":1}); T result #1 f1(r)" },
	{ "results in any order, as one turn", "[" CALLS(CALL("1") ","
	    CALL("2")) "," RESULT("2") "," RESULT("1") "," ASK "]",
	    "A call #1 f1({\"a\":1}) call #2 f2({\"a\":1}); "
	    "T result #2 f2(r) result #1 f1(r); U text(hi)" },
	{ "text beside a call, no arguments", "[{\"role\":\"assistant\","
	    "\"content\":\"t\",\"tool_calls\":[{\"id\":\"1\",\"function\":{"
	    "\"name\":\"f\",\"arguments\":\" \"}}]}," RESULT("1") "]",
	    "A text(t) call #1 f({}); T result #1 f(r)" },
	{ "a result in parts", "[" CALLS(CALL("1")) ",{\"role\":\"tool\","
	    "\"tool_call_id\":\"1\",\"content\":[{\"type\":\"text\",\"text\":"
	    "\"a\"},{\"type\":\"text\",\"text\":\"\\tb\"}]}]",
	    "A call #1 f1({\"a\":1}); T result #1 f1(a\tb)" },
	{ "null is content beside calls", "[{\"role\":\"assistant\","
	    "\"content\":null,\"tool_calls\":[" CALL("1") "]},{\"role\":"
	    "\"tool\",\"tool_call_id\":\"1\",\"content\":null}]",
	    "A call #1 f1({\"a\":1}); T result #1 f1()" },
	{ "an ID used again", "[" CALLS(CALL("1")) "," RESULT("1") ","
	    CALLS(CALL("1")) "," RESULT("1") "]", "A call #1 f1({\"a\":1}); "
	    "T result #1 f1(r); A call #1 f1({\"a\":1}); T result #1 f1(r)" },
};

static const struct {
	const char *name, *doc, *why;
	size_t at;
	const char *call;
} bad[] = {
	{ "nothing", "", "not JSON", 0, "" },
	{ "truncated", "[" ASK, "not JSON", 0, "" },
	{ "not UTF-8", "[\"\xff\"]", "not JSON", 0, "" },
	{ "a string", "\"[\"", "neither an array of messages nor an object "
	    "with one", 0, "" },
	{ "no messages", "{\"messages\":\"[]\"}", "neither an array of "
	    "messages nor an object with one", 0, "" },
	{ "none", "[]", "no message", 0, "" },
	{ "no object", "[" ASK ",7]", "not an object", 1, "" },
	{ "no role", "[{\"content\":\"x\"}]", "no role that is known", 0, "" },
	{ "an old role", "[" ASK "," ASK ",{\"role\":\"function\"}]",
	    "no role that is known", 2, "" },
	{ "no content", "[{\"role\":\"user\"}]", "no content", 0, "" },
	{ "a number", "[{\"role\":\"user\",\"content\":1}]", "no content", 0,
	    "" },
	{ "no call", "[{\"role\":\"assistant\",\"content\":null,"
	    "\"tool_calls\":[]}]", "no content", 0, "" },
	{ "calls in a user's turn", "[{\"role\":\"user\",\"tool_calls\":["
	    CALL("1") "]}]", "no content", 0, "" },
	{ "an unknown type", PART("{\"type\":\"video\",\"url\":\"\"}"),
	    "a part of an unknown type", 0, "" },
	{ "a part without type", PART("{\"text\":\"\"}"),
	    "a part without a type", 0, "" },
	{ "a part that is no object", PART("\"x\""), "a part without a type", 0,
	    "" },
	{ "an image without URL", PART("{\"type\":\"input_image\","
	    "\"file_id\":\"file-1\"}"), "an image without a URL", 0, "" },
	{ "a file without data", PART("{\"type\":\"file\",\"file\":{"
	    "\"file_id\":\"file-1\"}}"), "a file without its data", 0, "" },
	{ "another scheme", PART("{\"type\":\"input_image\",\"image_url\":"
	    "\"file:///etc/passwd\"}"), "neither an http(s) nor a data: URL",
	    0, "" },
	{ "text in a URL", PART("{\"type\":\"input_image\",\"image_url\":"
	    "\"data:image/png,x\"}"), "a data: URL that is not in base64", 0,
	    "" },
	{ "broken base64", PART("{\"type\":\"input_image\",\"image_url\":"
	    "\"data:image/png;base64,x\"}"), "broken base64", 0, "" },
	{ "unknown data", PART("{\"type\":\"input_file\",\"file_data\":"
	    "\"/w==\"}"), "data that is neither an image nor a PDF", 0,
	    "" },
	{ "a text file", PART("{\"type\":\"input_file\",\"file_data\":"
	    "\"data:text/plain;base64,aGk=\"}"),
	    "data that is neither an image nor a PDF", 0, "" },
	{ "an assistant's image", "[{\"role\":\"assistant\",\"content\":[{"
	    "\"type\":\"image_url\",\"image_url\":{\"url\":\"http://a/\"}}]}]",
	    "an image or file that is not a user's", 0, "" },
	{ "a call without arguments", "[" CALLS("{\"id\":\"1\",\"function\":{"
	    "\"name\":\"f\"}}") "]", "a tool call is {\"id\", \"type\": "
	    "\"function\", \"function\": {\"name\", \"arguments\"}}", 0, "" },
	{ "bad arguments", "[" CALLS("{\"id\":\"1\",\"function\":{\"name\":"
	    "\"f\",\"arguments\":\"{\\\"a\\\":\"}}") "]",
	    "a tool call's arguments are not a JSON object", 0, "1" },
	{ "a result without an ID", "[{\"role\":\"tool\",\"content\":\"r\"}]",
	    "a tool's message without \"tool_call_id\"", 0, "" },
	{ "an image as result", "[" CALLS(CALL("1")) ",{\"role\":\"tool\","
	    "\"tool_call_id\":\"1\",\"content\":[{\"type\":\"image_url\"}]}]",
	    "a tool's result is not text", 1, "1" },
	{ "a number as result", "[" CALLS(CALL("1")) ",{\"role\":\"tool\","
	    "\"tool_call_id\":\"1\",\"content\":42}]",
	    "a tool's result is not text", 1, "1" },
	{ "a call without a result", "[" CALLS(CALL("1")) "]",
	    "a tool call without its result", 1, "1" },
	{ "a result missing", "[" CALLS(CALL("1") "," CALL("2")) "," RESULT("1")
	    "]", "a tool call without its result", 2, "2" },
	{ "a user's turn after a call", "[" CALLS(CALL("1")) "," ASK "]",
	    "a tool call without its result", 2, "1" },
	{ "a result too late", "[" CALLS(CALL("1")) "," RESULT("1") "," ASK
	    "," RESULT("1") "]", "a tool result without its call", 4, "1" },
	{ "a result of another call", "[" CALLS(CALL("1")) "," RESULT("1") ","
	    RESULT("2") "]", "a tool result without its call", 3, "2" },
	{ "the assistant's turn last", "[" ASK ",{\"role\":\"assistant\","
	    "\"content\":\"x\"}]", "the last message is neither a user's nor "
	    "a tool's", 2, "" },
};

static void
files(void)
{
	struct talk t = { 0 };
	struct buf log = { 0 };
	struct request r = { 0 };
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		why = talk_parse(&t, slice_str(good[i].doc));
		if (why == NULL)
			why = talk_end(&t, &r);
		buf_clear(&log);
		if (why == NULL)
			log_request(&log, &r);
		else
			buf_puts(&log, why);
		EQS(buf_slice(&log), good[i].want, good[i].name);
		talk_free(&t);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = talk_parse(&t, slice_str(bad[i].doc));
		if (why == NULL)
			why = talk_end(&t, &r);
		EQS(slice_str(why), bad[i].why, bad[i].name);
		EQ(t.at, bad[i].at, "and where");
		EQS(t.name, bad[i].call, "and which call");
		talk_free(&t);
	}
	buf_free(&log);
}

/* Turns from the command line follow those of a file. */
static void
turns(void)
{
	static const struct part file = { .type = PART_TEXT,
	    .text = { "file", 4 } };
	struct talk t = { 0 };
	struct buf log = { 0 };
	struct request r = { 0 };
	int i;

	OK(talk_parse(&t, SLICE("[" CALLS(CALL("1") "," CALL("2")) ","
	    RESULT("2") "]")) == NULL, "a file with a call without a result");
	EQS(slice_str(talk_end(&t, &r)), "a tool call without its result",
	    "cannot be sent yet");
	EQS(t.name, "1", "because of this call");
	EQ(r.nmessages, 0, "and the request stays empty");
	talk_result(&t, SLICE("1"), SLICE("late"));
	OK(talk_end(&t, &r) == NULL, "the result joins the others");
	talk_turn(&t, ROLE_ASSISTANT);
	talk_part(&t, &(struct part){ .type = PART_TEXT, .text = SLICE("so") });
	OK(talk_end(&t, &r) != NULL, "the model is not next");
	for (i = 0; i < 100; i++) {
		talk_user(&t, SLICE("on"), &file, 1);
		OK(talk_end(&t, &r) == NULL, "turns can be added");
	}
	log_request(&log, &r);
	OK(slice_starts(buf_slice(&log), "A call #1 f1({\"a\":1}) call #2 "
	    "f2({\"a\":1}); T result #2 f2(r) result #1 f1(late); "
	    "A text(so); U text(file) text(on); U text(file) text(on); U "),
	    "turn by turn");
	EQ(r.nmessages, 103, "all turns");
	buf_free(&log);
	talk_free(&t);
}

/* A body that chat wrote is read and written again unchanged. */
static void
there_and_back(void)
{
	struct slice doc = SLICE("{\"stream\":true,\"messages\":[{"
	    "\"role\":\"system\",\"content\":\"s\"},{\"role\":"
	    "\"user\",\"content\":[{\"type\":\"text\",\"text\":"
	    "\"\\u0000\\\"\"},{\"type\":\"image_url\","
	    "\"image_url\":{\"url\":\"data:image/png;base64,AAEC\"}},{\"type\":"
	    "\"file\",\"file\":{\"filename\":\"a\",\"file_data\":"
	    "\"data:application/pdf;base64,JVBERi0=\"}}]},{\"role\":"
	    "\"assistant\",\"content\":null,\"tool_calls\":[" CALL("1")
	    "]}," RESULT("1") "],\"stream_options\":{"
	    "\"include_usage\":true}}");
	struct talk t = { 0 };
	struct buf body = { 0 };
	struct request r = { 0 };

	OK(talk_parse(&t, doc) == NULL, "a body can be read as a file");
	OK(talk_end(&t, &r) == NULL, "and is complete");
	dialect_chat.encode(&r, &body);
	EQS(buf_slice(&body), doc.p, "and is written unchanged");
	buf_free(&body);
	talk_free(&t);
}

int
main(void)
{
	files();
	turns();
	there_and_back();
	return DONE();
}
