#include "cmd/task.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/confine.h"
#include "cmd/limits.h"
#include "cmd/open.h"
#include "cmd/report.h"
#include "cmd/request.h"
#include "core/output.h"

/* -- the sinks ------------------------------------------------------------- */

static void
broken(void *ctx)
{
	struct task *t = ctx;

	t->unkept |= open_unkept(&t->session, t->o->quiet);
}

static void
open_sinks(struct task *t)
{
	const struct history *h = &t->session.history;
	const struct opts *o = t->o;
	int stored = t->cursor.id[0] != '\0', tty = isatty(1), check;
	struct slice schema;

	/* from the turn's record, since resume names no file */
	check = history_member(h, "schema", &schema) == JSON_OBJECT;
	t->end = opts_end(o);
	t->text = (struct text_sink){ .env = t->env, .fd = 1, .end = t->end,
	    .path = o->output, .tty = tty && o->output == NULL,
	    .live = o->output == NULL && !check && !o->extract &&
	    (o->live < 0 ? tty : o->live), .check = check,
	    .extract = o->extract,
	    .which = o->extract_last ? FENCE_LAST : FENCE_FIRST };
	text_sink_init(&t->text);
	t->json = (struct json_sink){ .env = t->env, .fd = 1, .end = t->end,
	    .path = o->output, .check = check };
	json_sink_init(&t->json);
	t->keep = (struct keep){ .env = t->env, .journal = &t->session.journal,
	    .cursor = &t->cursor, .detach = o->detach,
	    .live = o->json || t->text.live, .from = t->earlier.n,
	    .items = h->items, .turn = h->turns,
	    .broken = broken, .broken_ctx = t };
	keep_init(&t->keep);
	t->keep.told = t->unkept;
	t->pipe = (struct pipeline){ .journal = &t->keep.sink,
	    .answer = o->json ? &t->json.sink : &t->text.sink,
	    .status = &t->status.sink,
	    .joins = opts_on_break(o) == BREAK_CONTINUE,
	    .each = o->json,
	    .earlier = t->earlier.n > 0 || stored ? &h->parts : NULL,
	    .calls = stored };
	t->status = (struct status){ .quiet = o->quiet, .verbose = o->verbose,
	    .tty = say_can_live(), .answer = t->pipe.answer,
	    .notice = !o->json && opts_on_break(o) == BREAK_RESTART };
	status_init(&t->status);
	pipeline_init(&t->pipe);
	pipeline_earlier(&t->pipe, buf_slice(&t->earlier), !stored);
}

/* Frees the sinks and reports the result.  The exit status. */
static int
end_run(struct task *t, const struct result *res, msec wall)
{
	uint64_t delivered = t->pipe.sink.delivered;
	int kept = t->session.journal.fd >= 0 && t->unkept == 0;
	int not_json = t->text.not_json || t->json.not_json;

	status_free(&t->status);
	pipeline_free(&t->pipe);
	keep_free(&t->keep);
	text_sink_free(&t->text);
	json_sink_free(&t->json);
	report_result(res, t->o, t->command, wall, delivered);
	if (t->text.no_block)
		return fail(EXIT_PARTIAL, "the answer has no code block%s%s",
		    kept ? "; to see all of it: bide log " : "",
		    kept ? t->session.name : "");
	if (not_json)
		return fail(EXIT_PARTIAL, "the answer is not JSON, so it "
		    "cannot match the schema");
	return report_status(res);
}

/* -- a run ----------------------------------------------------------------- */

/* Makes the request ask for the rest of the answer. */
static void
ask_rest(struct task *t)
{
	request_rest(&t->plan[t->at], &t->session.history,
	    buf_slice(&t->pipe.text));
}

/* Whether part of the answer was delivered and the rest is to be asked for. */
static int
continues(const struct task *t)
{
	return t->pipe.joins && t->pipe.sink.delivered > 0;
}

static void
after(void *ctx, struct outcome *out, unsigned n)
{
	struct task *t = ctx;
	struct plan *p = &t->plan[t->at];

	status_attempt(&t->status, out, n);
	if (out->fault.class == F_NONE)
		return;
	if (p->request.background)
		stored_next(&t->stored, out);
	if (t->cursor.resuming)		/* what follows mends the question */
		return;
	if (t->pipe.sink.delivered == 0 &&
	    request_disown(p, &t->session.history, &out->fault)) {
		out->fault.retry = 1;
		/* at once, unless there is text to be discarded */
		out->again = !out->discard;
	}
	if (continues(t) && request_refuse_prefill(p, &out->fault) &&
	    !out->fault.retry) {
		ask_rest(t);
		out->again = 1;
	}
	if (!out->again && request_unasked(p, &out->fault))
		out->again = 1;
	if (p->request.background)
		t->stored.start.body = buf_slice(&p->body);
}

static void
retry(void *ctx, const struct outcome *out)
{
	struct task *t = ctx;

	if (continues(t) && !out->kept)
		ask_rest(t);
}

