/* What is done for a client while nothing comes for it. */

#define _GNU_SOURCE	/* MSG_DONTWAIT */

#include "serve/reply.h"

#include <errno.h>
#include <sys/socket.h>

/* So many ms without a byte are followed by a comment, or by an event where
 * only those count. */
#define SIGN_TIME ((msec)15000)
#define SIGN_TIME_EVENTS ((msec)120000)

/* Whether the client has closed its side; what it sends early waits. */
static int
has_left(struct watch *w)
{
	char c;
	ssize_t n = recv(w->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	if (n > 0)
		w->fd = -1;
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK &&
	    errno != EINTR);
}

/* Whether the client has asked for a stream of events, as far as can be
 * told. */
static int
asks_stream(struct reply *p)
{
	const struct client *c = p->client;
	struct json_want w = { .key = "stream" };

	if (p->asked == 0)
		p->asked = p->dialect != NULL &&
		    (slice_ifind(client_field(c, "Accept"),
		    "text/event-stream") >= 0 || path_streams(c->target) ||
		    (json_pick(c->body, &w, 1) == 0 && w.type == JSON_TRUE)) ?
		    1 : -1;
	return p->asked > 0;
}

/* Whether the head goes out early.  One who waits for it without end, and then
 * for events, does better without. */
static int
commits(struct reply *p)
{
	return p->commit > 0 && !p->manners->events && asks_stream(p);
}

/* When the client leaves that has got no more than that; 0: never. */
static void
set_end(struct reply *p, msec bears)
{
	p->job->limit.end = bears == 0 ? MSEC_MAX :
	    p->start + manners_within(bears);
}

void
reply_after(void *ctx, struct outcome *out, unsigned n)
{
	struct reply *p = ctx;
	struct fault *f = &out->fault;

	if (f->class == F_NONE)
		return;
	p->client->account.faults[f->class][out->progress]++;
	if (f->class == F_TIMEOUT && out->time.end >= p->job->limit.end)
		fault_set(f, F_TIMEOUT, 1, "no answer before the client would "
		    "leave");
	if (p->on_break != NULL)
		*p->on_break = p->sink.delivered > 0 &&
		    rest_request(&p->rest, p->client->body) == 0 ?
		    BREAK_CONTINUE : BREAK_FAIL;
	if (n == 1 && !p->begun)
		set_end(p, commits(p) ? p->manners->comments :
		    p->manners->head);
}

/* The head of a stream, though there is no answer yet. */
static void
commit(struct reply *p)
{
	if (p->status != 200 || !p->stream) {
		p->status = 200;
		p->stream = 1;
		buf_clear(&p->fields);
		buf_puts(&p->fields, "Content-Type: text/event-stream\r\n"
		    "Cache-Control: no-cache\r\n");
	}
	reply_head(p, 0, SLICE(""));
	p->client->account.committed = 1;
	set_end(p, p->manners->comments);
}

void
reply_schedule(struct reply *p)
{
	struct watch *w = p->relay->env->watch;

	if (p->begun)
		w->at = !p->signs ? MSEC_MAX : p->sign +
		    (p->manners->events ? SIGN_TIME_EVENTS : SIGN_TIME);
	else
		w->at = p->commit == 0 || p->manners->events || p->asked < 0 ?
		    MSEC_MAX : p->start + p->commit;
}

/*
 * A sign of life.  A comment is a line alone, since openai-python takes the
 * blank line after it for an event without data; but @google/genai takes an
 * event only if its block begins with "data:", so that a comment right before
 * it would hide it.
 */
static struct slice
sign(const struct reply *p)
{
	if (p->manners->events)
		return SLICE("event: keepalive\n"
		    "data: {\"type\":\"keepalive\"}\n\n");
	return p->dialect == &dialect_gemini ? SLICE(": \n\n") : SLICE(": \n");
}

static int
beat(struct watch *w, int readable)
{
	struct reply *p = w->ctx;

	if (readable && has_left(w)) {
		p->gone = 1;
		return -1;
	}
	reply_schedule(p);
	if (env_mono(p->relay->env) >= w->at && (p->begun || commits(p))) {
		if (!p->begun)
			commit(p);
		reply_put(p, sign(p));
		if (reply_send(p) < 0)
			return -1;
	}
	reply_schedule(p);
	return 0;
}

void
reply_watch(struct reply *p)
{
	struct watch *w = p->relay->env->watch;

	*w = (struct watch){ .fd = p->client->fd, .beat = beat, .ctx = p };
	reply_schedule(p);
}

void
reply_unwatch(struct reply *p)
{
	*p->relay->env->watch = (struct watch){ .fd = -1, .at = MSEC_MAX };
}
