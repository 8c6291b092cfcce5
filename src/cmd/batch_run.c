#include "cmd/batch_run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/report.h"
#include "core/output.h"

#define TICK ((msec)500)		/* of the line on a terminal */
#define TICK_PLAIN ((msec)30000)
/* Lines in a row that patience did not reach, each by itself: no others are
 * tried then.  And at least as many as there are workers. */
#define LEFT_IN_A_ROW 4

/* -- what is told ---------------------------------------------------------- */

void
batch_tell(struct batch *b)
{
	if (b->line_open)
		(void)!write(2, "\r\033[K", 4);
	b->line_open = 0;
	say(buf_slice(&b->line));
	buf_clear(&b->line);
}

void
batch_limits(struct batch *b)
{
	enum quota_kind k;
	int64_t limit;
	size_t i;

	for (i = 0; i < FAMILIES; i++)
		for (k = QUOTA_REQUESTS; k <= QUOTA_TOKENS; k++) {
			limit = limit_per_minute(
			    &b->work.route[i].plan.pace.limit, k);
			if (limit > 0)
				b->tally.limit[k] = limit;
		}
}

void
batch_show(struct batch *b, msec now)
{
	size_t i, waiting = 0;
	msec until, first = MSEC_MAX;

	for (i = 0; i < b->pool.max; i++) {
		until = atomic_load(&b->pool.pause[i].until);
		waiting += until > now;
		if (until > now && until < first)
			first = until;
	}
	b->shown = now;
	batch_limits(b);
	/* without automatic margins a long line is cut, not wrapped */
	if (b->tty)
		buf_puts(&b->line, "\r\033[K\033[?7l");
	progress_put(&b->tally, &b->line, now, waiting, first);
	if (!b->tty) {
		batch_tell(b);
		return;
	}
	buf_puts(&b->line, "\033[?7h");
	(void)!write(2, b->line.p, b->line.n);
	buf_clear(&b->line);
	b->line_open = 1;
}

void
batch_stop(struct batch *b, int status, const char *why)
{
	if (!b->stop)
		complain(&b->c, status, "%s", why);
	b->stop = 1;
}

/* -- lines ----------------------------------------------------------------- */

/* Whether a line is one of this shard's; its hash. */
static int
ours(struct batch *b, unsigned char *hash)
{
	unsigned part;

	buf_clear(&b->id);
	line_id(&b->l, b->in.line, &b->id);
	ids_hash(buf_slice(&b->id), hash);
	memcpy(&part, hash + 8, sizeof(part));
	return part % b->shards == b->shard;
}

/* In a file that ends it all; in a pipe it is too late for that. */
static void
twice(struct batch *b)
{
	buf_printf(&b->line, "line %llu: custom_id '%.*s' is not "
	    "unique", (unsigned long long)b->in.line, SLICE_FMT(b->id));
	if (b->in.file) {
		buf_putc(&b->line, '\0');
		batch_stop(b, EXIT_NEVER, b->line.p);
		buf_clear(&b->line);
		return;
	}
	batch_tell(b);
	b->tally.n[T_FAILED]++;
	b->tally.by_class[F_REQUEST]++;
}

/* Whether the line of that hash is still to be asked. */
static int
fresh(struct batch *b, const unsigned char *hash)
{
	int had = ids_mark(&b->ids, hash, b->marking ? IDS_SEEN : 0);

	if (had < 0) {
		batch_stop(b, EXIT_OUTPUT, strerror(errno));
		return 0;
	}
	if (b->marking && (had & IDS_SEEN)) {
		twice(b);
		return 0;
	}
	if (b->marking) {
		b->tally.n[T_BEFORE] += (had & IDS_DONE) != 0;
		b->tally.failed_before += (had & IDS_FAILED) != 0;
	}
	return (had & IDS_DONE) == 0;
}

