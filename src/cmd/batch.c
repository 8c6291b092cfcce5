#include "cmd/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/batch_opts.h"
#include "cmd/batch_order.h"
#include "cmd/batch_route.h"
#include "cmd/batch_run.h"
#include "core/output.h"
#include "wire/when.h"

#define TICK ((msec)500)		/* of the progress on a terminal */
#define TICK_PLAIN ((msec)30000)
/* After as many deferred lines in a row no others are tried, but at least one
 * for each worker. */
#define DEFERRED_IN_A_ROW 4

/* -- messages -------------------------------------------------------------- */

static void
show_progress(struct batch *b, msec now)
{
	msec first;
	size_t waiting = pool_waiting(&b->pool, now, &first);

	b->shown = now;
	route_per_minute(&b->work, b->tally.limit);
	progress_show(&b->tally, now, waiting, first);
}

/* -- giving out ------------------------------------------------------------ */

/* Whether the budget allows another request, if those in progress take as much
 * as others did. */
static int
affordable(struct batch *b)
{
	int64_t *n = b->tally.n, spent = progress_spent(&b->tally);
	int64_t ended = n[T_DONE] + n[T_FAILED] + n[T_LEFT];
	int64_t mean = ended > 0 ? spent / ended : 0;

	if (b->budget == 0)
		return 1;
	if (spent >= b->budget)
		batch_stop(b, EXIT_LATER, "budget reached");
	return spent < b->budget && (b->pool.busy == 0 || mean == 0 ||
	    (int64_t)b->pool.busy < (b->budget - spent) / mean);
}

/* Gives lines to workers while there are both.  1 if workers are idle because a
 * pipe has no data. */
static int
give(struct batch *b)
{
	enum batch_in_ev ev = IN_LINE;
	struct complaint c;
	int rc = 0, shown, ready;

	while (!b->in_over && !b->stop && b->pool.busy < b->pool.most) {
		if (env_mono(&b->calm) + b->mean >= b->deadline)
			batch_stop(b, EXIT_LATER, "deadline reached");
		if (!affordable(b))
			break;
		if (!b->pending && (ev = batch_next(b)) != IN_LINE)
			break;
		ready = route_ready(&b->work, &b->l, &c);
		if (ready > 0 && !b->o->quiet) {
			buf_puts(&b->line, c.text);
			batch_tell(b);
		}
		if (ready < 0) {
			batch_stop(b, c.status, c.text);
		} else if (b->o->dry_run) {
			work_show(&b->work, &b->claim, b->text, &b->line);
			shown = show(b->env, buf_slice(&b->line));
			buf_clear(&b->line);
			if (shown != 0)
				batch_stop(b, shown, "");
			b->tally.n[T_DONE]++;
		} else {
			rc = pool_give(&b->pool, &b->claim, b->text);
			if (rc < 0)
				batch_stop(b, EXIT_LATER, strerror(errno));
		}
		b->pending = rc > 0;
	}
	if ((b->in_over || b->stop) && !b->pending)
		pool_rest(&b->pool);
	return ev == IN_WAIT;
}

/* -- output ---------------------------------------------------------------- */

/* A line was deferred: decides whether others can do any better. */
static void
defer(struct batch *b, const struct report *r, msec start)
{
	const struct fault *f = &r->res.last.fault;
	int unreachable = f->class == F_DNS || f->class == F_CONNECT ||
	    f->class == F_TLS;

	b->deferred_in_a_row++;
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
	    (b->deferred_in_a_row >= DEFERRED_IN_A_ROW &&
	    b->deferred_in_a_row >= b->pool.max);
	if (!b->stop)
		b->c.status = EXIT_LATER;
}

/* Writes a result.  If that fails its line is deferred, and no other one is
 * begun; what is in progress may still find room, for it is paid for. */
static void
put(struct batch *b, struct report *r, struct slice line)
{
	struct fault *f = &r->res.last.fault;

	if (batch_out_put(r->fate == FATE_FAILED && b->errors.fd >= 0 ?
	    &b->errors : &b->out, &b->calm, line, f) == 0)
		return;
	r->fate = FATE_LEFT;
	if (f->code == EPIPE) {
		b->stop = 0;
		batch_stop(b, EXIT_SIGNAL + SIGPIPE, "");
		b->pool.most = 0;	/* nobody reads any more */
	} else {
		batch_stop(b, EXIT_OUTPUT, f->text);
	}
}

