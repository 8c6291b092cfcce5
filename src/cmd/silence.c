#include "cmd/silence.h"

#include "cmd/say.h"
#include "wire/ip.h"
#include "wire/when.h"

#define LEAST ((msec)2000)

/* Appends what is done now. */
static void
put_phase(const struct silence *s, struct buf *b)
{
	const struct endpoint *to = &s->job->to;
	const struct dial_times *dial = &s->out->time.dial;
	struct slice host = to->proxy != NULL ? to->proxy->host : to->url.host;
	unsigned char ip[16];

	if (s->out->progress >= P_HEAD)
		buf_puts(b, "waiting for the first token");
	else if (s->out->progress == P_SENT)
		buf_puts(b, "waiting for the response");
	else if (dial->connect != MSEC_NONE)
		buf_printf(b, "TLS handshake with %.*s",
		    SLICE_FMT(to->url.host));
	else if (dial->dns != MSEC_NONE || ip_parse(host, ip) > 0)
		buf_printf(b, "connecting to %.*s", SLICE_FMT(host));
	else
		buf_printf(b, "resolving %.*s", SLICE_FMT(host));
}

static int
beat(struct watch *w, int readable)
{
	struct silence *s = w->ctx;
	msec now = env_mono(s->job->env);
	struct buf phase = { 0 }, span = { 0 };

	(void)readable;
	w->at = MSEC_MAX;
	if (s->out->time.first != MSEC_NONE)
		return 0;
	put_phase(s, &phase);
	buf_puts(&span, ", ");
	when_put(&span, (now - s->since) / 1000 * 1000);
	say_live(SLICE(""), buf_slice(&phase), buf_slice(&span));
	buf_free(&phase);
	buf_free(&span);
	s->shown = 1;
	w->at = now + 1000;
	return 0;
}

void
silence_begin(struct silence *s)
{
	struct watch *w;

	if (s->job == NULL || (w = s->job->env->watch) == NULL)
		return;
	s->since = env_mono(s->job->env);
	*w = (struct watch){ .fd = -1, .at = s->since + LEAST, .beat = beat,
	    .ctx = s };
}

void
silence_end(struct silence *s)
{
	if (s->job != NULL && s->job->env->watch != NULL)
		s->job->env->watch->at = MSEC_MAX;
	if (s->shown)
		say_wipe();
	s->shown = 0;
}