/* The next line to be asked: IN_LINE, or that there is none (now). */
static enum batch_in_ev
next(struct batch *b)
{
	struct claim *claim = &b->claim;
	unsigned char hash[IDS_HASH];
	enum batch_in_ev ev;

	do {
		if (b->stop || b->env->cancelled(b->env->ctx) != 0)
			return IN_END;
		ev = batch_in_next(&b->in, &b->text, &claim->at);
		if (ev == IN_END && b->in.error != 0)
			batch_stop(b, EXIT_CONFIG, strerror(b->in.error));
		else if (ev == IN_END)
			b->in_over = 1;
		if (ev != IN_LINE)
			return ev;
		/* what is wrong with it is for a worker to say */
		(void)line_read(&b->l, b->text);
	} while (slice_trim(b->text).n == 0 || !ours(b, hash) ||
	    !fresh(b, hash));
	claim->line = b->in.line;
	claim->n = b->text.n;
	return b->stop ? IN_END : IN_LINE;
}

void
batch_scan(struct batch *b)
{
	int64_t start = b->in.at;

	b->marking = 1;
	b->tally.total = -1;
	if (!b->in.file)
		return;
	do
		b->tally.total++;
	while (next(b) == IN_LINE);
	b->in.end = b->in.at;
	batch_in_rewind(&b->in, start);
	b->in_over = b->marking = 0;
}

/* -- out and in ------------------------------------------------------------ */

static void
print(struct batch *b)
{
	struct fault f;

	work_show(&b->work, &b->claim, b->text, &b->line);
	if (output_write(b->env, 1, buf_slice(&b->line), &f) < 0)
		batch_stop(b, EXIT_OUTPUT, f.text);
	buf_clear(&b->line);
	b->tally.n[T_DONE]++;
}

/* Gives out lines as long as there are any, and somebody to take them.
 * IN_WAIT: only a pipe that is silent keeps workers idle. */
static enum batch_in_ev
give(struct batch *b)
{
	enum batch_in_ev ev = IN_LINE;
	struct complaint c;
	int rc = 0;

	while (!b->in_over && !b->stop && b->pool.busy < b->pool.most) {
		if (env_mono(&b->calm) + b->mean >= b->deadline)
			batch_stop(b, EXIT_LATER, "deadline reached");
		if (!b->pending && (ev = next(b)) != IN_LINE)
			break;
		if (work_ready(&b->work, &b->l, &c) < 0)
			batch_stop(b, c.status, c.text);
		else if (b->o->dry_run)
			print(b);
		else if ((rc = pool_give(&b->pool, &b->claim, b->text)) < 0)
			batch_stop(b, EXIT_LATER, strerror(errno));
		b->pending = rc > 0;
	}
	return ev;
}

/* -v: what became of a line. */
static void
tell_fate(struct batch *b, uint64_t line, const struct report *r)
{
	buf_printf(&b->line, "line %llu: %u requests",
	    (unsigned long long)line, r->res.attempts);
	if (r->res.last.fault.class != F_NONE) {
		buf_puts(&b->line, ", ");
		report_fault(&r->res.last.fault, &b->line);
	}
	batch_tell(b);
}

/* A line was left: is there any hope for others? */
static void
despair(struct batch *b, const struct report *r, msec start)
{
	const struct fault *f = &r->res.last.fault;
	int unreachable = f->class == F_DNS || f->class == F_CONNECT ||
	    f->class == F_TLS;

	b->left_in_a_row++;
	if (r->res.wait != MSEC_NONE)
		b->again = b->calm.wall(b->calm.ctx) + r->res.wait;
	if (b->stop)
		return;
	report_fault(f, &b->line);
	buf_putc(&b->line, '\0');
	complain(&b->c, report_status(&r->res), "%s", b->line.p);
	buf_clear(&b->line);
	b->stop = r->fate == FATE_STOP ||
	    (unreachable && b->answered < start) ||
	    (b->left_in_a_row >= LEFT_IN_A_ROW &&
	    b->left_in_a_row >= b->pool.max);
	if (!b->stop)
		b->c.status = EXIT_LATER;
}

