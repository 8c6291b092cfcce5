/* Items that must be sent back unchanged; item_responses_test.c has those of
 * the responses dialect. */

#include "tests/keeper.h"

/* -- messages -------------------------------------------------------------- */

#define BEGIN "{\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}"
#define BLOCK(i, block) "{\"type\":\"content_block_start\",\"index\":" i \
    ",\"content_block\":{" block "}}"
#define DELTA(i, delta) "{\"type\":\"content_block_delta\",\"index\":" i \
    ",\"delta\":{\"type\":" delta "}}"
#define OVER(i) "{\"type\":\"content_block_stop\",\"index\":" i "}"
#define FINISH(reason) "{\"type\":\"message_delta\",\"delta\":{" \
    "\"stop_reason\":\"" reason "\"}}"
#define STOP "{\"type\":\"message_stop\"}"
#define THINKING BLOCK("0", "\"type\":\"thinking\",\"thinking\":\"\"," \
    "\"signature\":\"\"")
#define THOUGHT(text, signature) "{\"type\":\"thinking\",\"thinking\":\"" \
    text "\",\"signature\":\"" signature "\"}"
#define REDACTED "\"type\":\"redacted_thinking\",\"data\":\"E\\/A=\""
#define MESSAGES(first) "[{\"role\":\"user\",\"content\":[{\"type\":" \
    "\"text\",\"text\":\"q\"}]},{\"role\":\"assistant\",\"content\":[" first \
    "]}"
#define TOOL_USE(id) "{\"type\":\"tool_use\",\"id\":\"" id \
    "\",\"name\":\"f\",\"input\":{\"a\":1}}"
#define TOOL_RESULT(id) "{\"type\":\"tool_result\",\"tool_use_id\":\"" id \
    "\",\"content\":\"r\"}"

static void
messages(void)
{
	static const char *const stream[] = {
		BEGIN, THINKING,
		DELTA("0", "\"thinking_delta\",\"thinking\":\"h\\ud83d\""),
		DELTA("0", "\"thinking_delta\",\"thinking\":\"\\ude00\\n\""),
		DELTA("0", "\"signature_delta\",\"signature\":\"\""),
		DELTA("0", "\"signature_delta\",\"signature\":\"Eq\""),
		DELTA("0", "\"signature_delta\",\"signature\":\"A=\""),
		OVER("0"),
		BLOCK("1", REDACTED), OVER("1"),
		BLOCK("2", "\"type\":\"tool_use\",\"id\":\"c1\","
		    "\"name\":\"f\",\"input\":{}"),
		DELTA("2", "\"input_json_delta\",\"partial_json\":"
		    "\"{\\\"a\\\":1}\""),
		OVER("2"), THINKING,
		DELTA("0", "\"signature_delta\",\"signature\":\"B\""),
		OVER("0"),
		BLOCK("3", "\"type\":\"tool_use\",\"id\":\"c2\","
		    "\"name\":\"f\",\"input\":{\"a\":1}"),
		OVER("3"), FINISH("tool_use"), STOP, NULL
	};
	struct keeper k = start();

	read_events(&k, &dialect_messages, stream);
	next_turn(&k);
	encode(&k, &dialect_messages, "claude-opus-5", "messages",
	    MESSAGES(THOUGHT("h\\ud83d\\ude00\\n", "EqA=") ",{" REDACTED "},"
	    TOOL_USE("c1") "," THOUGHT("", "B") "," TOOL_USE("c2"))
	    ",{\"role\":\"user\",\"content\":[" TOOL_RESULT("c1") ","
	    TOOL_RESULT("c2") "]}]");
	encode(&k, &dialect_chat, "m", "messages",
	    CHAT_CALLS(CHAT_CALL("c1") "," CHAT_CALL("c2")) CHAT_RESULT("c1")
	    CHAT_RESULT("c2") "]");
	done(&k);
}

/* A block without a signature or an end is not kept; nor is one that another
 * answer replaces. */
