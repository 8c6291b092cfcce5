#include "limit/redis.h"

#include <stdlib.h>

#include "api/hint.h"
#include "base/bug.h"
#include "limit/queue.h"

#define NAME 32			/* digits */
#define RENEW ((msec)2000)	/* a lease, which lasts 5000 */
#define AGAIN ((msec)20)	/* after a step that took too long */
#define HEAD_LATE ((msec)200)	/* until it is told of a head, at most */

#define FRONT 4			/* numbers that all steps have */
#define HEAD (2 + 4 * QUOTA_KINDS)	/* those of a response head */
#define NUMBERS 12		/* the most that a step needs */

/* How an attempt ended, as limit.lua has it. */
enum { WHOLE, LIMITED, LATE, OTHER };

struct remote {
	struct server *server;
	char name[NAME + 1], label[PAGE_LABEL];
	int64_t used[2];	/* requests and tokens while it was away */
};

static void
put_number(struct buf *b, struct slice *arg, long long n)
{
	char text[24];

	(void)str_printf(text, sizeof(text), "%lld", n);
	arg->n = strlen(text);
	buf_puts(b, text);
}

/* The id of the host: of all that share its page. */
static uint64_t
host(const struct limit *l, const struct env *env)
{
	uint64_t none = 0, id;

	if (atomic_load(&l->page->host) == 0) {
		env->random(env->ctx, &id, sizeof(id));
		(void)atomic_compare_exchange_strong(&l->page->host, &none,
		    id | 1);
	}
	return atomic_load(&l->page->host);
}

/* Runs a step of a ticket, which began its attempt at t->at, and tells of a
 * response head of which the server does not know yet. */
static int
run(const struct limit *l, const char *step, struct ticket *t, msec now,
    const int64_t *number, size_t n, struct slice label,
    struct server_reply *r)
{
	const struct remote *m = l->remote;
	struct slice arg[3 + FRONT + HEAD + NUMBERS + 1] = { slice_str(step) };
	int64_t all[FRONT + HEAD + NUMBERS] = { l->own[0], l->own[1],
	    t->at > 0 && now > t->at ? now - t->at : 0, t->status,
	    now - t->came, t->quota.fixed };
	struct buf text = { 0 };
	const char *p;
	size_t i, front = t->status > 0 ? FRONT + HEAD : FRONT, count;
	int rc;

	must(n <= NUMBERS);
	memcpy(all + FRONT + 2, t->quota.of, sizeof(t->quota.of));
	if (n > 0)
		memcpy(all + front, number, n * sizeof(*number));
	t->status = 0;
	buf_printf(&text, "%016llx%016llx", (unsigned long long)t->id,
	    (unsigned long long)host(l, server_env(m->server)));
	arg[1].n = arg[2].n = 16;
	for (i = 0, count = 3; i < front + n; i++)
		put_number(&text, &arg[count++], all[i]);
	for (i = 1, p = text.p; i < count; p += arg[i++].n)
		arg[i].p = p;
	if (label.p != NULL)
		arg[count++] = label;
	rc = server_run(m->server, m->name, arg, count, r);
	buf_free(&text);
	return rc;
}

/* A step whose reply says nothing. */
static void
tell(struct limit *l, const char *step, struct ticket *t, msec now,
    const int64_t *number, size_t n)
{
	struct server_reply r = { 0 };

	(void)run(l, step, t, now, number, n, (struct slice){ 0 }, &r);
	buf_free(&r.text);
}

/* The request goes; the page takes note. */
static void
go(struct limit *l, struct ticket *t, struct slice body, msec now)
{
	int hurry = t->hurry;

	t->hurry = 1;
	t->due = 0;
	t->renew = now + RENEW;
	if (!t->going) {
		(void)limit_local.ask(l, t, body, now);
		if (!t->going)
			t->at = now;
		t->going = 1;
	}
	(void)limit_local.ask(l, t, body, now);
	t->hurry = hurry;
}

/* The page decides. */
static msec
ask_page(struct limit *l, struct ticket *t, struct slice body, msec now)
{
	struct remote *m = l->remote;
	int going = t->going;
	msec at;

	l->hosts = server_share(m->server);
	at = limit_local.ask(l, t, body, now);
	if (t->going && !going) {
		m->used[0]++;
		m->used[1] += t->cost.input + t->cost.output;
	}
	return at;
}

/* What the server has decided. */
static msec
obey(struct limit *l, struct ticket *t, struct slice body,
    const int64_t *number, msec now)
{
	struct remote *m = l->remote;
	msec at = now + llabs(number[0]);

	l->hosts = 0;
	server_hosts(m->server, number[5]);
	if (m->used[0] > 0) {
		tell(l, "used", t, now, m->used, 2);
		m->used[0] = m->used[1] = 0;
	}
	t->why = (int)number[1];
	t->slot = now + number[2];
	t->limit = number[3];
	t->window = number[4];
	t->wanted = number[6] != 0;
	if (t->going)
		at = now + HEAD_LATE;
	if (t->going || at == now)
		go(l, t, body, now);
	else if (number[0] < 0)
		t->due = at;
	return at;
}

