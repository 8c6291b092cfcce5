#include "cmd/ask.h"

#include <string.h>
#include <unistd.h>

#include "cmd/exits.h"
#include "cmd/explain.h"
#include "cmd/plan.h"
#include "cmd/say.h"
#include "cmd/status.h"
#include "cmd/turn.h"
#include "core/output.h"
#include "core/seam.h"
#include "core/sink.h"

static int
dry_run(const struct env *env, const struct plan *p)
{
	struct buf out = { 0 };
	struct fault f;
	int rc;

	plan_print(p, &out);
	rc = output_write(env, 1, buf_slice(&out), &f) < 0 ? EXIT_OUTPUT :
	    EXIT_WHOLE;
	buf_free(&out);
	return rc;
}

/* Both kinds of sink, of which one is used. */
struct sinks {
	struct text_sink text;
	struct json_sink json;
	struct seam seam;		/* in front, to continue */
	struct status status;
};

/* What is done when a live answer breaks off.  A reader of events is told
 * what is void, and a person sees it; a pipe would get a text twice. */
static const char *
on_break(const struct opts *o)
{
	if (o->on_break != NULL)
		return o->on_break;
	return o->json || isatty(1) ? "restart" : "continue";
}

static struct sink *
open_sinks(struct sinks *s, const struct env *env, const struct opts *o)
{
	int tty = isatty(1);
	struct sink *next;

	s->text = (struct text_sink){ .env = env, .fd = 1, .path = o->output,
	    .tty = tty && o->output == NULL,
	    .live = o->output == NULL && o->schema == NULL &&
	    (o->live < 0 ? tty : o->live), .check = o->schema != NULL };
	s->json = (struct json_sink){ .env = env, .fd = 1, .path = o->output,
	    .check = o->schema != NULL };
	s->status = (struct status){ .quiet = o->quiet, .verbose = o->verbose,
	    .tty = isatty(2), .notice = !o->json &&
	    strcmp(on_break(o), "restart") == 0 };
	text_sink_init(&s->text);
	json_sink_init(&s->json);
	next = o->json ? &s->json.sink : &s->text.sink;
	seam_init(&s->seam, next);
	if (strcmp(on_break(o), "continue") == 0)
		next = &s->seam.sink;
	status_init(&s->status, next);
	return &s->status.sink;
}

static void
close_sinks(struct sinks *s)
{
	status_free(&s->status);
	seam_free(&s->seam);
	text_sink_free(&s->text);
	json_sink_free(&s->json);
}

/* A model to ask: the user's choice and then the fallbacks, each with the
 * options as they hold for it. */
struct candidate {
	struct opts opts;
	struct plan plan;
};

struct asking {
	const struct env *env;
	const struct opts *o;
	struct slice command;
	struct turn turn;
	struct sinks sinks;
	struct candidate one[1 + FALLBACKS_MAX];
	size_t n;
	size_t at;			/* the one that is asked */
};

/* A base URL and a key file are the first one's. */
static int
choose(struct asking *a, struct complaint *c)
{
	struct candidate *one;

	for (a->n = 0; a->n < 1 + a->o->nfallbacks; a->n++) {
		one = &a->one[a->n];
		one->opts = *a->o;
		if (a->n > 0) {
			one->opts.model = a->o->fallbacks[a->n - 1];
			one->opts.base_url = one->opts.key_file = NULL;
		}
		if (plan_make(&one->plan, &one->opts, c) < 0) {
			a->n++;
			return -1;
		}
	}
	return 0;
}

/* Again for each: only what an answer's own dialect takes is sent. */
static int
fit(struct asking *a, struct complaint *c)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (turn_check(&a->turn, a->o,
		    a->one[i].plan.provider.dialect->name, c) < 0)
			return -1;
	return 0;
}

/* For struct run: the rest is asked for. */
static int
resume(void *ctx, const struct fault *f)
{
	struct asking *a = ctx;
	int refused = plan_refused(&a->one[a->at].plan, f);

	plan_continue(&a->one[a->at].plan, &a->turn.talk,
	    buf_slice(&a->sinks.seam.text));
	return refused;
}

static void
ask_one(struct asking *a, struct sink *sink, msec end, struct result *res)
{
	struct plan *p = &a->one[a->at].plan, *next;
	struct run r = { .job = &p->job, .policy = { a->o->patience,
	    (unsigned)a->o->retries },
	    .fail_on_break = strcmp(on_break(a->o), "fail") == 0,
	    .key = secret_slice(&p->key), .watch = status_watch,
	    .watch_ctx = &a->sinks.status };

	if (strcmp(on_break(a->o), "continue") == 0) {
		r.resume = resume;
		r.resume_ctx = a;
	}
	if (a->at + 1 < a->n) {
		next = &a->one[a->at + 1].plan;
		r.next_provider = slice_str(next->provider.name);
		r.next_model = slice_str(next->model);
	}
	if (sink->delivered > 0)
		plan_continue(p, &a->turn.talk, buf_slice(&a->sinks.seam.text));
	else
		plan_encode(p, &a->turn.talk);
	p->job.env = a->env;
	p->job.net = &net_real;
	p->job.sink = sink;
	p->job.limit.end = end;
	a->sinks.json.provider = p->provider.name;
	a->sinks.json.model = p->model;
	run(&r, res);
}

static int
go(struct asking *a)
{
	msec end = MSEC_MAX;
	struct sink *sink = open_sinks(&a->sinks, a->env, a->o);
	struct result res;
	uint64_t delivered;
	int bad;

	if (a->o->max_time < MSEC_MAX)
		end = env_mono(a->env) + a->o->max_time;
	ask_one(a, sink, end, &res);
	while (res.gave_way) {
		a->at++;
		ask_one(a, sink, end, &res);
	}
	delivered = sink->delivered;
	bad = a->sinks.text.not_json || a->sinks.json.not_json;
	close_sinks(&a->sinks);
	explain(&res, a->o, a->command, a->env->wall(a->env->ctx), delivered);
	if (!bad)
		return explain_status(&res);
	say(SLICE("the answer is not JSON, let alone of the schema"));
	return EXIT_PARTIAL;
}

static int
check_output(const struct opts *o, struct complaint *c)
{
	struct fault f;

	if (o->output == NULL || o->dry_run || output_check(o->output, &f) == 0)
		return 0;
	return complain(c, EXIT_OUTPUT, "--output: %s", f.text);
}

int
ask(const struct env *env, const struct opts *o, struct slice command)
{
	struct asking a = { .env = env, .o = o, .command = command };
	struct complaint c = { 0 };
	int rc;

	if (choose(&a, &c) < 0 || check_output(o, &c) < 0 ||
	    turn_read(&a.turn, env, o, &c) < 0 || fit(&a, &c) < 0) {
		say(slice_str(c.text));
		rc = c.status;
	} else if (o->dry_run) {
		plan_encode(&a.one[0].plan, &a.turn.talk);
		rc = dry_run(env, &a.one[0].plan);
	} else {
		rc = go(&a);
	}
	while (a.n > 0)
		plan_free(&a.one[--a.n].plan);
	turn_free(&a.turn);
	return rc;
}