static void
messages_unsigned(void)
{
	static const char *const stream[] = {
		BEGIN, THINKING,
		DELTA("0", "\"signature_delta\",\"signature\":\"S\""),
		"{\"type\":\"message_start\",\"message\":{\"id\":\"n\"}}",
		OVER("0"), THINKING,
		DELTA("0", "\"thinking_delta\",\"thinking\":\"h\""),
		OVER("0"), BLOCK("1", "\"type\":\"text\",\"text\":\"a\""),
		DELTA("1", "\"signature_delta\",\"signature\":\"S\""),
		OVER("1"), THINKING,
		DELTA("0", "\"signature_delta\",\"signature\":\"S\""),
		FINISH("end_turn"), STOP, NULL
	};
	struct decode d = { .usage = USAGE_NONE };
	struct keeper k = start();

	read_events(&k, &dialect_messages, stream);
	EQ(k.items, 0, "no block that would be refused");
	done(&k);

	k = start();
	d.sink = &k.sink;
	EQ(dialect_messages.whole(&d, SLICE("{\"content\":[{\"type\":"
	    "\"thinking\",\"thinking\":\"h\",\"signature\":\"S\"},{" REDACTED
	    "},{\"type\":\"text\",\"text\":\"a\"}],\"stop_reason\":"
	    "\"end_turn\"}")), DECODE_DONE, "an answer that was not streamed");
	decode_free(&d);
	next_turn(&k);
	encode(&k, &dialect_messages, "claude-opus-5", "messages",
	    MESSAGES(THOUGHT("h", "S") ",{" REDACTED "},{\"type\":\"text\","
	    "\"text\":\"a\"}") ",{\"role\":\"user\",\"content\":[{\"type\":"
	    "\"text\",\"text\":\"more\"}]}]");
	done(&k);
}

/* -- gemini ---------------------------------------------------------------- */

#define PARTS(parts) "{\"candidates\":[{\"content\":{\"parts\":[" parts \
    "],\"role\":\"model\"}}]}"
#define LAST "{\"candidates\":[{\"finishReason\":\"STOP\"}]," \
    "\"usageMetadata\":{\"promptTokenCount\":1}}"
#define G_CALL(id) "{\"functionCall\":{\"id\":\"" id "\",\"name\":\"f\"," \
    "\"args\":{\"a\":1}}"
#define G_RESULT(id) "{\"functionResponse\":{\"id\":\"" id "\",\"name\":" \
    "\"f\",\"response\":{\"output\":\"r\"}}}"
#define CONTENTS(parts, more) "[{\"role\":\"user\",\"parts\":[{\"text\":" \
    "\"q\"}]},{\"role\":\"model\",\"parts\":[" parts "]},{\"role\":\"user\"," \
    "\"parts\":[" more "]}]"
#define SKIP ",\"thoughtSignature\":\"skip_thought_signature_validator\"}"

static void
gemini(void)
{
	static const char *const calls[] = {
		PARTS(G_CALL("x1") ",\"thoughtSignature\":\"A\\/=\"}"),
		PARTS(G_CALL("x2") "}"), LAST, NULL
	};
	static const char *const text[] = {
		PARTS("{\"text\":\"a\"}"),
		PARTS("{\"text\":\"\",\"thoughtSignature\":\"B=\"}"), LAST,
		NULL
	};
	static const char *const bare[] = {
		PARTS(G_CALL("x1") "},{\"thoughtSignature\":\"\"},"
		    G_CALL("x2") "}"), LAST, NULL
	};
	struct keeper k = start();

	read_events(&k, &dialect_gemini, calls);
	next_turn(&k);
	encode(&k, &dialect_gemini, "gemini-3-pro", "contents",
	    CONTENTS(G_CALL("x1") ",\"thoughtSignature\":\"A/=\"},"
	    G_CALL("x2") "}", G_RESULT("x1") "," G_RESULT("x2")));
	done(&k);

	k = start();
	read_events(&k, &dialect_gemini, text);
	next_turn(&k);
	encode(&k, &dialect_gemini, "gemini-3-pro", "contents",
	    CONTENTS("{\"text\":\"a\"},{\"text\":\"\",\"thoughtSignature\":"
	    "\"B=\"}", "{\"text\":\"more\"}"));
	done(&k);

	k = start();
	read_events(&k, &dialect_gemini, bare);
	EQ(k.items, 0, "an empty signature is none");
	next_turn(&k);
	encode(&k, &dialect_gemini, "gemini-3-pro", "contents",
	    CONTENTS(G_CALL("x1") SKIP "," G_CALL("x2") "}",
	    G_RESULT("x1") "," G_RESULT("x2")));
	encode(&k, &dialect_gemini, "gemini-2.5-pro", "contents",
	    CONTENTS(G_CALL("x1") "}," G_CALL("x2") "}",
	    G_RESULT("x1") "," G_RESULT("x2")));
	done(&k);
}

/* -- chat ------------------------------------------------------------------ */

#define CHUNK(delta) "{\"choices\":[{\"index\":0,\"delta\":{" delta "}}]}"
#define CHUNK_CALL(more) CHUNK("\"tool_calls\":[{\"index\":0,\"id\":\"c1\"," \
    "\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}" more \
    "}]")
#define FINISHED "{\"choices\":[{\"index\":0,\"delta\":{}," \
    "\"finish_reason\":\"tool_calls\"}]}"
#define THOUGHT_BACK(thought, extra) "[{\"role\":\"user\",\"content\":\"q\"}," \
    "{\"role\":\"assistant\"," thought "\"content\":null,\"tool_calls\":[{" \
    "\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\"," \
    "\"arguments\":\"{\\\"a\\\":1}\"}" extra "}]}" CHAT_RESULT("c1")
