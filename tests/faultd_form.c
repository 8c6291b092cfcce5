#include <string.h>

#include "tests/faultd.h"
#include "wire/json.h"

#define RESPONSE(status, more) "\"response\":{\"id\":\"resp_1\"," \
	"\"object\":\"response\",\"created_at\":1736272055,\"status\":" \
	status ",\"model\":\"faultd-1\"," more "}"
#define MESSAGE(status, more) "{\"id\":\"msg_1\",\"type\":\"message\"," \
	"\"status\":\"" status "\",\"role\":\"assistant\",\"content\":[" more \
	"]}"
#define OUTPUT_TEXT(text) "{\"type\":\"output_text\",\"text\":" text "," \
	"\"annotations\":[]}"
#define OUTPUT "\"output\":[" MESSAGE("completed", OUTPUT_TEXT("$T")) "]," \
	"\"usage\":{\"input_tokens\":12,\"output_tokens\":34," \
	"\"input_tokens_details\":{\"cached_tokens\":5}," \
	"\"output_tokens_details\":{\"reasoning_tokens\":0}," \
	"\"total_tokens\":46}"
#define AT "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,"
#define SEQ ",\"sequence_number\":$N,"
#define RESPONSES_DONE \
	"{\"type\":\"response.output_text.done\"" SEQ AT "\"text\":$T}\n" \
	"{\"type\":\"response.output_item.done\"" SEQ "\"output_index\":0," \
	"\"item\":" MESSAGE("completed", OUTPUT_TEXT("$T")) "}\n"
#define OPENAI_ERROR \
	"{\"message\":$M,\"type\":$C,\"param\":null,\"code\":$C}"

#define CHUNK(choice) "{\"id\":\"chatcmpl-1\"," \
	"\"object\":\"chat.completion.chunk\",\"created\":1736272055," \
	"\"model\":\"faultd-1\",\"choices\":[" choice "]"
#define CHAT_USAGE ",\"usage\":{\"prompt_tokens\":12," \
	"\"completion_tokens\":34,\"total_tokens\":46," \
	"\"prompt_tokens_details\":{\"cached_tokens\":5}}}"

#define CLAUDE(content, stop) "{\"id\":\"msg_1\",\"type\":\"message\"," \
	"\"role\":\"assistant\",\"model\":\"faultd-1\",\"content\":[" \
	content "],\"stop_reason\":" stop ",\"stop_sequence\":null," \
	"\"usage\":{\"input_tokens\":12,\"output_tokens\":34}}"
#define CLAUDE_ERROR "{\"type\":\"error\",\"error\":{\"type\":$C," \
	"\"message\":$M},\"request_id\":\"req_1\"}"

#define CANDIDATE(text, more) "{\"candidates\":[{\"content\":{" \
	"\"parts\":[{\"text\":" text "}],\"role\":\"model\"}," more \
	"\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":12," \
	"\"candidatesTokenCount\":34,\"totalTokenCount\":46}," \
	"\"modelVersion\":\"faultd-1\",\"responseId\":\"resp_1\"}"
#define GEMINI_ERROR "{\"error\":{\"code\":$S,\"message\":$M,\"status\":$C}}"

