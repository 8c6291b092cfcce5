#include "cmd/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/batch_run.h"
#include "cmd/report.h"
#include "core/output.h"
#include "wire/when.h"

/* -- the beginning --------------------------------------------------------- */

/* I/N: part I of N, counted from 0 or from 1. */
static int
read_shard(struct batch *b)
{
	struct slice n = slice_str(b->o->shard), i = slice_cut(&n, '/');
	long long part = slice_dec(i, UINT32_MAX);
	long long of = slice_dec(n, UINT32_MAX);

	if (i.n == 0)
		part = of = 1;
	if (part < 0 || of < 1 || part > of)
		return fail(EXIT_USAGE, "--shard: '%s' is not I/N",
		    b->o->shard);
	b->shards = (unsigned)of;
	b->shard = (unsigned)(part % of);
	return 0;
}

static int
read_deadline(struct batch *b)
{
	struct slice s = slice_str(b->o->deadline);
	msec span = when_dur(s), wall = when_rfc3339(s);

	if (s.n == 0)
		span = MSEC_MAX;
	else if (wall != MSEC_NONE)
		span = wall - b->calm.wall(b->calm.ctx);
	else if (span == MSEC_NONE)
		return fail(EXIT_USAGE, "--deadline: '%s' is "
		    "neither a duration nor a time like 2030-01-31T18:00:00Z",
		    b->o->deadline);
	b->deadline = span >= MSEC_MAX ? span : env_mono(b->env) + span;
	return 0;
}

static int
open_input(struct batch *b)
{
	const char *path = b->o->nwords > 0 ? b->o->words[0] : "-";
	int fd = 0;

	if (strcmp(path, "-") != 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (b->o->nwords > 1 || b->o->jobs < 1 || b->o->jobs > 100000 ||
	    (fd == 0 && isatty(0)))
		return fail(EXIT_USAGE, "batch takes one file or "
		    "stdin, and 1 to 100000 workers");
	if (fd < 0)
		return fail(EXIT_CONFIG, "%s: %s", path,
		    strerror(errno));
	batch_in_init(&b->in, fd);
	b->work.input = fd;
	return 0;
}

static int
start(struct batch *b)
{
	const char *path = b->o->output;
	int rc;

	b->ids = (struct ids){ .fd = -1, .path = path != NULL ? path :
	    "/tmp/bide" };
	if (b->o->dry_run && path != NULL && access(path, F_OK) < 0)
		path = NULL;
	if ((rc = input_texts(&b->work.texts, b->o)) != 0 ||
	    (rc = read_shard(b)) != 0 || (rc = read_deadline(b)) != 0 ||
	    (rc = open_input(b)) != 0 ||
	    (rc = batch_out_open(&b->out, path, &b->ids)) != 0)
		return rc;
	batch_scan(b);
	return b->stop ? fail(b->c.status, "%s", b->c.text) : 0;
}

/* -- the end --------------------------------------------------------------- */

static void
report(struct batch *b, msec now)
{
	struct fault f;

	if (b->o->report == NULL)
		return;
	batch_limits(b);
	progress_report(&b->tally, &b->line, now);
	if (output_replace(&b->calm, b->o->report, buf_slice(&b->line),
	    &f) < 0)
		batch_stop(b, EXIT_OUTPUT, f.text);
	buf_clear(&b->line);
}

/* What goes on with the rest. */
static void
put_again(struct batch *b)
{
	if (b->again != MSEC_NONE) {
		buf_puts(&b->line, "try again after ");
		when_put_rfc3339(&b->line, b->again);
		buf_puts(&b->line, " with: ");
	} else {
		buf_puts(&b->line, "continue with: ");
	}
	buf_put(&b->line, b->command);
	batch_tell(b);
}

/* What a person has to know, and the exit status. */
static int
conclude(struct batch *b)
{
	int64_t *n = b->tally.n;
	int more = b->tally.total < 0 && !b->in_over;
	long long failed = n[T_FAILED] + b->tally.failed_before;

	if (b->o->dry_run)
		buf_printf(&b->line, "%lld to send, %lld already have a result",
		    (long long)n[T_DONE], (long long)n[T_BEFORE]);
	else if (failed > 0)
		buf_printf(&b->line, "%lld failed permanently; see their "
		    "results", failed);
	if (b->line.n > 0 && !b->o->quiet)
		batch_tell(b);
	buf_clear(&b->line);
	if (n[T_LEFT] == 0 && !more && b->c.status != EXIT_OUTPUT)
		return failed > 0 ? EXIT_PARTIAL : EXIT_WHOLE;
	if (b->c.status == EXIT_SIGNAL + SIGPIPE)
		return b->c.status;
	if (b->c.text[0] != '\0')
		say(slice_str(b->c.text));
	if (b->c.status == EXIT_OUTPUT)
		return b->c.status;
	if (!more)
		buf_printf(&b->line, "%lld deferred; ", (long long)n[T_LEFT]);
	else
		buf_puts(&b->line, "the rest is deferred; ");
	put_again(b);
	return b->c.status != 0 ? b->c.status : EXIT_LATER;
}

static int
go(struct batch *b)
{
	int64_t *n = b->tally.n;
	struct fault f;
	msec now;

	pool_open(&b->pool);
	now = b->tally.start = b->tally.part = b->shown = env_mono(&b->calm);
	batch_run(b);
	if (batch_out_sync(&b->out, 0, 1, &f) < 0)
		batch_stop(b, EXIT_OUTPUT, f.text);
	if (b->tally.total >= 0)	/* with those that were not begun */
		n[T_LEFT] = b->tally.total - n[T_DONE] - n[T_FAILED];
	if (!b->o->quiet && b->shown > now)
		batch_show(b, env_mono(&b->calm));
	if (b->line_open)
		(void)!write(2, "\n", 1);
	b->line_open = 0;
	report(b, env_mono(&b->calm));
	pool_close(&b->pool);
	return conclude(b);
}

/* -- all of it ------------------------------------------------------------- */

/* In a child: the lock must die with the parent, and its memory is not
 * worth a copy. */
static void
leave(void *ctx)
{
	struct batch *b = ctx;

	if (b->out.fd != 1)
		(void)close(b->out.fd);
	batch_in_free(&b->in);
	ids_free(&b->ids);
}

static int
never(void *ctx)
{
	(void)ctx;
	return 0;
}

int
batch(const struct env *env, struct opts *o, struct slice command)
{
	struct batch *b = calloc(1, sizeof(*b));
	int rc;

	if (b == NULL)
		err_oom();
	b->env = env;
	b->calm = *env;
	b->calm.wakefd = -1;
	b->calm.cancelled = never;
	b->o = o;
	b->command = command;
	b->again = MSEC_NONE;
	b->tty = isatty(2);
	b->work.env = b->calm;
	b->work.o = o;
	b->pool = (struct pool){ .work = &b->work, .env = &b->calm,
	    .leave = leave, .ctx = b, .max = (size_t)o->jobs,
	    .most = (size_t)o->jobs };
	rc = start(b);
	if (rc == 0)
		rc = go(b);
	work_free(&b->work);
	ids_free(&b->ids);
	batch_in_free(&b->in);
	buf_free(&b->id);
	buf_free(&b->line);
	free(b);
	return rc;
}
