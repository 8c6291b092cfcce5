#include "cmd/batch_run.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "cmd/confine.h"

void
batch_tell(struct batch *b)
{
	progress_say(&b->tally, buf_slice(&b->line));
	buf_clear(&b->line);
}

void
batch_stop(struct batch *b, int status, const char *why)
{
	int full = status == EXIT_OUTPUT && b->c.status != EXIT_OUTPUT;

	if (!b->stop || full)
		complain(&b->c, status, "%s", full ? "" : why);
	if (full && *why != '\0') {
		buf_puts(&b->line, why);
		batch_tell(b);
	}
	b->stop = 1;
}

int
batch_cancelled(const struct batch *b)
{
	int signal = b->env->cancelled(b->env->ctx);

	return signal != 0 ? EXIT_SIGNAL + signal : 0;
}

int
batch_look(struct batch *b, const char *path)
{
	int64_t start = b->in.at, at;
	struct pollfd fds[2] = {
		{ .fd = b->in.fd, .events = POLLIN },
		{ .fd = b->env->wakefd, .events = POLLIN },
	};
	msec left = MSEC_MAX;
	enum batch_in_ev ev;

	do {
		ev = batch_in_next(&b->in, &b->text, &at);
		if (b->deadline < MSEC_MAX)
			left = b->deadline - env_mono(&b->calm);
		if (ev == IN_WAIT && left > 0)
			(void)poll(fds, 2, left < INT_MAX ? (int)left : -1);
	} while (left > 0 && !batch_cancelled(b) && (ev == IN_WAIT ||
	    (ev == IN_LINE && slice_trim(b->text).n == 0)));
	if (ev == IN_LINE && b->in.foreign != NULL)
		return fail(EXIT_NEVER, "%s: this is %s", path, b->in.foreign);
	if (ev == IN_END && b->in.error != 0)
		return fail(EXIT_CONFIG, "%s: %s", path,
		    strerror(b->in.error));
	if (b->in.file)
		batch_in_rewind(&b->in, start);
	else if (ev == IN_LINE)
		batch_in_hold(&b->in);
	if (batch_cancelled(b))
		return fail(batch_cancelled(b), "interrupted before the first "
		    "line");
	return 0;
}

/* Reads the line b->text, the id of which goes to b->id.  Whether it is in this
 * shard. */
static int
read_line(struct batch *b)
{
	struct slice text = slice_trim(b->text);

	if (text.n == 0)
		return 0;
	buf_clear(&b->id);
	/* the worker reports what is wrong with it */
	(void)line_read(&b->l, text);
	batch_id(&b->l, b->in.line, text, &b->id);
	return todo_part(buf_slice(&b->id), b->shards) == b->shard;
}

/* Writes to b->line that the id of this line has been seen before. */
static void
put_repeated(struct batch *b)
{
	buf_printf(&b->line, "line %llu: custom_id '%.*s' is not unique",
	    (unsigned long long)b->in.line, SLICE_FMT(b->id));
}

/* Whether a line of a pipe, which is in this shard, needs an answer. */
static int
wanted(struct batch *b)
{
	if (todo_line(&b->todo, buf_slice(&b->id), b->in.line) < 0 ||
	    todo_end(&b->todo) < 0)
		batch_stop(b, EXIT_OUTPUT, strerror(errno));
	b->tally.n[T_BEFORE] = b->todo.done;
	b->tally.failed_before = b->todo.failed;
	if (b->todo.repeated == 0)
		return todo_wants(&b->todo, b->in.line);
	b->todo.repeated = 0;
	put_repeated(b);	/* the first one may have been sent */
	batch_tell(b);
	b->tally.n[T_FAILED]++;
	b->tally.by_class[F_REQUEST]++;
	return 0;
}

enum batch_in_ev
batch_next(struct batch *b)
{
	struct claim *claim = &b->claim;
	enum batch_in_ev ev;

	for (;;) {
		if (b->stop || batch_cancelled(b))
			return IN_END;
		ev = batch_in_next(&b->in, &b->text, &claim->at);
		if (ev == IN_END && b->in.error != 0)
			batch_stop(b, EXIT_CONFIG, strerror(b->in.error));
		else if (ev == IN_END)
			b->in_over = 1;
		if (ev != IN_LINE)
			return ev;
		if (b->in.file && !todo_wants(&b->todo, b->in.line))
			continue;
		if (read_line(b) && (b->in.file || wanted(b)))
			break;
	}
	claim->line = b->in.line;
	claim->n = b->text.n;
	return b->stop ? IN_END : IN_LINE;
}

void
batch_scan(struct batch *b)
{
	struct todo *t = &b->todo;
	int64_t start = b->in.at, at;

	b->tally.total = -1;
	if (!b->in.file)
		return;
	while (!b->stop && !batch_cancelled(b) && batch_in_next(&b->in,
	    &b->text, &at) == IN_LINE)
		if (read_line(b) && todo_line(t, buf_slice(&b->id),
		    b->in.line) < 0)
			batch_stop(b, EXIT_OUTPUT, strerror(errno));
	if (b->in.error != 0)
		batch_stop(b, EXIT_CONFIG, strerror(b->in.error));
	else if (todo_end(t) < 0)
		batch_stop(b, EXIT_OUTPUT, strerror(errno));
	b->in.end = b->in.at;
	batch_in_rewind(&b->in, start);
	b->tally.total = t->lines;
	b->tally.n[T_BEFORE] = t->done;
	b->tally.failed_before = t->failed;
	if (t->repeated == 0)
		return;
	while (b->in.line < t->repeated && batch_in_next(&b->in, &b->text,
	    &at) == IN_LINE)
		;
	(void)read_line(b);
	put_repeated(b);
	buf_putc(&b->line, '\0');
	batch_stop(b, EXIT_NEVER, b->line.p);
	buf_clear(&b->line);
}

void
batch_confine(const struct batch *b)
{
	const struct opts *o = b->o;
	struct sandbox box;

	sandbox_open(&box);
	sandbox_read(&box, o->key_file);
	confine_net(&box, o);
	confine_limits(&box, o, !o->dry_run);
	confine_output(&box, b->todo.ids.path);
	confine_output(&box, o->ordered);
	confine_output(&box, o->report);
	confine(&box, o, CALLS_NET | CALLS_FILES | CALLS_OUTPUT | CALLS_FORK);
}

void
batch_confine_worker(const struct batch *b)
{
	struct sandbox box;

	sandbox_open(&box);
	sandbox_read(&box, b->o->key_file);
	confine_net(&box, b->o);
	confine_limits(&box, b->o, 0);
	(void)sandbox_close(&box, CALLS_NET | CALLS_FILES | CALLS_FORK);
}
