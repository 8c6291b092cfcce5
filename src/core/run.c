#include "core/run.h"

#include <string.h>

#include "base/clean.h"
#include "core/pace.h"

static void
put(struct run *r, struct event e)
{
	r->job->sink->put(r->job->sink, &e);
}

static int
flush(struct run *r, struct outcome *out)
{
	return r->job->sink->flush(r->job->sink, &out->fault);
}

/* Sleeps for res->wait, telling the sink each whole second that is left.  -1
 * when a signal asks to stop; a nudge (SIGUSR1) ends it early.  What was slept
 * goes from res->wait to st->waited; a suspend makes it no more. */
static int
pause_run(struct run *r, struct result *res, struct retry *st)
{
	const struct env *env = r->job->env;
	struct sink *s = r->job->sink;
	msec now = env_mono(env), until = now + res->wait, next;
	int rc = 0;

	while (rc == 0 && now < until) {
		next = until;
		if (s->tick != NULL) {
			s->tick(s, until - now);
			next -= (until - now - 1) / 1000 * 1000;
		}
		rc = env->sleep(env->ctx, next);
		now = env_mono(env);
	}
	if (s->tick != NULL)
		s->tick(s, 0);
	if (now > until)
		now = until;
	st->waited += res->wait - (until - now);
	res->wait = until - now;
	return rc < 0 ? -1 : 0;
}

static void
put_retry(struct run *r, const struct result *res, const struct retry *st)
{
	put(r, (struct event){ .type = EV_RETRY, .fault = &res->last.fault,
	    .wait = res->wait, .attempt = res->attempts,
	    .waited = st->waited, .patience = r->policy.patience,
	    .discard = res->last.discard, .kept = res->last.kept });
}

static void
finish(struct run *r, struct result *res)
{
	struct outcome *out = &res->last;

	put(r, (struct event){ .type = EV_USAGE, .usage = &out->usage });
	put(r, (struct event){ .type = EV_DONE, .finish = out->finish,
	    .attempt = res->attempts, .text_bytes = out->text_bytes,
	    .elapsed = res->elapsed, .request_id = out->request_id });
	(void)flush(r, out);
}

/* Nobody takes over what was begun, unless it is to be continued. */
static void
give_up(struct run *r, struct result *res)
{
	struct fault *f = &res->last.fault, ignored;

	res->gave_way = r->next_model.n > 0 && retry_elsewhere(f->class) &&
	    (r->job->sink->delivered == 0 || r->resume != NULL);
	if (res->gave_way)
		put(r, (struct event){ .type = EV_FALLBACK, .fault = f,
		    .name = r->next_provider, .text = r->next_model,
		    .discard = res->last.discard });
	else
		put(r, (struct event){ .type = EV_ERROR, .fault = f,
		    .wait = res->wait });
	(void)r->job->sink->flush(r->job->sink, &ignored);
}

static void
cancel(struct run *r, struct result *res)
{
	const struct env *env = r->job->env;

	res->waiting = 1;
	res->verdict = RETRY_FATAL;
	fault_set(&res->last.fault, F_CANCEL, 0, "interrupted");
	res->last.fault.code = env->cancelled(env->ctx);
}

/* *reach: how far the best attempt came. */
static enum advance
advance(uint64_t *reach, const struct outcome *out)
{
	if (out->progress < P_CONTENT)
		return ADVANCE_NONE;
	if (out->text_bytes + 1 <= *reach)
		return ADVANCE_SOME;
	*reach = out->text_bytes + 1;
	return ADVANCE_FURTHER;
}

/* The rest of an answer is asked for in another way, if need be. */
static int
resumed(struct run *r, const struct fault *f)
{
	return r->resume != NULL && r->job->sink->delivered > 0 &&
	    r->resume(r->resume_ctx, f);
}

/* What the loop does about an attempt: a verdict, and a wait for AGAIN. */
static enum verdict
decide(struct run *r, struct retry *st, uint64_t *reach, struct result *res)
{
	struct outcome *out = &res->last;
	struct decision d;

	d = retry_next(&r->policy, st, &out->fault, advance(reach, out),
	    env_random32(r->job->env));
	res->wait = d.wait;
	if (d.verdict != RETRY_AGAIN)
		return d.verdict;
	if (r->fail_on_break && r->job->sink->delivered > 0 && !out->kept)
		return RETRY_SPENT;
	if (d.wait > r->job->limit.end - env_mono(r->job->env))
		return RETRY_IMPATIENT;
	return RETRY_AGAIN;
}

/* The rest of a wait that an earlier run began; 0: there was none, or it is
 * over. */
static int
wait_first(struct run *r, struct result *res, struct retry *st)
{
	if (r->wait <= 0)
		return 0;
	res->last.fault = *r->before;
	res->wait = r->wait;
	r->wait = 0;
	if (res->wait > r->policy.patience ||
	    res->wait > r->job->limit.end - env_mono(r->job->env)) {
		res->verdict = RETRY_IMPATIENT;
		return -1;
	}
	put_retry(r, res, st);
	if (flush(r, &res->last) < 0)
		return -1;
	if (pause_run(r, res, st) < 0) {
		cancel(r, res);
		return -1;
	}
	return 0;
}

void
run(struct run *r, struct result *res)
{
	struct outcome *out = &res->last;
	struct retry st = { 0 };
	uint64_t reach = 0;
	msec start = env_mono(r->job->env);
	int rc = 0;

	memset(res, 0, sizeof(*res));
	while (wait_first(r, res, &st) == 0 &&
	    (rc = pace_wait(r, res, &st)) == 0) {
		res->attempts++;
		put(r, (struct event){ .type = EV_START,
		    .attempt = res->attempts });
		do
			attempt(r->job, out);
		while (out->again);
		pace_done(r->job, out);
		res->elapsed = env_mono(r->job->env) - start;
		clean_keys(out->fault.text, r->key);
		if (r->watch != NULL)
			r->watch(r->watch_ctx, out, res->attempts);
		if (out->fault.class == F_NONE) {
			finish(r, res);
			break;
		}
		if (r->settle != NULL)
			r->settle(r->settle_ctx, out);
		res->verdict = decide(r, &st, &reach, res);
		if (res->verdict == RETRY_FATAL && resumed(r, &out->fault))
			continue;
		if (res->verdict != RETRY_AGAIN)
			break;
		put_retry(r, res, &st);
		if (flush(r, out) < 0)
			break;
		if (!out->kept)
			(void)resumed(r, &out->fault);
		rc = pause_run(r, res, &st);
		if (rc < 0)
			break;
	}
	if (rc < 0)
		cancel(r, res);
	pace_end(r->job);
	res->waited = st.waited;
	if (out->fault.class != F_NONE)
		give_up(r, res);
}
