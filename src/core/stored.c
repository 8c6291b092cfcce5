#include "core/stored.h"

#include <string.h>

#define CANCEL_TIME ((msec)2000)

/* The id becomes part of a path: only characters that OpenAI uses. */
static int
has_id(const struct cursor *c)
{
	size_t n = strspn(c->id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return n > 0 && c->id[n] == '\0';
}

/* PATH/ID and its query, which is appended to the path's own, if any. */
static struct slice
put_target(struct stored *s, const char *below, const char *query)
{
	struct slice rest = s->start.target, path = slice_cut(&rest, '?');

	buf_clear(&s->target);
	buf_put(&s->target, path);
	buf_printf(&s->target, "/%s%s", s->cursor->id, below);
	if (rest.n > 0 || *query != '\0')
		buf_putc(&s->target, '?');
	buf_put(&s->target, rest);
	if (rest.n > 0 && *query != '\0')
		buf_putc(&s->target, '&');
	buf_puts(&s->target, query);
	return buf_slice(&s->target);
}

/* The job asks for the rest of the stream, or for the whole. */
static void
take_up(struct stored *s)
{
	struct exchange *x = &s->job->exchange;

	(void)put_target(s, "", s->polling ? "" :
	    "include_obfuscation=false&stream=true");
	if (!s->polling && s->cursor->sequence >= 0)
		buf_printf(&s->target, "&starting_after=%lld",
		    (long long)s->cursor->sequence);
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
	    .start = job->exchange, .queue = queue };
	job->cursor = cursor;
	job->stored = 1;
	s->since = env_mono(job->env);
	if (has_id(cursor))
		take_up(s);
}

void
stored_next(struct stored *s, struct outcome *out)
{
	struct cursor *c = s->cursor;
	enum fclass class = out->fault.class;
	int stuck = !c->begun && env_mono(s->job->env) - s->since >= s->queue;
	/* the run itself, and not just the connection to it */
	int lost = out->status == 404 && c->resuming;
	int failed = out->status == 200 && class != F_DNS &&
	    class != F_CONNECT && class != F_TLS && class != F_IO &&
	    class != F_TIMEOUT && class != F_PROTO;

	if (class == F_CANCEL || class == F_OUTPUT || !has_id(c))
		return;
	out->kept = 1;
	out->discard = 0;
	if (lost || failed || stuck) {
		if (stuck)
			stored_cancel(s);
		if (stuck || lost)
			out->fault.retry = 1;
		out->kept = 0;
		out->discard = c->text > 0 || c->calls > 0;
		*c = (struct cursor){ .sequence = -1 };
		s->polling = 0;
		s->job->exchange = s->start;
		s->since = env_mono(s->job->env);
		return;
	}
	if (out->status == 400 && c->resuming && !s->polling) {
		s->polling = 1;
		out->fault.retry = 1;
	}
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

void
stored_cancel(struct stored *s)
{
	struct sink nobody = { .put = drop, .flush = no_flush };
	struct env deaf = *s->job->env;
	struct job job = *s->job;
	struct outcome ignored;

	if (!has_id(s->cursor))
		return;
	deaf.wakefd = -1;
	deaf.cancelled = not_cancelled;
	job.env = &deaf;
	job.sink = &nobody;
	job.exchange = (struct exchange){ "POST", put_target(s, "/cancel", ""),
	    s->start.fields, SLICE("{}") };
	job.idle = NULL;
	job.cursor = NULL;
	job.pace = NULL;		/* it needs no slot */
	job.stored = job.reuse = 0;
	job.moved = job.space = (struct buf){ 0 };
	job.limit.end = env_mono(&deaf) + CANCEL_TIME;
	attempt(&job, &ignored);
	job_close(&job);
}

void
stored_free(struct stored *s)
{
	buf_free(&s->target);
}
