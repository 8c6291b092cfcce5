/* Writing requests: the responses and chat dialects. */

#include "api/dialect.h"
#include "tests/t.h"

#define SCHEMA "{\"type\":\"object\"}"
#define TOOL "{\"name\":\"f\",\"description\":\"d \\\"q\\\"\"," \
    "\"parameters\":" SCHEMA "}"

static const struct part hi = { .type = PART_TEXT, .text = { "hi", 2 } };
static const struct part say_hi = { .type = PART_TEXT,
    .text = { "say \"hi\"", 8 } };
static const struct message ask_hi = { ROLE_USER, &hi, 1 };
static const struct message ask_say_hi = { ROLE_USER, &say_hi, 1 };

static const struct request plain = {
	.model = { "m", 1 }, .messages = &ask_hi, .nmessages = 1,
};

static const struct request full = {
	.model = { "m", 1 },
	.system = { "be\nbrief", 8 },
	.messages = &ask_say_hi, .nmessages = 1,
	.max_tokens = 64,
	.temperature = { "0.20", 4 },
	.effort = { "low", 3 },
	.schema = { SCHEMA, sizeof(SCHEMA) - 1 },
	.tools = { "[" TOOL ",{\"name\":\"g\",\"strict\":true}]",
	    sizeof("[" TOOL ",{\"name\":\"g\",\"strict\":true}]") - 1 },
};

static void
same(const struct dialect *dialect, const struct request *r, const char *want,
    const char *name)
{
	struct buf body = { 0 };

	dialect->encode(r, &body);
	EQS(buf_slice(&body), want, name);
	OK(json_valid(buf_slice(&body)), "and it is JSON");
	buf_free(&body);
}

static void
bodies(void)
{
	struct request r = full;

	same(&dialect_responses, &plain, "{\"model\":\"m\",\"stream\":true,"
	    "\"input\":[{\"role\":\"user\",\"content\":\"hi\"}],"
	    "\"stream_options\":{\"include_obfuscation\":false},"
	    "\"store\":false}", "responses: a prompt");
	same(&dialect_chat, &plain, "{\"model\":\"m\",\"stream\":true,"
	    "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
	    "\"stream_options\":{\"include_usage\":true}}", "chat: a prompt");
	same(&dialect_responses, &full, "{\"model\":\"m\",\"stream\":true,"
	    "\"temperature\":0.20,\"instructions\":\"be\\nbrief\","
	    "\"input\":[{\"role\":\"user\",\"content\":"
	    "\"say \\\"hi\\\"\"}],"
	    "\"stream_options\":{\"include_obfuscation\":false},"
	    "\"store\":false,\"max_output_tokens\":64,"
	    "\"reasoning\":{\"effort\":\"low\"},\"include\":["
	    "\"reasoning.encrypted_content\"],\"text\":{\"format\":{"
	    "\"type\":\"json_schema\",\"name\":\"answer\",\"schema\":" SCHEMA
	    ",\"strict\":true}},\"tools\":[{\"type\":\"function\",\"name\":"
	    "\"f\",\"description\":\"d \\\"q\\\"\",\"parameters\":" SCHEMA
	    ",\"strict\":false},{\"type\":\"function\",\"name\":\"g\","
	    "\"parameters\":{\"type\":\"object\",\"properties\":{}},"
	    "\"strict\":true}]}", "responses: everything");
	same(&dialect_chat, &full, "{\"model\":\"m\",\"stream\":true,"
	    "\"temperature\":0.20,\"messages\":[{\"role\":\"system\","
	    "\"content\":\"be\\nbrief\"},{\"role\":\"user\","
	    "\"content\":\"say \\\"hi\\\"\"}],"
	    "\"stream_options\":{\"include_usage\":true},"
	    "\"max_completion_tokens\":64,"
	    "\"reasoning_effort\":\"low\",\"response_format\":{\"type\":"
	    "\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":"
	    SCHEMA ",\"strict\":true}},\"tools\":[{\"type\":\"function\","
	    "\"function\":{\"name\":\"f\",\"description\":\"d \\\"q\\\"\","
	    "\"parameters\":" SCHEMA "}},{\"type\":\"function\",\"function\":{"
	    "\"name\":\"g\",\"parameters\":{\"type\":\"object\","
	    "\"properties\":{}},\"strict\":true}}]}", "chat: everything");
	r.schema = r.tools = r.temperature = r.effort = r.system =
	    (struct slice){ 0 };
	r.quirks = QUIRK_MAX_TOKENS | QUIRK_NO_STREAM_OPTIONS;
	same(&dialect_chat, &r, "{\"model\":\"m\",\"stream\":true,"
	    "\"messages\":[{\"role\":\"user\",\"content\":"
	    "\"say \\\"hi\\\"\"}],\"max_tokens\":64}", "chat: quirks");
}

