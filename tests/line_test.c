#include "api/line.h"

#include "tests/t.h"

static const struct {
	const char *text, *why;
	enum family family;
} lines[] = {
	{ "{\"prompt\":\"x\"}", NULL, FAMILY_PLAIN },
	{ " {\"custom_id\":\"a\",\"prompt\":\"x\"}\r", NULL, FAMILY_PLAIN },
	{ "{\"messages\":[]}", NULL, FAMILY_PLAIN },
	{ "{\"prompt\":\"x\",\"system\":null}", NULL, FAMILY_PLAIN },
	{ "{\"custom_id\":\"a\",\"params\":{}}", NULL, FAMILY_ANTHROPIC },
	{ "{\"url\":\"/v1/x\",\"body\":{}}", NULL, FAMILY_OPENAI },
	{ "{\"method\":\"POST\",\"url\":\"/v1/x\",\"body\":{},\"more\":1}",
	    NULL, FAMILY_OPENAI },
	{ "", "not a JSON object", FAMILY_PLAIN },
	{ "[]", "not a JSON object", FAMILY_PLAIN },
	{ "{\"prompt\":\"x\"", "not valid JSON", FAMILY_PLAIN },
	{ "{\"prompt\":\"x\"} {}", "not valid JSON", FAMILY_PLAIN },
	{ "{\"prompt\":\"\xff\"}", "not valid JSON", FAMILY_PLAIN },
	{ "{}", "no prompt", FAMILY_PLAIN },
	{ "{\"prompt\":\"\"}", "no prompt", FAMILY_PLAIN },
	{ "{\"prompt\":null}", "no prompt", FAMILY_PLAIN },
	{ "{\"prompt\":\"x\",\"promt\":1}", "an unknown member",
	    FAMILY_PLAIN },
	{ "{\"prompt\":\"x\",\"max_tokens\":\"9\"}",
	    "an option of the wrong type", FAMILY_PLAIN },
	{ "{\"url\":\"/v1/x\"}", "no body", FAMILY_OPENAI },
	{ "{\"body\":{}}", NULL, FAMILY_OPENAI },
	{ "{\"url\":\"http://h/\",\"body\":{}}", NULL, FAMILY_OPENAI },
	{ "{\"url\":\"ftp://h/\",\"body\":{}}",
	    "url is neither a path nor a URL", FAMILY_OPENAI },
	{ "{\"url\":\"\",\"body\":{}}",
	    "url is neither a path nor a URL", FAMILY_OPENAI },
	{ "{\"url\":\"/a\",\"method\":\"Post\",\"body\":{}}", NULL,
	    FAMILY_OPENAI },
	{ "{\"key\":\"a\",\"request\":{}}", NULL, FAMILY_GEMINI },
	{ "{\"contents\":[]}", NULL, FAMILY_GEMINI },
	{ "{\"model\":\"m\",\"messages\":[],\"top_p\":1}", NULL,
	    FAMILY_OPENAI },
	{ "{\"model\":\"m\",\"input\":\"x\"}", NULL, FAMILY_OPENAI },
	{ "{\"model\":\"claude-x\",\"messages\":[]}", NULL,
	    FAMILY_ANTHROPIC },
	{ "{\"model\":\"m\",\"messages\":[],\"prompt\":\"x\"}", NULL,
	    FAMILY_PLAIN },
	{ "{\"custom_id\":\"a\",\"model\":\"m\",\"messages\":[]}", NULL,
	    FAMILY_PLAIN },
	{ "{\"prompt\":\"x\",\"key\":\"a\"}", "an unknown member",
	    FAMILY_PLAIN },
	{ "{\"prompt\":\"x\",\"input\":\"a\"}", "an unknown member",
	    FAMILY_PLAIN },
	{ "{\"custom_id\":true,\"prompt\":\"x\"}",
	    "custom_id is neither a string nor a number", FAMILY_PLAIN },
	{ "{\"custom_id\":{},\"url\":\"/a\",\"body\":{}}",
	    "custom_id is neither a string nor a number", FAMILY_OPENAI },
	{ "{\"key\":[],\"request\":{}}",
	    "key is neither a string nor a number", FAMILY_GEMINI },
	{ "{\"url\":\"/a\\r\\nb\",\"body\":{}}",
	    "url has characters that no path has",
	    FAMILY_OPENAI },
	{ "{\"url\":\"/a b\",\"body\":{}}",
	    "url has characters that no path has",
	    FAMILY_OPENAI },
	{ "{\"url\":\"/a\",\"method\":\"GET\",\"body\":{}}",
	    "the method is not POST", FAMILY_OPENAI },
};

