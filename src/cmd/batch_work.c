#include "cmd/batch_work.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/batch_line.h"
#include "cmd/exits.h"
#include "cmd/limits.h"
#include "cmd/request.h"
#include "core/output.h"

#define KEEP_MOST ((size_t)65536)	/* of a buffer, from line to line */

/* -- routes ---------------------------------------------------------------- */

static void
close_route(struct route *r)
{
	plan_free(&r->plan);
	memset(r, 0, sizeof(*r));
}

static int
open_route(struct work *w, struct route *r, struct slice model,
    struct complaint *c)
{
	r->open = 1;
	if (model.n >= sizeof(r->model))
		return complain(c, EXIT_USAGE, "the model name is too long");
	slice_copy(model, r->model, sizeof(r->model));
	if (plan_make(&r->plan, w->o, model.n > 0 ? r->model : NULL, c) < 0) {
		close_route(r);
		return -1;
	}
	r->base = r->plan.request;
	r->base.system = buf_slice(&w->texts.system);
	r->base.schema = buf_slice(&w->texts.schema);
	r->base.tools = buf_slice(&w->texts.tools);
	r->plan.job.reuse = 1;
	return 0;
}

/* Opens the limits of the model of a line, unless they are open. */
static void
set_limits(struct work *w, struct route *r, const struct line *l)
{
	struct json_want model = { .key = "model" };
	struct plan *p = &r->plan;

	if (w->o->dry_run)
		return;
	if (l->family != FAMILY_PLAIN) {
		(void)json_pick(line_inner(l), &model, 1);
		if (p->job.pace != NULL && slice_is(model.tok, r->model))
			return;
		slice_copy(model.tok, r->model, sizeof(r->model));
		p->model = r->model;
	}
	if (p->job.pace != NULL && l->family == FAMILY_PLAIN)
		return;
	limits_open(p, w->o, &w->env);
}

/* Opens the route of a family: to the model of -m if its provider accepts such
 * lines, else to the family's own provider. */
static int
open_family(struct work *w, enum family family, struct complaint *c)
{
	struct route *r = &w->route[family];
	struct slice model = slice_str(w->o->model);
	const struct dialect *d;
	int accepted;

	if (r->open)
		return 0;
	if (model.n > 0 || family == FAMILY_PLAIN) {
		if (open_route(w, r, model, c) < 0)
			return -1;
		d = r->plan.provider.dialect;
		accepted = family == FAMILY_PLAIN || (family == FAMILY_OPENAI ?
		    d != &dialect_messages && d != &dialect_gemini :
		    d == &dialect_messages);
		if (!accepted)
			close_route(r);
	}
	if (!r->open && open_route(w, r, family == FAMILY_ANTHROPIC ?
	    SLICE("anthropic:-") : model.n == 0 &&
	    w->o->base_url != NULL ? SLICE("-") :
	    SLICE("openai:-"), c) < 0)
		return -1;
	if (family != FAMILY_PLAIN)
		r->plan.job.dialect = &dialect_raw;
	return 0;
}

static int
own_model(const struct line *l)
{
	return l->family == FAMILY_PLAIN && l->at[L_MODEL].p != NULL;
}

int
work_ready(struct work *w, const struct line *l, struct complaint *c)
{
	struct route *r = &w->route[l->family];

	if (l->why != NULL || own_model(l) || r->open)
		return 0;
	if (open_family(w, l->family, c) < 0)
		return -1;
	set_limits(w, r, l);
	return 0;
}

void
work_limits(const struct work *w, int64_t limit[2])
{
	enum quota_kind k;
	int64_t n;
	size_t i;

	for (i = 0; i < FAMILIES; i++)
		for (k = QUOTA_REQUESTS; k <= QUOTA_TOKENS; k++) {
			n = limit_per_minute(&w->route[i].plan.pace.limit, k);
			if (n > 0)
				limit[k] = n;
		}
}

/* The route of a line; NULL with *c. */
static struct route *
route_for(struct work *w, const struct line *l, struct complaint *c)
{
	struct route *r = &w->route[l->family];
	struct buf model = { 0 };
	int rc = 0;

	if (!own_model(l))
		return open_family(w, l->family, c) < 0 ? NULL : r;
	line_text(l, L_MODEL, &model);
	if (!r->open || !slice_is(buf_slice(&model), r->model))
		r = &w->other;
	if (r->open && !slice_is(buf_slice(&model), r->model))
		close_route(r);
	if (!r->open)
		rc = open_route(w, r, buf_slice(&model), c);
	buf_free(&model);
	return rc < 0 ? NULL : r;
}

/* -- a question ------------------------------------------------------------ */