static void
params(void)
{
	const struct param over[] = {
		{ SLICE("model"), SLICE("\"n\"") },
		{ SLICE("stream"), SLICE("false") },
		{ SLICE("stream_options"), SLICE("null") },
		{ SLICE("tools"), SLICE("[]") },
		{ SLICE("x"), SLICE("{\"y\":[1, 2]}") },
	};
	const struct param input[] = {
		{ SLICE("input"), SLICE("[]") },
		{ SLICE("store"), SLICE("true") },
		{ SLICE("text"), SLICE("{}") },
		{ SLICE("reasoning"), SLICE("{}") },
	};
	struct request r = plain;

	r.params = over;
	r.nparams = 5;
	r.tools = full.tools;
	same(&dialect_chat, &r, "{\"messages\":[{\"role\":\"user\","
	    "\"content\":\"hi\"}],\"model\":\"n\",\"stream\":false,"
	    "\"stream_options\":null,\"tools\":[],\"x\":{\"y\":[1,2]}}",
	    "chat: params override members");
	r.params = input;
	r.nparams = 4;
	r.tools = (struct slice){ 0 };
	r.schema = full.schema;
	r.effort = full.effort;
	same(&dialect_responses, &r, "{\"model\":\"m\",\"stream\":true,"
	    "\"stream_options\":{\"include_obfuscation\":false},\"input\":[],"
	    "\"store\":true,\"text\":{},\"reasoning\":{}}",
	    "responses: params override members");
}

/* A conversation with every kind of part; only the messages are compared. */
static const struct part system_parts[] = {
	{ .type = PART_TEXT, .text = { "terse", 5 } },
};
static const struct part user_parts[] = {
	{ .type = PART_TEXT, .text = { "see", 3 } },
	{ .type = PART_IMAGE, .mime = { "image/png", 9 },
	    .data = { "\x89PNG", 4 } },
	{ .type = PART_IMAGE, .url = { "https://a/b.gif", 15 } },
	{ .type = PART_FILE, .mime = { "application/pdf", 15 },
	    .name = { "a\"b.pdf", 7 }, .data = { "%PDF-", 5 } },
};
static const struct part image_part = { .type = PART_IMAGE,
    .mime = { "image/gif", 9 }, .data = { "G", 1 } };
static const struct part call_parts[] = {
	{ .type = PART_TEXT, .text = { "wait", 4 } },
	{ .type = PART_CALL, .id = { "c1", 2 }, .name = { "f", 1 },
	    .text = { "{\"x\":1}", 7 } },
	{ .type = PART_CALL, .id = { "c2", 2 }, .name = { "g", 1 },
	    .text = { "{}", 2 } },
};
static const struct part result_parts[] = {
	{ .type = PART_RESULT, .id = { "c1", 2 }, .text = { "1", 1 } },
	{ .type = PART_RESULT, .id = { "c2", 2 }, .text = { "", 0 } },
};
static const struct part said_parts[] = {
	{ .type = PART_TEXT, .text = { "a", 1 } },
	{ .type = PART_TEXT, .text = { "b", 1 } },
};
static const struct message talk[] = {
	{ ROLE_SYSTEM, system_parts, 1 },
	{ ROLE_USER, user_parts, 4 },
	{ ROLE_USER, &image_part, 1 },
	{ ROLE_ASSISTANT, call_parts, 3 },
	{ ROLE_TOOL, result_parts, 2 },
	{ ROLE_ASSISTANT, call_parts + 1, 1 },
	{ ROLE_TOOL, result_parts, 1 },
	{ ROLE_ASSISTANT, said_parts, 2 },
	{ ROLE_USER, &hi, 1 },
};

static void
conversation(const struct dialect *dialect, const char *member,
    const char *want)
{
	struct request r = { .messages = talk,
	    .nmessages = sizeof(talk) / sizeof(talk[0]) };
	struct slice found;
	struct buf body = { 0 };

	dialect->encode(&r, &body);
	OK(json_valid(buf_slice(&body)), "a conversation is JSON");
	EQ(json_find(buf_slice(&body), member, &found), JSON_ARRAY,
	    "a conversation is an array");
	EQS(found, want, dialect->name);
	buf_free(&body);
}

