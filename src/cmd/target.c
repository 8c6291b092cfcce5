#include "cmd/target.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/exits.h"

/* A server of one's own behind -u, when the model's name says no provider:
 * what imitates OpenAI speaks chat completions. */
static const struct provider generic = {
	.name = "server", .dialect = &dialect_chat,
	.key_env = { "OPENAI_API_KEY" }, .key_optional = 1,
	.quirks = QUIRK_MAX_TOKENS,
};

static const char *
variable(const char *name)
{
	const char *value = name == NULL ? NULL : getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

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

static void
use_own(struct plan *p, const struct own_provider *own)
{
	p->provider = (struct provider){
		.name = own->name, .base = own->base_url,
		.dialect = own->dialect == NULL ? &dialect_chat :
		    dialect_find(slice_str(own->dialect)),
		.key_env = { own->key_env },
		.key_optional = own->key_env == NULL,
	};
}

/* PROVIDER:MODEL, where the first is one we know. */
static int
by_prefix(struct plan *p, const struct opts *o,
    const struct own_provider **own)
{
	struct slice rest = slice_str(o->model), name = slice_cut(&rest, ':');
	const struct provider *row;

	if (name.n == strlen(o->model))
		return 0;
	*own = find_own(o, name);
	row = provider_find(name);
	if (*own != NULL)
		use_own(p, *own);
	else if (row != NULL)
		p->provider = *row;
	else
		return 0;
	p->model = rest.p;
	return 1;
}

static int
unknown(const struct opts *o, struct complaint *c)
{
	struct slice rest = slice_str(o->model), name = slice_cut(&rest, ':');
	struct buf names = { 0 };
	size_t i;

	for (i = 0; provider_row(i) != NULL; i++)
		buf_printf(&names, "%s%s", i == 0 ? "" : ", ",
		    provider_row(i)->name);
	if (name.n < strlen(o->model))
		complain(c, EXIT_USAGE, "no provider '%.*s': there are %.*s, "
		    "and those of the config file", SLICE_FMT(name),
		    SLICE_FMT(names));
	else
		complain(c, EXIT_USAGE, "whose model is '%s'? write "
		    "PROVIDER:%s with one of %.*s, or give a --base-url",
		    o->model, o->model, SLICE_FMT(names));
	buf_free(&names);
	return -1;
}

int
target_provider(struct plan *p, const struct opts *o,
    const struct own_provider **own, struct complaint *c)
{
	const struct provider *guess;

	if (o->model == NULL)
		return complain(c, EXIT_CONFIG, "no model: give one with -m "
		    "[PROVIDER:]MODEL, or set BIDE_MODEL");
	p->model = o->model;
	if (!by_prefix(p, o, own)) {
		guess = provider_guess(slice_str(o->model));
		if (guess != NULL)
			p->provider = *guess;
		else if (o->base_url != NULL)
			p->provider = generic;
		else
			return unknown(o, c);
	}
	if (*p->model == '\0')
		return complain(c, EXIT_USAGE, "no model after '%s'", o->model);
	return 0;
}

/* -- the URL --------------------------------------------------------------- */

/* OLLAMA_HOST as ollama reads it: HOST, HOST:PORT or a URL; port 11434, and
 * an address to listen on everywhere means this machine. */
static void
ollama_base(const char *host, struct buf *base)
{
	struct slice rest = slice_trim(slice_str(host)), name;
	const char *scheme = "http://";
	int given = 0;

	if (slice_starts(rest, "http://") || slice_starts(rest, "https://")) {
		scheme = slice_starts(rest, "https") ? "https://" : scheme;
		rest = slice_sub(rest, strlen(scheme), rest.n);
		given = 1;
	}
	name = slice_cut(&rest, '/');
	buf_puts(base, scheme);
	if (slice_starts(name, "0.0.0.0")) {
		buf_puts(base, "127.0.0.1");
		name = slice_sub(name, strlen("0.0.0.0"), name.n);
		given |= name.n > 0;
	}
	buf_put(base, name);
	if (!given && (name.n == 0 || memchr(name.p, ':', name.n) == NULL))
		buf_puts(base, ":11434");
	buf_puts(base, "/v1");
}

/* The base and, for a complaint, where it came from. */
static const char *
find_base(struct plan *p, const struct opts *o)
{
	const char *host = variable("OLLAMA_HOST");
	const char *from = variable(p->provider.base_env);

	if (o->base_url != NULL) {
		buf_puts(&p->base, o->base_url);
		return "--base-url";
	}
	if (from != NULL) {
		buf_puts(&p->base, from);
		return p->provider.base_env;
	}
	if (host != NULL && strcmp(p->provider.name, "ollama") == 0) {
		ollama_base(host, &p->base);
		return "OLLAMA_HOST";
	}
	buf_puts(&p->base, p->provider.base);
	return "base-url";
}

/* The dialect's path goes below the base's, before its query. */
static void
make_path(struct plan *p, struct slice base)
{
	struct slice query = base, path = slice_cut(&query, '?');

	while (path.n > 0 && path.p[path.n - 1] == '/')
		path.n--;
	buf_put(&p->path, path);
	buf_puts(&p->path, p->provider.dialect->path);
	if (query.n > 0) {
		buf_putc(&p->path, '?');
		buf_put(&p->path, query);
	}
}

int
target_url(struct plan *p, const struct opts *o, struct complaint *c)
{
	const char *from = find_base(p, o), *why;
	struct url *u = &p->job.to.url;
	int status = o->base_url != NULL ? EXIT_USAGE : EXIT_CONFIG;

	why = url_parse(buf_slice(&p->base), u);
	if (why == NULL && u->userinfo.p != NULL)
		why = "credentials do not belong into it; use --key-file";
	if (why != NULL)
		return complain(c, status, "%s: '%.*s': %s", from,
		    SLICE_FMT(p->base), why);
	make_path(p, u->path);
	return 0;
}

/* -- the proxy ------------------------------------------------------------- */

/* The variable in lower case first, as curl has it. */
static const char *
either(const char *lower, const char *upper)
{
	const char *value = variable(lower);

	return value != NULL ? value : variable(upper);
}

static const char *
proxy_for(const struct url *u)
{
	if (u->https)
		return either("https_proxy", "HTTPS_PROXY");
	/* In a CGI program a header Proxy: sets HTTP_PROXY ("httpoxy"). */
	if (getenv("REQUEST_METHOD") != NULL)
		return variable("http_proxy");
	return either("http_proxy", "HTTP_PROXY");
}

int
target_proxy(struct plan *p, struct complaint *c)
{
	const char *text = proxy_for(&p->job.to.url), *why;
	const char *except = either("no_proxy", "NO_PROXY");

	if (text == NULL || url_no_proxy(&p->job.to.url, slice_str(except)))
		return 0;
	if (strstr(text, "://") == NULL)
		buf_puts(&p->proxy_text, "http://");
	buf_puts(&p->proxy_text, text);
	why = url_parse(buf_slice(&p->proxy_text), &p->proxy);
	if (why != NULL)
		return complain(c, EXIT_CONFIG, "%s: %s",
		    p->job.to.url.https ? "HTTPS_PROXY" : "HTTP_PROXY", why);
	p->job.to.proxy = &p->proxy;
	return 0;
}