/* Takes the report of worker i, if it is complete. */
static void
take(struct batch *b, size_t i)
{
	struct worker *w = &b->pool.w[i];
	msec start = w->start, now;
	struct report r;
	struct slice line;

	if (!pool_take(&b->pool, i, &r, &line))
		return;
	now = env_mono(&b->calm);
	if (b->o->verbose) {
		buf_printf(&b->line, "line %llu: %u request%s",
		    (unsigned long long)w->claim.line, r.res.attempts,
		    r.res.attempts == 1 ? "" : "s");
		if (r.res.last.fault.class != F_NONE) {
			buf_puts(&b->line, ", ");
			report_fault(&r.res.last.fault, &b->line);
		}
		if (r.res.usage.cost > 0) {
			buf_puts(&b->line, ", cost ");
			price_put(r.res.usage.cost, &b->line);
		}
		batch_tell(b);
	}
	if (r.bare && !b->warned && !b->o->quiet) {
		b->warned = 1;
		buf_puts(&b->line, plan_bare);
		batch_tell(b);
	}
	if (r.unpriced && b->tally.priced && !b->unpriced && !b->o->quiet) {
		b->unpriced = 1;
		buf_printf(&b->line, "line %llu: there is no price for its "
		    "model; the cost is that of other lines",
		    (unsigned long long)w->claim.line);
		batch_tell(b);
	}
	if (r.fate < FATE_LEFT)
		put(b, &r, line);
	progress_count(&b->tally, now, &r);
	if (r.fate >= FATE_LEFT) {
		defer(b, &r, start);
		return;
	}
	b->answered = now;
	b->deferred_in_a_row = 0;
	b->mean += (now - start - b->mean) / 8;
}

/* -- the run --------------------------------------------------------------- */

/* Waits until something happens, and deals with it. */
static void
step(struct batch *b, int input)
{
	struct pollfd *fds = b->pool.fds;
	msec each = b->tally.tty ? TICK : TICK_PLAIN;
	msec now = env_mono(&b->calm), until = b->shown + each;
	struct fault f;
	size_t i;

	/* soon, for pauses that are about to begin, and to sync results */
	if ((b->stop || b->out.dirty || b->errors.dirty ||
	    b->deadline < MSEC_MAX) &&
	    until > now + TICK)
		until = now + TICK;
	fds[POOL_WAKE] = (struct pollfd){ .fd = b->signal != 0 ? -1 :
	    b->env->wakefd, .events = POLLIN };
	fds[POOL_INPUT] = (struct pollfd){ .fd = input ? b->in.fd : -1,
	    .events = POLLIN };
	if (poll(fds, POOL_FIRST + b->pool.max,
	    until > now ? (int)(until - now) : 0) > 0)
		for (i = 0; i < b->pool.max && b->pool.most > 0; i++)
			if (fds[POOL_FIRST + i].revents != 0)
				take(b, i);
	now = env_mono(&b->calm);
	if (b->signal == 0 &&
	    (b->signal = b->env->cancelled(b->env->ctx)) != 0) {
		b->pool.closing = 1;
		b->stop = b->c.status == EXIT_OUTPUT;
		batch_stop(b, EXIT_SIGNAL + b->signal, "");
		buf_printf(&b->line, "interrupted: waiting for %zu answers; "
		    "interrupt again to stop at once", b->pool.busy);
		batch_tell(b);
	}
	if (b->signal != 0 || now >= b->deadline ||
	    b->c.status == EXIT_OUTPUT)
		pool_hurry(&b->pool);
	if (batch_out_sync(&b->out, now, 0, &f) < 0 ||
	    batch_out_sync(&b->errors, now, 0, &f) < 0)
		batch_stop(b, EXIT_OUTPUT, f.text);
	if (now - b->shown >= each) {
		b->shown = now;
		if (!b->o->quiet)
			show_progress(b, now);
	}
}

