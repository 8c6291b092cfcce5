#include "serve/relay.h"

#include <string.h>

#include "serve/fields.h"
#include "serve/reply.h"
#include "serve/path.h"

/* What has no dialect passes unread. */
static const struct dialect pass = { .name = "pass" };

/* Methods that change nothing (RFC 9110 section 9.2.1). */
static const char *
safe_method(struct slice method)
{
	static const char *const safe[] = { "GET", "HEAD", "OPTIONS" };
	size_t i;

	for (i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
		if (slice_is(method, safe[i]))
			return safe[i];
	return NULL;
}

/* What is no request to pass on.  0: it was answered. */
static int
check(struct relay *r, struct client *c, const struct path *to)
{
	struct slice upgrade = client_field(c, "Upgrade");

	if (slice_is(c->method, "CONNECT")) {
		c->keep = 0;
		(void)client_refuse(c, r->env, 405, "invalid_request_error",
		    "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n",
		    "this is a proxy for APIs, not for CONNECT: set its "
		    "address as the client's base URL");
		return 0;
	}
	if (upgrade.n > 0 && !slice_ieq(upgrade, SLICE("h2c"))) {
		(void)client_refuse(c, r->env, 426, "invalid_request_error",
		    "Upgrade: HTTP/1.1\r\nConnection: Upgrade\r\n",
		    "only HTTP/1.1 is served here");
		return 0;
	}
	if (to->up == NULL) {
		(void)client_refuse(c, r->env, 404, "not_found_error", "",
		    "no provider for this path");
		return 0;
	}
	if (to->up->why != NULL) {
		(void)client_refuse(c, r->env, 502, "api_error",
		    "x-should-retry: false\r\n", "%s: %s", to->up->name,
		    to->up->why);
		return 0;
	}
	return 1;
}

/* The client's request as an exchange; its texts are in r. */
static void
make_exchange(struct relay *r, const struct client *c, const struct path *to,
    struct exchange *x)
{
	size_t target;

	buf_clear(&r->fields);
	buf_put(&r->fields, c->method);
	buf_putc(&r->fields, '\0');
	target = r->fields.n;
	path_target(to->up->base, to->rest, &r->fields);
	*x = (struct exchange){ .body = c->body, .ready = 1 };
	x->target.n = r->fields.n - target;
	fields_request(c, to->dialect != NULL, &r->fields);
	x->method = r->fields.p;
	x->target.p = r->fields.p + target;
	x->fields = slice_sub(buf_slice(&r->fields), target + x->target.n,
	    r->fields.n);
}

enum relayed
relay(struct relay *r, struct client *c)
{
	struct reply p = { .relay = r, .client = c };
	struct run run_ = { 0 };
	struct result res;
	struct path to;
	struct job *job;
	enum relayed rc;
	msec timeout;

	c->account.usage = (struct usage){ -1, -1, -1, -1 };
	c->account.first = MSEC_NONE;
	c->account.provider = "";
	path_find(r, c->method, c->target, &to);
	if (!check(r, c, &to))
		return c->keep ? RELAY_KEEP : RELAY_CLOSE;
	c->account.provider = to.up->name;
	job = &to.up->job;
	job->env = r->env;
	job->net = r->net;
	job->dialect = to.dialect != NULL ? to.dialect : &pass;
	job->sink = &p.sink;
	job->reuse = 1;
	job->redirects = 0;
	job->limit.end = MSEC_MAX;
	make_exchange(r, c, &to, &job->exchange);
	p.dialect = to.dialect;
	p.job = job;
	p.hold = r->hold;
	p.manners = manners_of(c);
	p.commit = r->commit;
	run_.job = job;
	run_.policy = r->policy;
	timeout = manners_within(manners_timeout(c));
	if (timeout < run_.policy.patience)
		run_.policy.patience = timeout;
	run_.after = reply_after;
	run_.ctx = &p;
	run_.on_break = BREAK_FAIL;
	run_.once = to.dialect == NULL && safe_method(c->method) == NULL;
	if (run_.once)
		job_release(job);
	reply_init(&p);
	reply_watch(&p);
	run(&run_, &res);
	reply_unwatch(&p);
	c->account.attempts = res.attempts;
	c->account.healed = res.attempts > 0 &&
	    res.last.fault.class == F_NONE ? res.attempts - 1 : 0;
	c->account.fault = res.last.fault;
	c->account.progress = res.last.progress;
	rc = reply_end(&p, &res);
	reply_free(&p);
	return rc;
}

void
relay_free(struct relay *r)
{
	size_t i;

	for (i = 0; i < r->nup; i++)
		job_close(&r->up[i].job);
	buf_wipe(&r->fields);
	buf_free(&r->out);
}
