#include "core/stored.h"

#include "wire/url.h"

#define CANCEL_TIME ((msec)2000)

/* Polls that find no run, until it counts as lost. */
#define LOST_POLLS 4

/* PATH/ID and its query, which is appended to the path's own, if any. */
static struct slice
put_target(struct stored *s, const char *below, const char *query)
{
	struct slice rest = s->start.target, path = slice_cut(&rest, '?');

	buf_clear(&s->target);
	buf_put(&s->target, path);
	buf_putc(&s->target, '/');
	url_escape(slice_str(s->cursor->id), &s->target);
	buf_puts(&s->target, below);
	if (rest.n > 0 || *query != '\0')
		buf_putc(&s->target, '?');
	buf_put(&s->target, rest);
	if (rest.n > 0 && *query != '\0')
		buf_putc(&s->target, '&');
	buf_puts(&s->target, query);
	return buf_slice(&s->target);
}

/* The job asks for the rest of the stream, or for the whole: also where events
 * have no numbers, since the stream would come from its beginning. */
static void
take_up(struct stored *s)
{
	struct exchange *x = &s->job->exchange;
	const struct cursor *c = s->cursor;

	if (c->sequence < 0 && (c->text > 0 || c->calls > 0 || c->items > 0))
		s->polling = 1;
	(void)put_target(s, "", s->polling ? "" :
	    "include_obfuscation=false&stream=true");
	if (!s->polling && c->sequence >= 0)
		buf_printf(&s->target, "&starting_after=%lld",
		    (long long)c->sequence);
	x->method = "GET";
	x->target = buf_slice(&s->target);
	x->body = (struct slice){ 0 };
	s->cursor->resuming = 1;
}

void
stored_begin(struct stored *s, struct job *job, struct cursor *cursor,
    msec queue)
{
	*s = (struct stored){ .job = job, .cursor = cursor,
	    .start = job->exchange, .queue = queue,
	    .earlier = cursor->id[0] != '\0' };
	job->cursor = cursor;
	job->stored = 1;
	s->since = env_mono(job->env);
	if (s->earlier)
		take_up(s);
}

/* The run is no more: another one is started. */
static void
start_over(struct stored *s, struct outcome *out)
{
	out->kept = out->alive = 0;
	out->discard = s->cursor->text > 0 || s->cursor->calls > 0;
	*s->cursor = (struct cursor){ .sequence = -1 };
	s->polling = 0;
	s->job->exchange = s->start;
	s->since = env_mono(s->job->env);
}

/* The server does not know the run.  What it has just started may not be known
 * everywhere yet, and is paid for: another one is not started in its place, but
 * by bide resume. */
static void
on_lost(struct stored *s, struct outcome *out)
{
	if (s->earlier) {
		out->fault.retry = 1;
		start_over(s, out);
	} else if (++s->lost < LOST_POLLS) {
		out->fault.retry = 1;
	} else {
		fault_set(&out->fault, F_SERVER, 0,
		    "the server has lost the run");
		out->fault.status = out->status;
	}
}

void
stored_next(struct stored *s, struct outcome *out)
{
	struct cursor *c = s->cursor;
	enum fclass class = out->fault.class;
	int stream = c->resuming && !s->polling;

	if (class == F_CANCEL || class == F_OUTPUT || c->id[0] == '\0')
		return;
	out->kept = 1;
	out->discard = 0;
	/* only the answer to a poll names a wait */
	out->alive = class == F_TIMEOUT && out->fault.wait > 0;
	s->polling |= out->alive;	/* it does not stream the run */
	if (c->over) {
		start_over(s, out);
		return;
	}
	if (!c->begun && env_mono(s->job->env) - s->since >= s->queue) {
		s->since = env_mono(s->job->env);
		if (stored_cancel(s)) {
			out->fault.retry = 1;
			start_over(s, out);
			return;
		}
	}
	/* no stream any more, or none of this server's: the whole at once */
	if (stream && (out->status == 400 || out->status == 404 ||
	    out->status == 422)) {
		s->polling = 1;
		out->again = 1;
	} else if (out->status == 404 && c->resuming) {
		on_lost(s, out);
	} else {
		s->lost = 0;
	}
	if (c->id[0] != '\0')
		take_up(s);
}

/* -- cancelling it --------------------------------------------------------- */

static void
drop(struct sink *s, const struct event *e)
{
	(void)s;
	(void)e;
}

static int
no_flush(struct sink *s, struct fault *f)
{
	(void)s;
	(void)f;
	return 0;
}

static int
not_cancelled(void *ctx)
{
	(void)ctx;
	return 0;
}

int
stored_cancel(struct stored *s)
{
	struct sink nobody = { .put = drop, .flush = no_flush };
	struct env deaf = *s->job->env;
	struct job job = *s->job;
	struct outcome out;

	if (s->cursor->id[0] == '\0')
		return 0;
	deaf.wakefd = -1;
	deaf.cancelled = not_cancelled;
	job.env = &deaf;
	job.sink = &nobody;
	job.exchange = (struct exchange){ "POST", put_target(s, "/cancel", ""),
	    s->start.fields, SLICE("{}"), 0 };
	job.idle = NULL;
	job.cursor = NULL;
	job.pace = NULL;		/* it needs no slot */
	job.stored = job.reuse = 0;
	job.moved = job.space = (struct buf){ 0 };
	job.limit.end = env_mono(&deaf) + CANCEL_TIME;
	attempt(&job, &out);
	job_close(&job);
	return out.status / 100 == 2;
}

void
stored_free(struct stored *s)
{
	buf_free(&s->target);
}
