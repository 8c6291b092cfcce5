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
		.quirks = QUIRK_MAX_TOKENS,
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
		complain(c, EXIT_USAGE, "unknown provider '%.*s'; known are %.*s "
		    "and those in the config file", SLICE_FMT(name),
		    SLICE_FMT(names));
	else
		complain(c, EXIT_USAGE, "cannot tell the provider of model "
		    "'%s': use PROVIDER:%s with one of %.*s, or --base-url",
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

/*
 * Azure OpenAI (providers.md 2.2): the resource's endpoint and then the v1
 * path; or with OPENAI_API_VERSION, as the official SDK has it, the path of a
 * deployment, where Chat Completions are.
 */
static void
azure_base(struct plan *p, const char *endpoint)
{
	struct slice base = slice_str(endpoint);
	const char *version = variable("OPENAI_API_VERSION");

	while (base.n > 0 && base.p[base.n - 1] == '/')
		base.n--;
	buf_put(&p->base, base);
	if (slice_ifind(base, "/openai/v1") >= 0)
		return;
	buf_puts(&p->base, "/openai");
	if (version == NULL) {
		buf_puts(&p->base, "/v1");
		return;
	}
	buf_printf(&p->base, "?api-version=%s", version);
	p->deployment = dialect_chat;
	p->deployment.path = "/deployments/{model}/chat/completions";
	p->provider.dialect = &p->deployment;
}

/* The base and, for a complaint, where it came from; NULL: nowhere. */
static const char *
find_base(struct plan *p, const struct opts *o)
{
	const char *host = variable("OLLAMA_HOST");
	const char *from = variable(p->provider.base_env);
	const char *endpoint = variable("AZURE_OPENAI_ENDPOINT");

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
	if (endpoint != NULL && strcmp(p->provider.name, "azure") == 0) {
		azure_base(p, endpoint);
		return "AZURE_OPENAI_ENDPOINT";
	}
	if (p->provider.base == NULL)
		return NULL;
	buf_puts(&p->base, p->provider.base);
	return "base-url";
}

/* What stands for the model in a path: all but unreserved characters (RFC
 * 3986 section 2.3) escaped. */
static void
put_model(struct buf *path, const char *model)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
	    "pqrstuvwxyz0123456789-._~";

	for (; *model != '\0'; model++) {
		if (strchr(plain, *model) != NULL)
			buf_putc(path, *model);
		else
			buf_printf(path, "%%%02x", (unsigned char)*model);
	}
}

static void
put_dialect_path(struct plan *p, const char *path)
{
	const char *hole = strstr(path, "{model}");

	if (hole == NULL) {
		buf_puts(&p->path, path);
		return;
	}
	buf_put(&p->path, (struct slice){ path, (size_t)(hole - path) });
	put_model(&p->path, p->model);
	buf_puts(&p->path, hole + strlen("{model}"));
}

/* The dialect's path goes below the base's, before its query. */
static void
make_path(struct plan *p, struct slice base, const char *below)
{
	struct slice query = base, path = slice_cut(&query, '?');

	while (path.n > 0 && path.p[path.n - 1] == '/')
		path.n--;
	buf_put(&p->path, path);
	put_dialect_path(p, below);
	if (query.n > 0) {
		buf_putc(&p->path, memchr(p->path.p, '?', p->path.n) == NULL ?
		    '?' : '&');
		buf_put(&p->path, query);
	}
}

int
target_url(struct plan *p, const struct opts *o, struct complaint *c)
{
	const char *from = find_base(p, o), *why;
	struct url *u = &p->job.to.url;
	int status = o->base_url != NULL ? EXIT_USAGE : EXIT_CONFIG;

	if (from == NULL)
		return complain(c, EXIT_CONFIG, "no base URL for %s: "
		    "set AZURE_OPENAI_ENDPOINT or use --base-url",
		    p->provider.name);
	why = url_parse(buf_slice(&p->base), u);
	if (why == NULL && u->userinfo.p != NULL)
		why = "credentials are not allowed in it; use --key-file";
	if (why != NULL)
		return complain(c, status, "%s: '%.*s': %s", from,
		    slice_ifind(buf_slice(&p->base), "@") < 0 ?
		    (int)p->base.n : 0, p->base.p, why);
	make_path(p, u->path, p->provider.dialect->path);
	return 0;
}

void
target_path(struct plan *p, const char *below)
{
	buf_clear(&p->path);
	make_path(p, p->job.to.url.path, below);
	p->job.exchange.target = buf_slice(&p->path);
}

int
target_models(struct plan *p, struct complaint *c)
{
	if (p->provider.dialect->models == NULL)
		return complain(c, EXIT_USAGE, "%s has no list of models",
		    p->provider.name);
	target_path(p, p->provider.dialect->models);
	p->job.exchange.method = "GET";
	return 0;
}

/* -- the proxy ------------------------------------------------------------- */

/* The variable in lower case first, also if it is empty, as curl has it. */
static const char *
either(const char *lower, const char *upper)
{
	return variable(getenv(lower) != NULL ? lower : upper);
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
