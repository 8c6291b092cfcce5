#include "serve/relay.h"

#include <string.h>

#include "base/guard.h"
#include "serve/fields.h"
#include "serve/key.h"
#include "serve/reply.h"
#include "serve/path.h"

/* What has no dialect passes unread. */
static const struct dialect pass = { .name = "pass" };

/* Methods that change nothing (RFC 9110 section 9.2.1). */
static const char *
safe_method(struct slice method)
{
	static const char safe[][8] = { "GET", "HEAD", "OPTIONS" };
	size_t i;

	for (i = 0; i < COUNT(safe); i++)
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
	if (r->client_keys.p != NULL && !key_listed(r->client_keys,
	    key_of(c))) {
		(void)client_refuse(c, r->env, 401, "authentication_error",
		    "x-should-retry: false\r\n", "not a key that is known "
		    "here");
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

/* Appends the target; keyless: without the parameter that holds a key. */
static void
put_target(struct relay *r, const struct path *to, int keyless)
{
	struct slice rest = to->rest, one;
	struct buf kept = { 0 };
	char mark = '?';

	if (!keyless) {
		path_target(to->up->base, rest, &r->fields);
		return;
	}
	buf_put(&kept, slice_cut(&rest, '?'));
	while (rest.n > 0) {
		one = slice_cut(&rest, '&');
		if (key_parameter(one))
			continue;
		buf_putc(&kept, mark);
		buf_put(&kept, one);
		mark = '&';
	}
	path_target(to->up->base, buf_slice(&kept), &r->fields);
	buf_wipe(&kept);
}

/* The limits of the model that the request names, as far as can be told. */
static struct pace *
find_pace(const struct relay *r, const struct client *c,
    const struct path *to)
{
	struct json_want w = { .key = "model" };
	struct slice model = path_model(to->rest);

	if (r->pace == NULL || to->dialect == NULL || c->body.n == 0)
		return NULL;
	if (model.n == 0 && json_pick(c->body, &w, 1) == 0 &&
	    w.type == JSON_STRING)
		model = w.tok;
	return r->pace(r->ctx, to->up, to->up->key.n > 0 ? to->up->key :
	    key_of(c), model);
}

/* The client's request as an exchange, with that body; its texts are in r. */
static void
make_exchange(struct relay *r, const struct client *c, const struct path *to,
    struct slice body, struct exchange *x)
{
	const struct upstream *up = to->up;
	size_t most = 512 + c->target.n + up->base.n + up->fields.n +
	    up->key.n, target, i;

	buf_clear(&r->fields);
	/* growing would leave copies of the key */
	for (i = 0; i < c->nfields; i++)
		most += c->field[i].name.n + c->field[i].value.n + 4;
	(void)buf_room(&r->fields, most);
	buf_put(&r->fields, c->method);
	buf_putc(&r->fields, '\0');
	target = r->fields.n;
	put_target(r, to, up->key.n > 0);
	*x = (struct exchange){ .body = body, .ready = 1 };
	x->target.n = r->fields.n - target;
	fields_request(c, to->dialect != NULL, up->key.n > 0, body.n,
	    &r->fields);
	buf_put(&r->fields, up->fields);
	if (up->key.n > 0) {
		buf_puts(&r->fields, up->auth != NULL ? up->auth :
		    "Authorization");
		buf_puts(&r->fields, up->auth != NULL ? ": " : ": Bearer ");
		buf_put(&r->fields, up->key);
		buf_puts(&r->fields, "\r\n");
	}
	x->method = r->fields.p;
	x->target.p = r->fields.p + target;
	x->fields = slice_sub(buf_slice(&r->fields), target + x->target.n,
	    r->fields.n);
}

/* For struct run's retry: asks for what the client has not got. */
static void
ask_rest(void *ctx, const struct outcome *out)
{
	struct reply *p = ctx;

	(void)out;
	if (p->sink.delivered == 0)
		return;
	make_exchange(p->relay, p->client, p->to, buf_slice(&p->rest.body),
	    &p->job->exchange);
	rest_begin(&p->rest, p->sequence);
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
	job->pace = find_pace(r, c, &to);
	make_exchange(r, c, &to, c->body, &job->exchange);
	p.dialect = to.dialect;
	p.to = &to;
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
	run_.on_break = r->hold ? BREAK_RESTART : BREAK_FAIL;
	if (r->on_break == BREAK_CONTINUE && !r->hold) {
		rest_init(&p.rest, to.dialect);
		p.on_break = &run_.on_break;
		run_.retry = ask_rest;
	}
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
	wipe(r->fields.p, r->fields.n);
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
	buf_free(&r->held);
}
