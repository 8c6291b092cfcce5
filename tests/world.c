/* The workers of tests/world.h. */

#include "tests/world.h"

#include <stdlib.h>

#include "api/error.h"
#include "tests/home.h"

#define PATIENCE ((msec)600000)
#define MOST_DEFAULT 16

double
world_chance(struct world *w)
{
	w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(w->seed >> 40) / (double)(1 << 24);
}

static int64_t
within(struct world *w, const struct world_range *r)
{
	return r->least + (int64_t)(world_chance(w) * (double)(r->most -
	    r->least + 1));
}

static void
take_next(struct world *w, struct world_worker *x)
{
	int64_t prompt, most, answer, extra, n;

	x->act = W_OVER;
	if (w->taken == w->requests)
		return;
	x->model = (int)(w->taken++ % (size_t)w->models);
	prompt = within(w, &w->prompt);
	most = within(w, &w->most);
	answer = within(w, &w->answer);
	extra = w->extra.most > 0 ? within(w, &w->extra) : 0;
	buf_clear(&x->body);
	buf_printf(&x->body, "{\"model\": \"gpt-5\", ");
	if (most > 0)
		buf_printf(&x->body, "\"max_output_tokens\": %lld, ",
		    (long long)most);
	buf_puts(&x->body, "\"input\": \"");
	for (n = prompt; n > 0; n--)
		buf_puts(&x->body, "abc ");
	buf_puts(&x->body, "\"}");
	x->cost[W_CALLS] = x->cost[W_DAY] = 1;
	x->cost[W_INPUT] = (double)prompt * w->count +
	    (double)extra;
	x->cost[W_OUTPUT] = x->later = (double)answer;
	x->cost[W_TOKENS] = x->cost[W_INPUT] + (double)(answer > 0 ? answer :
	    most > 0 ? most : MOST_DEFAULT) * w->count;
	x->retry = (struct retry){ 0 };
	x->act = W_ASK;
	x->next = w->now;
	x->began = w->now;
}

static const struct limit_ops *
ops(const struct limit *l, msec now)
{
	home_clock(now);
	return l->ops;
}

static void
ask(struct world *w, struct world_worker *x)
{
	struct limit *l = &w->limit[x->model];
	msec at = ops(l, w->now)->ask(l, &x->ticket, buf_slice(&x->body),
	    w->now);

	x->next = at;
	if (at > w->now)
		return;
	if (x->due > 0 && w->now > x->due)
		w->overdue++;
	x->due = 0;
	x->act = W_ARRIVE;
	x->renew = w->now;
	x->next = w->now + w->latency;
	if (w->late > 0 && world_chance(w) < 0.1)
		x->next += (msec)(world_chance(w) * (double)w->late);
}

/* Those under way ask again in time, as an attempt does. */
static void
renew(struct world *w)
{
	struct world_worker *x;
	struct limit *l;

	for (x = w->worker; x < w->worker + w->workers; x++) {
		l = &w->limit[x->model];
		while (x->ticket.going && x->renew < w->now)
			x->renew = ops(l, x->renew)->ask(l, &x->ticket,
			    buf_slice(&x->body), x->renew);
	}
}

/* A pause, as in core/run.c. */
static void
back_off(struct world *w, struct world_worker *x, const struct fault *f)
{
	struct limit *l = &w->limit[x->model];
	struct policy policy = { w->patience > 0 ? w->patience : PATIENCE,
	    40 };
	struct decision d = retry_next(&policy, &x->retry, f, ADVANCE_NONE,
	    (uint32_t)(world_chance(w) * 4294967295.0));

	x->act = W_ASK;
	x->next = w->now + d.wait;
	if (d.verdict == RETRY_AGAIN) {
		x->retry.waited += d.wait;
		return;
	}
	w->failed++;
	ops(l, w->now)->drop(l, &x->ticket);
	take_next(w, x);
}