#define DETAIL(more) CHUNK("\"reasoning\":\"x\",\"reasoning_details\":[{" more \
    "}]")

static const struct {
	const char *what, *events[8];
	const char *thought, *extra;	/* as they go back */
} thoughts[] = {
	{ "Gemini's signature", { CHUNK_CALL(",\"extra_content\":{\"google\":{"
	    "\"thought_signature\":\"S\\/=\"}}") },
	    "", ",\"extra_content\":{\"google\":{"
	    "\"thought_signature\":\"S\\/=\"}}" },
	{ "after the arguments", { CHUNK_CALL(""), CHUNK("\"tool_calls\":[{"
	    "\"index\":0,\"extra_content\":{\"x\":{"
	    "\"thought_signature\":\"S\"}}}]") },
	    "", ",\"extra_content\":{\"x\":{\"thought_signature\":\"S\"}}" },
	{ "LiteLLM's", { CHUNK_CALL(",\"extra_content\":null,"
	    "\"provider_specific_fields\":{\"thought_signature\":\"S\"}") },
	    "", ",\"provider_specific_fields\":{"
	    "\"thought_signature\":\"S\"}" },
	{ "reasoning_content", { CHUNK("\"reasoning_content\":\"h\\ud83d\""),
	    CHUNK("\"reasoning_content\":\"\\ude00\\n\""), CHUNK_CALL("") },
	    "\"reasoning_content\":\"h\\ud83d\\ude00\\n\",", "" },
	{ "reasoning_details in pieces", {
	    DETAIL("\"type\":\"reasoning.text\",\"text\":\"h\",\"signature\":"
	    "null,\"id\":\"r\",\"index\":0"),
	    DETAIL("\"type\":\"reasoning.text\",\"text\":\"m\",\"index\":0"),
	    DETAIL("\"type\":\"reasoning.text\",\"text\":\"\",\"signature\":"
	    "\"S=\",\"index\":0"),
	    DETAIL("\"type\":\"reasoning.encrypted\",\"data\":\"D\","
	    "\"index\":1"),
	    DETAIL("\"type\":\"reasoning.encrypted\",\"data\":\"E\","
	    "\"index\":1"), CHUNK_CALL("") },
	    "\"reasoning_details\":[{\"type\":\"reasoning.text\",\"id\":\"r\","
	    "\"index\":0,\"text\":\"hm\",\"signature\":\"S=\"},{\"type\":"
	    "\"reasoning.encrypted\",\"index\":1,\"data\":\"D\"},{\"type\":"
	    "\"reasoning.encrypted\",\"index\":1,\"data\":\"E\"}],", "" },
	{ "each with all of it so far", {
	    DETAIL("\"type\":\"reasoning.text\",\"text\":\"h\""),
	    DETAIL("\"type\":\"reasoning.text\",\"text\":\"hm\""),
	    DETAIL("\"type\":\"reasoning.text\",\"text\":\"hm!\""),
	    CHUNK_CALL("") },
	    "\"reasoning_details\":[{\"type\":\"reasoning.text\","
	    "\"text\":\"hm!\"}],", "" },
	{ "one without members", { DETAIL(""), CHUNK_CALL("") },
	    "\"reasoning_details\":[{}],", "" },
	{ "in a message", { "{\"choices\":[{\"message\":{\"content\":null,"
	    "\"reasoning_content\":\"h\",\"tool_calls\":[{\"id\":\"c1\","
	    "\"function\":{\"name\":\"f\",\"arguments\":"
	    "\"{\\\"a\\\":1}\"}}]}}]}" },
	    "\"reasoning_content\":\"h\",", "" },
};