static void
test_lines(void)
{
	struct line l;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		EQS(slice_str(line_read(&l, slice_str(lines[i].text))),
		    lines[i].why == NULL ? "" : lines[i].why,
		    lines[i].text);
		EQ(l.family, lines[i].family, "family");
	}
}

static void
test_id(void)
{
	struct buf id = { 0 };
	struct line l;

	(void)line_read(&l, SLICE("{\"custom_id\":\"\\u00e9\\\"\"}"));
	line_id(&l, 7, 0x123, &id);
	EQS(buf_slice(&id), "\xc3\xa9\"", "unescaped");
	buf_clear(&id);
	(void)line_read(&l, SLICE("{\"custom_id\":1.50,\"prompt\":\"x\"}"));
	line_id(&l, 7, 0x123, &id);
	EQS(buf_slice(&id), "1.50", "a number as it is written");
	buf_clear(&id);
	(void)line_read(&l, SLICE("{\"key\":\"k\",\"request\":{}}"));
	line_id(&l, 7, 0x123, &id);
	EQS(buf_slice(&id), "k", "Gemini's key");
	buf_clear(&id);
	(void)line_read(&l, SLICE("{\"prompt\":\"x\"}"));
	line_id(&l, 7, 0x123, &id);
	EQS(buf_slice(&id), "line-7-000000000000123",
	    "by the line number and digest");
	buf_clear(&id);
	(void)line_read(&l, SLICE("{\"custom_id\":\"a\","));
	line_id(&l, 8, UINT64_MAX >> 4, &id);
	EQS(buf_slice(&id), "line-8-fffffffffffffff",
	    "even if it is not JSON");
	buf_free(&id);
}

static const struct {
	const char *body, *want;	/* blanks do not count */
} bodies[] = {
	{ "{\"a\": 1 }", "{\"a\":1}" },
	{ "{\"stream\":false,\"a\":1}", "{\"stream\":false,\"a\":1}" },
	{ "{\"stream\":true}", "{}" },
	{ "{\"stream\":true,\"a\":1}", "{\"a\":1}" },
	{ "{\"a\":1,\"stream\":true}", "{\"a\":1}" },
	{ "{\"a\":1,\"stream\" : true , \"b\":[2]}", "{\"a\":1,\"b\":[2]}" },
	{ "{\"stream_options\":{\"x\":1},\"stream\":true,\"b\":\",\"}",
	    "{\"b\":\",\"}" },
	{ "{\"stream\":true,\"b\":{\"stream\":true},\"stream_options\":null}",
	    "{\"b\":{\"stream\":true}}" },
	{ "{\"\\u0073tream\":true,\"b\":2}", "{\"b\":2}" },
};

static void
test_bodies(void)
{
	struct buf text = { 0 }, body = { 0 };
	struct line l;
	size_t i, k, n;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		buf_clear(&text);
		buf_clear(&body);
		buf_printf(&text, "{\"params\":%s}", bodies[i].body);
		OK(line_read(&l, buf_slice(&text)) == NULL, "params");
		line_body(&l, SLICE(""), 0, &body);
		OK(json_valid(buf_slice(&body)), "is JSON");
		for (k = n = 0; k < body.n; k++)
			if (body.p[k] != ' ')
				body.p[n++] = body.p[k];
		body.n = n;
		EQS(buf_slice(&body), bodies[i].want, bodies[i].body);
	}
	buf_free(&text);
	buf_free(&body);
}

