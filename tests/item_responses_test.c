/* Items of the responses dialect that must be sent back unchanged. */

#include "tests/keeper.h"

#define REASONING "{\"type\": \"reasoning\",\"id\":\"rs_1\",\"summary\":[{" \
    "\"type\":\"summary_text\",\"text\":\"h\\u00e9\"}]," \
    "\"encrypted_content\":\"gAAA\\/=\",\"later\":{\"x\":[1]}}"
#define CALL_ITEM "{\"type\":\"function_call\",\"id\":\"fc_1\"," \
    "\"call_id\":\"c1\",\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"," \
    "\"status\":\"completed\"}"
#define ITEM(what, item) "{\"type\":\"response.output_item." what "\"," \
    "\"output_index\":0,\"item\":" item "}"
#define COMPLETED(output) "{\"type\":\"response.completed\",\"response\":{" \
    "\"status\":\"completed\",\"output\":[" output "]}}"
#define RESPONSES(item) "[{\"role\":\"user\",\"content\":\"q\"}," item \
    "{\"type\":\"function_call\",\"call_id\":\"c1\",\"name\":\"f\"," \
    "\"arguments\":\"{\\\"a\\\":1}\"},{\"type\":\"function_call_output\"," \
    "\"call_id\":\"c1\",\"output\":\"r\"}]"
/* Unchanged except for blanks between tokens. */
#define REASONING_BACK "{\"type\":\"reasoning\",\"id\":\"rs_1\"," \
    "\"summary\":[{\"type\":\"summary_text\",\"text\":\"h\\u00e9\"}]," \
    "\"encrypted_content\":\"gAAA\\/=\",\"later\":{\"x\":[1]}}"

static void
responses(void)
{
	static const char *const stream[] = {
		ITEM("added", "{\"type\":\"reasoning\",\"id\":\"rs_1\","
		    "\"summary\":[],\"encrypted_content\":\"half\"}"),
		ITEM("done", "{\"type\":\"reasoning\",\"id\":\"rs_0\","
		    "\"summary\":[],\"encrypted_content\":\"\"}"),
		ITEM("done", "{\"type\":\"reasoning\",\"id\":\"rs_0\","
		    "\"encrypted_content\":\"x\",\"status\":\"incomplete\"}"),
		ITEM("done", REASONING),
		ITEM("done", CALL_ITEM),
		COMPLETED(REASONING "," CALL_ITEM),
		NULL
	};
	struct decode d = { .usage = USAGE_NONE };
	struct keeper k = start();

	read_events(&k, &dialect_responses, stream);
	EQ(k.items, 1, "only what is finished and can be sent back");
	next_turn(&k);
	encode(&k, &dialect_responses, "m", "input",
	    RESPONSES(REASONING_BACK ","));
	encode(&k, &dialect_chat, "m", "messages",
	    CHAT_CALLS(CHAT_CALL("c1")) CHAT_RESULT("c1") "]");
	done(&k);

	k = start();
	d.sink = &k.sink;
	EQ(dialect_responses.whole(&d, SLICE("{\"status\":\"completed\","
	    "\"output\":[" REASONING "," CALL_ITEM "]}")), DECODE_DONE,
	    "an answer that was not streamed");
	decode_free(&d);
	next_turn(&k);
	encode(&k, &dialect_responses, "m", "input",
	    RESPONSES(REASONING_BACK ","));
	done(&k);
}

/* An item keeps its place between two texts. */
static void
responses_order(void)
{
	static const char *const stream[] = {
		"{\"type\":\"response.output_text.delta\",\"delta\":\"a\"}",
		ITEM("done", REASONING),
		"{\"type\":\"response.output_text.delta\",\"delta\":\"b\"}",
		COMPLETED(""),
		NULL
	};
	struct keeper k = start();

	read_events(&k, &dialect_responses, stream);
	next_turn(&k);
	encode(&k, &dialect_responses, "m", "input", "[{\"role\":\"user\","
	    "\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"},"
	    REASONING_BACK ",{\"role\":\"assistant\",\"content\":\"b\"},{"
	    "\"role\":\"user\",\"content\":\"more\"}]");
	done(&k);
}

int
main(void)
{
	responses();
	responses_order();
	return DONE();
}
