#include "cmd/proxy.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/confine.h"
#include "cmd/limits.h"
#include "cmd/plan.h"
#include "cmd/proxy_check.h"
#include "cmd/report.h"
#include "cmd/secret.h"
#include "serve/listen.h"
#include "state/place.h"

/* The providers of the table, those of the configuration file, and -u. */
#define UPSTREAMS_MAX (PROVIDERS_MAX + 32)

/* Limits that a worker keeps open, the most of their names' bytes. */
#define PACES 8
#define PACED_NAME ((size_t)512)

struct upstreams {
	const struct env *env;
	struct opts *opts;
	/* what each worker writes is together here, on one page of each */
	struct relay relay;
	struct buf line;
	size_t next;			/* of .paced, to be replaced */
	struct paced {
		const struct upstream *up;
		struct buf name;	/* the key and the model */
		struct pace pace;
	} paced[PACES];
	struct upstream up[UPSTREAMS_MAX];
	struct plan *plan[UPSTREAMS_MAX];
	char *why[UPSTREAMS_MAX];	/* it cannot be used, or NULL */
	size_t n;
};

/* The fields of a provider's section; secret ones are a key. */
static void
put_fields(const struct own_provider *own, int keys, struct buf *out)
{
	struct slice name;
	size_t i;

	for (i = 0; own != NULL && i < own->nheaders; i++) {
		name = slice_str(own->header[i]);
		if (!keys && secret_field(own, slice_cut(&name, ':')))
			continue;
		buf_puts(out, own->header[i]);
		buf_puts(out, "\r\n");
	}
}

/* Adds a provider.  One that cannot be used is kept, with the reason. */
static void
add(struct upstreams *u, struct opts *o, const char *name, const char *base)
{
	struct complaint c = { 0 };
	struct upstream *up = &u->up[u->n];
	struct plan *p = malloc(sizeof(*p));
	char model[256];

	if (p == NULL)
		err_oom();
	(void)str_printf(model, sizeof(model), base == NULL ? "%s:-" : "%s",
	    base == NULL ? name : "-");
	o->model = model;
	o->base_url = base;
	u->plan[u->n] = p;
	up->name = name;
	if (plan_make(p, o, NULL, &c) < 0) {
		up->why = u->why[u->n] = strdup(c.text);
	} else {
		up->dialect = p->provider.dialect;
		up->base = p->job.to.url.path;
		up->key = secret_slice(&p->key);
		up->auth = plan_auth(p);
		buf_wipe(&p->fields);
		put_fields(p->own, !o->no_key, &p->fields);
		up->fields = buf_slice(&p->fields);
	}
	u->n++;
	up->job = p->job;
	o->model = p->model = NULL;	/* they end here */
	p->request.model = (struct slice){ 0 };
}

/* For struct relay's pace. */
static struct pace *
find_pace(void *ctx, const struct upstream *up, struct slice key,
    struct slice model)
{
	struct upstreams *u = ctx;
	struct paced *p;
	struct buf name = { 0 };
	size_t i;

	if (key.n + model.n > PACED_NAME)
		return NULL;
	(void)buf_room(&name, key.n + model.n + 1);
	buf_put(&name, key);
	buf_putc(&name, '\n');
	buf_put(&name, model);
	for (i = 0; i < PACES; i++) {
		p = &u->paced[i];
		if (p->up == up && slice_eq(buf_slice(&p->name),
		    buf_slice(&name))) {
			buf_wipe(&name);
			return &p->pace;
		}
	}
	p = &u->paced[u->next++ % PACES];
	buf_wipe(&p->name);
	p->name = name;
	p->up = up;
	p->pace.ticket = (struct ticket){ 0 };
	limits_page(&p->pace.limit, key, buf_slice(&u->plan[up - u->up]->base),
	    model, u->opts, u->env);
	return &p->pace;
}

static void
add_all(struct upstreams *u, const struct opts *o, struct relay *r)
{
	struct opts mine = *o;
	size_t i;

	mine.no_key = o->client_keys == NULL;
	/* first, since workers write to it as well as to what is before */
	if (o->base_url != NULL) {
		r->every = &u->up[u->n];
		add(u, &mine, "server", o->base_url);
	}
	mine.key_file = NULL;
	for (i = 0; provider_row(i) != NULL; i++)
		add(u, &mine, provider_row(i)->name, NULL);
	for (i = 0; i < o->nproviders; i++)
		add(u, &mine, o->providers[i].name, NULL);
	r->up = u->up;
	r->nup = u->n;
}

