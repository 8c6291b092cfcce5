#include "cmd/asking.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/limits.h"
#include "cmd/open.h"
#include "core/output.h"

/* -- where the answer goes ------------------------------------------------- */

/* By default an answer restarts where a person or a reader of events sees that;
 * a pipe would get the text twice. */
static enum on_break
on_break(const struct opts *o)
{
	if (o->on_break == NULL)
		return o->json || isatty(1) ? BREAK_RESTART : BREAK_CONTINUE;
	return strcmp(o->on_break, "fail") == 0 ? BREAK_FAIL :
	    strcmp(o->on_break, "continue") == 0 ? BREAK_CONTINUE :
	    BREAK_RESTART;
}

static void
broken(void *ctx)
{
	struct asking *a = ctx;

	a->unkept |= open_unkept(&a->session, a->o->quiet);
}

static struct sink *
open_sinks(struct asking *a)
{
	struct sinks *s = &a->sinks;
	const struct history *h = &a->session.history;
	const struct opts *o = a->o;
	struct slice schema;
	/* of the turn: resume names no file */
	int check = history_member(h, "schema", &schema) == JSON_OBJECT;
	int tty = isatty(1);

	s->text = (struct text_sink){ .env = a->env, .fd = 1,
	    .path = o->output, .tty = tty && o->output == NULL,
	    .live = o->output == NULL && !check &&
	    (o->live < 0 ? tty : o->live), .check = check };
	s->json = (struct json_sink){ .env = a->env, .fd = 1,
	    .path = o->output, .check = check };
	s->status = (struct status){ .quiet = o->quiet, .verbose = o->verbose,
	    .tty = isatty(2), .notice = !o->json &&
	    on_break(o) == BREAK_RESTART };
	text_sink_init(&s->text);
	json_sink_init(&s->json);
	s->keep = (struct keep){ .env = a->env, .journal = &a->session.journal,
	    .cursor = &a->cursor, .detach = o->detach,
	    .from = a->earlier.n,
	    .turn = h->turns, .items = history_items(h),
	    .live = o->json || s->text.live,
	    .broken = broken, .broken_ctx = a };
	keep_init(&s->keep);
	s->keep.told = a->unkept;
	s->pipe = (struct pipeline){ .journal = &s->keep.sink,
	    .answer = o->json ? &s->json.sink : &s->text.sink,
	    .joins = on_break(o) == BREAK_CONTINUE,
	    .earlier = a->earlier.n > 0 || a->cursor.id[0] != '\0' ?
	    &h->parts : NULL, .calls = a->cursor.id[0] != '\0' };
	pipeline_init(&s->pipe);
	pipeline_earlier(&s->pipe, buf_slice(&a->earlier),
	    a->cursor.id[0] == '\0');
	status_init(&s->status, &s->pipe.sink);
	return &s->status.sink;
}

static void
close_sinks(struct sinks *s)
{
	status_free(&s->status);
	pipeline_free(&s->pipe);
	keep_free(&s->keep);
	text_sink_free(&s->text);
	json_sink_free(&s->json);
}

/* Says what went wrong; the exit status. */
static int
end_show(struct asking *a, const struct result *res, msec wall,
    uint64_t delivered)
{
	int bad = a->sinks.text.not_json || a->sinks.json.not_json;

	close_sinks(&a->sinks);
	report_result(res, a->o, a->command, wall, delivered);
	if (!bad)
		return report_status(res);
	say(SLICE("the answer is not JSON, so it cannot match the "
	    "schema"));
	return EXIT_PARTIAL;
}

/* -- an answer that is there ----------------------------------------------- */

int
asking_show(struct asking *a)
{
	const struct history *h = &a->session.history;
	struct result res = { .last.finish = h->finish };
	struct buf provider = { 0 }, model = { 0 };
	struct sink *out;
	int rc;

	(void)open_sinks(a);
	out = a->sinks.pipe.answer;
	json_unescape(h->provider, &provider, NULL);
	json_unescape(h->model, &model, NULL);
	buf_putc(&provider, '\0');
	buf_putc(&model, '\0');
	a->sinks.json.provider = provider.p;
	a->sinks.json.model = model.p;
	out->put(out, &(struct event){ .type = EV_START,
	    .attempt = (unsigned)h->attempts });
	pipeline_show(out, &h->parts, 1);
	out->put(out, &(struct event){ .type = EV_USAGE, .usage = &h->usage });
	out->put(out, &(struct event){ .type = EV_DONE, .finish = h->finish,
	    .attempt = (unsigned)h->attempts, .text_bytes = h->text_bytes,
	    .request_id = "" });
	(void)out->flush(out, &res.last.fault);
	rc = end_show(a, &res, 0, 0);
	buf_free(&provider);
	buf_free(&model);
	return rc;
}

/* -- who is asked ---------------------------------------------------------- */

/* A base URL and a key file are the first one's. */
int
asking_choose(struct asking *a)
{
	struct complaint c;
	struct candidate *one;

	for (a->n = 0; a->n < 1 + a->o->nfallbacks; a->n++) {
		one = &a->one[a->n];
		one->opts = *a->o;
		if (a->n > 0) {
			one->opts.model = a->o->fallbacks[a->n - 1];
			one->opts.base_url = one->opts.key_file = NULL;
		}
		if (plan_make(&one->plan, &one->opts, &c) < 0) {
			a->n++;
			return fail(c.status, "%s", c.text);
		}
	}
	if (a->o->background && !a->one[0].plan.request.background)
		return fail(EXIT_USAGE, "--background: only the "
		    "Responses API keeps runs, and %s does not speak it",
		    a->one[0].plan.provider.name);
	return 0;
}

/*
 * A server may refuse what one like it wanted back: made by another model, for
 * another account, or behind words that have changed since.  It is asked once
 * more without, which costs the model some thoughts, not the session.
 */
