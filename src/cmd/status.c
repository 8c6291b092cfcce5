#include "cmd/status.h"

#include <string.h>
#include <unistd.h>

#include "api/hint.h"
#include "base/clean.h"
#include "cmd/say.h"
#include "wire/when.h"

#define WHY_MAX 100		/* bytes of the server's words in one line */
#define TOKENS_MAX 1000000000	/* more is nonsense */

/* -- reasons --------------------------------------------------------------- */

static const char *
what(enum fclass class)
{
	switch (class) {
	case F_DNS: return "cannot resolve the name";
	case F_CONNECT: return "cannot connect";
	case F_TLS: return "TLS failed";
	case F_CERT: return "certificate rejected";
	case F_IO: return "connection lost";
	case F_TIMEOUT: return "timed out";
	case F_PROTO: return "protocol error";
	case F_RATE: return "rate limited";
	case F_DAILY: return "over the daily limit";
	case F_OVERLOAD: return "overloaded";
	case F_SERVER: return "server error";
	case F_QUOTA: return "out of quota";
	case F_AUTH: return "key refused";
	case F_PERMISSION: return "not permitted";
	case F_NOT_FOUND: return "not found";
	case F_CONTEXT: return "too long for the model's context";
	case F_TOO_LARGE: return "request too large";
	case F_POLICY: return "refused by policy";
	case F_REQUEST: return "bad request";
	case F_OUTPUT: return "output failed";
	case F_CANCEL: return "interrupted";
	case F_NONE: break;
	}
	return "failed";
}

/* "TPM" of "tokens per min (TPM): Limit ...". */
static struct slice
label(struct slice text)
{
	ptrdiff_t at = slice_ifind(text, "): limit");
	size_t from;

	if (at < 0)
		return SLICE("");
	for (from = (size_t)at; from > 0 && text.p[from - 1] != '('; from--)
		if ((size_t)at - from > 8)
			return SLICE("");
	return slice_sub(text, from, (size_t)at - from);
}

/* The server's words, as far as they fit. */
static void
put_words(struct buf *out, struct slice text)
{
	size_t n = text.n;

	if (n > WHY_MAX)
		for (n = WHY_MAX; n > WHY_MAX - 20 && text.p[n] != ' '; n--)
			;
	clean_put(out, slice_sub(text, 0, n), 0);
	if (n < text.n)
		buf_puts(out, "...");
}

void
status_reason(const struct fault *f, struct buf *out)
{
	struct slice text = slice_trim(slice_str(f->text));
	struct refill r = hint_refill(text);
	struct slice name = label(text);

	buf_puts(out, what(f->class));
	if (f->class == F_SERVER && f->status > 0)
		buf_printf(out, " %d", f->status);
	if (r.limit >= 0 && r.used >= 0)
		buf_printf(out, " (%.*s%s%lld/%lld)", SLICE_FMT(name),
		    name.n > 0 ? " " : "", (long long)r.used,
		    (long long)r.limit);
	else if (text.n > 0) {
		buf_puts(out, " (");
		put_words(out, text);
		buf_putc(out, ')');
	}
}

/* -- waits ----------------------------------------------------------------- */

/* Lines wait for the next flush, so that they do not run into an answer whose
 * last line is still open. */
static void
note(struct status *s, struct slice line)
{
	buf_put(&s->notes, line);
	buf_putc(&s->notes, '\n');
}

/* "retrying in 6.4 s: rate limited (...)  [3, 1m12s of 10m]".  On a terminal
 * a NUL marks the place of the time, which status_tick() fills in. */
static void
tell_wait(struct status *s, const struct event *e)
{
	struct buf *b = &s->line;

	if (s->notice && e->type == EV_RETRY && e->discard &&
	    s->next->delivered > 0)
		note(s, SLICE("the answer was interrupted; it restarts from "
		    "the beginning"));
	buf_clear(b);
	buf_puts(b, e->type == EV_RETRY ? "retrying in " : "sending in ");
	if (s->tty)
		buf_putc(b, '\0');
	else
		when_put(b, e->wait);
	buf_puts(b, ": ");
	if (e->type == EV_RETRY)
		status_reason(e->fault, b);
	else
		buf_printf(b, "waiting for a slot (%.*s)", SLICE_FMT(e->text));
	buf_printf(b, "  [%u, ", e->attempt);
	when_put(b, e->waited + e->wait);
	buf_puts(b, " of ");
	if (e->patience >= MSEC_MAX)
		buf_puts(b, "inf");
	else
		when_put(b, e->patience);
	buf_putc(b, ']');
	if (!s->tty)
		note(s, buf_slice(b));
}

static void
tell_fallback(struct status *s, const struct event *e)
{
	struct buf line = { 0 };

	status_reason(e->fault, &line);
	buf_printf(&line, ": falling back to %.*s:%.*s", SLICE_FMT(e->name),
	    SLICE_FMT(e->text));
	note(s, buf_slice(&line));
	buf_free(&line);
}