/* Says what a person has to know; returns the exit status. */
static int
conclude(struct batch *b)
{
	int64_t *n = b->tally.n;
	const struct opts *o = b->o;
	int more = b->tally.total < 0 && !b->in_over, rc;
	long long failed = n[T_FAILED] + b->tally.failed_before;

	if (o->dry_run && !o->quiet)
		sayf("%lld to send, %lld already have a result",
		    (long long)n[T_DONE], (long long)n[T_BEFORE]);
	else if (failed > 0 && !o->quiet)
		sayf("%lld failed permanently; see their results", failed);
	if (n[T_INPUT] + n[T_OUTPUT] > 0 && !o->quiet) {
		progress_usage(&b->tally, &b->line);
		batch_tell(b);
	}
	if (b->c.status == EXIT_SIGNAL + SIGPIPE)
		return b->c.status;
	if (n[T_LEFT] == 0 && !more) {
		rc = b->c.status == EXIT_OUTPUT ? EXIT_OUTPUT :
		    o->ordered == NULL || o->dry_run ? 0 : batch_order(b);
		if (rc != 0)
			return rc;
		return failed > 0 ? EXIT_PARTIAL : EXIT_WHOLE;
	}
	if (b->c.text[0] != '\0')
		say(slice_str(b->c.text));
	if (more)
		buf_puts(&b->line, "the rest is deferred; ");
	else
		buf_printf(&b->line, "%lld done, %lld deferred; ",
		    (long long)n[T_DONE] + (long long)n[T_FAILED],
		    (long long)n[T_LEFT]);
	if (b->again != MSEC_NONE && b->c.status != EXIT_OUTPUT) {
		buf_puts(&b->line, "try again after ");
		when_put_rfc3339(&b->line, b->again);
		buf_puts(&b->line, " with: ");
	} else {
		buf_puts(&b->line, "continue with: ");
	}
	buf_put(&b->line, b->command);
	batch_tell(b);
	return b->c.status != 0 ? b->c.status : EXIT_LATER;
}

static int
ask_all(struct batch *b)
{
	int64_t *n = b->tally.n;
	struct buf report = { 0 };
	struct fault f;
	msec start;
	int input;

	pool_open(&b->pool);
	start = b->tally.start = b->tally.part = b->shown = env_mono(&b->calm);
	input = give(b);
	while (b->pool.most > 0 && (b->pool.busy > 0 || input)) {
		step(b, input);
		input = give(b);
	}
	if (batch_out_sync(&b->out, 0, 1, &f) < 0 ||
	    batch_out_sync(&b->errors, 0, 1, &f) < 0)
		batch_stop(b, EXIT_OUTPUT, f.text);
	if (b->tally.total >= 0)	/* with those that were not begun */
		n[T_LEFT] = b->tally.total - n[T_DONE] - n[T_FAILED];
	if (!b->o->quiet && b->shown > start)
		show_progress(b, env_mono(&b->calm));
	progress_end(&b->tally);
	if (b->o->report != NULL) {
		route_per_minute(&b->work, b->tally.limit);
		progress_report(&b->tally, &report, env_mono(&b->calm));
		if (output_replace(b->env, b->o->report, b->deadline,
		    buf_slice(&report), &f) < 0)
			batch_stop(b, EXIT_OUTPUT, f.text);
		buf_free(&report);
	}
	pool_close(&b->pool);
	return conclude(b);
}

/* -- options --------------------------------------------------------------- */

