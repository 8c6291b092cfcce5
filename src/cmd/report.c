#include "cmd/report.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "api/hint.h"
#include "api/error_words.h"
#include "api/price.h"
#include "base/clean.h"
#include "cmd/secret.h"
#include "wire/when.h"

#define WHY_MAX 100		/* bytes of a server's message in one line */
#define TOKENS_MAX 1000000000	/* more cannot be a real count */

/* -- faults ---------------------------------------------------------------- */

static const char *const faults[] = {
	[F_NONE] = "failed",
	[F_DNS] = "cannot resolve the name",
	[F_CONNECT] = "cannot connect",
	[F_TLS] = "TLS failed",
	[F_CERT] = "certificate rejected",
	[F_IO] = "connection lost",
	[F_TIMEOUT] = "timed out",
	[F_PROTO] = "protocol error",
	[F_EMPTY] = "empty answer",
	[F_RATE] = "rate limited",
	[F_DAILY] = "over the daily limit",
	[F_OVERLOAD] = "overloaded",
	[F_SERVER] = "server error",
	[F_QUOTA] = "out of quota",
	[F_AUTH] = "key refused",
	[F_PERMISSION] = "not permitted",
	[F_NOT_FOUND] = "not found",
	[F_CONTEXT] = "too long for the model's context",
	[F_TOO_LARGE] = "request too large",
	[F_POLICY] = "refused by policy",
	[F_REQUEST] = "bad request",
	[F_OUTPUT] = "output failed",
	[F_CANCEL] = "interrupted",
};

/* "TPM" of "tokens per min (TPM): Limit ...". */
static struct slice
limit_name(struct slice text)
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

void
report_fault(const struct fault *f, struct buf *out)
{
	struct slice text = slice_trim(slice_str(f->text));
	struct refill r = hint_refill(text);
	struct slice name = limit_name(text);
	size_t n = text.n;

	buf_puts(out, faults[f->class]);
	if (f->class == F_SERVER && f->status > 0)
		buf_printf(out, " %d", f->status);
	if (r.limit >= 0 && r.used >= 0) {
		buf_printf(out, " (%.*s%s%lld/%lld)", SLICE_FMT(name),
		    name.n > 0 ? " " : "", (long long)r.used,
		    (long long)r.limit);
	} else if (n > 0) {
		buf_puts(out, " (");
		if (n > WHY_MAX)	/* cut between words if possible */
			for (n = WHY_MAX; n > WHY_MAX - 20 &&
			    text.p[n] != ' '; n--)
				;
		buf_put(out, slice_sub(text, 0, n));
		buf_puts(out, n < text.n ? "...)" : ")");
	}
}

/* -- the progress of a run ------------------------------------------------- */

/* Lines wait for the next flush, lest they run into an answer whose last line
 * is still open.  Line breaks in them become blanks. */
static void
note(struct status *s, struct slice line)
{
	clean_put(&s->notes, line, 0);
	buf_putc(&s->notes, '\n');
}

/* "retrying in 6.4 s: rate limited (...)  [3, 1m12s of 10m]". */
static void
tell_wait(struct status *s, const struct event *e)
{
	struct buf *b = &s->why, line;

	if (s->notice && e->type == EV_RETRY && e->discard &&
	    s->answer->delivered > 0)
		note(s, SLICE("the answer was interrupted; it restarts from "
		    "the beginning"));
	s->lead = e->type == EV_RETRY ? "retrying in " : "sending in ";
	buf_clear(b);
	buf_puts(b, ": ");
	if (e->type == EV_RETRY)
		report_fault(e->fault, b);
	else
		buf_printf(b, "waiting for a slot (%.*s)", SLICE_FMT(e->text));
	b = &s->count;
	buf_clear(b);
	buf_printf(b, "  [%u, ", e->attempt);
	when_put(b, e->waited + e->wait);
	buf_puts(b, " of ");
	if (e->patience >= MSEC_MAX)
		buf_puts(b, "inf");
	else
		when_put(b, e->patience);
	buf_putc(b, ']');
	if (s->tty)
		return;
	line = (struct buf){ 0 };
	buf_puts(&line, s->lead);
	when_put(&line, e->wait);
	buf_put(&line, buf_slice(&s->why));
	buf_put(&line, buf_slice(&s->count));
	note(s, buf_slice(&line));
	buf_free(&line);
}

