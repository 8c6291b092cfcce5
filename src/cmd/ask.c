#include "cmd/ask.h"

#include <string.h>
#include <unistd.h>

#include "cmd/exits.h"
#include "cmd/explain.h"
#include "cmd/input.h"
#include "cmd/plan.h"
#include "cmd/say.h"
#include "cmd/status.h"
#include "core/output.h"
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
	struct status status;
};

static struct sink *
open_sinks(struct sinks *s, const struct env *env, const struct opts *o,
    const struct plan *p)
{
	int tty = isatty(1);

	s->text = (struct text_sink){ .env = env, .fd = 1, .path = o->output,
	    .tty = tty && o->output == NULL,
	    .live = o->output == NULL && (o->live < 0 ? tty : o->live) };
	s->json = (struct json_sink){ .env = env, .fd = 1, .path = o->output,
	    .provider = p->provider.name, .model = p->model };
	s->status = (struct status){ .quiet = o->quiet, .verbose = o->verbose,
	    .tty = isatty(2), .notice = !o->json };
	text_sink_init(&s->text);
	json_sink_init(&s->json);
	status_init(&s->status, o->json ? &s->json.sink : &s->text.sink);
	return &s->status.sink;
}

static void
close_sinks(struct sinks *s)
{
	status_free(&s->status);
	text_sink_free(&s->text);
	json_sink_free(&s->json);
}

/* A reader of events is told what is void, a person sees it; a pipe would
 * get a text twice. */
static int
fails_on_break(const struct opts *o)
{
	if (o->on_break != NULL)
		return strcmp(o->on_break, "fail") == 0;
	return !o->json && !isatty(1);
}

static int
go(const struct env *env, const struct opts *o, struct plan *p,
    struct slice command)
{
	struct sinks sinks;
	struct run r = { .job = &p->job, .policy = { o->patience,
	    (unsigned)o->retries }, .fail_on_break = fails_on_break(o),
	    .key = secret_slice(&p->key) };
	struct result res;
	uint64_t delivered;

	p->job.env = env;
	p->job.net = &net_real;
	p->job.sink = open_sinks(&sinks, env, o, p);
	if (o->max_time < MSEC_MAX)
		p->job.limit.end = env_mono(env) + o->max_time;
	r.watch = status_watch;
	r.watch_ctx = &sinks.status;
	run(&r, &res);
	delivered = p->job.sink->delivered;
	close_sinks(&sinks);
	explain(&res, o, command, env->wall(env->ctx), delivered);
	return explain_status(&res);
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
	struct buf prompt = { 0 };
	struct complaint c = { 0 };
	struct plan p = { 0 };
	int rc;

	if (plan_make(&p, o, &c) < 0 || check_output(o, &c) < 0 ||
	    input_read(env, o, &prompt, &c) < 0) {
		say(slice_str(c.text));
		rc = c.status;
	} else {
		plan_encode(&p, buf_slice(&prompt));
		rc = o->dry_run ? dry_run(env, &p) : go(env, o, &p, command);
	}
	plan_free(&p);
	buf_free(&prompt);
	return rc;
}
