#include "cmd/plan.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/exits.h"
#include "cmd/secret.h"
#include "cmd/version.h"

/* The value of a variable; NULL: not set, empty, or no name. */
static const char *
variable(const char *name)
{
	const char *value = name == NULL ? NULL : getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* -- the URL --------------------------------------------------------------- */

/* OLLAMA_HOST as ollama reads it: HOST, HOST:PORT or a URL; the default port is
 * 11434, and 0.0.0.0 or none, an address to listen on, means this host. */
static void
ollama_base(const char *host, struct buf *base)
{
	static const char any[] = "0.0.0.0";
	struct slice rest = slice_trim(slice_str(host)), name;
	const char *scheme = "http://";
	int given = 0;

	if (slice_starts(rest, "http://") || slice_starts(rest, "https://")) {
		scheme = slice_starts(rest, "https") ? "https://" : scheme;
		slice_skip(&rest, strlen(scheme));
		given = 1;
	}
	name = slice_cut(&rest, '/');
	buf_puts(base, scheme);
	if (slice_starts(name, any))
		slice_skip(&name, strlen(any));
	if (name.n == 0 || *name.p == ':')
		buf_puts(base, "127.0.0.1");
	buf_put(base, name);
	if (!given && (name.n == 0 || name.p[name.n - 1] == ']' ||
	    memchr(name.p, ':', name.n) == NULL))
		buf_puts(base, ":11434");
	if (rest.n > 0)
		buf_putc(base, '/');
	buf_put(base, rest);
	if (base->p[base->n - 1] == '/')
		base->n--;
	buf_puts(base, "/v1");
}

/*
 * Azure OpenAI (providers.md 2.2): the resource's endpoint and the v1 path; or
 * with OPENAI_API_VERSION, as in the official SDK, a deployment's path, which
 * has Chat Completions.
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

/* Sets p->base; returns where it comes from, for a message, or NULL. */
static const char *
find_base(struct plan *p, const struct owner *w)
{
	const char *host = variable("OLLAMA_HOST");
	const char *from = variable(p->provider.base_env);
	const char *endpoint = variable("AZURE_OPENAI_ENDPOINT");

	if (w->base_url != NULL) {
		buf_puts(&p->base, w->base_url);
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

void
plan_path(struct plan *p, const char *below)
{
	struct slice query = p->job.to.url.path, path = slice_cut(&query, '?');
	const char *hole = strstr(below, "{model}");

	while (path.n > 0 && path.p[path.n - 1] == '/')
		path.n--;
	buf_clear(&p->path);
	buf_put(&p->path, path);
	if (hole != NULL) {
		buf_put(&p->path, (struct slice){ below,
		    (size_t)(hole - below) });
		url_escape(slice_str(p->model), &p->path);
		below = hole + strlen("{model}");
	}
	buf_puts(&p->path, below);
	if (query.n > 0) {
		buf_putc(&p->path, memchr(p->path.p, '?', p->path.n) == NULL ?
		    '?' : '&');
		buf_put(&p->path, query);
	}
	p->job.exchange.target = buf_slice(&p->path);
}

/* Sets p->base, p->path and p->job.to.url. */
static int
find_url(struct plan *p, const struct owner *w, struct complaint *c)
{
	const char *from = find_base(p, w), *why;
	struct slice base;
	struct url *u = &p->job.to.url;
	int status = w->base_url != NULL ? EXIT_USAGE : EXIT_CONFIG;

	if (from == NULL)
		return complain(c, EXIT_CONFIG, "no base URL for %s: "
		    "set AZURE_OPENAI_ENDPOINT or use --base-url",
		    p->provider.name);
	base = buf_slice(&p->base);
	why = url_parse(base, u);
	if (why == NULL && u->userinfo.p != NULL)
		why = "credentials are not allowed in it; use --key-file";
	if (why != NULL)
		return complain(c, status, "%s: '%.*s': %s", from,
		    slice_ifind(base, "@") < 0 ?
		    (int)slice_cut(&base, '?').n : 0, p->base.p, why);
	plan_path(p, p->provider.dialect->path);
	return 0;
}

/* -- the proxy ------------------------------------------------------------- */

/* The variable in lower case, even if it is empty, else the one in upper case,
 * as curl does. */
static const char *
either(const char *lower, const char *upper)
{
	return variable(getenv(lower) != NULL ? lower : upper);
}

static int
find_proxy(struct plan *p, struct complaint *c)
{
	const struct url *u = &p->job.to.url;
	const char *text, *why, *except = either("no_proxy", "NO_PROXY");

	if (u->https)
		text = either("https_proxy", "HTTPS_PROXY");
	else if (getenv("REQUEST_METHOD") == NULL)
		text = either("http_proxy", "HTTP_PROXY");
	else		/* a CGI's HTTP_PROXY is a header field ("httpoxy") */
		text = variable("http_proxy");
	if (text == NULL || url_no_proxy(u, slice_str(except)))
		return 0;
	if (strstr(text, "://") == NULL)
		buf_puts(&p->proxy_text, "http://");
	buf_puts(&p->proxy_text, text);
	why = url_parse(buf_slice(&p->proxy_text), &p->proxy);
	if (why != NULL)
		return complain(c, EXIT_CONFIG, "%s: %s",
		    u->https ? "HTTPS_PROXY" : "HTTP_PROXY", why);
	p->job.to.proxy = &p->proxy;
	return 0;
}

/* -- header fields --------------------------------------------------------- */

/* Appends a field without the characters that could end its line early. */
static void
put_field(struct buf *b, const char *name, struct slice value)
{
	size_t i;

	buf_printf(b, "%s: ", name);
	for (i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] >= 0x20 || value.p[i] == '\t')
			buf_putc(b, value.p[i]);
	buf_puts(b, "\r\n");
}

const char *
plan_auth(const struct plan *p)
{
	return p->provider.auth != NULL ? p->provider.auth :
	    p->provider.dialect->auth;
}

static void
make_fields(struct plan *p, int own_key)
{
	static const char *const openai[][2] = {
		{ "OpenAI-Organization", "OPENAI_ORG_ID" },
		{ "OpenAI-Project", "OPENAI_PROJECT_ID" },
	};
	const struct dialect *d = p->provider.dialect;
	const struct own_provider *own = p->own;
	struct slice key = secret_slice(&p->key), name;
	struct buf *b = &p->fields;
	size_t i;

	put_field(b, "User-Agent", SLICE("bide/" BIDE_VERSION));
	buf_puts(b, d->fields != NULL ? d->fields : "");
	if (key.n > 0 && plan_auth(p) != NULL) {
		put_field(b, plan_auth(p), key);
	} else if (key.n > 0) {
		buf_puts(b, "Authorization: Bearer ");
		buf_put(b, key);
		buf_puts(b, "\r\n");
	}
	if (p->provider.base_env != NULL &&
	    strcmp(p->provider.base_env, "OPENAI_BASE_URL") == 0)
		for (i = 0; i < 2; i++)
			if (variable(openai[i][1]) != NULL)
				put_field(b, openai[i][0],
				    slice_str(variable(openai[i][1])));
	for (i = 0; own != NULL && i < own->nheaders; i++) {
		name = slice_str(own->header[i]);
		if (!own_key && secret_field(own, slice_cut(&name, ':')))
			continue;	/* a key of this provider, too */
		buf_puts(b, own->header[i]);
		buf_puts(b, "\r\n");
	}
}

/* -- the plan -------------------------------------------------------------- */

int
plan_trust(struct trust *t, const struct opts *o, struct fault *f)
{
	const char *file = variable("SSL_CERT_FILE");
	const char *dir = variable("SSL_CERT_DIR");
	const char *from = o->cacert != NULL ? "--cacert" : file != NULL ?
	    "SSL_CERT_FILE" : "SSL_CERT_DIR";
	char why[sizeof(f->text)];

	if (trust_open(t, o->cacert, file, dir, f) == 0)
		return 0;
	if (o->cacert != NULL || file != NULL || dir != NULL) {
		slice_copy(slice_str(f->text), why, sizeof(why));
		(void)fault_set(f, f->class, 0, "%s: %s", from, why);
	}
	return -1;
}

static int
open_trust(struct plan *p, const struct opts *o, struct complaint *c)
{
	struct fault f;

	if (o->dry_run || !(p->job.to.url.https ||
	    (p->job.to.proxy != NULL && p->job.to.proxy->https)))
		return 0;
	if (plan_trust(&p->trust, o, &f) < 0)
		return complain(c, EXIT_CONFIG, "%s", f.text);
	p->job.to.trust = &p->trust;
	return 0;
}

/* What a server may not give away: the key, and other secrets in fields and in
 * the base URL. */
static void
make_mask(struct plan *p)
{
	struct slice query = p->job.to.url.path, name, value;
	size_t i;

	mask_add(&p->mask, secret_slice(&p->key));
	(void)slice_cut(&query, '?');
	while (query.n > 0) {
		name = secret_parameter(&query, &value);
		if (secret_named(name))
			mask_add(&p->mask, value);
	}
	for (i = 0; p->own != NULL && i < p->own->nheaders; i++) {
		value = slice_str(p->own->header[i]);
		if (!secret_field(p->own, slice_cut(&value, ':')))
			continue;
		value = slice_trim(value);
		mask_add(&p->mask, value);
		(void)slice_cut(&value, ' ');	/* Bearer */
		mask_add(&p->mask, value);
	}
}

/* Whether the key can be read on its way. */
static int
is_bare(const struct plan *p)
{
	const struct endpoint *to = &p->job.to;

	return p->key.n > 0 && !to->url.https && (!url_is_local(&to->url) ||
	    (to->proxy != NULL && !to->proxy->https &&
	    !url_is_local(to->proxy)));
}

/* OpenAI itself, also at Azure, refuses max_tokens with newer models. */
static unsigned
quirks(const struct plan *p)
{
	return p->provider.quirks & (slice_ifind(p->job.to.url.host,
	    ".openai.") < 0 ? ~0u : ~(unsigned)QUIRK_MAX_TOKENS);
}

int
plan_make(struct plan *p, const struct opts *o, const char *model,
    struct complaint *c)
{
	struct job *j = &p->job;
	struct owner w;

	memset(p, 0, sizeof(*p));
	if (owner_find(&w, o, model, c) < 0)
		return -1;
	p->provider = w.provider;
	p->own = w.own;
	p->model = w.model;
	p->key_file = w.key_file;
	if (find_url(p, &w, c) < 0 || find_proxy(p, c) < 0 ||
	    open_trust(p, o, c) < 0 || owner_key(&w, o, &p->key, c) < 0)
		return -1;
	p->most = o->max_tokens;
	p->request = (struct request){
		.model = slice_str(p->model),
		.max_tokens = o->max_tokens,
		.temperature = slice_str(o->temperature),
		.effort = slice_str(o->effort),
		.params = o->params, .nparams = o->nparams,
		.quirks = quirks(p),
		.background = o->background &&
		    p->provider.dialect == &dialect_responses,
	};
	make_fields(p, w.own_key);
	make_mask(p);
	p->bare = is_bare(p) && !o->dry_run;
	j->dialect = p->provider.dialect;
	j->mask = &p->mask;
	j->price = opts_price(o, p->provider.name, p->model);
	j->exchange.method = "POST";
	j->exchange.fields = buf_slice(&p->fields);
	j->limit = (struct deadlines){ o->connect, o->first_byte, o->idle,
	    MSEC_MAX };
	j->max_answer = (size_t)o->max_answer;
	return 0;
}

const char plan_bare[] = "warning: a key goes to another host over plain "
    "http: anyone on the way can read it";

int
plan_models(struct plan *p, struct complaint *c)
{
	if (p->provider.dialect->models == NULL)
		return complain(c, EXIT_USAGE, "%s has no list of models",
		    p->provider.name);
	plan_path(p, p->provider.dialect->models);
	p->job.exchange.method = "GET";
	return 0;
}

void
plan_job(struct plan *p, const struct env *env, struct sink *sink, msec end)
{
	p->job.env = env;
	p->job.net = &net_real;
	p->job.sink = sink;
	p->job.limit.end = end;
}

void
plan_free(struct plan *p)
{
	job_close(&p->job);
	secret_drop(&p->key);
	mask_free(&p->mask);
	limit_close(&p->pace.limit);
	buf_wipe(&p->fields);
	buf_wipe(&p->proxy_text);
	buf_free(&p->base);
	buf_free(&p->path);
	buf_free(&p->body);
	buf_free(&p->longer);
	buf_free(&p->quote);
}
