/* The dialects' writing half: requests against the bodies they become. */

#include "api/dialect.h"
#include "tests/t.h"

#define SCHEMA "{\"type\":\"object\"}"
#define TOOL "{\"name\":\"f\",\"description\":\"d \\\"q\\\"\"," \
    "\"parameters\":" SCHEMA "}"

static const struct request plain = {
	.model = { "m", 1 }, .prompt = { "hi", 2 },
};

static const struct request full = {
	.model = { "m", 1 },
	.system = { "be\nbrief", 8 },
	.prompt = { "say \"hi\"", 8 },
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

	same(&dialect_responses, &plain, "{\"model\":\"m\",\"input\":\"hi\","
	    "\"stream\":true,\"stream_options\":{\"include_obfuscation\":"
	    "false},\"store\":false}", "responses: a prompt");
	same(&dialect_chat, &plain, "{\"model\":\"m\",\"messages\":[{\"role\":"
	    "\"user\",\"content\":\"hi\"}],\"stream\":true,"
	    "\"stream_options\":{\"include_usage\":true}}", "chat: a prompt");
	same(&dialect_responses, &full, "{\"model\":\"m\",\"instructions\":"
	    "\"be\\nbrief\",\"input\":\"say \\\"hi\\\"\",\"stream\":true,"
	    "\"stream_options\":{\"include_obfuscation\":false},"
	    "\"store\":false,\"max_output_tokens\":64,\"temperature\":0.20,"
	    "\"reasoning\":{\"effort\":\"low\"},\"text\":{\"format\":{"
	    "\"type\":\"json_schema\",\"name\":\"answer\",\"schema\":" SCHEMA
	    ",\"strict\":true}},\"tools\":[{\"type\":\"function\",\"name\":"
	    "\"f\",\"description\":\"d \\\"q\\\"\",\"parameters\":" SCHEMA
	    ",\"strict\":false},{\"type\":\"function\",\"name\":\"g\","
	    "\"parameters\":{\"type\":\"object\",\"properties\":{}},"
	    "\"strict\":true}]}", "responses: everything");
	same(&dialect_chat, &full, "{\"model\":\"m\",\"messages\":[{\"role\":"
	    "\"system\",\"content\":\"be\\nbrief\"},{\"role\":\"user\","
	    "\"content\":\"say \\\"hi\\\"\"}],\"stream\":true,"
	    "\"stream_options\":{\"include_usage\":true},"
	    "\"max_completion_tokens\":64,\"temperature\":0.20,"
	    "\"reasoning_effort\":\"low\",\"response_format\":{\"type\":"
	    "\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":"
	    SCHEMA ",\"strict\":true}},\"tools\":[{\"type\":\"function\","
	    "\"function\":{\"name\":\"f\",\"description\":\"d \\\"q\\\"\","
	    "\"parameters\":" SCHEMA "}},{\"type\":\"function\",\"function\":{"
	    "\"name\":\"g\",\"strict\":true}}]}", "chat: everything");
	r.schema = r.tools = r.temperature = r.effort = r.system =
	    (struct slice){ 0 };
	r.quirks = QUIRK_MAX_TOKENS | QUIRK_NO_STREAM_OPTIONS;
	same(&dialect_chat, &r, "{\"model\":\"m\",\"messages\":[{\"role\":"
	    "\"user\",\"content\":\"say \\\"hi\\\"\"}],\"stream\":true,"
	    "\"max_tokens\":64}", "chat: quirks");
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
	    "chat: params take the place of members");
	r.params = input;
	r.nparams = 4;
	r.tools = (struct slice){ 0 };
	r.schema = full.schema;
	r.effort = full.effort;
	same(&dialect_responses, &r, "{\"model\":\"m\",\"stream\":true,"
	    "\"stream_options\":{\"include_obfuscation\":false},\"input\":[],"
	    "\"store\":true,\"text\":{},\"reasoning\":{}}",
	    "responses: params take the place of members");
}

/* What a prompt may hold must not break the body. */
static void
odd_bytes(void)
{
	struct request r = plain;
	struct slice found;
	struct buf body = { 0 }, text = { 0 };

	r.prompt = SLICE("a\0b\xff\x1b\"\\\n");
	dialect_chat.encode(&r, &body);
	EQ(json_find(buf_slice(&body), "messages.0.content", &found),
	    JSON_STRING, "odd bytes: still a string");
	json_unescape(found, &text, NULL);
	OK(slice_eq(buf_slice(&text), SLICE("a\0b\xef\xbf\xbd\x1b\"\\\n")),
	    "odd bytes: NUL and controls as they are, no invalid UTF-8");
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
	same(&dialect_chat, &r, "{\"model\":\"m\",\"messages\":[{\"role\":"
	    "\"user\",\"content\":\"hi\"}],\"stream\":true,"
	    "\"stream_options\":{\"include_usage\":true},\"response_format\":"
	    "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\","
	    "\"schema\":null,\"strict\":true}}}", "a schema that is too deep");
	buf_free(&deep);
}

int
main(void)
{
	bodies();
	params();
	odd_bytes();
	too_deep();
	return DONE();
}