static void
wipe_line(struct status *s)
{
	if (s->shown)
		say_wipe();
	s->shown = 0;
}

static void
status_tick(struct sink *sink, msec left)
{
	struct status *s = (struct status *)sink;
	struct buf head = { 0 };

	if (left == 0) {
		wipe_line(s);
		return;
	}
	buf_puts(&head, s->lead);
	when_put(&head, (left + 99) / 100 * 100);	/* 2.0 s, 1.0 s */
	say_live(buf_slice(&head), buf_slice(&s->why), buf_slice(&s->count));
	buf_free(&head);
	s->shown = 1;
}

static void
status_put(struct sink *sink, const struct event *e)
{
	struct status *s = (struct status *)sink;
	struct buf line;

	if (s->quiet)
		return;
	if (s->tty && e->type == EV_START)
		silence_begin(&s->silence);
	else if (s->tty)
		silence_end(&s->silence);
	if (e->type == EV_RETRY || e->type == EV_WAIT)
		tell_wait(s, e);
	if (e->type != EV_FALLBACK)
		return;
	line = (struct buf){ 0 };
	report_fault(e->fault, &line);
	buf_printf(&line, ": falling back to %.*s:%.*s", SLICE_FMT(e->name),
	    SLICE_FMT(e->text));
	note(s, buf_slice(&line));
	buf_free(&line);
}

static int
status_flush(struct sink *sink, struct fault *f)
{
	struct status *s = (struct status *)sink;
	struct slice rest = buf_slice(&s->notes);

	(void)f;
	while (rest.n > 0)
		say(slice_cut(&rest, '\n'));
	buf_clear(&s->notes);
	return 0;
}

void
status_init(struct status *s)
{
	s->sink = (struct sink){ .put = status_put, .flush = status_flush,
	    .tick = s->tty && !s->quiet ? status_tick : NULL };
	s->why = s->count = s->notes = (struct buf){ 0 };
	s->shown = 0;
}

void
status_free(struct status *s)
{
	wipe_line(s);
	if (s->tty)
		silence_end(&s->silence);
	buf_free(&s->why);
	buf_free(&s->count);
	buf_free(&s->notes);
}

static void
put_span(struct buf *b, const char *name, msec from, msec to)
{
	if (from == MSEC_NONE || to == MSEC_NONE)
		return;
	buf_printf(b, ", %s ", name);
	when_put(b, to - from);
}

static void
put_usage(struct buf *b, const struct outcome *out)
{
	const struct usage *u = &out->usage;
	msec span = out->time.end - out->time.first;
	int64_t tenths;

	if (out->progress == P_DONE && out->time.first != MSEC_NONE &&
	    u->output > 0 && u->output <= TOKENS_MAX && span > 0) {
		tenths = (u->output * 10000 + span / 2) / span;
		buf_printf(b, ", %lld.%d tokens/s", (long long)tenths / 10,
		    (int)(tenths % 10));
	}
	if (u->input >= 0)
		buf_printf(b, ", %lld in", (long long)u->input);
	if (u->cached > 0)
		buf_printf(b, " (%lld cached)", (long long)u->cached);
	if (u->output >= 0)
		buf_printf(b, ", %lld out", (long long)u->output);
	if (u->reasoning > 0)
		buf_printf(b, " (%lld reasoning)", (long long)u->reasoning);
	if (u->cost > 0) {
		buf_puts(b, ", cost ");
		price_put(u->cost, b);
	}
}

