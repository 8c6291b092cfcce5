#include "cmd/ask.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/input.h"
#include "cmd/limits.h"
#include "cmd/open.h"
#include "cmd/plan.h"
#include "cmd/report.h"
#include "cmd/request.h"
#include "core/keep.h"
#include "core/output.h"
#include "core/pipeline.h"
#include "core/sink.h"
#include "core/stored.h"

/* A turn and everything that is needed to ask it. */
struct task {
	const struct env *env;
	struct opts *o;
	struct slice command;		/* how to ask again */
	struct session session;
	int unkept;			/* the journal cannot be written */
	struct plan plan[1 + FALLBACKS_MAX];	/* for the model to ask, then
						   for the fallbacks */
	size_t n;
	size_t at;			/* the one that is asked */
	/* what an earlier run has received of the answer, and the fault that
	 * ended it, with a wait until a time of day, or MSEC_NONE */
	struct buf earlier;
	struct fault before;
	msec until;
	/* the run */
	msec end;			/* its deadline, monotonic */
	struct cursor cursor;
	struct stored stored;
	struct pipeline pipe;
	struct keep keep;
	struct text_sink text;
	struct json_sink json;		/* with --json instead of text */
	struct status status;
};

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
	    .live = o->output == NULL && !check &&
	    (o->live < 0 ? tty : o->live), .check = check };
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
	int bad = t->text.not_json || t->json.not_json;

	status_free(&t->status);
	pipeline_free(&t->pipe);
	keep_free(&t->keep);
	text_sink_free(&t->text);
	json_sink_free(&t->json);
	report_result(res, t->o, t->command, wall, delivered);
	if (!bad)
		return report_status(res);
	say(SLICE("the answer is not JSON, so it cannot match the "
	    "schema"));
	return EXIT_PARTIAL;
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
	run(&r, res);
	if (!p->job.stored || t->cursor.id[0] == '\0' ||
	    res->last.fault.class != F_CANCEL || res->last.fault.code != SIGINT)
		return;
	if (t->o->detach)
		say(SLICE("the run continues on the server"));
	else
		stored_cancel(&t->stored);
}

