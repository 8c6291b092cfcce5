#include "api/provider.h"

#include "api/request.h"
#include "tests/t.h"
#include "wire/url.h"

static void
test_rows(void)
{
	const struct provider *p;
	struct url u;
	size_t i;

	for (i = 0; (p = provider_row(i)) != NULL; i++) {
		OK(provider_find(slice_str(p->name)) == p, p->name);
		if (p->base == NULL) {		/* each has one's own */
			EQS(slice_str(p->name), "azure", "has no base");
			continue;
		}
		OK(url_parse(slice_str(p->base), &u) == NULL, p->base);
		/* a key must not travel in the clear unless to this host */
		OK(u.https || (p->key_optional &&
		    slice_is(u.host, "localhost")), p->name);
		OK(dialect_find(slice_str(p->dialect->name)) == p->dialect,
		    p->name);
		OK(p->key_env[0] != NULL, p->name);
	}
	EQ(i, 16, "number of providers");
	OK(provider_find(SLICE("openai"))->dialect == &dialect_responses,
	    "openai speaks responses");
	OK(provider_find(SLICE("chat"))->dialect == &dialect_chat,
	    "chat speaks chat");
	OK(provider_find(SLICE("gemini"))->dialect == &dialect_gemini,
	    "gemini speaks gemini");
	OK(provider_find(SLICE("")) == NULL, "no name");
	OK(provider_find(SLICE("OpenAI")) == NULL, "another name");
	OK(dialect_find(SLICE("telnet")) == NULL, "no such dialect");
}

static void
test_guess(void)
{
	static const struct {
		const char *model;
		const char *provider;
	} models[] = {
		{ "gpt-5.1", "openai" }, { "gpt4", "openai" },
		{ "codex-mini", "openai" }, { "o1", "openai" },
		{ "o3-mini", "openai" }, { "o9", "openai" },
		{ "claude-opus-5", "anthropic" }, { "gemini-3-pro", "gemini" },
		{ "o0", "" }, { "o", "" }, { "olmo", "" }, { "gp", "" },
		{ "gemma-3", "" }, { "llama-3", "" }, { "", "" },
		{ "gpt-oss-20b", "" }, { "gpt-oss:120b", "" },
	};
	size_t i;

	for (i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		OK(provider_guess(slice_str(models[i].model)) ==
		    provider_find(slice_str(models[i].provider)),
		    models[i].model);
}

static void
test_params(void)
{
	const struct param params[] = {
		{ SLICE("a"), SLICE("1") },
		{ SLICE("b \"c\""), SLICE("{\"d\":[null]}") },
		{ SLICE("a"), SLICE("\"two\"") },
	};
	struct request r = { .params = params, .nparams = 3 };
	struct buf out = { 0 };
	struct json_out w = { .out = &out };

	OK(request_overrides(&r, "a"), "a is overridden");
	OK(!request_overrides(&r, "b"), "b is not");
	json_open(&w, '{');
	request_params(&r, &w);
	json_close(&w);
	EQS(buf_slice(&out), "{\"b \\\"c\\\"\":{\"d\":[null]},\"a\":\"two\"}",
	    "params: the last of a name counts");
	buf_free(&out);
}

int
main(void)
{
	test_rows();
	test_guess();
	test_params();
	EQS(slice_str(finish_name(FIN_TOOL_CALLS)), "tool_calls", "finish");
	EQS(slice_str(finish_name(FIN_NONE)), "", "no finish");
	return DONE();
}