static void
ask_one(struct task *t, struct result *res)
{
	struct plan *p = &t->plan[t->at];
	struct run r = { .job = &p->job, .policy = { t->o->patience,
	    (unsigned)t->o->retries }, .on_break = opts_on_break(t->o),
	    .before = &t->before,
	    .after = after, .retry = retry, .ctx = t };

	if (t->until != MSEC_NONE)
		r.wait = t->until - t->env->wall(t->env->ctx);
	t->until = MSEC_NONE;
	if (t->at + 1 < t->n) {
		r.next_provider = slice_str(p[1].provider.name);
		r.next_model = slice_str(p[1].model);
	}
	plan_job(p, t->env, &t->pipe.sink, t->end);
	p->job.cursor = &t->cursor;
	if (t->pipe.sink.delivered > 0 ||
	    (t->earlier.n > 0 && t->cursor.id[0] == '\0'))
		ask_rest(t);
	else
		request_question(p, &t->session.history);
	limits_open(p, t->o, t->env);
	t->json.provider = t->keep.provider = p->provider.name;
	t->json.model = t->keep.model = p->model;
	if (p->request.background) {
		stored_free(&t->stored);
		stored_begin(&t->stored, &p->job, &t->cursor,
		    p->job.limit.first_byte);
	}
	t->status.silence = (struct silence){ .job = &p->job,
	    .out = &res->last };
	run(&r, res);
	if (!p->job.stored || t->cursor.id[0] == '\0' ||
	    res->last.fault.class != F_CANCEL || res->last.fault.code != SIGINT)
		return;
	if (t->o->detach)
		say(SLICE("the run continues on the server"));
	else
		stored_cancel(&t->stored);
}

int
task_ask(struct task *t)
{
	struct result res;
	struct buf again = { 0 };
	const char *words[6] = { NULL, "resume" };
	struct sandbox box;
	int rc, n = 3;

	sandbox_open(&box);
	confine_net(&box, t->o);
	confine_limits(&box, t->o, 1);
	confine_output(&box, t->o->output);
	confine(&box, t->o, CALLS_NET | CALLS_FILES | CALLS_OUTPUT |
	    CALLS_FORK);
	open_sinks(t);
	do {
		ask_one(t, &res);
		if (res.gave_way)	/* the run is not the next one's */
			t->cursor = (struct cursor){ .sequence = -1 };
	} while (res.gave_way && ++t->at < t->n);
	if (t->session.journal.fd >= 0 && t->unkept == 0) {
		words[2] = t->session.name;
		if (t->o->json)
			words[n++] = "--json";
		if (t->o->output != NULL) {
			words[n++] = "-o";
			words[n++] = t->o->output;
		}
		report_command(n, words, &again);
		t->command = buf_slice(&again);
	}
	rc = end_run(t, &res, t->env->wall(t->env->ctx));
	buf_free(&again);
	return rc == EXIT_WHOLE && t->unkept ? EXIT_OUTPUT : rc;
}

int
task_show(struct task *t)
{
	const struct history *h = &t->session.history;
	struct result res = { .last.finish = h->finish };
	struct buf provider = { 0 }, model = { 0 };
	struct sandbox box;
	struct sink *out;
	int rc;

	sandbox_open(&box);
	confine_output(&box, t->o->output);
	confine(&box, t->o, CALLS_FILES | CALLS_OUTPUT);
	open_sinks(t);
	out = t->pipe.answer;
	json_unescape(h->provider, &provider, NULL);
	buf_putc(&provider, '\0');
	json_unescape(h->model, &model, NULL);
	buf_putc(&model, '\0');
	t->json.provider = provider.p;
	t->json.model = model.p;
	out->put(out, &(struct event){ .type = EV_START,
	    .attempt = (unsigned)h->attempts });
	pipeline_show(out, &h->parts, 1);
	out->put(out, &(struct event){ .type = EV_USAGE, .usage = &h->usage });
	out->put(out, &(struct event){ .type = EV_DONE, .finish = h->finish,
	    .attempt = (unsigned)h->attempts, .text_bytes = h->text_bytes,
	    .request_id = "" });
	(void)out->flush(out, &res.last.fault);
	rc = end_run(t, &res, 0);
	buf_free(&provider);
	buf_free(&model);
	return rc;
}

int
task_dry_run(struct task *t)
{
	struct buf out = { 0 };
	int rc;

	request_question(&t->plan[0], &t->session.history);
	request_print(&t->plan[0], &out);
	rc = show(t->env, buf_slice(&out));
	buf_free(&out);
	return rc;
}

int
task_plan(struct task *t)
{
	struct opts *o = t->o;
	const char *model;
	struct complaint c;
	struct plan *p;
	struct fault f;
	int bare = 0, rc = opts_extract(o);

	if (rc != 0)
		return rc;
	while (t->n <= o->nfallbacks) {
		model = t->n == 0 ? NULL : o->fallbacks[t->n - 1];
		p = &t->plan[t->n++];
		if (plan_make(p, o, model, &c) < 0)
			return fail(c.status, "%s", c.text);
		bare |= p->bare;
	}
	if (bare && !o->quiet)
		say(slice_str(plan_bare));
	o->key_file = t->plan[0].key_file;	/* for the record */
	if (o->background && !t->plan[0].request.background)
		return fail(EXIT_USAGE, "--background: only the "
		    "Responses API keeps runs, and %s does not speak it",
		    t->plan[0].provider.name);
	if (output_check(o->output, &f) < 0)
		return fail(EXIT_OUTPUT, "%s%s", o->output == NULL ? "" :
		    "--output: ", f.text);
	return 0;
}

void
task_end(struct task *t)
{
	while (t->n > 0)
		plan_free(&t->plan[--t->n]);
	/* a session created for a turn that was not asked */
	if (t->session.journal.fd >= 0 && t->session.journal.end == 0 &&
	    !t->o->dry_run)
		(void)session_remove(&t->session);
	session_free(&t->session);
	buf_free(&t->earlier);
	stored_free(&t->stored);
}