static const struct form forms[] = {
	{
		.name = "responses",
		.named = 1,
		.start = "{\"type\":\"response.created\"" SEQ
		    RESPONSE("\"in_progress\"", "\"output\":[]") "}\n"
		    "{\"type\":\"response.in_progress\"" SEQ
		    RESPONSE("\"in_progress\"", "\"output\":[]") "}\n"
		    "{\"type\":\"response.output_item.added\"" SEQ
		    "\"output_index\":0,\"item\":"
		    MESSAGE("in_progress", "") "}\n"
		    "{\"type\":\"response.content_part.added\"" SEQ AT
		    "\"part\":" OUTPUT_TEXT("\"\"") "}\n",
		.delta = "{\"type\":\"response.output_text.delta\"" SEQ AT
		    "\"delta\":$D,\"logprobs\":[]}\n",
		.done = RESPONSES_DONE "{\"type\":\"response.completed\"" SEQ
		    RESPONSE("\"completed\"", OUTPUT) "}\n",
		.cut = RESPONSES_DONE "{\"type\":\"response.incomplete\"" SEQ
		    RESPONSE("\"incomplete\"", "\"incomplete_details\":"
		    "{\"reason\":\"$F\"}," OUTPUT) "}\n",
		/* The error is told twice. */
		.fail = "{\"type\":\"error\"" SEQ "\"error\":" OPENAI_ERROR
		    "}\n{\"type\":\"response.failed\"" SEQ
		    RESPONSE("\"failed\"", "\"output\":[],\"error\":"
		    OPENAI_ERROR) "}\n",
		.whole = "{\"id\":\"resp_1\",\"object\":\"response\","
		    "\"created_at\":1736272055,\"status\":\"completed\","
		    "\"model\":\"faultd-1\"," OUTPUT "}",
		.error = "{\"error\":" OPENAI_ERROR "}",
		.finish = { "stop", "max_output_tokens", "content_filter" },
	}, {
		.name = "chat",
		.start = CHUNK("{\"index\":0,\"delta\":{\"role\":"
		    "\"assistant\",\"content\":\"\"},"
		    "\"finish_reason\":null}") "}\n",
		.delta = CHUNK("{\"index\":0,\"delta\":{\"content\":$D},"
		    "\"finish_reason\":null}") "}\n",
		.done = CHUNK("{\"index\":0,\"delta\":{},"
		    "\"finish_reason\":\"$F\"}") "}\n"
		    CHUNK("") CHAT_USAGE "\n[DONE]\n",
		.fail = "{\"error\":" OPENAI_ERROR "}\n[DONE]\n",
		.whole = "{\"id\":\"chatcmpl-1\","
		    "\"object\":\"chat.completion\",\"created\":1736272055,"
		    "\"model\":\"faultd-1\",\"choices\":[{\"index\":0,"
		    "\"message\":{\"role\":\"assistant\",\"content\":$T},"
		    "\"finish_reason\":\"stop\"}]" CHAT_USAGE,
		.error = "{\"error\":" OPENAI_ERROR "}",
		.finish = { "stop", "length", "content_filter" },
	}, {
		.name = "messages",
		.named = 1,
		.start = "{\"type\":\"message_start\",\"message\":"
		    CLAUDE("", "null") "}\n"
		    "{\"type\":\"content_block_start\",\"index\":0,"
		    "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n"
		    "{\"type\":\"ping\"}\n",
		.delta = "{\"type\":\"content_block_delta\",\"index\":0,"
		    "\"delta\":{\"type\":\"text_delta\",\"text\":$D}}\n",
		.done = "{\"type\":\"content_block_stop\",\"index\":0}\n"
		    "{\"type\":\"message_delta\",\"delta\":{"
		    "\"stop_reason\":\"$F\",\"stop_sequence\":null},"
		    "\"usage\":{\"output_tokens\":34}}\n"
		    "{\"type\":\"message_stop\"}\n",
		.fail = CLAUDE_ERROR "\n",
		.whole = CLAUDE("{\"type\":\"text\",\"text\":$T}",
		    "\"end_turn\""),
		.error = CLAUDE_ERROR,
		.finish = { "end_turn", "max_tokens", "refusal" },
	}, {
		.name = "gemini",
		.start = "",
		.delta = CANDIDATE("$D", "") "\n",
		.done = CANDIDATE("\"\"", "\"finishReason\":\"$F\",") "\n",
		.fail = GEMINI_ERROR "\n",
		.whole = CANDIDATE("$T", "\"finishReason\":\"STOP\","),
		.error = GEMINI_ERROR,
		.finish = { "STOP", "MAX_TOKENS", "SAFETY" },
	}
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

/* An error by what it is about, in the words of OpenAI, Anthropic, Google.
 * Texts are of /providers.md 6. */
static const struct about {
	const char *name;
	const char *code[3];
	const char *text[3];
} abouts[] = {
	{ "rate", { "rate_limit_exceeded", "rate_limit_error",
	    "RESOURCE_EXHAUSTED" }, { "Rate limit reached", "Rate limited",
	    "Resource has been exhausted" } },
	{ "overload", { "server_is_overloaded", "overloaded_error",
	    "UNAVAILABLE" }, { "Our servers are currently overloaded.",
	    "Overloaded", "The model is overloaded." } },
	{ "quota", { "insufficient_quota", "invalid_request_error",
	    "RESOURCE_EXHAUSTED" }, {
	    "You exceeded your current quota, please check your plan and "
	    "billing details.",
	    "Your credit balance is too low to access the Anthropic API.",
	    "You exceeded your current quota.\n* Quota exceeded for metric: "
	    "generate_content_free_tier_requests, limit: 0" } },
	{ "key", { "invalid_api_key", "authentication_error",
	    "UNAUTHENTICATED" }, { "Incorrect API key provided",
	    "invalid x-api-key", "API key not valid" } },
	{ "context", { "context_length_exceeded", "invalid_request_error",
	    "INVALID_ARGUMENT" }, {
	    "Your input exceeds the context window of this model.",
	    "prompt is too long: 213462 tokens > 200000 maximum",
	    "The input token count (1200000) exceeds the maximum number of "
	    "tokens allowed (1048576)." } },
};

const struct form *
form_find(struct slice name)
{
	size_t i;

	for (i = 0; i < FORMS; i++)
		if (slice_is(name, forms[i].name))
			return &forms[i];
	return NULL;
}

const struct form *
form_of(struct slice target)
{
	static const char *const paths[FORMS] = { "/responses",
	    "/chat/completions", "/messages", "GenerateContent" };
	size_t i;

	for (i = 0; i < FORMS; i++)
		if (slice_ifind(target, paths[i]) >= 0)
			return &forms[i];
	return NULL;
}

void
form_about(const struct form *f, struct slice *code, struct slice *text)
{
	size_t who = slice_is(slice_str(f->name), "messages") ? 1 :
	    slice_is(slice_str(f->name), "gemini") ? 2 : 0, i;

	for (i = 0; i < sizeof(abouts) / sizeof(abouts[0]); i++) {
		if (!slice_is(*code, abouts[i].name))
			continue;
		*code = slice_str(abouts[i].code[who]);
		if (text->n == 0)
			*text = slice_str(abouts[i].text[who]);
	}
}

static void
put_value(struct buf *out, char which, const struct words *w)
{
	struct json_out json = { .out = out };

	switch (which) {
	case 'C':
		json_str(&json, w->code);
		break;
	case 'D':
		json_str(&json, w->delta);
		break;
	case 'F':
		buf_put(out, w->finish);
		break;
	case 'M':
		json_str(&json, w->message);
		break;
	case 'N':
		buf_printf(out, "%d", (*w->seq)++);
		break;
	case 'S':
		buf_printf(out, "%d", w->status);
		break;
	case 'T':
		json_str(&json, w->text);
		break;
	}
}

void
form_put(struct buf *out, struct slice line, const struct words *w)
{
	size_t i;

	for (i = 0; i < line.n; i++)
		if (line.p[i] == '$' && i + 1 < line.n)
			put_value(out, line.p[++i], w);
		else
			buf_putc(out, line.p[i]);
}

void
form_event(const struct form *f, struct buf *out, struct slice line,
    const struct words *w)
{
	struct slice rest = line, name;

	if (f->named && slice_starts(line, "{\"type\":\"")) {
		slice_skip(&rest, strlen("{\"type\":\""));
		name = slice_cut(&rest, '"');
		buf_printf(out, "event: %.*s\n", SLICE_FMT(name));
	}
	buf_puts(out, "data: ");
	form_put(out, line, w);
	buf_puts(out, "\n\n");
}