/* Makes the path and the body of a line.  NULL, or what is wrong with it. */
static const char *
make_request(struct question *q)
{
	struct plan *p = &q->route->plan;
	const char *below = p->provider.dialect->path, *why;

	p->job.exchange.target = buf_slice(&p->path);
	p->job.redirects = 0;
	if (q->line.family == FAMILY_PLAIN) {
		p->request = q->route->base;
		why = line_ask(&q->line, &q->talk, &p->request, q->params,
		    &q->text);
		if (why == NULL)
			request_body(p);
		return why;
	}
	if (q->line.family == FAMILY_OPENAI) {
		line_text(&q->line, L_URL, &q->text);
		buf_putc(&q->text, '\0');
		below = q->text.p;
	}
	/* a base URL with a path already ends in /v1 */
	if (p->job.to.url.path.n > 1 && strncmp(below, "/v1/", 4) == 0)
		below += 3;
	plan_path(p, below);
	buf_clear(&p->body);
	line_body(&q->line, &p->body);
	p->job.exchange.body = buf_slice(&p->body);
	return NULL;
}

/* Reads a line into w->q and makes its job.  0; -1 with *f: F_AUTH if the
 * configuration is wrong. */
static int
prepare(struct work *w, const struct claim *claim, struct slice text,
    struct fault *f)
{
	struct question *q = &w->q;
	const char *why = line_read(&q->line, text);
	struct complaint c;

	batch_id(&q->line, claim->line, text, &q->id);
	if (why == NULL) {
		q->route = route_for(w, &q->line, &c);
		if (q->route == NULL)
			return fault_set(f, c.status == EXIT_CONFIG ? F_AUTH :
			    F_REQUEST, 0, "%s", c.text);
		set_limits(w, q->route, &q->line);
		why = make_request(q);
	}
	if (why == NULL)
		return 0;
	q->route = NULL;
	return fault_set(f, F_REQUEST, 0, "line %llu: %s",
	    (unsigned long long)claim->line, why);
}

static void
trim(struct buf *b)
{
	buf_clear(b);
	if (b->cap > KEEP_MOST)
		buf_free(b);
}

static void
question_end(struct question *q)
{
	trim(&q->id);
	trim(&q->text);
	trim(&q->answer);
	trim(&q->calls);
	trim(&q->refused);
	talk_free(&q->talk);
	if (q->route != NULL)
		trim(&q->route->plan.body);
	q->route = NULL;
}

/* -- an answer ------------------------------------------------------------- */

static void
question_put(struct sink *s, const struct event *e)
{
	struct question *q = (struct question *)s;
	struct json_out w = { .out = &q->calls };

	if (e->type == EV_TEXT) {
		buf_put(&q->answer, e->text);
	} else if (e->type == EV_TOOL_CALL) {
		if (q->calls.n > 0)	/* another one in the array */
			q->calls.p[q->calls.n - 1] = ',';
		else
			buf_putc(&q->calls, '[');
		json_open(&w, '{');
		event_put_call(&w, e);
		json_close(&w);
		buf_putc(&q->calls, ']');
	} else if (e->type == EV_START) {
		atomic_store(&q->pause->until, 0);
		buf_clear(&q->answer);
		buf_clear(&q->calls);
		buf_clear(&q->refused);
	} else if (e->type == EV_WAIT || e->type == EV_RETRY) {
		atomic_store(&q->pause->until, env_mono(q->env) + e->wait);
	}
}

static int
question_flush(struct sink *s, struct fault *f)
{
	(void)s;
	(void)f;
	return 0;
}

static void
question_refused(struct sink *s, struct slice body)
{
	struct question *q = (struct question *)s;

	buf_clear(&q->refused);
	buf_put(&q->refused, body);
}

static void
question_after(void *ctx, struct outcome *out, unsigned n)
{
	struct question *q = ctx;
	struct plan *p = &q->route->plan;

	(void)n;
	q->report.limited += out->status == 429;
	if (q->line.family == FAMILY_PLAIN &&
	    request_unasked(p, &out->fault)) {
		out->again = 1;
		q->route->base.quirks = p->request.quirks;
	}
}

static enum fate
fate_of(const struct result *res)
{
	const struct outcome *out = &res->last;

	switch (out->fault.class) {
	case F_NONE:
		return FATE_DONE;
	case F_SERVER:
		return res->verdict == RETRY_FATAL ? FATE_FAILED : FATE_LEFT;
	case F_AUTH:
	case F_QUOTA:
	case F_CERT:
		return FATE_STOP;
	case F_PROTO:
	case F_PERMISSION:
		return out->progress < P_HEAD ? FATE_STOP : FATE_FAILED;
	case F_EMPTY:
	case F_NOT_FOUND:
	case F_CONTEXT:
	case F_TOO_LARGE:
	case F_POLICY:
	case F_REQUEST:
		return FATE_FAILED;
	default:
		return FATE_LEFT;
	}
}