static void
wipe_line(struct status *s)
{
	if (s->shown)
		(void)!write(2, "\r\033[K", 4);
	s->shown = 0;
}

static void
status_tick(struct sink *sink, msec left)
{
	struct status *s = (struct status *)sink;
	struct slice after = buf_slice(&s->line), before;
	struct buf out = { 0 };

	if (left == 0) {
		wipe_line(s);
		return;
	}
	/* without automatic margins a long line is cut, not wrapped */
	before = slice_cut(&after, '\0');
	buf_puts(&out, "\r\033[K\033[?7l");
	buf_put(&out, before);
	when_put(&out, (left + 99) / 100 * 100);	/* 2.0 s, 1.0 s */
	buf_put(&out, after);
	buf_puts(&out, "\033[?7h");
	(void)!write(2, out.p, out.n);
	buf_free(&out);
	s->shown = 1;
}

/* -- the sink -------------------------------------------------------------- */

static void
status_put(struct sink *sink, const struct event *e)
{
	struct status *s = (struct status *)sink;

	s->next->put(s->next, e);
	if (s->quiet)
		return;
	if (e->type == EV_RETRY || e->type == EV_WAIT)
		tell_wait(s, e);
	else if (e->type == EV_FALLBACK)
		tell_fallback(s, e);
}

static int
status_flush(struct sink *sink, struct fault *f)
{
	struct status *s = (struct status *)sink;
	int rc = s->next->flush(s->next, f);
	struct slice rest = buf_slice(&s->notes);

	while (rest.n > 0)
		say(slice_cut(&rest, '\n'));
	buf_clear(&s->notes);
	sink->delivered = s->next->delivered;
	return rc;
}

void
status_init(struct status *s, struct sink *next)
{
	s->next = next;
	s->sink = (struct sink){ .put = status_put, .flush = status_flush,
	    .tick = s->tty && !s->quiet ? status_tick : NULL };
	s->line = s->notes = (struct buf){ 0 };
	s->shown = 0;
}

void
status_free(struct status *s)
{
	wipe_line(s);
	buf_free(&s->line);
	buf_free(&s->notes);
}

/* -- attempts -------------------------------------------------------------- */

static void
put_span(struct buf *b, const char *name, msec from, msec to)
{
	if (from == MSEC_NONE || to == MSEC_NONE)
		return;
	buf_printf(b, ", %s ", name);
	when_put(b, to - from);
}

/* Tokens of the answer in the time since the first of them. */
static void
put_speed(struct buf *b, const struct outcome *out)
{
	msec span = out->time.end - out->time.first;
	int64_t tokens = out->usage.output, tenths;

	if (out->progress != P_DONE || out->time.first == MSEC_NONE ||
	    tokens <= 0 || tokens > TOKENS_MAX || span <= 0)
		return;
	tenths = (tokens * 10000 + span / 2) / span;
	buf_printf(b, ", %lld.%d tokens/s", (long long)tenths / 10,
	    (int)(tenths % 10));
}

static void
put_tokens(struct buf *b, const struct usage *u)
{
	if (u->input >= 0)
		buf_printf(b, ", %lld in", (long long)u->input);
	if (u->cached > 0)
		buf_printf(b, " (%lld cached)", (long long)u->cached);
	if (u->output >= 0)
		buf_printf(b, ", %lld out", (long long)u->output);
	if (u->reasoning > 0)
		buf_printf(b, " (%lld reasoning)", (long long)u->reasoning);
}

void
status_watch(void *ctx, const struct outcome *out, unsigned n)
{
	struct status *s = ctx;
	const struct timing *t = &out->time;
	struct buf b = { 0 };

	if (!s->verbose)
		return;
	buf_printf(&b, "attempt %u: ", n);
	if (out->status > 0)
		buf_printf(&b, "status %d", out->status);
	else
		buf_puts(&b, "no answer");
	put_span(&b, "dns", 0, t->dial.dns);
	put_span(&b, "connect", 0, t->dial.connect);
	put_span(&b, "tls", 0, t->dial.tls);
	if (t->reused)
		buf_puts(&b, ", connection kept");
	put_span(&b, "first byte", t->start, t->head);
	put_span(&b, "first token", t->start, t->first);
	put_span(&b, "all", t->start, t->end);
	put_speed(&b, out);
	put_tokens(&b, &out->usage);
	if (out->request_id[0] != '\0') {
		buf_puts(&b, ", request ");
		clean_put(&b, slice_str(out->request_id), 0);
	}
	if (out->fault.class != F_NONE) {
		buf_puts(&b, ", ");
		status_reason(&out->fault, &b);
	}
	note(s, buf_slice(&b));
	buf_free(&b);
}
