#include "cmd/models.h"

#include <string.h>
#include <unistd.h>

#include "api/dialect.h"
#include "cmd/confine.h"
#include "cmd/plan.h"
#include "cmd/report.h"
#include "core/pipeline.h"
#include "core/sink.h"

static int
fetch(const struct env *env, const struct opts *o, struct plan *p,
    struct slice command)
{
	struct text_sink text = { .env = env, .fd = 1, .path = o->output,
	    .end = opts_end(o), .tty = o->output == NULL && isatty(1) };
	struct status status = { .quiet = o->quiet, .verbose = o->verbose,
	    .answer = &text.sink };
	struct pipeline pipe = { .answer = &text.sink,
	    .status = &status.sink };
	struct run r = { .job = &p->job, .policy = { o->patience,
	    (unsigned)o->retries },
	    .after = status_attempt, .ctx = &status };
	struct sandbox box;
	struct result res;

	sandbox_open(&box);
	confine_net(&box, o);
	confine_output(&box, o->output);
	confine(&box, o, CALLS_NET | CALLS_FILES | CALLS_OUTPUT | CALLS_FORK);
	if (p->bare && !o->quiet)
		say(slice_str(plan_bare));
	text_sink_init(&text);
	status_init(&status);
	pipeline_init(&pipe);
	plan_job(p, env, &pipe.sink, text.end);
	p->job.dialect = o->json ? &models_json : &models_ids;
	run(&r, &res);
	status_free(&status);
	pipeline_free(&pipe);
	text_sink_free(&text);
	report_result(&res, o, command, env->wall(env->ctx), 0);
	return report_status(&res);
}

int
models(const struct env *env, struct opts *o, struct slice command)
{
	struct complaint c = { 0 };
	struct opts mine = *o;
	struct plan p = { 0 };
	char model[256];
	int rc;

	if (o->nwords > 1)
		return fail(EXIT_USAGE, "models takes at most one provider");
	if (o->nwords == 1 || o->model == NULL) {
		/* plan_make() needs a model; any will do */
		(void)str_printf(model, sizeof(model), "%s:-",
		    o->nwords == 1 ? o->words[0] : "openai");
		mine.model = model;
	}
	rc = plan_make(&p, &mine, NULL, &c) < 0 || plan_models(&p, &c) < 0 ?
	    fail(c.status, "%s", c.text) : fetch(env, o, &p, command);
	plan_free(&p);
	return rc;
}