static void
put_answer(struct question *q, uint64_t line, struct buf *out)
{
	const struct outcome *o = &q->report.res.last;
	int failed = o->fault.class != F_NONE;
	struct answer a = { .family = q->line.family,
	    .id = buf_slice(&q->id), .line = line, .fault = &o->fault,
	    .status = o->status, .request_id = o->request_id,
	    .body = buf_slice(failed ? &q->refused : &q->answer),
	    .calls = buf_slice(&q->calls), .finish = o->finish,
	    .usage = o->usage };

	answer_put(out, &a);
}

/* Answers a line: *out is its report and the result, if there is one. */
static void
answer_line(struct work *w, const struct claim *claim, struct slice text,
    struct buf *out)
{
	struct question *q = &w->q;
	struct report *r = &q->report;
	struct run run_line = { .policy = { w->o->patience,
	    (unsigned)w->o->retries }, .after = question_after, .ctx = q,
	    .queue = 1 };
	struct plan *p;

	memset(r, 0, sizeof(*r));
	r->res.wait = MSEC_NONE;
	if (prepare(w, claim, text, &r->res.last.fault) == 0) {
		p = &q->route->plan;
		run_line.job = &p->job;
		plan_job(p, q->env, &q->sink, opts_end(w->o));
		run(&run_line, &r->res);
	}
	r->fate = fate_of(&r->res);
	r->bare = q->route != NULL && q->route->plan.bare;
	buf_clear(out);
	buf_put(out, (struct slice){ (char *)r, sizeof(*r) });
	if (r->fate < FATE_LEFT)
		put_answer(q, claim->line, out);
	r->n = out->n - sizeof(*r);
	memcpy(out->p, r, sizeof(*r));
	question_end(q);
}

/* -- the worker ------------------------------------------------------------ */

/* Waits for a claim and gets its text.  A claim and a short text come in one
 * read, for the parent sends nothing else before it has its report. */
static int
next_claim(const struct work *w, int fd, struct claim *c, struct buf *text)
{
	ssize_t got;

	buf_clear(text);
	(void)buf_room(text, sizeof(*c) + CLAIM_SHORT);
	do
		got = file_read_some(fd, text->p, sizeof(*c) + CLAIM_SHORT);
	while (got == FILE_AGAIN);
	if (got < (ssize_t)sizeof(*c))
		return -1;
	text->n = (size_t)got;
	memcpy(c, text->p, sizeof(*c));
	buf_drop(text, sizeof(*c));
	(void)buf_room(text, (size_t)c->n);
	if (c->given > 0)
		got = file_get(fd, text->p + text->n, (size_t)c->n - text->n,
		    -1) + (ssize_t)text->n;
	else
		got = file_get(w->input, text->p, (size_t)c->n, (off_t)c->at);
	text->n = (size_t)c->n;
	/* fewer if the parent is gone or the file has become shorter */
	return got == (ssize_t)c->n ? 0 : -1;
}

void
work(struct work *w, int fd, struct pause *pause)
{
	struct buf text = { 0 }, out = { 0 };
	struct question *q = &w->q;
	struct claim claim;
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct fault f;

	(void)sigaction(SIGINT, &ignore, NULL);
	(void)sigaction(SIGTERM, &ignore, NULL);
	(void)sigaction(SIGHUP, &ignore, NULL);
	w->env.wakefd = fd;
	w->env.ctx = &w->env;
	q->sink = (struct sink){ .put = question_put,
	    .flush = question_flush, .refused = question_refused };
	q->env = &w->env;
	q->pause = pause;
	while (next_claim(w, fd, &claim, &text) == 0) {
		answer_line(w, &claim, buf_slice(&text), &out);
		if (q->report.res.last.fault.class == F_CANCEL ||
		    output_write(&w->env, fd, buf_slice(&out), &f) < 0)
			break;
		trim(&text);
		trim(&out);
	}
	work_free(w);
	_exit(0);
}

void
work_free(struct work *w)
{
	size_t i;

	for (i = 0; i < FAMILIES; i++)
		close_route(&w->route[i]);
	close_route(&w->other);
	input_free(&w->texts);
	buf_free(&w->q.id);
	buf_free(&w->q.text);
}

/* -- without sending ------------------------------------------------------- */

void
work_show(struct work *w, const struct claim *claim, struct slice text,
    struct buf *out)
{
	struct fault f;

	if (prepare(w, claim, text, &f) == 0)
		request_print(&w->q.route->plan, out);
	else
		buf_puts(out, f.text);
	buf_putc(out, '\n');
	question_end(&w->q);
}