static void
head(struct world *w, struct world_worker *x)
{
	struct fault f = { .class = F_RATE, .retry = 1, .status = 429,
	    .wait = MSEC_NONE };
	struct usage none = USAGE_NONE;
	struct limit *l = &w->limit[x->model];
	struct http_field field[WORLD_FIELDS];
	struct quota q;
	size_t i;

	for (i = 0; i < x->nfields; i++)
		field[i] = (struct http_field){ slice_str(x->name[i]),
		    slice_str(x->value[i]) };
	quota_fields(field, x->nfields, w->now, &q);
	ops(l, w->now)->head(l, &x->ticket, &q, x->status, w->now);
	if (x->status == 200) {
		x->act = W_DONE;
		x->next = w->now + (msec)((double)w->service *
		    (0.5 + world_chance(w)));
		if (w->now - x->began > w->longest)
			w->longest = w->now - x->began;
		return;
	}
	classify(&(struct reply){ 429, field, x->nfields,
	    slice_str(x->text), w->now }, &f);
	w->refused++;
	if (f.wait > 0 && x->retry.hinted < RETRY_TRUST) {
		w->told++;
		x->due = w->now + f.wait + f.wait / 5 + 250;
	}
	ops(l, w->now)->done(l, &x->ticket, &f, 1, &none, w->now);
	back_off(w, x, &f);
}

static void
done(struct world *w, struct world_worker *x)
{
	struct fault f = { .class = F_NONE };
	struct limit *l = &w->limit[x->model];
	struct usage u = { (int64_t)x->cost[W_INPUT],
	    (int64_t)(x->later > 0 ? x->later : 16), -1, -1, 0 };

	ops(l, w->now)->done(l, &x->ticket, &f, 1, &u, w->now);
	world_done(w, x);
	take_next(w, x);
}

static void
step(struct world *w, struct world_worker *x)
{
	switch (x->act) {
	case W_ASK:
		ask(w, x);
		break;
	case W_ARRIVE:
		world_arrive(w, x);
		x->act = x->status == 200 ? W_HALF : W_HEAD;
		x->next = w->now + (x->status == 200 ? w->think / 2 :
		    w->latency);
		break;
	case W_HALF:
		world_half(w, x);
		x->act = W_HEAD;
		x->next = w->now + w->think - w->think / 2 + w->latency;
		break;
	case W_HEAD:
		head(w, x);
		break;
	case W_DONE:
		done(w, x);
		break;
	case W_OVER:
		break;
	}
}

static struct world_worker *
next(const struct world *w)
{
	struct world_worker *x, *first = NULL;

	for (x = w->worker; x < w->worker + w->workers; x++)
		if (x->act != W_OVER && (first == NULL ||
		    x->next < first->next))
			first = x;
	return first;
}

void
world_run(struct world *w)
{
	struct world_worker *x;
	int i;

	w->now = w->foreign_at = START;
	for (i = 0; i < W_KINDS; i++)
		w->bucket[i].at = START;
	for (i = 0; i < w->models; i++)
		w->limit[i] = home_limit();
	w->worker = calloc(w->workers, sizeof(*w->worker));
	if (w->worker == NULL)
		err_oom();
	for (x = w->worker; x < w->worker + w->workers; x++) {
		take_next(w, x);
		x->next = START + (msec)(world_chance(w) * 20);
	}
	while ((x = next(w)) != NULL &&
	    (w->stop == 0 || x->next < START + w->stop)) {
		w->now = x->next;
		renew(w);
		step(w, x);
	}
	for (x = w->worker; x < w->worker + w->workers; x++)
		buf_free(&x->body);
	free(w->worker);
	for (i = 0; i < w->models; i++)
		limit_close(&w->limit[i]);
}

/* How long a bucket needs for what was taken from it. */
static double
least_of(const struct world *w, const struct world *before, size_t k)
{
	const struct world_bucket *b = &before->bucket[k];
	double rate = (double)b->limit / (double)b->window;
	double owed = w->spent[k] - b->left;
	double before_change = rate * (double)w->change;

	if (k == W_TOKENS)
		owed += w->eaten;
	if (owed <= 0 || b->limit == 0)
		return 0;
	if (b->fixed)
		return (double)(((int64_t)owed + b->limit - 1) / b->limit *
		    b->window);
	if (k != W_TOKENS || w->change == 0 || owed <= before_change)
		return owed / rate;
	return (double)w->change + (owed - before_change) *
	    (double)b->window / (double)w->to;
}

double
world_least(const struct world *w, const struct world *before)
{
	size_t places = w->at_a_time < w->workers ? w->at_a_time : w->workers;
	double least = 0, t;
	size_t k;

	for (k = 0; k < W_KINDS; k++) {
		t = least_of(w, before, k);
		if (t > least)
			least = t;
	}
	if (places > 0) {
		t = (double)((w->requests + places - 1) / places) *
		    (double)(w->think + w->service);
		if (t > least)
			least = t;
	}
	return least;
}
