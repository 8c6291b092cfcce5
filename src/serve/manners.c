#include "serve/manners.h"

/*
 * Measured with a server that says nothing, and with one that sends a head and
 * then comments; all others waited 400 s.  The SDKs for JavaScript stand on
 * undici, whose headersTimeout is 300 s.  Order counts: programs stand before
 * the SDK that they are built with.
 */
static const struct manners table[] = {
	{ "codex", 0, 300000, 1 },		/* Codex 0.171 */
	{ "claude-cli", 363000, 0, 0 },		/* Claude Code 2.1.332 */
	{ "GeminiCLI", 60000, 0, 0 },		/* gemini-cli 0.61 */
	{ "QwenCode", 300000, 240000, 0 },	/* qwen-code 0.24 */
	{ "OpenAI/JS", 300000, 0, 0 },		/* openai 7.59 */
	{ "Anthropic/JS", 300000, 0, 0 },	/* @anthropic-ai/sdk 1.14 */
	{ "ai-sdk/", 300000, 0, 0 },		/* ai 7 */
	{ "", 0, 0, 0 },
};

/* What is left for an answer to reach a client that is about to leave. */
#define MARGIN ((msec)5000)

const struct manners *
manners_of(const struct client *c)
{
	struct slice agent = client_field(c, "User-Agent");
	const struct manners *m = table;

	while (m->agent[0] != '\0' && slice_ifind(agent, m->agent) < 0)
		m++;
	return m;
}

msec
manners_timeout(const struct client *c)
{
	static const char names[][26] = { "X-Stainless-Timeout",
	    "X-Stainless-Read-Timeout" };
	struct slice value;
	long long s;
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		value = client_field(c, names[i]);
		s = slice_dec(slice_cut(&value, '.'), 1000000);
		if (s > 0)
			return (msec)s * 1000;
	}
	return MSEC_MAX;
}

msec
manners_within(msec time)
{
	return time >= MSEC_MAX ? time : time < 10 * MARGIN ?
	    time - time / 10 : time - MARGIN;
}
