#ifndef API_PROVIDER_H
#define API_PROVIDER_H

/* The provider table: a provider of a known dialect is one row. */

#include "api/dialect.h"

struct provider {
	const char *name;
	const struct dialect *dialect;
	const char *base;		/* base URL */
	const char *base_env;		/* variable that overrides it; NULL */
	const char *key_env[2];		/* variables that hold the key; the
					   second one may be NULL */
	int key_optional;		/* none is needed (local servers) */
	unsigned quirks;		/* of requests (request.h) */
	const char *auth;		/* the field for the key, instead of the
					   dialect's; NULL */
};

/* The row of that name; NULL when there is none. */
const struct provider *provider_find(struct slice name);

/* The provider that a bare model name means: gpt* but gpt-oss*, o1*..o9*,
 * codex* are OpenAI's, claude* are Anthropic's, gemini* are Google's; NULL
 * when the name does not say. */
const struct provider *provider_guess(struct slice model);

/* The dialect of that name; NULL. */
const struct dialect *dialect_find(struct slice name);

/* The ith row, NULL past the last. */
const struct provider *provider_row(size_t i);

#endif
