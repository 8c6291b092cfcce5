#include "core/run.h"

#include <string.h>

#include "api/price.h"
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

static void
finish(struct run *r, struct result *res)
{
	struct outcome *out = &res->last;

	put(r, (struct event){ .type = EV_USAGE, .usage = &res->usage });
	put(r, (struct event){ .type = EV_DONE, .finish = out->finish,
	    .attempt = res->attempts, .text_bytes = out->text_bytes,
	    .elapsed = res->elapsed, .request_id = out->request_id });
	(void)flush(r, out);
}

/* A fallback cannot take over a partly delivered answer, unless it is asked
 * for the rest. */
static void
give_up(struct run *r, struct result *res)
{
	struct fault *f = &res->last.fault, ignored;

	res->gave_way = r->next_model.n > 0 && retry_elsewhere(f->class) &&
	    (r->job->sink->delivered == 0 || r->on_break == BREAK_CONTINUE);
	if (res->gave_way)
		put(r, (struct event){ .type = EV_FALLBACK, .fault = f,
		    .name = r->next_provider, .text = r->next_model,
		    .discard = res->last.discard || res->last.kept });
	else
		put(r, (struct event){ .type = EV_ERROR, .fault = f,
		    .wait = res->wait });
	(void)r->job->sink->flush(r->job->sink, &ignored);
}

/* Whether a status says that the request was not acted on. */
static int
is_refusal(int status)
{
	return status == 408 || status == 425 || status == 429 ||
	    status == 503 || status == 529;
}

/* After a failed attempt.  *reach: 1 + the bytes of text of the best one. */
static enum verdict
decide(struct run *r, struct retry *st, uint64_t *reach, struct result *res)
{
	struct outcome *out = &res->last;
	enum advance advance = ADVANCE_NONE;
	struct decision d;

	if (out->progress >= P_CONTENT)
		advance = out->text_bytes + 1 > *reach ? ADVANCE_FURTHER :
		    ADVANCE_SOME;
	if (advance == ADVANCE_FURTHER)
		*reach = out->text_bytes + 1;
	if (out->alive)		/* asking for it is no backoff */
		advance = ADVANCE_FURTHER;
	d = retry_next(&r->policy, st, &out->fault, advance,
	    env_random32(r->job->env));
	res->wait = d.wait;
	if (d.verdict == RETRY_BELIEVED) {
		out->fault.class = F_REQUEST;
		out->fault.retry = 0;
		return RETRY_FATAL;
	}
	if (d.verdict != RETRY_AGAIN)
		return d.verdict;
	if (r->once && out->progress >= P_SENT && !is_refusal(out->status))
		return RETRY_FATAL;
	if (r->on_break == BREAK_FAIL && r->job->sink->delivered > 0 &&
	    !out->kept)
		return RETRY_SPENT;
	if (d.wait > r->job->limit.end - env_mono(r->job->env))
		return RETRY_IMPATIENT;
	return RETRY_AGAIN;
}

/*
 * Tells the sink of the retry, then sleeps for res->wait and ticks each second.
 * A nudge (SIGUSR1) ends the pause early; what is left stays in res->wait.
 * Time that the system was suspended counts only up to the wait.  0; 1: the
 * sink failed; -1: a signal asks to stop.
 */
static int
back_off(struct run *r, struct result *res, struct retry *st)
{
	const struct env *env = r->job->env;
	struct sink *s = r->job->sink;
	msec now, until, next;
	int rc = 0;

	put(r, (struct event){ .type = EV_RETRY, .fault = &res->last.fault,
	    .wait = res->wait, .attempt = res->attempts,
	    .waited = st->waited, .patience = r->policy.patience,
	    .discard = res->last.discard, .kept = res->last.kept });
	if (flush(r, &res->last) < 0)
		return 1;
	if (r->retry != NULL)
		r->retry(r->ctx, &res->last);
	now = env_mono(env);
	until = now + res->wait;
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

/* The rest of a wait that an earlier run began; as back_off(), and 1 when it
 * is too long. */
static int
resume_wait(struct run *r, struct result *res, struct retry *st)
{
	res->last.fault = *r->before;
	res->wait = r->wait;
	if (res->wait <= r->policy.patience &&
	    res->wait <= r->job->limit.end - env_mono(r->job->env))
		return back_off(r, res, st);
	res->verdict = RETRY_IMPATIENT;
	return 1;
}

void
run(struct run *r, struct result *res)
{
	const struct env *env = r->job->env;
	struct outcome *out = &res->last;
	struct retry st = { 0 };
	uint64_t reach = 0;
	msec start = env_mono(env);
	int rc = 0;

	memset(res, 0, sizeof(*res));
	res->usage = (struct usage)USAGE_NONE;
	r->job->answer = 0;
	if (r->wait > 0)
		rc = resume_wait(r, res, &st);
	while (rc == 0 && (rc = pace_wait(r, res, &st)) == 0) {
		res->attempts++;
		put(r, (struct event){ .type = EV_START,
		    .attempt = res->attempts });
		do
			attempt(r->job, out);
		while (out->again);
		pace_done(r->job, out);
		out->usage.cost = price_cost(r->job->price, &out->usage);
		event_add_usage(&res->usage, &out->usage);
		res->elapsed = env_mono(env) - start;
		mask_hide(r->job->mask, out->fault.text,
		    strlen(out->fault.text), MASK_MESSAGE);
		if (r->after != NULL)
			r->after(r->ctx, out, res->attempts);
		if (out->fault.class == F_NONE) {
			finish(r, res);
			break;
		}
		if (out->again)
			continue;
		res->verdict = decide(r, &st, &reach, res);
		if (res->verdict != RETRY_AGAIN)
			break;
		rc = back_off(r, res, &st);
	}
	if (rc < 0) {
		res->waiting = 1;
		res->verdict = RETRY_FATAL;
		fault_set(&out->fault, F_CANCEL, 0, "interrupted");
		out->fault.code = env->cancelled(env->ctx);
	}
	pace_end(r->job);
	res->waited = st.waited;
	if (out->fault.class != F_NONE)
		give_up(r, res);
}