/* The model of a line, another one for all, one for those without any. */
static const struct {
	const char *line;
	int instead;
	const char *want;
} models[] = {
	{ "{\"body\":{\"model\":\"m\",\"input\":1}}", 0,
	    "{\"model\":\"m\",\"input\":1}" },
	{ "{\"body\":{\"model\":\"m\",\"input\":1}}", 1,
	    "{\"model\":\"o/\\\"x\",\"input\":1}" },
	{ "{\"params\":{\"stream\":true,\"a\":[{\"model\":1}],"
	    "\"mod\\u0065l\":\"\"}}", 1, "{              "
	    "\"a\":[{\"model\":1}],\"mod\\u0065l\":\"o/\\\"x\"}" },
	{ "{\"body\":{\"messages\":[]}}", 0,
	    "{\"model\":\"o/\\\"x\",\"messages\":[]}" },
	{ "{\"body\": { } }", 1, "{\"model\":\"o/\\\"x\" }" },
	{ "{\"request\":{\"contents\":[]}}", 1, "{\"contents\":[]}" },
	{ "{\"request\":{\"model\":\"models/a\"}}", 0,
	    "{\"model\":\"models/a\"}" },
	{ "{\"request\":{\"model\":\"models/a\"}}", 1,
	    "{\"model\":\"models/o/\\\"x\"}" },
};

static void
test_models(void)
{
	struct buf body = { 0 };
	struct line l;
	size_t i;

	for (i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		(void)line_read(&l, slice_str(models[i].line));
		buf_clear(&body);
		line_body(&l, SLICE("o/\"x"), models[i].instead, &body);
		EQS(buf_slice(&body), models[i].want, models[i].line);
	}
	buf_free(&body);
}

/* A body alone loses its metadata, but not Anthropic's. */
static void
test_bare(void)
{
	struct buf body = { 0 };
	struct line l;

	(void)line_read(&l, SLICE("{\"model\":\"m\",\"metadata\":{},"
	    "\"stream\":true,\"input\":1}"));
	line_body(&l, SLICE(""), 0, &body);
	OK(slice_ifind(buf_slice(&body), "metadata") < 0, "no metadata");
	OK(slice_ifind(buf_slice(&body), "stream") < 0, "no stream");
	OK(json_valid(buf_slice(&body)), "is JSON");
	buf_clear(&body);
	(void)line_read(&l, SLICE("{\"model\":\"claude-x\",\"metadata\":{},"
	    "\"messages\":[]}"));
	line_body(&l, SLICE(""), 0, &body);
	OK(slice_ifind(buf_slice(&body), "metadata") > 0, "Anthropic's");
	buf_free(&body);
}

static const struct {
	const char *body, *want;
} urls[] = {
	{ "{\"messages\":[]}", "/v1/chat/completions" },
	{ "{\"model\":\"mistral-embed\",\"input\":[]}", "/v1/embeddings" },
	{ "{\"model\":\"gpt-x\",\"input\":\"a\"}", "/v1/responses" },
	{ "{\"prompt\":\"x\"}", "/v1/completions" },
	{ "{\"documents\":[]}", NULL },
};

static void
test_urls(void)
{
	struct buf text = { 0 }, url = { 0 };
	struct line l;
	size_t i;

	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		buf_clear(&text);
		buf_clear(&url);
		buf_printf(&text, "{\"body\":%s}", urls[i].body);
		(void)line_read(&l, buf_slice(&text));
		EQ(line_url(&l, &url), urls[i].want == NULL ? -1 : 0, "url");
		EQS(buf_slice(&url), urls[i].want == NULL ? "" : urls[i].want,
		    urls[i].body);
	}
	buf_free(&text);
	buf_free(&url);
}