static void
take(struct batch *b, size_t i)
{
	msec start = b->pool.w[i].start, now;
	struct tally *t = &b->tally;
	struct report r;
	struct slice line;
	struct fault f;

	if (!pool_take(&b->pool, i, &r, &line))
		return;
	now = env_mono(&b->calm);
	if (b->o->verbose)
		tell_fate(b, b->pool.w[i].claim.line, &r);
	t->n[r.fate < FATE_LEFT ? T_DONE + (int)r.fate : T_LEFT]++;
	t->n[T_REQUESTS] += r.res.attempts;
	t->n[T_LIMITED] += r.limited;
	t->by_class[r.res.last.fault.class]++;
	progress_tokens(t, now, &r.res.last.usage);
	if (r.fate >= FATE_LEFT) {
		despair(b, &r, start);
		return;
	}
	b->answered = now;
	b->left_in_a_row = 0;
	b->mean += (now - start - b->mean) / 8;
	if (batch_out_put(&b->out, &b->calm, line, &f) < 0) {
		b->stop = 0;	/* whatever else there was */
		batch_stop(b, f.code == EPIPE ? EXIT_SIGNAL + SIGPIPE :
		    EXIT_OUTPUT, f.text);
		b->pool.most = 0;	/* nothing more can be kept */
	}
}

/* A signal: what is being answered is waited for, what pauses is not. */
static void
interrupted(struct batch *b)
{
	b->signal = b->env->cancelled(b->env->ctx);
	b->pool.closing = 1;
	b->stop = 0;
	batch_stop(b, EXIT_SIGNAL + b->signal, "");
	buf_printf(&b->line, "interrupted: waiting for %zu answers; interrupt "
	    "again to stop at once", b->pool.busy);
	batch_tell(b);
}

/* How long nothing has to be done. */
static int
idle_time(const struct batch *b, msec now)
{
	msec next = b->shown + (b->tty ? TICK : TICK_PLAIN);

	/* pauses that begin only now, results that are not safe */
	if ((b->stop || b->out.dirty || b->deadline < MSEC_MAX) &&
	    next > now + TICK)
		next = now + TICK;
	return next > now ? (int)(next - now) : 0;
}

static void
wait_all(struct batch *b, int input)
{
	struct pollfd *fds = b->pool.fds;
	struct fault f;
	msec now;
	size_t i;

	fds[POOL_WAKE] = (struct pollfd){ .fd = b->signal != 0 ? -1 :
	    b->env->wakefd, .events = POLLIN };
	fds[POOL_INPUT] = (struct pollfd){ .fd = input ? b->in.fd : -1,
	    .events = POLLIN };
	if (poll(fds, POOL_FIRST + b->pool.max,
	    idle_time(b, env_mono(&b->calm))) > 0)
		for (i = 0; i < b->pool.max && b->pool.most > 0; i++)
			if (fds[POOL_FIRST + i].revents != 0)
				take(b, i);
	now = env_mono(&b->calm);
	if (b->signal == 0 && b->env->cancelled(b->env->ctx) != 0)
		interrupted(b);
	if (b->signal != 0 || now >= b->deadline)
		pool_hurry(&b->pool);
	if (batch_out_sync(&b->out, now, 0, &f) < 0)
		batch_stop(b, EXIT_OUTPUT, f.text);
	if (now - b->shown >= (b->tty ? TICK : TICK_PLAIN)) {
		b->shown = now;
		if (!b->o->quiet)
			batch_show(b, now);
	}
}

void
batch_run(struct batch *b)
{
	int input = give(b) == IN_WAIT;

	while (b->pool.most > 0 && (b->pool.busy > 0 || input)) {
		wait_all(b, input);
		input = give(b) == IN_WAIT;
	}
}