void
status_attempt(void *ctx, struct outcome *out, unsigned n)
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
		buf_puts(&b, "no response");
	put_span(&b, "dns", 0, t->dial.dns);
	put_span(&b, "connect", 0, t->dial.connect);
	put_span(&b, "tls", 0, t->dial.tls);
	if (t->reused)
		buf_puts(&b, ", connection reused");
	put_span(&b, "first byte", t->start, t->head);
	put_span(&b, "first token", t->start, t->first);
	put_span(&b, "total", t->start, t->end);
	put_usage(&b, out);
	if (out->request_id[0] != '\0')
		buf_printf(&b, ", request %s", out->request_id);
	if (out->fault.class != F_NONE) {
		buf_puts(&b, ", ");
		report_fault(&out->fault, &b);
	}
	note(s, buf_slice(&b));
	buf_free(&b);
}

/* -- its end --------------------------------------------------------------- */

int
report_status(const struct result *res)
{
	const struct fault *f = &res->last.fault;
	enum finish finish = res->last.finish;

	switch (f->class) {
	case F_NONE:
		return finish == FIN_LENGTH || finish == FIN_REFUSAL ||
		    finish == FIN_FILTER || finish == FIN_PAUSE ?
		    EXIT_PARTIAL : EXIT_WHOLE;
	case F_DNS:
	case F_CONNECT:
	case F_IO:
	case F_TIMEOUT:
	case F_RATE:
	case F_DAILY:
	case F_OVERLOAD:
	case F_SERVER:
		return EXIT_LATER;
	case F_TLS:
		return f->retry ? EXIT_LATER : EXIT_PROTOCOL;
	case F_CERT:
	case F_PROTO:
		return EXIT_PROTOCOL;
	case F_EMPTY:
		return EXIT_PARTIAL;
	case F_QUOTA:
		return EXIT_QUOTA;
	case F_AUTH:
	case F_PERMISSION:
		return EXIT_KEY;
	case F_NOT_FOUND:
	case F_CONTEXT:
	case F_TOO_LARGE:
	case F_POLICY:
	case F_REQUEST:
		return EXIT_NEVER;
	case F_OUTPUT:
		return f->code == EPIPE ? EXIT_SIGNAL + SIGPIPE : EXIT_OUTPUT;
	case F_CANCEL:
		return EXIT_SIGNAL + f->code;
	}
	return EXIT_BUG;
}

/* What failed, all of the server's message, and advice. */
static void
put_failure(struct buf *b, const struct result *res)
{
	static const char *const advice[F_CANCEL + 1] = {
		[F_QUOTA] = "check the account's credit and spending limits",
		[F_AUTH] = "check the key",
		[F_CONTEXT] = "shorten the prompt or choose another model",
		[F_TOO_LARGE] = "make the prompt or --max-tokens smaller",
		[F_NOT_FOUND] = "check the model name and the base URL",
	};
	const struct fault *f = &res->last.fault;

	if (f->class == F_CANCEL) {
		buf_printf(b, "interrupted by %s%s", f->code == SIGINT ?
		    "SIGINT" : f->code == SIGTERM ? "SIGTERM" :
		    f->code == SIGHUP ? "SIGHUP" : "a signal",
		    res->waiting ? " while waiting" : "");
		return;
	}
	if (f->class == F_OUTPUT) {
		buf_puts(b, f->text);
		return;
	}
	buf_puts(b, faults[f->class]);
	if (f->class == F_SERVER && f->status > 0)
		buf_printf(b, " %d", f->status);
	if (f->text[0] != '\0') {
		buf_puts(b, ": ");
		buf_put(b, slice_trim(slice_str(f->text)));
	}
	if (f->request_id[0] != '\0')
		buf_printf(b, " (request %s)", f->request_id);
	if (advice[f->class] != NULL)
		buf_printf(b, "; %s", advice[f->class]);
}

/* Why bide gave up, and the command to run. */
static void
put_next_step(struct buf *b, const struct result *res, const struct opts *o,
    struct slice command, msec wall, uint64_t delivered)
{
	int patient;