#define PNG "data:image/png;base64,iVBORw=="
#define GIF "data:image/gif;base64,Rw=="
#define PDF "data:application/pdf;base64,JVBERi0="
#define AUTO "\"detail\":\"auto\","
#define ARGS "\"arguments\":\"{\\\"x\\\":1}\""

static void
conversations(void)
{
	conversation(&dialect_chat, "messages", "[{\"role\":\"system\","
	    "\"content\":\"terse\"},{\"role\":\"user\",\"content\":[{"
	    "\"type\":\"text\",\"text\":\"see\"},{\"type\":\"image_url\","
	    "\"image_url\":{\"url\":\"" PNG "\"}},{\"type\":\"image_url\","
	    "\"image_url\":{\"url\":\"https://a/b.gif\"}},{\"type\":\"file\","
	    "\"file\":{\"filename\":\"a\\\"b.pdf\",\"file_data\":\"" PDF
	    "\"}}]},{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
	    "\"image_url\":{\"url\":\"" GIF "\"}}]},{\"role\":\"assistant\","
	    "\"content\":\"wait\",\"tool_calls\":[{\"id\":\"c1\",\"type\":"
	    "\"function\",\"function\":{\"name\":\"f\"," ARGS "}},{\"id\":"
	    "\"c2\",\"type\":\"function\",\"function\":{\"name\":\"g\","
	    "\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":"
	    "\"c1\",\"content\":\"1\"},{\"role\":\"tool\",\"tool_call_id\":"
	    "\"c2\",\"content\":\"\"},{\"role\":\"assistant\",\"content\":"
	    "null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
	    "\"function\":{\"name\":\"f\"," ARGS "}}]},{\"role\":\"tool\","
	    "\"tool_call_id\":\"c1\",\"content\":\"1\"},{\"role\":"
	    "\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
	    "{\"type\":\"text\",\"text\":\"b\"}]},{\"role\":\"user\","
	    "\"content\":\"hi\"}]");
	conversation(&dialect_responses, "input", "[{\"role\":\"system\","
	    "\"content\":\"terse\"},{\"role\":\"user\",\"content\":[{"
	    "\"type\":\"input_text\",\"text\":\"see\"},{\"type\":"
	    "\"input_image\"," AUTO "\"image_url\":\"" PNG "\"},{\"type\":"
	    "\"input_image\"," AUTO "\"image_url\":\"https://a/b.gif\"},{"
	    "\"type\":"
	    "\"input_file\",\"filename\":\"a\\\"b.pdf\",\"file_data\":\"" PDF
	    "\"}]},{\"role\":\"user\",\"content\":[{\"type\":\"input_image\","
	    AUTO "\"image_url\":\"" GIF "\"}]},{\"role\":\"assistant\","
	    "\"content\":\"wait\"},{\"type\":\"function_call\",\"call_id\":"
	    "\"c1\",\"name\":\"f\"," ARGS "},{\"type\":\"function_call\","
	    "\"call_id\":\"c2\",\"name\":\"g\",\"arguments\":\"{}\"},{"
	    "\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":"
	    "\"1\"},{\"type\":\"function_call_output\",\"call_id\":\"c2\","
	    "\"output\":\"\"},{\"type\":\"function_call\",\"call_id\":\"c1\","
	    "\"name\":\"f\"," ARGS "},{\"type\":\"function_call_output\","
	    "\"call_id\":\"c1\",\"output\":\"1\"},{\"role\":\"assistant\","
	    "\"content\":[{\"type\":\"output_text\",\"text\":\"a\"},{"
	    "\"type\":\"output_text\",\"text\":\"b\"}]},{\"role\":\"user\","
	    "\"content\":\"hi\"}]");
}

/* No bytes in a prompt may break the body. */
static void
odd_bytes(void)
{
	struct part odd = { .type = PART_TEXT };
	struct message ask = { ROLE_USER, &odd, 1 };
	struct request r = plain;
	struct slice found;
	struct buf body = { 0 }, text = { 0 };

	r.messages = &ask;
	odd.text = SLICE("a\0b\xff\x1b\"\\\n");
	dialect_chat.encode(&r, &body);
	EQ(json_find(buf_slice(&body), "messages.0.content", &found),
	    JSON_STRING, "odd bytes: still a string");
	json_unescape(found, &text, NULL);
	OK(slice_eq(buf_slice(&text), SLICE("a\0b\xef\xbf\xbd\x1b\"\\\n")),
	    "odd bytes: NUL and controls kept, no invalid UTF-8");
	buf_free(&body);
	buf_free(&text);
}

