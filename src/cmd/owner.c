#include "cmd/owner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/exits.h"

/* The server of -u, when the model's name does not tell the provider: most that
 * imitate OpenAI have Chat Completions. */
static const struct provider generic = {
	.name = "server", .dialect = &dialect_chat,
	.key_env = { "OPENAI_API_KEY" }, .key_optional = 1,
	.quirks = QUIRK_MAX_TOKENS,
};

/* -- the provider ---------------------------------------------------------- */

static const struct own_provider *
find_own(const struct opts *o, struct slice name)
{
	size_t i;

	for (i = o->nproviders; i-- > 0;)
		if (slice_is(name, o->providers[i].name))
			return &o->providers[i];
	return NULL;
}

/* PROVIDER:MODEL, if the provider is known. */
static int
by_prefix(struct owner *w, const struct opts *o, const char *model)
{
	struct slice rest = slice_str(model), name = slice_cut(&rest, ':');
	const struct provider *row = provider_find(name);
	const struct own_provider *mine;

	if (name.n == strlen(model))
		return 0;
	mine = w->own = find_own(o, name);
	if (mine == NULL && row == NULL)
		return 0;
	w->model = rest.p;
	if (mine == NULL) {
		w->provider = *row;
		return 1;
	}
	w->provider = (struct provider){
		.name = mine->name, .base = mine->base_url,
		.dialect = mine->dialect == NULL ? &dialect_chat :
		    dialect_find(slice_str(mine->dialect)),
		.key_env = { mine->key_env },
		.key_optional = mine->key_env == NULL,
		.quirks = QUIRK_MAX_TOKENS,
	};
	return 1;
}

/* Sets .provider, .own and .model.  Whether the provider is known: by the name
 * of the model, or because there is a base URL for any other. */
static int
find_provider(struct owner *w, const struct opts *o, const char *model)
{
	const struct provider *guess;

	*w = (struct owner){ .model = model };
	if (by_prefix(w, o, model))
		return 1;
	guess = provider_guess(slice_str(model));
	if (guess == NULL && o->base_url == NULL)
		return 0;
	w->provider = guess != NULL ? *guess : generic;
	return 1;
}

static int
unknown(const char *model, struct complaint *c)
{
	struct slice rest = slice_str(model), name = slice_cut(&rest, ':');
	struct buf names = { 0 };
	size_t i;

	for (i = 0; provider_row(i) != NULL; i++)
		buf_printf(&names, "%s%s", i == 0 ? "" : ", ",
		    provider_row(i)->name);
	if (name.n < strlen(model))
		complain(c, EXIT_USAGE, "unknown provider '%.*s'; known are "
		    "%.*s and those in the config file", SLICE_FMT(name),
		    SLICE_FMT(names));
	else
		complain(c, EXIT_USAGE, "cannot tell the provider of model "
		    "'%s': use PROVIDER:%s with one of %.*s, or --base-url",
		    model, model, SLICE_FMT(names));
	buf_free(&names);
	return -1;
}

static int
is_generic(const struct owner *w)
{
	return w->own == NULL && strcmp(w->provider.name, generic.name) == 0;
}

/* -- whose URL and key ----------------------------------------------------- */

/* Rows of the table that share their variables are one provider. */
static int
same(const struct owner *a, const struct owner *b)
{
	const char *x = a->provider.base_env, *y = b->provider.base_env;

	return a->own == b->own &&
	    (strcmp(a->provider.name, b->provider.name) == 0 ||
	    (x != NULL && y != NULL && strcmp(x, y) == 0));
}

/* The rule of owner.h. */
static void
give(struct owner *w, const struct opts *o)
{
	struct owner command, meant;
	int known = 1;

	/* without -m the command asks whoever is at the base URL */
	if (o->model == NULL)
		command = (struct owner){ .provider = generic };
	else
		known = find_provider(&command, o, o->model);
	if (known && same(w, &command)) {
		w->base_url = o->base_url;
		if (o->key_model == NULL ||
		    (o->key_url != NULL && o->key_url == o->base_url) ||
		    (find_provider(&meant, o, o->key_model) &&
		    same(w, &meant)))
			w->key_file = o->key_file;
	}
	w->own_key = w->base_url == NULL || !o->url_inherited;
}

int
owner_find(struct owner *w, const struct opts *o, const char *model,
    struct complaint *c)
{
	if (model == NULL)
		model = o->model;
	if (model == NULL)
		return complain(c, EXIT_CONFIG, "no model: give one with -m "
		    "[PROVIDER:]MODEL, or set BIDE_MODEL");
	if (!find_provider(w, o, model))
		return unknown(model, c);
	if (*w->model == '\0')
		return complain(c, EXIT_USAGE, "no model after '%s'", model);
	give(w, o);
	if (w->base_url == NULL && is_generic(w))
		return unknown(model, c);
	return 0;
}

/* -- the key --------------------------------------------------------------- */

/* where: its origin, for a message. */
static int
set_key(struct secret *to, struct slice raw, const char *where,
    struct complaint *c)
{
	struct slice key = slice_trim(raw);
	size_t i;

	if (key.n == 0)
		return complain(c, EXIT_CONFIG, "%s: contains no key", where);
	for (i = 0; i < key.n; i++)
		if (key.p[i] <= 0x20 || key.p[i] == 0x7f)
			return complain(c, EXIT_CONFIG, "%s: blanks or "
			    "control characters in the key", where);
	if (secret_set(to, key) < 0)
		return complain(c, EXIT_CONFIG, "%s: too long for a key",
		    where);
	return 0;
}

int
owner_key(const struct owner *w, const struct opts *o, struct secret *key,
    struct complaint *c)
{
	const char *const *vars = w->provider.key_env, *value;
	struct buf text = { .max = 16384 };
	char where[300];
	size_t i;
	int rc;

	if (o->no_key)
		return 0;
	if (w->key_file != NULL) {
		(void)str_printf(where, sizeof(where), "--key-file: %.280s",
		    w->key_file);
		rc = file_text(o->env, w->key_file, opts_end(o), &text) < 0 ?
		    complain(c, errno == ECANCELED ? EXIT_SIGNAL +
		    o->env->cancelled(o->env->ctx) : EXIT_CONFIG, "%s: %s",
		    where, strerror(errno)) :
		    set_key(key, buf_slice(&text), where, c);
		buf_wipe(&text);
		return rc;
	}
	for (i = 0; i < 2 && vars[i] != NULL && w->own_key; i++) {
		value = getenv(vars[i]);
		if (value != NULL && *value != '\0')
			return set_key(key, slice_str(value), vars[i], c);
	}
	if (w->provider.key_optional || o->dry_run)
		return 0;
	if (!w->own_key)
		return complain(c, EXIT_CONFIG, "no key for %s: %s is not sent "
		    "to a base URL from the environment or the configuration "
		    "file; use -u or --key-file", w->provider.name, vars[0]);
	return complain(c, EXIT_CONFIG, "no key for %s: set %s, or name a "
	    "file with --key-file%s%s", w->provider.name, vars[0],
	    o->key_file == NULL ? "" : "; for another provider is ",
	    o->key_file == NULL ? "" : o->key_file);
}
