#include "cmd/asking.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/limits.h"
#include "cmd/open.h"
#include "core/output.h"

/* -- where the answer goes ------------------------------------------------- */

/* What is done when a live answer breaks off.  A reader of events is told
 * what is void, and a person sees it; a pipe would get a text twice. */
static const char *
on_break(const struct opts *o)
{
	if (o->on_break != NULL)
		return o->on_break;
	return o->json || isatty(1) ? "restart" : "continue";
}

static int
continues(const struct asking *a)
{
	return strcmp(on_break(a->o), "continue") == 0;
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
	struct sink *next;

	s->text = (struct text_sink){ .env = a->env, .fd = 1,
	    .path = o->output, .tty = tty && o->output == NULL,
	    .live = o->output == NULL && !check &&
	    (o->live < 0 ? tty : o->live), .check = check };
	s->json = (struct json_sink){ .env = a->env, .fd = 1,
	    .path = o->output, .check = check };
	s->status = (struct status){ .quiet = o->quiet, .verbose = o->verbose,
	    .tty = isatty(2), .notice = !o->json &&
	    strcmp(on_break(o), "restart") == 0 };
	text_sink_init(&s->text);
	json_sink_init(&s->json);
	s->keep = (struct keep){ .env = a->env, .journal = &a->session.journal,
	    .next = o->json ? &s->json.sink : &s->text.sink,
	    .cursor = &a->cursor, .detach = o->detach,
	    .earlier = a->earlier.n > 0 || a->cursor.id[0] != '\0' ?
	    &h->parts : NULL, .from = a->earlier.n,
	    .turn = h->turns, .items = history_items(h),
	    .live = o->json || s->text.live,
	    .broken = broken, .broken_ctx = a };
	keep_init(&s->keep);
	s->keep.told = a->unkept;
	next = &s->keep.sink;
	seam_init(&s->seam, next);
	seam_earlier(&s->seam, buf_slice(&a->earlier), a->cursor.id[0] == '\0');
	if (continues(a))
		next = &s->seam.sink;
	status_init(&s->status, next);
	return &s->status.sink;
}

static void
close_sinks(struct sinks *s)
{
	status_free(&s->status);
	seam_free(&s->seam);
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
	out = a->sinks.keep.next;
	json_unescape(h->provider, &provider, NULL);
	json_unescape(h->model, &model, NULL);
	buf_putc(&provider, '\0');
	buf_putc(&model, '\0');
	a->sinks.json.provider = provider.p;
	a->sinks.json.model = model.p;
	out->put(out, &(struct event){ .type = EV_START,
	    .attempt = (unsigned)h->attempts });
	keep_show(out, &h->parts, 1);
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

/* For struct run: the rest is asked for. */
static int
go_on(void *ctx, const struct fault *f)
{
	struct asking *a = ctx;
	int refused = plan_refused(&a->one[a->at].plan, f);

	plan_continue(&a->one[a->at].plan, &a->session.history,
	    buf_slice(&a->sinks.seam.text));
	return refused;
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
	    a->sinks.status.sink.delivered > 0)
		return 0;
	for (i = 0; i < 4; i++)
		if (slice_ifind(slice_str(f->text), words[i]) >= 0)
			break;
	if (i == 4 || !talk_disown(&h->talk))
		return 0;
	plan_encode(&a->one[a->at].plan, h);
	return 1;
}

/* For struct run: a run that the server keeps goes on there. */
static void
settle(void *ctx, struct outcome *out)
{
	struct asking *a = ctx;

	if (a->one[a->at].plan.request.background)
		stored_next(&a->stored, out);
	if (disowned(a, &out->fault))
		out->fault.retry = 1;
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
	    .fail_on_break = strcmp(on_break(a->o), "fail") == 0,
	    .key = secret_slice(&p->key), .watch = status_watch,
	    .watch_ctx = &a->sinks.status, .before = &a->before,
	    .settle = settle, .settle_ctx = a };

	if (a->until != MSEC_NONE)
		r.wait = a->until - a->env->wall(a->env->ctx);
	a->until = MSEC_NONE;
	if (continues(a)) {
		r.resume = go_on;
		r.resume_ctx = a;
	}
	if (a->at + 1 < a->n) {
		next = &a->one[a->at + 1].plan;
		r.next_provider = slice_str(next->provider.name);
		r.next_model = slice_str(next->model);
	}
	if (sink->delivered > 0 || (a->earlier.n > 0 &&
	    a->cursor.id[0] == '\0'))
		plan_continue(p, &a->session.history,
		    buf_slice(&a->sinks.seam.text));
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