/* 64 levels are valid JSON, but not three levels down. */
static void
too_deep(void)
{
	struct buf deep = { 0 };
	struct request r = plain;
	int i;

	for (i = 0; i < JSON_DEPTH; i++)
		buf_putc(&deep, '[');
	for (i = 0; i < JSON_DEPTH; i++)
		buf_putc(&deep, ']');
	r.schema = buf_slice(&deep);
	same(&dialect_chat, &r, "{\"model\":\"m\",\"stream\":true,"
	    "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
	    "\"stream_options\":{\"include_usage\":true},\"response_format\":"
	    "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\","
	    "\"schema\":null,\"strict\":true}}}", "a schema that is too deep");
	buf_free(&deep);
}

/* What servers say of members that bide writes unasked. */
static void
amended(void)
{
	static const struct {
		const char *message;
		unsigned quirks;
		int64_t room;
	} rows[] = {
		{ "The 'stream_options' parameter is only allowed when "
		    "'stream' is enabled.", QUIRK_NO_STREAM_OPTIONS, 0 },
		{ "Unrecognized request argument supplied: stream_options",
		    QUIRK_NO_STREAM_OPTIONS, 0 },
		{ "Your organization must be verified to stream this model.",
		    QUIRK_NO_STREAM, 0 },
		{ "Cannot use tools with stream", QUIRK_NO_STREAM, 0 },
		{ "Unsupported parameter: 'max_completion_tokens' is not "
		    "supported with this model.",
		    QUIRK_MAX_TOKENS | QUIRK_RENAMED, 0 },
		{ "body.store: Extra inputs are not permitted",
		    QUIRK_NO_STORE, 0 },
		{ "Encrypted content is not supported with this model.", 0,
		    0 },
		{ "include: reasoning.encrypted_content is not supported",
		    QUIRK_NO_INCLUDE, 0 },
		{ "Unknown parameter: 'tools[0].strict'.", QUIRK_NO_STRICT,
		    0 },
		{ "max_tokens is too large: 32000", 0, 0 },
		{ "the store is closed", 0, 0 },
		{ "max_tokens: 32000 > 8192, which is the maximum allowed",
		    0, 8192 },
		{ "input length and `max_tokens` exceed context limit: 180000 "
		    "+ 32000 > 200000, decrease", 0, 20000 },
		{ "`max_tokens` exceed context limit: 9 + 32000 > 9", 0, 0 },
		{ "max_tokens: 1 > 99999999999999999999", 0, 0 },
	};
	const struct param own = { SLICE("store"), SLICE("true") };
	struct request r;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = plain;
		r.max_tokens = rows[i].quirks & QUIRK_RENAMED ? 5 : 0;
		(void)request_amend(&r, slice_str(rows[i].message));
		EQ(r.quirks, rows[i].quirks, rows[i].message);
		EQ(r.room, rows[i].room, "and the room that it names");
		EQ(request_amend(&r, slice_str(rows[i].message)) &&
		    r.quirks == rows[i].quirks, 0, "once");
	}
	r = plain;
	r.params = &own;
	r.nparams = 1;
	EQ(request_amend(&r, SLICE("store: not supported")), 0,
	    "what the user gave stays");
	r = full;
	r.quirks = QUIRK_NO_STRICT | QUIRK_NO_STORE | QUIRK_NO_INCLUDE |
	    QUIRK_NO_STREAM;
	same(&dialect_responses, &r, "{\"model\":\"m\",\"stream\":false,"
	    "\"temperature\":0.20,\"instructions\":\"be\\nbrief\","
	    "\"input\":[{\"role\":\"user\",\"content\":"
	    "\"say \\\"hi\\\"\"}],\"max_output_tokens\":64,"
	    "\"reasoning\":{\"effort\":\"low\"},\"text\":{\"format\":{"
	    "\"type\":\"json_schema\",\"name\":\"answer\",\"schema\":" SCHEMA
	    "}},\"tools\":[{\"type\":\"function\",\"name\":\"f\","
	    "\"description\":\"d \\\"q\\\"\",\"parameters\":" SCHEMA
	    "},{\"type\":\"function\",\"name\":\"g\",\"parameters\":{"
	    "\"type\":\"object\",\"properties\":{}},\"strict\":true}]}",
	    "nothing that was refused");
}

int
main(void)
{
	bodies();
	amended();
	params();
	conversations();
	odd_bytes();
	too_deep();
	return DONE();
}