#define BYTES(s) { s, sizeof(s) - 1 }

static const struct {
	struct slice first;
	const char *why;
} files[] = {
	{ BYTES("{\"prompt\":\"x\"}"), NULL },
	{ BYTES("{\"prompt"), NULL },
	{ BYTES("{\"prompt\":\"\0"), NULL },
	{ BYTES(""), NULL },
	{ BYTES("[1]"), NULL },
	{ BYTES("[]"), NULL },
	{ BYTES("null"), NULL },
	{ BYTES("\"x\""), NULL },
	{ BYTES("\x1f\x8b\x08\0"), "compressed: gzip" },
	{ BYTES("PK\x03\x04"), "an archive" },
	{ BYTES("\xff\xfe{\0"), "UTF-16" },
	{ BYTES("{\0\"\0"), "UTF-16" },
	{ BYTES("\0{\0\""), "UTF-16" },
	{ BYTES("["), "a JSON array" },
	{ BYTES("[{\"prompt\":\"x\"}]\r"), "a JSON array" },
	{ BYTES("{"), "JSON over several lines" },
	{ BYTES("custom_id,prompt"), "neither JSON" },
};

static void
test_foreign(void)
{
	struct slice got;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		got = slice_str(line_foreign(files[i].first));
		OK(files[i].why == NULL ? got.n == 0 :
		    slice_starts(got, files[i].why), files[i].first.p);
	}
}

static void
test_ask(void)
{
	static const char text[] = "{\"prompt\":\"a\\nb\",\"system\":\"s\","
	    "\"max_tokens\":5,\"temperature\":0.5,\"effort\":\"low\","
	    "\"schema\":{\"type\":\"object\"},\"tools\":[],"
	    "\"param\":{\"seed\":3,\"user\":\"u\"}}";
	struct param params[LINE_PARAMS], given = { SLICE("top_p"),
	    SLICE("1") };
	struct request r = { .model = SLICE("m"), .system = SLICE("old"),
	    .params = &given, .nparams = 1 };
	struct buf kept = { 0 };
	struct talk t = { 0 };
	struct line l;

	OK(line_read(&l, slice_str(text)) == NULL, "a line of options");
	OK(line_ask(&l, &t, &r, params, &kept) == NULL, "a question");
	EQ(r.nmessages, 1, "one message");
	EQS(r.messages[0].parts[0].text, "a\nb", "the prompt");
	EQS(r.system, "s", "system");
	EQ(r.max_tokens, 5, "max_tokens");
	EQS(r.temperature, "0.5", "temperature");
	EQS(r.effort, "low", "effort");
	EQS(r.schema, "{\"type\":\"object\"}", "schema");
	EQS(r.tools, "[]", "tools");
	EQ(r.nparams, 3, "params are added");
	EQS(r.params[2].json, "\"u\"", "with their quotes");
	EQS(r.model, "m", "the model stays");
	talk_free(&t);
	buf_free(&kept);
	OK(line_read(&l, SLICE("{\"messages\":[{\"role\":\"assistant\","
	    "\"content\":\"x\"}]}")) == NULL, "messages");
	OK(line_ask(&l, &t, &r, params, &kept) != NULL, "nothing to ask");
	talk_free(&t);
	buf_free(&kept);
	OK(line_read(&l, SLICE("{\"prompt\":\"x\",\"max_tokens\":-1}")) ==
	    NULL, "a number");
	OK(line_ask(&l, &t, &r, params, &kept) != NULL, "but not a count");
	talk_free(&t);
	buf_free(&kept);
}

int
main(void)
{
	test_lines();
	test_id();
	test_bodies();
	test_models();
	test_bare();
	test_urls();
	test_foreign();
	test_ask();
	return DONE();
}