/* Asks until there is an answer and reports any fault.  The exit status. */
static int
ask_all(struct task *t)
{
	struct result res;
	struct buf again = { 0 };
	const char *words[6] = { NULL, "resume" };
	int rc, n = 3;

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

/* Shows the complete answer from the journal.  The exit status. */
static int
show_answer(struct task *t)
{
	const struct history *h = &t->session.history;
	struct result res = { .last.finish = h->finish };
	struct buf provider = { 0 }, model = { 0 };
	struct sink *out;
	int rc;

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

static int
dry_run(struct task *t)
{
	struct buf out = { 0 };
	int rc;

	request_question(&t->plan[0], &t->session.history);
	request_print(&t->plan[0], &out);
	rc = show(t->env, buf_slice(&out));
	buf_free(&out);
	return rc;
}

/* Plans a request to each model, and checks -o.  0, or the exit status after a
 * message. */
static int
choose(struct task *t)
{
	struct opts *o = t->o;
	const char *model;
	struct complaint c;
	struct plan *p;
	struct fault f;
	int bare = 0;

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

static void
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

/* -- bide ask -------------------------------------------------------------- */

/* Opens the session of -s or -c and checks that it takes another turn.  0, or
 * the exit status after a message. */
static int
join_session(struct task *t)
{
	struct opts *o = t->o;
	struct session *s = &t->session;
	struct history *h = &s->history;
	struct buf ids = { 0 };
	struct slice options;
	int rc = 0;

	session_none(s);
	if (o->session == NULL && !o->newest)
		return 0;
	if (o->session != NULL && o->newest)
		return fail(EXIT_USAGE, "-s and -c cannot be used together");
	rc = open_session(s, o->session, o->dry_run ? JOURNAL_READ :
	    JOURNAL_WRITE, t->env, o);
	if (rc != 0)
		return rc;
	if (o->messages != NULL && h->turns > 0)
		return fail(EXIT_USAGE, "--messages: the session already "
		    "has a conversation");
	/* A script that was killed would ask twice.  A turn whose record is
	 * lost cannot be resumed. */
	if ((h->state == TURN_OPEN || h->state == TURN_LATER) && h->turn.n > 0)
		return fail(EXIT_LATER, "session %s: its last turn is not "
		    "finished; finish it with: bide resume %s", s->name,
		    s->name);
	/* after tool calls a model takes nothing but their results */
	if (o->nresults == 0)
		history_open_calls(h, &ids);
	if (ids.n > 0)
		rc = fail(EXIT_USAGE, "session %s waits for the results "
		    "of %.*s; give each with --tool-result ID=FILE",
		    s->name, SLICE_FMT(ids));
	buf_free(&ids);
	/* the session's model, unless the command line names one */
	if (rc != 0 || opts_given(o, "model") || opts_given(o, "base-url") ||
	    history_member(h, "options", &options) != JSON_OBJECT)
		return rc;
	return open_options(s, o, options, 0);
}

/* Reads the turn and adds it to the session, in memory.  What is sent comes
 * from its record, so that resume sends the same. */
static int
read_turn(struct task *t, struct input *in)
{
	struct session *s = &t->session;
	int rc = input_read(in, t->env, t->o);
	const char *why;
	size_t i;

	for (i = 0; rc == 0 && i < t->n; i++)
		rc = input_check(in, t->plan[i].provider.dialect->name);
	if (rc != 0)
		return rc;
	input_record(in, t->o, t->env->wall(t->env->ctx), s);
	why = session_ask(s);
	return why == NULL ? 0 : fail(EXIT_USAGE, "%s%s%.*s", why,
	    s->history.talk.name.n > 0 ? ": " : "",
	    SLICE_FMT(s->history.talk.name));
}

int
ask(const struct env *env, struct opts *o, struct slice command)
{
	struct task t = { .env = env, .o = o, .command = command,
	    .until = MSEC_NONE, .cursor = { .sequence = -1 } };
	struct session *s = &t.session;
	struct input in = { 0 };
	int rc;

	if ((rc = join_session(&t)) == 0 && (rc = choose(&t)) == 0 &&
	    (rc = read_turn(&t, &in)) == 0) {
		if (o->dry_run) {
			rc = dry_run(&t);
		} else {
			/* on disk before anything is sent */
			if (o->session == NULL && !o->newest)
				t.unkept = open_new(s, env, o);
			if (s->journal.fd >= 0 && session_keep(s) < 0)
				t.unkept = open_unkept(s, o->quiet);
			rc = ask_all(&t);
		}
	}
	task_end(&t);
	input_free(&in);
	return rc;
}

/* -- bide resume ----------------------------------------------------------- */

/* Prepares the session's last turn to be asked again, with its own options and
 * the model that was asked last.  0, or the exit status after a message. */
static int
take_turn(struct task *t)
{
	struct opts *o = t->o;
	struct history *h = &t->session.history;
	struct slice options;
	const char *why;
	size_t i;
	int rc;

	if (history_member(h, "options", &options) != JSON_OBJECT)
		return fail(EXIT_CONFIG, "session %s: the turn's record "
		    "has no options", t->session.name);
	opts_forget(o);
	rc = open_options(&t->session, o, options, 1);
	if (rc != 0 || (rc = choose(t)) != 0)
		return rc;
	why = history_ask(h);
	if (why != NULL)
		return fail(EXIT_CONFIG, "session %s: %s", t->session.name,
		    why);
	for (i = 0; i < t->n; i++)
		if (json_is(h->model, t->plan[i].model) &&
		    json_is(h->provider, t->plan[i].provider.name))
			t->at = i;
	t->until = h->not_before;
	history_fault(h, &t->before);
	if (o->background && h->response.n > 0 && !h->damaged) {
		/* the stored run is resumed, its answer shown from the start */
		history_cursor(h, &t->cursor);
		history_text(h, &t->earlier);
	} else if (o->on_break != NULL && strcmp(o->on_break, "continue") ==
	    0 && o->live != 0 && o->output == NULL) {
		history_text(h, &t->earlier);
		if (t->earlier.n > 0)
			o->live = 1;
	}
	return 0;
}

int
resume(const struct env *env, struct opts *o, struct slice command)
{
	struct task t = { .env = env, .o = o, .command = command,
	    .until = MSEC_NONE, .cursor = { .sequence = -1 } };
	enum turn_state *state = &t.session.history.state;
	int rc;

	session_none(&t.session);
	if (o->nwords > 1)
		rc = fail(EXIT_USAGE, "resume takes at most one session");
	else
		rc = open_session(&t.session, o->nwords > 0 ? o->words[0] :
		    NULL, o->dry_run ? JOURNAL_READ : JOURNAL_OLD, env, o);
	if (rc == 0 && *state == TURN_NONE)
		rc = fail(EXIT_CONFIG, "session %s: nothing has been "
		    "asked in it yet", t.session.name);
	else if (rc == 0 && *state == TURN_DONE && !o->dry_run)
		rc = show_answer(&t);
	else if (rc == 0 && (rc = take_turn(&t)) == 0)
		rc = o->dry_run ? dry_run(&t) : ask_all(&t);
	task_end(&t);
	return rc;
}