static msec
ask(struct limit *l, struct ticket *t, struct slice body, msec now)
{
	struct remote *m = l->remote;
	const struct env *env = server_env(m->server);
	struct server_reply r = { 0 };
	struct slice label = SLICE("");
	int64_t number[4];
	int rc;

	if (!t->going && t->due > now)
		return t->due;
	if (!t->going && t->due > 0) {
		go(l, t, body, now);
		return now;
	}
	if (t->going && t->status == 0 && now < t->renew)
		return t->headed || t->renew - now < HEAD_LATE ? t->renew :
		    now + HEAD_LATE;
	if (t->id == 0) {
		env->random(env->ctx, &t->id, sizeof(t->id));
		t->asked = now;
		label = slice_str(m->label);
	}
	t->body = body;
	queue_measure(l, t);
	number[0] = t->hurry;
	number[1] = t->going;
	number[2] = t->cost.input;
	number[3] = t->excess < 0 ? -1 : t->cost.output - t->excess;
	rc = run(l, "ask", t, now, number, 4, label, &r);
	buf_free(&r.text);
	if (rc > 0 && !t->going && !t->hurry) {
		t->why = LIMIT_FIRST;
		t->slot = now + AGAIN;
		return t->slot;
	}
	return rc != 0 || r.n < 7 ? ask_page(l, t, body, now) :
	    obey(l, t, body, r.number, now);
}

static void
head(struct limit *l, struct ticket *t, const struct quota *q, int status,
    msec now)
{
	t->status = status;
	t->came = now;
	t->quota = *q;
	/* unless it is urgent the next step says so */
	if (t->id != 0 && t->wanted && status != 429)
		tell(l, "head", t, now, NULL, 0);
	limit_local.head(l, t, q, status, now);
}

static void
done(struct limit *l, struct ticket *t, const struct fault *f, int sent,
    const struct usage *u, msec now)
{
	struct refill refill = hint_refill(slice_str(f->text));
	int64_t cost = 0;
	struct quota_of of = { -1, -1, -1, -1 };
	int limited = f->class == F_RATE || f->class == F_DAILY;
	int kind = limited ? quota_text(slice_str(f->text), f->wait, &of,
	    &cost) : -1;
	const int64_t number[] = {
		f->class == F_NONE ? WHOLE : limited ? LIMITED :
		    f->class == F_TIMEOUT ? LATE : OTHER,
		sent, f->retry != 0, kind, of.limit, of.left, of.window, cost,
		f->wait, refill_wait(&refill), u->input, u->output
	};

	if (t->id != 0)
		tell(l, "done", t, now, number, sizeof(number) /
		    sizeof(number[0]));
	t->renew = 0;
	limit_local.done(l, t, f, sent, u, now);
}

static void
drop(struct limit *l, struct ticket *t)
{
	if (t->id != 0)
		tell(l, "drop", t, 0, NULL, 0);
	limit_local.drop(l, t);
}

const struct limit_ops limit_redis = { ask, head, done, drop };

struct remote *
redis_page(struct server *s, const char *name, struct slice label)
{
	struct remote *m = calloc(1, sizeof(*m));

	if (m == NULL)
		err_oom();
	m->server = s;
	slice_copy(slice_str(name), m->name, sizeof(m->name));
	slice_copy(label, m->label, sizeof(m->label));
	return m;
}

/* -- for bide limits ------------------------------------------------------- */

/* Runs a step without a ticket. */
static int
run_alone(struct server *s, const char *step, const char *name,
    struct server_reply *r)
{
	const struct slice arg[] = { slice_str(step), SLICE(""), SLICE(""),
	    SLICE("0"), SLICE("0"), SLICE("0") };

	return server_run(s, name, arg, COUNT(arg), r);
}

int
redis_peek(struct server *s, const char *name, struct page *p, msec now)
{
	struct server_reply r = { 0 };
	struct lease lease;
	const int64_t *n = r.number;
	struct cell *c;
	int64_t i;
	int rc = -1;

	memset(p, 0, sizeof(*p));
	if (run_alone(s, "show", name, &r) == 0 && r.text.n > 0 &&
	    r.n == 5 + 4 * PAGE_CELLS) {
		rc = 0;
		slice_copy(buf_slice(&r.text), p->label, sizeof(p->label));
		atomic_store(&p->hold, now + n[0]);
		atomic_store(&p->held, now - n[1]);
		atomic_store(&p->next, now + n[2]);
		atomic_store(&p->concurrency, n[3] * PAGE_ONE);
		atomic_store(&p->cut, now);
		for (i = 0; i < n[4] && i < PAGE_LEASES; i++) {
			lease = (struct lease){ 0 };
			(void)lease_take(p, &lease, 0, LEASE_MAX, now);
		}
		n += 5;
		for (c = p->cell; c < p->cell + PAGE_CELLS; c++, n += 4) {
			atomic_store(&c->limit, n[0]);
			atomic_store(&c->window, n[1]);
			atomic_store(&c->margin, n[2]);
			atomic_store(&c->base, now * 1000 + n[3]);
		}
	}
	buf_free(&r.text);
	return rc;
}

int
redis_forget(struct server *s, const char *name)
{
	struct server_reply r = { 0 };
	int rc = run_alone(s, "forget", name, &r);

	buf_free(&r.text);
	return rc;
}