	if (res->verdict == RETRY_SPENT && delivered > 0) {
		buf_printf(b, "%llu bytes were written, which is not the "
		    "whole answer; ", (unsigned long long)delivered);
	} else if (res->verdict == RETRY_SPENT) {
		buf_printf(b, "gave up after %u request%s; ", res->attempts,
		    res->attempts == 1 ? "" : "s");
	} else if (res->verdict == RETRY_IMPATIENT) {
		buf_puts(b, res->last.fault.wait != MSEC_NONE ?
		    "giving up: the server asks for " :
		    "giving up: the next attempt is due in ");
		when_put(b, res->wait);
		patient = res->wait <= o->patience - res->waited;
		buf_puts(b, patient ? ", --max-time is " : ", --patience is ");
		when_put(b, patient ? o->max_time : o->patience);
		if (!patient && res->waited > 0) {
			buf_puts(b, ", of which ");
			when_put(b, res->waited);
			buf_puts(b, " is used");
		}
		buf_puts(b, "; ");
	}
	if (res->wait != MSEC_NONE && res->last.fault.class != F_CANCEL) {
		buf_puts(b, "try again after ");
		when_put_rfc3339(b, wall + res->wait);
		buf_puts(b, " (in ");
		when_put(b, res->wait);
		buf_puts(b, ") with: ");
	} else {
		buf_puts(b, "run again with: ");
	}
	buf_put(b, command);
}

void
report_result(const struct result *res, const struct opts *o,
    struct slice command, msec wall, uint64_t delivered)
{
	static const char *const partial[] = {
		[FIN_LENGTH] = "the answer was truncated at the token limit; "
		    "raise --max-tokens or ask for less",
		[FIN_REFUSAL] = "the model refused to answer",
		[FIN_FILTER] = "the answer was truncated by the provider's "
		    "content filter",
		[FIN_PAUSE] = "the provider paused in the middle of the "
		    "answer; run it again",
	};
	/* words that say no more than this */
	static const char usual[] = "length max_tokens max_output_tokens "
	    "model_length model_context_window_exceeded content_filter "
	    "refusal pause_turn stop end_turn";
	int status = report_status(res);
	struct buf b = { 0 };

	if (status == EXIT_WHOLE || status == EXIT_SIGNAL + SIGPIPE)
		return;
	if (status == EXIT_PARTIAL && res->last.fault.class == F_NONE &&
	    (res->last.word[0] == '\0' ||
	    error_listed(slice_str(res->last.word), usual)))
		buf_puts(&b, partial[res->last.finish]);
	else if (status == EXIT_PARTIAL && res->last.fault.class == F_NONE)
		buf_printf(&b, "the provider ended the answer with %s",
		    res->last.word);
	else
		put_failure(&b, res);
	say(buf_slice(&b));
	if (status == EXIT_LATER || status > EXIT_SIGNAL) {
		buf_clear(&b);
		put_next_step(&b, res, o, command, wall, delivered);
		say(buf_slice(&b));
	}
	buf_free(&b);
}

void
report_command(int argc, const char *const *argv, struct buf *out)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
	    "mnopqrstuvwxyz0123456789@%+=:,./-_";
	struct buf shown = { 0 };
	const char *s;
	int i;

	buf_puts(out, "bide");
	for (i = 1; i < argc; i++) {
		s = argv[i];
		if (strstr(s, "://") != NULL) {
			buf_clear(&shown);
			secret_put_url(&shown, slice_str(s));
			buf_putc(&shown, '\0');
			s = shown.p;
		}
		buf_putc(out, ' ');
		if (*s != '\0' && strspn(s, plain) == strlen(s)) {
			buf_puts(out, s);
			continue;
		}
		buf_putc(out, '\'');
		for (; *s != '\0'; s++) {
			if (*s == '\'')
				buf_puts(out, "'\\''");
			else
				buf_putc(out, *s);
		}
		buf_putc(out, '\'');
	}
	buf_free(&shown);
}