static int
disowned(struct asking *a, const struct fault *f)
{
	static const char words[][10] = { "signature", "thinking",
	    "reasoning", "encrypted" };
	struct history *h = &a->session.history;
	size_t i;

	if (f->class != F_REQUEST || f->status != 400 ||
	    a->sinks.pipe.sink.delivered > 0)
		return 0;
	for (i = 0; i < 4; i++)
		if (slice_ifind(slice_str(f->text), words[i]) >= 0)
			break;
	if (i == 4 || !talk_disown(&h->talk))
		return 0;
	plan_encode(&a->one[a->at].plan, h);
	return 1;
}

/* The request asks for the rest of the answer. */
static void
ask_rest(struct asking *a)
{
	plan_continue(&a->one[a->at].plan, &a->session.history,
	    buf_slice(&a->sinks.pipe.text));
}

/* Whether part of the answer was delivered and the rest is to be asked for. */
static int
continues(const struct asking *a)
{
	return on_break(a->o) == BREAK_CONTINUE &&
	    a->sinks.pipe.sink.delivered > 0;
}

/* For struct run. */
static void
after(void *ctx, struct outcome *out, unsigned n)
{
	struct asking *a = ctx;
	struct plan *p = &a->one[a->at].plan;

	status_watch(&a->sinks.status, out, n);
	if (out->fault.class == F_NONE)
		return;
	if (p->request.background)
		stored_next(&a->stored, out);
	if (disowned(a, &out->fault))
		out->fault.retry = 1;
	if (continues(a) && plan_refused(p, &out->fault) &&
	    !out->fault.retry) {
		ask_rest(a);
		out->again = 1;
	}
}

static void
retry(void *ctx, const struct outcome *out)
{
	struct asking *a = ctx;

	if (continues(a) && !out->kept)
		ask_rest(a);
}

/* What an interrupt leaves of a run: nothing, or all. */
static void
leave(struct asking *a, const struct result *res)
{
	if (!a->one[a->at].plan.job.stored || a->cursor.id[0] == '\0' ||
	    res->last.fault.class != F_CANCEL || res->last.fault.code != SIGINT)
		return;
	if (a->o->detach)
		say(SLICE("the run continues on the server"));
	else
		stored_cancel(&a->stored);
}

static void
ask_one(struct asking *a, struct sink *sink, msec end, struct result *res)
{
	struct plan *p = &a->one[a->at].plan, *next;
	struct run r = { .job = &p->job, .policy = { a->o->patience,
	    (unsigned)a->o->retries },
	    .on_break = on_break(a->o), .key = secret_slice(&p->key),
	    .before = &a->before, .after = after, .retry = retry,
	    .ctx = a };

	if (a->until != MSEC_NONE)
		r.wait = a->until - a->env->wall(a->env->ctx);
	a->until = MSEC_NONE;
	if (a->at + 1 < a->n) {
		next = &a->one[a->at + 1].plan;
		r.next_provider = slice_str(next->provider.name);
		r.next_model = slice_str(next->model);
	}
	if (sink->delivered > 0 || (a->earlier.n > 0 &&
	    a->cursor.id[0] == '\0'))
		ask_rest(a);
	else
		plan_encode(p, &a->session.history);
	p->job.env = a->env;
	p->job.net = &net_real;
	p->job.sink = sink;
	p->job.limit.end = end;
	limits_open(p, a->o, a->env);
	a->sinks.json.provider = a->sinks.keep.provider = p->provider.name;
	a->sinks.json.model = a->sinks.keep.model = p->model;
	p->job.cursor = &a->cursor;
	if (p->request.background) {
		stored_free(&a->stored);
		stored_begin(&a->stored, &p->job, &a->cursor,
		    p->job.limit.first_byte);
	}
	run(&r, res);
	leave(a, res);
}

int
asking_go(struct asking *a)
{
	msec end = MSEC_MAX;
	struct sink *sink = open_sinks(a);
	struct result res;
	struct buf again = { 0 };
	const char *words[6] = { NULL, "resume" };
	int rc, n = 3;

	if (a->o->max_time < MSEC_MAX)
		end = env_mono(a->env) + a->o->max_time;
	ask_one(a, sink, end, &res);
	while (res.gave_way) {
		a->at++;
		ask_one(a, sink, end, &res);
	}
	if (a->session.journal.fd >= 0 && a->unkept == 0) {
		words[2] = a->session.name;
		if (a->o->json)
			words[n++] = "--json";
		if (a->o->output != NULL) {
			words[n++] = "-o";
			words[n++] = a->o->output;
		}
		report_command(n, words, &again);
		a->command = buf_slice(&again);
	}
	rc = end_show(a, &res, a->env->wall(a->env->ctx), sink->delivered);
	buf_free(&again);
	return rc == EXIT_WHOLE && a->unkept ? EXIT_OUTPUT : rc;
}

int
asking_dry_run(struct asking *a)
{
	struct buf out = { 0 };
	struct fault f;
	int rc;

	plan_encode(&a->one[0].plan, &a->session.history);
	plan_print(&a->one[0].plan, &out);
	rc = output_write(a->env, 1, buf_slice(&out), &f) < 0 ? EXIT_OUTPUT :
	    EXIT_WHOLE;
	buf_free(&out);
	return rc;
}

void
asking_free(struct asking *a)
{
	while (a->n > 0)
		plan_free(&a->one[--a->n].plan);
	/* Nothing was asked after all. */
	if (a->session.journal.fd >= 0 && a->session.journal.end == 0 &&
	    !a->o->dry_run)
		(void)session_remove(&a->session);
	session_free(&a->session);
	buf_free(&a->earlier);
	stored_free(&a->stored);
}
