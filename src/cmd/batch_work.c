#include "cmd/batch_work.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/batch_line.h"
#include "cmd/batch_route.h"
#include "cmd/exits.h"
#include "cmd/request.h"
#include "core/output.h"

/* How long a worker without work keeps its connection, in ms. */
#define KEEP_CONN 1000
#define KEEP_MOST ((size_t)65536)	/* of a buffer, from line to line */

/* -- a question ------------------------------------------------------------ */

/* Makes the path and the body of a line.  NULL, or what is wrong with it. */
static const char *
make_request(struct question *q)
{
	struct plan *p = &q->route->plan;
	const char *why;

	p->job.exchange.target = buf_slice(&p->path);
	p->job.redirects = 0;
	p->job.dialect = q->line.family == FAMILY_PLAIN ?
	    p->provider.dialect : &dialect_raw;
	if (q->line.family == FAMILY_PLAIN) {
		p->request = q->route->base;
		why = line_ask(&q->line, &q->talk, &p->request, q->params,
		    &q->text);
		if (why == NULL)
			request_body(p);
		return why;
	}
	why = route_path(q->route, &q->line, &q->text);
	buf_clear(&p->body);
	line_body(&q->line, route_model(q->route), q->route->instead,
	    &p->body);
	p->job.exchange.body = buf_slice(&p->body);
	return why;
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
		q->route = route_find(w, &q->line, &c);
		if (q->route == NULL)
			return fault_set(f, c.status == EXIT_CONFIG ? F_AUTH :
			    F_REQUEST, 0, "%s", c.text);
		route_limits(w, q->route, &q->line);
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
put_answer(struct work *w, uint64_t line, struct buf *out)
{
	struct question *q = &w->q;
	const struct outcome *o = &q->report.res.last;
	int failed = o->fault.class != F_NONE;
	struct answer a = { .family = q->line.family,
	    .id = buf_slice(&q->id), .line = line, .fault = &o->fault,
	    .status = o->status, .request_id = o->request_id,
	    .body = buf_slice(failed ? &q->refused : &q->answer),
	    .calls = buf_slice(&q->calls),
	    .model = slice_str(q->route == NULL || q->route == &w->other ||
	    q->route == &w->route[q->line.family] ? NULL :
	    q->route->plan.model), .finish = o->finish,
	    .usage = o->usage };

	answer_put(out, &a);
}

/* The first fallback from the ith on that takes such a line. */
static size_t
next_fallback(const struct work *w, size_t i)
{
	while (i < w->o->nfallbacks &&
	    !route_accepts(&w->fallback[i], &w->q.line))
		i++;
	return i;
}

/* Makes the request again from the line, for the ith fallback.  Whether it can
 * be asked. */
static int
fall_back(struct work *w, size_t i)
{
	struct question *q = &w->q;

	q->route = &w->fallback[i];
	talk_free(&q->talk);
	buf_clear(&q->text);
	return make_request(q) == NULL;
}

/* Asks the models in turn until one answers. */
static void
ask(struct work *w)
{
	struct question *q = &w->q;
	struct result *res = &q->report.res, before = { .usage = USAGE_NONE };
	struct run r = { .policy = { w->o->patience,
	    (unsigned)w->o->retries }, .after = question_after, .ctx = q,
	    .queue = 1 };
	size_t next, i = 0;
	msec end = opts_end(w->o);

	do {
		next = next_fallback(w, i);
		i = next + 1;
		r.job = &q->route->plan.job;
		r.next_model = slice_str(next < w->o->nfallbacks ?
		    w->o->fallbacks[next] : NULL);
		plan_job(&q->route->plan, q->env, &q->sink, end);
		run(&r, res);
		before.attempts += res->attempts;
		event_add_usage(&before.usage, &res->usage);
	} while (res->gave_way && fall_back(w, next));
	res->attempts = before.attempts;
	res->usage = before.usage;
}

/* An answer to a schema is JSON. */
static void
check_schema(struct question *q)
{
	struct fault *f = &q->report.res.last.fault;

	if (f->class == F_NONE && q->line.family == FAMILY_PLAIN &&
	    q->route->plan.request.schema.n > 0 && q->calls.n == 0 &&
	    !json_valid(buf_slice(&q->answer)))
		fault_set(f, F_PROTO, 0, "the answer is not JSON, so it "
		    "cannot match the schema");
}

/* Answers a line: *out is its report and the result, if there is one. */
static void
answer_line(struct work *w, const struct claim *claim, struct slice text,
    struct buf *out)
{
	struct question *q = &w->q;
	struct report *r = &q->report;

	memset(r, 0, sizeof(*r));
	r->res.wait = MSEC_NONE;
	if (prepare(w, claim, text, &r->res.last.fault) == 0) {
		ask(w);
		check_schema(q);
	}
	r->fate = fate_of(&r->res);
	r->bare = q->route != NULL && q->route->plan.bare;
	r->unpriced = q->route != NULL && q->route->plan.job.price == NULL;
	buf_clear(out);
	buf_put(out, (struct slice){ (char *)r, sizeof(*r) });
	if (r->fate < FATE_LEFT)
		put_answer(w, claim->line, out);
	r->n = out->n - sizeof(*r);
	memcpy(out->p, r, sizeof(*r));
	question_end(q);
}

/* -- the worker ------------------------------------------------------------ */

/* Waits for a claim and gets its text.  A claim and a short text come in one
 * read, for the parent sends nothing else before it has its report. */
static int
next_claim(struct work *w, int fd, struct claim *c, struct buf *text)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t got;

	if (poll(&p, 1, KEEP_CONN) == 0)
		route_rest(w);
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
		route_close(&w->route[i]);
	route_close(&w->other);
	for (i = 0; i < FALLBACKS_MAX; i++)
		route_close(&w->fallback[i]);
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
