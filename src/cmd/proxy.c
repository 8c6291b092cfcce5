#include "cmd/proxy.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/plan.h"
#include "cmd/report.h"
#include "serve/listen.h"

/* The providers of the table, those of the configuration file, and -u. */
#define UPSTREAMS_MAX (PROVIDERS_MAX + 32)

struct upstreams {
	struct upstream up[UPSTREAMS_MAX];
	struct plan *plan[UPSTREAMS_MAX];
	size_t n;
};

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
	u->plan[u->n++] = p;
	up->name = name;
	if (plan_make(p, o, NULL, &c) < 0) {
		up->why = strdup(c.text);
	} else {
		up->dialect = p->provider.dialect;
		up->base = p->job.to.url.path;
	}
	up->job = p->job;
	up->plan = p;
}

static void
add_all(struct upstreams *u, const struct opts *o, struct relay *r)
{
	struct opts mine = *o;
	size_t i;

	mine.no_key = 1;
	mine.key_file = NULL;
	for (i = 0; provider_row(i) != NULL; i++)
		add(u, &mine, provider_row(i)->name, NULL);
	for (i = 0; i < o->nproviders; i++)
		add(u, &mine, o->providers[i].name, NULL);
	if (o->base_url != NULL) {
		r->every = &u->up[u->n];
		add(u, &mine, "server", o->base_url);
	}
	r->up = u->up;
	r->nup = u->n;
}

/* A line of the log: with one write, so that those of workers do not mix. */
static void
say_line(void *ctx, struct slice line)
{
	struct buf *b = ctx;

	buf_clear(b);
	buf_put(b, line);
	buf_putc(b, '\n');
	(void)file_write_some(2, b->p, b->n);
}

int
proxy(const struct env *env, struct opts *o, struct slice command)
{
	struct upstreams *u = calloc(1, sizeof(*u));
	struct buf line = { 0 };
	struct relay r = { .env = env, .net = &net_real,
	    .policy = { o->patience, (unsigned)o->retries },
	    .commit = o->commit };
	struct listen l = { .env = env, .relay = &r, .at = o->listen,
	    .max_body = (size_t)o->max_body,
	    .max_connections = o->max_connections, .drain = o->drain,
	    .hosts = o->hosts, .nhosts = o->nhosts, .origins = o->origins,
	    .norigins = o->norigins, .json = o->json, .say = say_line,
	    .ctx = &line };
	struct fault f;

	(void)command;
	if (u == NULL)
		err_oom();
	if (o->nwords > 0)
		return fail(EXIT_USAGE, "proxy takes no words: '%s'",
		    o->words[0]);
	add_all(u, o, &r);
	if (listen_open(&l, &f) < 0 || listen_serve(&l, &f) < 0)
		return fail(EXIT_CONFIG, "%s", f.text);
	return 0;
}
