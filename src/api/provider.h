#ifndef API_PROVIDER_H
#define API_PROVIDER_H

/* The table of known providers, one row each. */

#include "api/dialect.h"

struct provider {
	const char *name;
	const struct dialect *dialect;
	const char *base;		/* base URL */
	const char *base_env;		/* variable overriding it; or NULL */
	const char *key_env[2];		/* variables with the key, the first
					   one set is used; [1] may be NULL */
	int key_optional;		/* local servers need no key */
	unsigned quirks;		/* QUIRK_* of request.h */
	const char *auth;		/* header field for the key; NULL: the
					   dialect's */
};

/* The row of that name; or NULL. */
const struct provider *provider_find(struct slice name);

/* The provider implied by a model's name: gpt* except gpt-oss*, o1*..o9* and
 * codex* are OpenAI's, claude* Anthropic's, gemini* Google's; else NULL. */
const struct provider *provider_guess(struct slice model);

/* The dialect of that name; or NULL. */
const struct dialect *dialect_find(struct slice name);

/* The ith row; NULL past the last. */
const struct provider *provider_row(size_t i);

#endif
