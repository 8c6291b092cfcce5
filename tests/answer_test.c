#include "api/answer.h"

#include "tests/t.h"

static struct fault whole = { .class = F_NONE };
static struct fault refused = { .class = F_REQUEST, .status = 400,
    .text = "no \"x\"" };
static struct fault broken = { .class = F_PROTO, .text = "odd" };

#define BODY "{\"error\":{\"message\":\"no\"}}"

static const struct {
	enum family family;
	const char *id, *body, *calls;
	const struct fault *fault;
	int status;
	int read;		/* what answer_read() says */
	const char *want;
} rows[] = {
	{ FAMILY_OPENAI, "i\"d", "{\n \"a\": [1]}\n",
	    NULL, &whole, 200, 0,
	    "{\"id\":\"batch_req_3\",\"custom_id\":\"i\\\"d\",\"response\":"
	    "{\"status_code\":200,\"request_id\":\"r1\",\"body\":{\"a\":[1]}},"
	    "\"error\":null}\n" },
	{ FAMILY_OPENAI, "a", " {\"a\": 1} ",
	    NULL, &whole, 201, 0,
	    "{\"id\":\"batch_req_3\",\"custom_id\":\"a\",\"response\":"
	    "{\"status_code\":201,\"request_id\":\"\",\"body\":{\"a\": 1}},"
	    "\"error\":null}\n" },
	{ FAMILY_OPENAI, "a", BODY,
	    NULL, &refused, 400, 1,
	    "{\"id\":\"batch_req_3\",\"custom_id\":\"a\",\"response\":"
	    "{\"status_code\":400,\"request_id\":\"\",\"body\":" BODY "},"
	    "\"error\":null}\n" },
	{ FAMILY_OPENAI, "a", "<html>\xff",
	    NULL, &refused, 400, 1,
	    "{\"id\":\"batch_req_3\",\"custom_id\":\"a\",\"response\":"
	    "{\"status_code\":400,\"request_id\":\"\",\"body\":\"<html>"
	    "\xef\xbf\xbd\"},\"error\":{\"code\":\"bad_request\","
	    "\"message\":\"no \\\"x\\\"\"}}\n" },
	{ FAMILY_OPENAI, "a", NULL,
	    NULL, &broken, 0, 1,
	    "{\"id\":\"batch_req_3\",\"custom_id\":\"a\",\"response\":null,"
	    "\"error\":{\"code\":\"protocol\",\"message\":\"odd\"}}\n" },
	{ FAMILY_ANTHROPIC, "a", "{\"type\":\"message\"}",
	    NULL, &whole, 200, 0,
	    "{\"custom_id\":\"a\",\"result\":{\"type\":\"succeeded\","
	    "\"message\":{\"type\":\"message\"}}}\n" },
	{ FAMILY_ANTHROPIC, "a", BODY,
	    NULL, &refused, 400, 1,
	    "{\"custom_id\":\"a\",\"result\":{\"type\":\"errored\","
	    "\"error\":" BODY "}}\n" },
	{ FAMILY_ANTHROPIC, "a", NULL,
	    NULL, &broken, 0, 1,
	    "{\"custom_id\":\"a\",\"result\":{\"type\":\"errored\",\"error\":"
	    "{\"type\":\"error\",\"error\":{\"type\":\"protocol\","
	    "\"message\":\"odd\"}}}}\n" },
	{ FAMILY_GEMINI, "a", "{\"candidates\":[]}",
	    NULL, &whole, 200, 0,
	    "{\"key\":\"a\",\"response\":{\"candidates\":[]}}\n" },
	{ FAMILY_GEMINI, "a", BODY,
	    NULL, &refused, 400, 1,
	    "{\"key\":\"a\",\"error\":{\"message\":\"no\"}}\n" },
	{ FAMILY_GEMINI, "a", NULL,
	    NULL, &broken, 0, 1,
	    "{\"key\":\"a\",\"error\":{\"code\":0,\"status\":\"protocol\","
	    "\"message\":\"odd\"}}\n" },
	{ FAMILY_ANTHROPIC, "a", "{\"a\":\"\xe2\x80\xa8\xe2\x80\xa9"
	    "\xc2\x85\"}", NULL, &whole, 200, 0,
	    "{\"custom_id\":\"a\",\"result\":{\"type\":\"succeeded\","
	    "\"message\":{\"a\":\"\\u2028\\u2029\\u0085\"}}}\n" },
	{ FAMILY_PLAIN, "a", "x\ny",
	    "[{\"id\":\"c\"}]", &whole, 200, 0,
	    "{\"custom_id\":\"a\",\"text\":\"x\\ny\",\"finish\":"
	    "\"tool_calls\",\"calls\":[{\"id\":\"c\"}],\"usage\":"
	    "{\"input\":1,\"output\":2,\"cached\":null,"
	    "\"reasoning\":4}}\n" },
	{ FAMILY_PLAIN, "a", BODY,
	    NULL, &refused, 400, 1,
	    "{\"custom_id\":\"a\",\"error\":{\"class\":\"bad_request\","
	    "\"status\":400,\"message\":\"no \\\"x\\\"\"}}\n" },
};

