#include "cmd/proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd/plan.h"
#include "cmd/report.h"
#include "net/sock.h"
#include "serve/listen.h"
#include "wire/http_request.h"

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
	r->up = u->up;
	r->nup = u->n;
	if (o->base_url != NULL) {
		add(u, &mine, "server", o->base_url);
		r->every = &u->up[u->n - 1];
	}
}

/* -- until listen is there ------------------------------------------------- */

static int
serve_one(struct relay *r, struct conn *conn, int fd, struct http_request *q)
{
	struct client c = { .conn = conn, .fd = fd, .keep = 1 };
	struct buf body = { 0 };
	struct slice in = { 0 }, out;
	char space[65536];
	struct fault f;
	enum http_ev ev;
	ssize_t n;
	int rc;

	while ((ev = http_request_push(q, &in, &out)) != HTTP_END) {
		if (ev == HTTP_BODY)
			buf_put(&body, out);
		if (ev == HTTP_BAD)
			return RELAY_CLOSE;
		if (ev != HTTP_MORE)
			continue;
		n = conn->ops->read(conn, space, sizeof(space), MSEC_MAX, &f);
		if (n <= 0)
			return RELAY_CLOSE;
		in = (struct slice){ space, (size_t)n };
	}
	c.method = q->method;
	c.target = q->url.path;
	c.minor = q->minor;
	c.keep = q->keep;
	c.field = q->field;
	c.nfields = q->nfields;
	c.body = buf_slice(&body);
	c.body_given = http_request_field(q, "content-length").p != NULL ||
	    http_request_field(q, "transfer-encoding").p != NULL;
	rc = (int)relay(r, &c);
	buf_free(&body);
	return rc;
}

static int
serve(struct relay *r, const char *at)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, client;
	static struct http_request q;
	struct conn *conn;
	const char *colon = strrchr(at, ':');

	sin.sin_port = htons((uint16_t)atoi(colon == NULL ? at : colon + 1));
	inet_pton(AF_INET, "127.0.0.1", &sin.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 ||
	    listen(fd, 1024) < 0)
		return fail(EXIT_CONFIG, "cannot listen");
	while ((client = accept(fd, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			close(fd);
			fcntl(client, F_SETFL, O_NONBLOCK);
			conn = sock_take(r->env, client);
			while (serve_one(r, conn, client, &q) == RELAY_KEEP)
				http_request_free(&q);
			_exit(0);
		}
		close(client);
	}
	return 0;
}

int
proxy(const struct env *env, struct opts *o, struct slice command)
{
	struct upstreams *u = calloc(1, sizeof(*u));
	struct relay r = { .env = env, .net = &net_real,
	    .policy = { o->patience, (unsigned)o->retries },
	    .commit = o->commit };

	(void)command;
	if (u == NULL)
		err_oom();
	if (o->nwords > 0)
		return fail(EXIT_USAGE, "proxy takes no words: '%s'",
		    o->words[0]);
	add_all(u, o, &r);
	return serve(&r, o->listen != NULL ? o->listen : "127.0.0.1:8181");
}
