#include "core/pace.h"

#include "api/hint.h"

/* Waits from here on are worth a word. */
#define TELL ((msec)1000)

/* By so much the two clocks may be apart after a pause that used up all of
 * patience; and so short a wait is none, or a hint that just fits would not. */
#define CLOCKS ((msec)10)

static msec
wall(const struct job *job)
{
	return job->env->wall(job->env->ctx);
}

static msec
earlier(msec a, msec b)
{
	return a < b ? a : b;
}

/* Once for each wait; then a tick for each look. */
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
		limit_why(&r->job->pace->limit, &r->job->pace->ticket, &why);
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

static int
too_long(struct run *r, struct result *res, msec wait)
{
	struct buf why = { 0 };

	limit_why(&r->job->pace->limit, &r->job->pace->ticket, &why);
	fault_set(&res->last.fault, F_RATE, 1, "no slot in time within the "
	    "limit that all processes share (%.*s)", SLICE_FMT(why));
	buf_free(&why);
	res->verdict = RETRY_IMPATIENT;
	res->wait = res->last.fault.wait = wait;
	return 1;
}

/* Whether what it waits for is its turn among others, and no refusal's end or
 * another day. */
static int
in_queue(const struct run *r, const struct ticket *t)
{
	return r->queue && (t->why < QUOTA_KINDS || t->why > LIMIT_HOLD);
}

/* Looks and sleeps until it may go; end: the end of patience. */
static int
wait_slot(struct run *r, struct result *res, const struct retry *st,
    msec end, int *told)
{
	const struct env *env = r->job->env;
	struct pace *p = r->job->pace;
	struct ticket *t = &p->ticket;
	/* the pause before was cut short */
	int nudged = res->wait > 0;
	msec now, mono, look, last;

	for (;;) {
		now = wall(r->job);
		mono = env_mono(env);
		t->hurry = !r->queue && end - mono < TELL;
		look = limit_ask(&p->limit, t, r->job->body, now);
		if (look <= now)
			return 0;
		if (nudged)
			break;
		last = in_queue(r, t) ? r->job->limit.end : end;
		if (t->slot - now > last - mono + CLOCKS)
			return too_long(r, res, t->slot - now);
		if (tell(r, res, st, t->slot - now, told) < 0)
			return 1;
		nudged = env->sleep(env->ctx, mono + look - now);
		if (nudged < 0)
			return -1;
	}
	limit_go(t, now);
	return 0;
}

int
pace_wait(struct run *r, struct result *res, struct retry *st)
{
	const struct job *job = r->job;
	msec start, left, waited;
	int rc, told = 0;

	if (job->pace == NULL || job->body.n == 0)
		return 0;
	start = env_mono(job->env);
	left = earlier(r->policy.patience - st->waited,
	    earlier(job->limit.end - start, MSEC_MAX - start));
	rc = wait_slot(r, res, st, start + left, &told);
	if (told && job->sink->tick != NULL)
		job->sink->tick(job->sink, 0);
	waited = env_mono(job->env) - start;
	if (!r->queue && waited > CLOCKS)
		st->waited += waited;
	return rc;
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
	    hint_now(head->field, head->nfields, now), &q);
	limit_head(&p->limit, &p->ticket, &q, head->status, now);
}

void
pace_done(struct job *job, const struct outcome *out)
{
	struct pace *p = job->pace;

	if (p != NULL)
		limit_done(&p->limit, &p->ticket, &out->fault,
		    out->progress >= P_SENT, &out->usage, wall(job));
}

void
pace_end(struct job *job)
{
	if (job->pace != NULL)
		limit_drop(&job->pace->limit, &job->pace->ticket);
}
