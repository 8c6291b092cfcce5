#include "core/pace.h"

#include "limit/label.h"
#include "wire/wait.h"

/* Waits longer than this are reported. */
#define TELL ((msec)1000)

/* How far the two clocks may diverge during a pause.  A wait beyond patience
 * by no more than this is still accepted, else one that just fits would not
 * be; and so short a wait does not count. */
#define CLOCKS ((msec)10)

static msec
wall(const struct job *job)
{
	return job->env->wall(job->env->ctx);
}

/* Reports a wait to the sink the first time, then a tick for each look. */
static int
tell(struct run *r, struct result *res, const struct retry *st, msec wait,
    int *told)
{
	struct sink *s = r->job->sink;
	struct buf why = { 0 };
	int rc = 0;

	if (!*told && wait <= TELL)
		return 0;
	if (!*told) {
		limit_why(&r->job->pace->ticket, &why);
		s->put(s, &(struct event){ .type = EV_WAIT,
		    .text = buf_slice(&why), .wait = wait,
		    .attempt = res->attempts + 1, .waited = st->waited,
		    .patience = r->policy.patience });
		rc = s->flush(s, &res->last.fault);
		buf_free(&why);
	}
	*told = 1;
	if (s->tick != NULL)
		s->tick(s, wait);
	return rc;
}

int
pace_wait(struct run *r, struct result *res, struct retry *st)
{
	const struct job *job = r->job;
	const struct env *env = job->env;
	struct pace *p = job->pace;
	struct ticket *t;
	int rc = 0, told = 0;
	int nudged = res->wait > 0;	/* SIGUSR1 ended the last pause */
	msec start, end, now, mono, look, last, wait, waited;
	struct buf why = { 0 };

	if (p == NULL || job->exchange.body.n == 0)
		return 0;
	t = &p->ticket;
	start = env_mono(env);
	end = start + r->policy.patience - st->waited;
	if (end > job->limit.end)
		end = job->limit.end;
	while (rc == 0) {
		now = wall(job);
		mono = env_mono(env);
		t->hurry = !r->queue && end - mono < TELL;
		look = p->limit.ops->ask(&p->limit, t, job->exchange.body, now);
		if (look <= now)
			break;
		if (nudged) {
			t->going = 1;
			t->at = now;
			break;
		}
		/* many requests queue for each other without limit, but not
		 * for the end of a hold or for another day */
		last = r->queue && (t->why < QUOTA_KINDS ||
		    t->why > LIMIT_HOLD) ? job->limit.end : end;
		wait = t->slot - now;
		if (wait > last - mono + CLOCKS) {
			limit_why(t, &why);
			fault_set(&res->last.fault, F_RATE, 1, "no slot in "
			    "time within the limit that all processes share "
			    "(%.*s)", SLICE_FMT(why));
			buf_free(&why);
			res->verdict = RETRY_IMPATIENT;
			res->wait = res->last.fault.wait = wait;
			rc = 1;
		} else if (tell(r, res, st, wait, &told) < 0) {
			rc = 1;
		} else {
			/* what it keeps may occupy a thread of the server */
			if (t->why == LIMIT_TURN)
				job_release(r->job);
			nudged = env->sleep(env->ctx, mono + look - now);
			rc = nudged < 0 ? -1 : 0;
		}
	}
	if (told && job->sink->tick != NULL)
		job->sink->tick(job->sink, 0);
	waited = env_mono(env) - start;
	if (!r->queue && waited > CLOCKS)
		st->waited += waited;
	return rc;
}

msec
pace_renew(struct job *job)
{
	struct pace *p = job->pace;
	msec now;

	if (p == NULL || job->exchange.body.n == 0)
		return MSEC_MAX;
	now = wall(job);
	return env_mono(job->env) + p->limit.ops->ask(&p->limit, &p->ticket,
	    job->exchange.body, now) - now;
}

void
pace_head(struct job *job, const struct http *head)
{
	struct pace *p = job->pace;
	msec now = wall(job);
	struct quota q;

	if (p == NULL)
		return;
	quota_fields(head->field, head->nfields,
	    wait_now(head->field, head->nfields, now), &q);
	p->limit.ops->head(&p->limit, &p->ticket, &q, head->status, now);
}

void
pace_done(struct job *job, const struct outcome *out)
{
	struct pace *p = job->pace;

	if (p != NULL)
		p->limit.ops->done(&p->limit, &p->ticket, &out->fault,
		    out->progress >= P_SENT, &out->usage, wall(job));
}

void
pace_end(struct job *job)
{
	if (job->pace != NULL)
		job->pace->limit.ops->drop(&job->pace->limit,
		    &job->pace->ticket);
}
