#include "api/provider.h"

/*
 * Quirks: Mistral is reported to answer 422 "Extra inputs are not permitted"
 * to max_completion_tokens and to stream_options (its last chunk has the usage
 * anyway).  Servers older than the o1 models know only max_tokens and silently
 * ignore max_completion_tokens; OpenAI's own, to which cmd/plan.c does not
 * apply that quirk, are not.
 */
static const struct provider rows[] = {
	{ "openai", &dialect_responses, "https://api.openai.com/v1",
	    "OPENAI_BASE_URL", { "OPENAI_API_KEY" }, 0, 0, NULL },
	{ "chat", &dialect_chat, "https://api.openai.com/v1",
	    "OPENAI_BASE_URL", { "OPENAI_API_KEY" }, 0, QUIRK_MAX_TOKENS,
	    NULL },
	{ "anthropic", &dialect_messages, "https://api.anthropic.com",
	    "ANTHROPIC_BASE_URL", { "ANTHROPIC_API_KEY" }, 0, 0, NULL },
	/* the base is in AZURE_OPENAI_ENDPOINT: cmd/plan.c */
	{ "azure", &dialect_responses, NULL, NULL,
	    { "AZURE_OPENAI_API_KEY" }, 0, 0, "api-key" },
	{ "github", &dialect_chat, "https://models.github.ai/inference",
	    NULL, { "GITHUB_TOKEN" }, 0, 0, NULL },
	{ "gemini", &dialect_gemini,
	    "https://generativelanguage.googleapis.com",
	    "GOOGLE_GEMINI_BASE_URL", { "GEMINI_API_KEY", "GOOGLE_API_KEY" },
	    0, 0, NULL },
	{ "openrouter", &dialect_chat, "https://openrouter.ai/api/v1",
	    NULL, { "OPENROUTER_API_KEY" }, 0, QUIRK_MAX_TOKENS, NULL },
	{ "groq", &dialect_chat, "https://api.groq.com/openai/v1",
	    NULL, { "GROQ_API_KEY" }, 0, 0, NULL },
	{ "mistral", &dialect_chat, "https://api.mistral.ai/v1",
	    NULL, { "MISTRAL_API_KEY" }, 0,
	    QUIRK_MAX_TOKENS | QUIRK_NO_STREAM_OPTIONS, NULL },
	{ "deepseek", &dialect_chat, "https://api.deepseek.com/v1",
	    NULL, { "DEEPSEEK_API_KEY" }, 0, QUIRK_MAX_TOKENS, NULL },
	{ "xai", &dialect_chat, "https://api.x.ai/v1",
	    NULL, { "XAI_API_KEY" }, 0, 0, NULL },
	{ "together", &dialect_chat, "https://api.together.xyz/v1",
	    NULL, { "TOGETHER_API_KEY" }, 0, QUIRK_MAX_TOKENS, NULL },
	{ "ollama", &dialect_chat, "http://localhost:11434/v1",
	    NULL, { "OLLAMA_API_KEY" }, 1, QUIRK_MAX_TOKENS, NULL },
	{ "llamacpp", &dialect_chat, "http://localhost:8080/v1",
	    NULL, { "LLAMA_API_KEY" }, 1, QUIRK_MAX_TOKENS, NULL },
	{ "lmstudio", &dialect_chat, "http://localhost:1234/v1",
	    NULL, { "LM_API_TOKEN" }, 1, QUIRK_MAX_TOKENS, NULL },
	{ "vllm", &dialect_chat, "http://localhost:8000/v1",
	    NULL, { "VLLM_API_KEY" }, 1, QUIRK_MAX_TOKENS, NULL },
};

const struct provider *
provider_row(size_t i)
{
	return i < COUNT(rows) ? &rows[i] : NULL;
}

const struct provider *
provider_find(struct slice name)
{
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		if (slice_is(name, rows[i].name))
			return &rows[i];
	return NULL;
}

const struct provider *
provider_guess(struct slice model)
{
	int o;

	o = model.n >= 2 && model.p[0] == 'o' && model.p[1] >= '1' &&
	    model.p[1] <= '9';
	if (slice_starts(model, "gpt-oss"))	/* open weights */
		return NULL;
	if (o || slice_starts(model, "gpt") || slice_starts(model, "codex"))
		return provider_find(SLICE("openai"));
	if (slice_starts(model, "claude"))
		return provider_find(SLICE("anthropic"));
	if (slice_starts(model, "gemini"))
		return provider_find(SLICE("gemini"));
	return NULL;
}

const struct dialect *
dialect_find(struct slice name)
{
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		if (slice_is(name, rows[i].dialect->name))
			return rows[i].dialect;
	return NULL;
}