/* A variable that is meant for a client may have been set for the proxy. */
static void
find_loops(struct upstreams *u, const struct listen *l)
{
	const struct url *to;
	size_t k;
	int i;

	for (k = 0; k < u->n; k++)
		for (i = 0; i < l->nbound; i++) {
			to = &u->up[k].job.to.url;
			if (to->port == l->bound[i].port && url_is_local(to))
				u->up[k].why = "its base URL is this proxy";
		}
}

/* A line of the log: with one write, so that those of workers do not mix. */
static void
say_line(void *ctx, struct slice line)
{
	struct buf *b = &((struct upstreams *)ctx)->line;

	buf_clear(b);
	buf_put(b, line);
	buf_putc(b, '\n');
	(void)file_write_some(2, b->p, b->n);
}

static void
confine_parent(const struct listen *l, const struct opts *o)
{
	char folder[PATH_MAX];
	struct sandbox box;
	int i;

	sandbox_open(&box);
	confine_net(&box, o);
	confine_limits(&box, o, 1);
	for (i = 0; i < l->nbound; i++)		/* to remove the socket */
		if (l->bound[i].path[0] != '\0' && place_folder(
		    l->bound[i].path, folder, sizeof(folder)) == 0)
			sandbox_write(&box, folder);
	confine(&box, o, CALLS_NET | CALLS_ACCEPT | CALLS_FILES | CALLS_FORK);
}

/* For struct listen's confine. */
static void
confine_worker(void *ctx)
{
	const struct opts *o = ((struct upstreams *)ctx)->opts;
	struct sandbox box;

	sandbox_open(&box);
	confine_net(&box, o);
	confine_limits(&box, o, 0);
	(void)sandbox_close(&box, CALLS_NET | CALLS_ACCEPT | CALLS_FILES |
	    CALLS_FORK);
}

/* The exit status; *u and *keys are the caller's to free. */
static int
serve(struct upstreams *u, struct buf *keys)
{
	const struct env *env = u->env;
	struct opts *o = u->opts;
	struct listen l = { .env = env, .at = o->listen,
	    .max_body = (size_t)o->max_body,
	    .max_connections = o->max_connections, .drain = o->drain,
	    .hosts = o->hosts, .nhosts = o->nhosts, .origins = o->origins,
	    .norigins = o->norigins, .json = o->json, .say = say_line,
	    .relay = &u->relay, .confine = confine_worker, .ctx = u };
	struct fault f;

	if (o->client_keys != NULL && file_text(env, o->client_keys, MSEC_MAX,
	    keys) < 0)
		return fail_read(env, "--client-key-file", o->client_keys);
	if (o->client_keys != NULL) {
		u->relay.client_keys = buf_slice(keys);
		if (slice_trim(buf_slice(keys)).n == 0)
			return fail(EXIT_CONFIG, "--client-key-file: %s: "
			    "contains no key", o->client_keys);
	}
	add_all(u, o, &u->relay);
	if (listen_open(&l, &f) < 0)
		return fail(f.class == F_REQUEST ? EXIT_USAGE : EXIT_CONFIG,
		    "%s%s", o->listen != NULL ? "--listen: " : "", f.text);
	find_loops(u, &l);
	confine_parent(&l, o);
	if (listen_serve(&l, &f) < 0)
		return fail(EXIT_CONFIG, "%s", f.text);
	return 0;
}

int
proxy(const struct env *env, struct opts *o, struct slice command)
{
	enum on_break on_break = o->on_break != NULL ? opts_on_break(o) :
	    BREAK_FAIL;
	struct upstreams *u;
	struct buf keys = { .max = 1 << 20 };
	size_t i;
	int rc;

	(void)command;
	if (o->nwords > 0)
		return fail(EXIT_USAGE, "proxy takes no words: '%s'",
		    o->words[0]);
	if (on_break == BREAK_RESTART)
		return fail(EXIT_USAGE, "--on-break restart: what a client has "
		    "got cannot be taken back; --hold starts over unseen");
	if (o->check)
		return proxy_check(env, o);
	if (o->key_file != NULL && (o->client_keys == NULL ||
	    o->base_url == NULL))
		return fail(EXIT_USAGE, "--key-file is for -u, with "
		    "--client-key-file: else each client has its own key");
	u = calloc(1, sizeof(*u));
	if (u == NULL)
		err_oom();
	u->env = env;
	u->opts = o;
	u->relay = (struct relay){ .env = env, .net = &net_real,
	    .policy = { o->patience, (unsigned)o->retries },
	    .commit = o->commit, .hold = o->live == 0, .on_break = on_break,
	    .pace = find_pace, .ctx = u };
	rc = serve(u, &keys);
	for (i = 0; i < u->n; i++) {
		plan_free(u->plan[i]);
		free(u->plan[i]);
		free(u->why[i]);
	}
	buf_free(&u->line);
	free(u);
	buf_wipe(&keys);
	return rc;
}