/* Reasoning goes back until the turn is over; a call keeps its signature. */
static void
chat(void)
{
	const char *stream[10];
	struct keeper k;
	struct talk again;
	struct request r = { 0 };
	struct buf want = { 0 };
	size_t i, n;

	for (i = 0; i < sizeof(thoughts) / sizeof(thoughts[0]); i++) {
		for (n = 0; n < 8 && thoughts[i].events[n] != NULL; n++)
			stream[n] = thoughts[i].events[n];
		stream[n] = FINISHED;
		stream[n + 1] = NULL;
		k = start();
		read_events(&k, &dialect_chat, stream);
		EQ(k.items, thoughts[i].thought[0] != '\0',
		    thoughts[i].what);
		next_turn(&k);
		buf_clear(&want);
		buf_printf(&want, THOUGHT_BACK("%s", "%s") "]",
		    thoughts[i].thought, thoughts[i].extra);
		buf_putc(&want, '\0');
		encode(&k, &dialect_chat, "m", "messages", want.p);

		/* as a file of messages it says the same */
		again = (struct talk){ 0 };
		OK(talk_parse(&again, slice_sub(buf_slice(&want), 0,
		    want.n - 1)) == NULL, "read again");
		OK(talk_end(&again, &r) == NULL, "a conversation");
		encode(&(struct keeper){ .talk = again }, &dialect_chat, "m",
		    "messages", want.p);
		talk_free(&again);

		encode(&k, &dialect_gemini, "gemini-2.5-pro", "contents",
		    CONTENTS("{\"functionCall\":{\"id\":\"c1\",\"name\":"
		    "\"f\",\"args\":{\"a\":1}}}", G_RESULT("c1")));
		talk_user(&k.talk, SLICE("more"), NULL, 0);
		buf_clear(&want);
		buf_printf(&want, THOUGHT_BACK("%s", "%s") ",{\"role\":"
		    "\"user\",\"content\":\"more\"}]", "",
		    thoughts[i].extra);
		buf_putc(&want, '\0');
		encode(&k, &dialect_chat, "m", "messages", want.p);
		talk_disown(&k.talk);
		encode(&k, &dialect_chat, "m", "messages",
		    THOUGHT_BACK("", "") ",{\"role\":\"user\","
		    "\"content\":\"more\"}]");
		done(&k);
	}
	buf_free(&want);

	/* without a call nothing goes back */
	stream[0] = CHUNK("\"reasoning_content\":\"h\",\"content\":\"a\"");
	stream[1] = "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}";
	stream[2] = NULL;
	k = start();
	read_events(&k, &dialect_chat, stream);
	EQ(k.items, 0, "an answer");
	done(&k);
}

/* -- all ------------------------------------------------------------------- */

/* A turn with nothing but another dialect's items is left out. */
static void
foreign(void)
{
	struct keeper k = start();

	talk_part(&k.talk, &(struct part){ .type = PART_OWN,
	    .text = SLICE("{}"), .name = SLICE("another") });
	next_turn(&k);
	encode(&k, &dialect_responses, "m", "input", "[{\"role\":\"user\","
	    "\"content\":\"q\"},{\"role\":\"user\",\"content\":\"more\"}]");
	encode(&k, &dialect_chat, "m", "messages", "[{\"role\":\"user\","
	    "\"content\":\"q\"},{\"role\":\"user\",\"content\":\"more\"}]");
	encode(&k, &dialect_messages, "claude-opus-5", "messages",
	    "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":"
	    "\"q\"}]},{\"role\":\"user\",\"content\":[{\"type\":\"text\","
	    "\"text\":\"more\"}]}]");
	encode(&k, &dialect_gemini, "gemini-3-pro", "contents",
	    "[{\"role\":\"user\",\"parts\":[{\"text\":\"q\"}]},{\"role\":"
	    "\"user\",\"parts\":[{\"text\":\"more\"}]}]");
	done(&k);
}

/* Claude refuses text of white space alone, and a budget for thinking where the
 * turn that goes on has begun without. */
static void
messages_strict(void)
{
	static const char *const thought[] = { "messages", "another" };
	struct message m[3];
	struct part call[2] = { { .type = PART_OWN, .text = SLICE("{}") },
	    { .type = PART_CALL, .id = SLICE("c"), .name = SLICE("f") } };
	struct part blank[2] = { { .text = SLICE(" \n") },
	    { .text = SLICE("q") } };
	struct part result = { .type = PART_RESULT, .id = SLICE("c"),
	    .text = SLICE("r") };
	struct request r = { .model = SLICE("claude-sonnet-4-5"),
	    .messages = m, .nmessages = 3, .effort = SLICE("high") };
	struct buf body = { 0 };
	int i;

	m[0] = (struct message){ ROLE_USER, blank, 2 };
	m[1] = (struct message){ ROLE_ASSISTANT, call, 2 };
	m[2] = (struct message){ ROLE_TOOL, &result, 1 };
	for (i = 0; i < 2; i++) {
		call[0].name = slice_str(thought[i]);
		buf_clear(&body);
		dialect_messages.encode(&r, &body);
		EQ(slice_ifind(buf_slice(&body), "budget_tokens") >= 0, i == 0,
		    "a budget only after a thinking block of its own");
		OK(slice_ifind(buf_slice(&body), "[{\"type\":\"text\","
		    "\"text\":\"q\"}]") >= 0, "blank text is left out");
	}
	r.nmessages = 1;
	buf_clear(&body);
	dialect_messages.encode(&r, &body);
	OK(slice_ifind(buf_slice(&body), "budget_tokens") >= 0,
	    "and in a turn that begins");
	buf_free(&body);
}

int
main(void)
{
	messages();
	messages_unsigned();
	messages_strict();
	gemini();
	chat();
	foreign();
	return DONE();
}