/* Whether two names are those of one plain file. */
static int
same_file(const char *a, const char *b)
{
	struct stat x, y;

	if (a == NULL || b == NULL)
		return 0;
	return stat(a, &x) < 0 || stat(b, &y) < 0 ? strcmp(a, b) == 0 :
	    S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* What is wrong with the names of the files is told before a request is paid
 * for. */
static int
check_files(const struct opts *o, const char *input)
{
	const char *name[] = { "the input", "-o", "--errors", "--ordered",
	    "--report" };
	const char *path[] = { input, o->output, o->errors, o->ordered,
	    o->report };
	struct fault f;
	size_t i, k;

	if (o->output == NULL && output_check(NULL, &f) < 0)
		return fail(EXIT_OUTPUT, "%s", f.text);
	for (i = 1; i < COUNT(path); i++) {
		/* an input that is -o has other content than results */
		for (k = i == 1 ? i : 0; k < i; k++)
			if (same_file(path[i], path[k]))
				return fail(EXIT_USAGE, "%s and %s name the "
				    "same file", name[k], name[i]);
		if (i > 2 && path[i] != NULL && !o->dry_run &&
		    output_check(path[i], &f) < 0)
			return fail(EXIT_OUTPUT, "%s: %s", name[i], f.text);
	}
	return 0;
}

static int
open_files(struct batch *b)
{
	const struct opts *o = b->o;
	const char *path = o->nwords > 0 ? o->words[0] : "-";
	struct todo none = { .ids = b->todo.ids };
	int fd = 0, rc;

	if (strcmp(path, "-") != 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (o->nwords > 1 || o->jobs > 100000 || (fd == 0 && isatty(0)))
		return fail(EXIT_USAGE, "batch takes one file or stdin, and 1 "
		    "to 100000 workers");
	if (fd < 0)
		return fail(EXIT_CONFIG, "%s: %s", path, strerror(errno));
	batch_in_init(&b->in, fd);
	b->start = b->in.at;
	b->work.input = fd;
	if (o->output != NULL)
		b->todo.ids.path = o->output;
	if (o->ordered != NULL && (o->output == NULL || !b->in.file))
		return fail(EXIT_USAGE, "--ordered needs an input file and "
		    "-o FILE");
	if ((rc = check_files(o, path)) != 0 ||
	    (rc = batch_look(b, path)) != 0 || (rc = batch_out_open(&b->out,
	    o->output, o, b->deadline)) != 0)
		return rc;
	if (o->errors != NULL && ((rc = batch_out_open(&b->errors, o->errors,
	    o, b->deadline)) != 0 || (rc = batch_out_load(&b->errors, o,
	    b->out.path != NULL ? &b->todo : &none, NULL)) != 0))
		return rc;
	todo_free(&none);
	return batch_out_load(&b->out, o, &b->todo,
	    o->errors != NULL ? &b->errors : NULL);
}

/* In a worker: closes and frees what it does not need. */
static void
leave(void *ctx)
{
	struct batch *b = ctx;

	batch_confine_worker(b);
	batch_out_leave(&b->out);
	batch_out_leave(&b->errors);
	batch_in_free(&b->in);
	todo_free(&b->todo);
}

static int
not_cancelled(void *ctx)
{
	(void)ctx;
	return 0;
}

int
batch(const struct env *env, struct opts *o, struct slice command)
{
	struct batch *b = calloc(1, sizeof(*b));
	char scratch[32];
	int rc;

	if (b == NULL)
		err_oom();
	b->env = env;
	b->calm = *env;
	b->calm.wakefd = -1;
	b->calm.cancelled = not_cancelled;
	b->o = o;
	if (o->output != NULL && strcmp(o->output, "-") == 0)
		o->output = NULL;
	b->command = command;
	b->again = MSEC_NONE;
	b->tally.tty = say_can_live();
	b->tally.priced = o->nprices > 0;
	b->errors.fd = b->errors.old = -1;
	(void)str_printf(scratch, sizeof(scratch), "/tmp/bide.%ld",
	    (long)getpid());
	b->todo.ids = (struct ids){ .fd = -1, .path = scratch };
	b->work.env = b->calm;
	b->work.o = o;
	b->pool = (struct pool){ .work = &b->work, .env = &b->calm,
	    .leave = leave, .ctx = b, .max = (size_t)o->jobs,
	    .most = (size_t)o->jobs };
	if ((rc = input_texts(&b->work.texts, o)) == 0 &&
	    (rc = batch_shard(o->shard, &b->shard, &b->shards)) == 0 &&
	    (rc = batch_deadline(o->deadline, &b->calm, &b->deadline)) == 0 &&
	    (rc = batch_budget(o->budget, o->nprices > 0,
	    &b->budget)) == 0 && (rc = open_files(b)) == 0) {
		batch_scan(b);
		if (batch_cancelled(b))
			batch_stop(b, batch_cancelled(b),
			    "interrupted before anything was sent");
		batch_confine(b);
		if (!b->stop)
			rc = ask_all(b);
		else if ((rc = b->c.status) != EXIT_OUTPUT)
			say(slice_str(b->c.text));
	}
	work_free(&b->work);
	todo_free(&b->todo);
	batch_in_free(&b->in);
	buf_free(&b->id);
	buf_free(&b->line);
	free(b);
	return rc;
}
