#include "core/stored.h"

#include <string.h>

#define CANCEL_TIME ((msec)2000)

/* An id goes into a path: what has other characters is none of OpenAI's. */
static int
has_id(const struct cursor *c)
{
	size_t n = strspn(c->id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return n > 0 && c->id[n] == '\0';
}

/* PATH/ID with a query behind the one that the path may have. */
static void
put_path(struct stored *s, const char *below, const char *query)
{
	struct slice rest = s->path, path = slice_cut(&rest, '?');

	buf_clear(&s->get);
	buf_put(&s->get, path);
	buf_printf(&s->get, "/%s%s", s->cursor->id, below);
	if (rest.n > 0 || *query != '\0')
		buf_putc(&s->get, '?');
	buf_put(&s->get, rest);
	if (rest.n > 0 && *query != '\0')
		buf_putc(&s->get, '&');
	buf_puts(&s->get, query);
}

static void
take_up(struct stored *s)
{
	const struct cursor *c = s->cursor;

	put_path(s, "", s->polling ? "" :
	    "include_obfuscation=false&stream=true");
	if (!s->polling && c->sequence >= 0)
		buf_printf(&s->get, "&starting_after=%lld",
		    (long long)c->sequence);
	s->job->path = buf_slice(&s->get);
	s->job->body = (struct slice){ 0 };
	s->cursor->resuming = 1;
}

static void
begin_anew(struct stored *s)
{
	*s->cursor = (struct cursor){ .sequence = -1 };
	s->polling = 0;
	s->job->path = s->path;
	s->job->body = s->body;
	s->since = env_mono(s->job->env);
}

void
stored_begin(struct stored *s, struct job *job, struct cursor *cursor,
    msec queue)
{
	*s = (struct stored){ .job = job, .cursor = cursor, .path = job->path,
	    .body = job->body, .queue = queue };
	job->cursor = cursor;
	job->stored = 1;
	s->since = env_mono(job->env);
	if (has_id(cursor))
		take_up(s);
}

/* What came between us and the server, and says nothing about the run. */
static int
on_the_way(enum fclass class)
{
	return class == F_DNS || class == F_CONNECT || class == F_TLS ||
	    class == F_IO || class == F_TIMEOUT || class == F_PROTO;
}

static int
ended(const struct stored *s, const struct outcome *out)
{
	if (out->status == 200)
		return !on_the_way(out->fault.class);
	return out->status == 404 && s->cursor->resuming;
}

static void
again(struct outcome *out)
{
	out->fault.retry = 1;
}

void
stored_next(struct stored *s, struct outcome *out)
{
	struct cursor *c = s->cursor;
	int stuck = !c->begun && env_mono(s->job->env) - s->since >= s->queue;

	if (out->fault.class == F_CANCEL || out->fault.class == F_OUTPUT ||
	    !has_id(c))
		return;
	out->kept = 1;
	out->discard = 0;
	if (ended(s, out) || stuck) {
		if (stuck)
			stored_cancel(s);
		if (stuck || out->status == 404)
			again(out);
		out->kept = 0;
		out->discard = c->text > 0 || c->calls > 0;
		begin_anew(s);
		return;
	}
	if (out->status == 400 && c->resuming && !s->polling) {
		s->polling = 1;
		again(out);
	}
	take_up(s);
}

/* -- stopping it ----------------------------------------------------------- */

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
	put_path(s, "/cancel", "");
	job.env = &deaf;
	job.sink = &nobody;
	job.path = buf_slice(&s->get);
	job.body = SLICE("{}");
	job.idle = NULL;
	job.cursor = NULL;
	job.stored = job.reuse = 0;
	job.moved = job.space = (struct buf){ 0 };
	job.limit.end = env_mono(&deaf) + CANCEL_TIME;
	attempt(&job, &ignored);
	job_close(&job);
}

void
stored_free(struct stored *s)
{
	buf_free(&s->get);
}
