#include "cmd/offer.h"

#include <string.h>

#include "api/models.h"
#include "cmd/exits.h"
#include "cmd/explain.h"
#include "cmd/plan.h"
#include "cmd/say.h"
#include "cmd/status.h"
#include "cmd/target.h"
#include "core/sink.h"

/* The provider alone is asked for: PROVIDER, or the one of -m, or OpenAI. */
static int
provider(const struct opts *o, struct opts *mine, struct buf *model,
    struct complaint *c)
{
	*mine = *o;
	if (o->nwords > 1)
		return complain(c, EXIT_USAGE, "models takes at most one provider");
	if (o->nwords == 1)
		buf_printf(model, "%s:-", o->words[0]);
	else if (o->model == NULL)
		buf_puts(model, "openai:-");
	else
		return 0;
	buf_putc(model, '\0');
	mine->model = model->p;
	return 0;
}

static int
fetch(const struct env *env, const struct opts *o, struct plan *p,
    struct slice command)
{
	struct text_sink text = { .env = env, .fd = 1, .path = o->output };
	struct status status = { .quiet = o->quiet, .verbose = o->verbose };
	struct run r = { .job = &p->job, .policy = { o->patience,
	    (unsigned)o->retries }, .key = secret_slice(&p->key),
	    .watch = status_watch, .watch_ctx = &status };
	struct result res;

	text_sink_init(&text);
	status_init(&status, &text.sink);
	p->job.env = env;
	p->job.net = &net_real;
	p->job.sink = &status.sink;
	p->job.dialect = o->json ? &dialect_raw : &models_ids;
	if (o->max_time < MSEC_MAX)
		p->job.limit.end = env_mono(env) + o->max_time;
	run(&r, &res);
	status_free(&status);
	text_sink_free(&text);
	explain(&res, o, command, env->wall(env->ctx), 0);
	return explain_status(&res);
}

int
offer(const struct env *env, struct opts *o, struct slice command)
{
	struct complaint c = { 0 };
	struct buf model = { 0 };
	struct opts mine;
	struct plan p = { 0 };
	int rc;

	if (provider(o, &mine, &model, &c) < 0 ||
	    plan_make(&p, &mine, &c) < 0 || target_models(&p, &c) < 0) {
		say(slice_str(c.text));
		rc = c.status;
	} else {
		rc = fetch(env, o, &p, command);
	}
	plan_free(&p);
	buf_free(&model);
	return rc;
}