/* The answer of a row. */
static struct answer
answer(size_t i)
{
	return (struct answer){ .family = rows[i].family,
	    .id = slice_str(rows[i].id), .line = 3, .fault = rows[i].fault,
	    .status = rows[i].status, .request_id = i == 0 ? "r1" : "",
	    .body = slice_str(rows[i].body),
	    .calls = slice_str(rows[i].calls), .finish = FIN_TOOL_CALLS,
	    .usage = { .input = 1, .output = 2, .cached = -1,
	    .reasoning = 4 } };
}

static void
test_rows(void)
{
	struct buf out = { 0 };
	struct answer a;
	struct slice id;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&out);
		a = answer(i);
		answer_put(&out, &a);
		EQS(buf_slice(&out), rows[i].want, rows[i].want);
		EQ(answer_read(buf_slice(&out), &id), rows[i].read, "read");
		out.n -= 2;
		EQ(answer_read(buf_slice(&out), &id), -1, "torn");
	}
	buf_free(&out);
}

/* JSON nested too deep to be read back is written as a string. */
static void
test_deep(void)
{
	struct answer a = answer(0);
	struct buf out = { 0 }, deep = { 0 };
	struct slice id;
	int i, depth;

	for (depth = 60; depth <= JSON_DEPTH; depth++) {
		buf_clear(&deep);
		for (i = 0; i < 2 * depth; i++)
			buf_putc(&deep, i < depth ? '[' : ']');
		a.body = buf_slice(&deep);
		buf_clear(&out);
		answer_put(&out, &a);
		EQ(answer_read(buf_slice(&out), &id), 0, "deep");
	}
	buf_free(&out);
	buf_free(&deep);
}

/* What the provider's own batch did not come to. */
static void
test_expired(void)
{
	static const char *const text[] = {
		"{\"custom_id\":\"a\",\"response\":null,\"error\":"
		    "{\"code\":\"batch_expired\",\"message\":\"m\"}}",
		"{\"custom_id\":\"a\",\"response\":null,\"error\":"
		    "{\"code\":\"batch_cancelled\"}}",
		"{\"custom_id\":\"a\",\"result\":{\"type\":\"expired\"}}",
		"{\"custom_id\":\"a\",\"result\":{\"type\":\"canceled\"}}" };
	struct slice id;
	size_t i;

	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		EQ(answer_read(slice_str(text[i]), &id), ANSWER_EXPIRED,
		    text[i]);
}

static void
test_others(void)
{
	static const char *const text[] = { "", "{}", "dear diary",
	    "{\"custom_id\":\"a\",\"prompt\":\"x\"}",
	    "{\"custom_id\":\"a\",\"url\":\"/\",\"body\":{}}",
	    "{\"custom_id\":1,\"text\":\"x\"}" };
	struct slice id;
	size_t i;

	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		EQ(answer_read(slice_str(text[i]), &id), -1, text[i]);
}

int
main(void)
{
	test_rows();
	test_deep();
	test_expired();
	test_others();
	return DONE();
}
