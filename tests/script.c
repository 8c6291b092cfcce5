#include "tests/script.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/splits.h"
#include "wire/when.h"

struct peer {
	struct conn conn;
	struct script *s;
	const struct visit *x;
	struct slice steps;		/* of x, what is left */
	struct buf out;			/* sent, not yet read */
	int joined;			/* the next step belongs to this read */
	int chunked;
	struct slice drip;
	msec every;
	long long drips;
	msec due;			/* the next of them */
	int answered;			/* something of x was sent */
};

static void
log_line(struct script *s, msec at, const char *what, struct slice text)
{
	buf_printf(s->log, "%lld.%03d %s%.*s\n", (long long)(at / 1000),
	    (int)(at % 1000), what, SLICE_FMT(text));
}

static void
log_output(struct script *s)
{
	if (s->output.n > 0)
		log_line(s, s->output_at, "out ", buf_slice(&s->output));
	buf_clear(&s->output);
}

void
script_log(struct script *s, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (s->log == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_output(s);
	log_line(s, s->now, "", slice_str(line));
}

void
script_output(struct script *s, struct slice bytes)
{
	if (s->output_at != s->now)
		log_output(s);
	s->output_at = s->now;
	log_text(&s->output, bytes);
}

/* -- env ------------------------------------------------------------------- */

static msec
mono(void *ctx)
{
	return ((struct script *)ctx)->now;
}

static msec
wall(void *ctx)
{
	return SCRIPT_WALL + ((struct script *)ctx)->now;
}

static int
cancelled(void *ctx)
{
	struct script *s = ctx;

	return s->now >= s->cancel ? SIGINT : 0;
}

/* The beats of the watch until then; -1: it gives the wait up. */
static int
beats(struct script *s, msec until)
{
	msec at;
	int readable;

	for (;;) {
		readable = s->readable <= s->watch.at &&
		    env_watched(&s->env) >= 0;
		at = readable ? s->readable : env_until(&s->env, MSEC_MAX);
		if (at > until || at >= MSEC_MAX || at >= s->cancel)
			return 0;
		if (at > s->now)
			s->now = at;
		if (env_beat(&s->env, readable) < 0)
			return -1;
	}
}

static int
asleep(void *ctx, msec until)
{
	struct script *s = ctx;

	if (beats(s, until) < 0)
		return -1;
	if (s->cancel <= until) {
		if (s->cancel > s->now)
			s->now = s->cancel;
		return -1;
	}
	if (s->nudge > s->now && s->nudge < until) {
		s->now = s->nudge;
		return 1;
	}
	if (until > s->now)
		s->now = until;
	return 0;
}

static void
chance(void *ctx, void *p, size_t n)
{
	struct script *s = ctx;
	unsigned char *to = p;

	while (n-- > 0) {
		s->state = s->state * 6364136223846793005u +
		    1442695040888963407u;
		*to++ = s->rnd == 0 ? 0 : s->rnd < 0 ? 0xff :
		    (unsigned char)(s->state >> 56);
	}
}

/* -- the peer -------------------------------------------------------------- */

/* Waits as a real conn does: 0 when it is until, -1 by deadline or signal. */
static int
pass(struct script *s, msec until, msec deadline, struct fault *f)
{
	msec to = until < deadline ? until : deadline;

	if ((to < MSEC_MAX || s->readable < MSEC_MAX) && beats(s, to) < 0)
		return fault_set(f, F_CANCEL, 0, "not wanted any more");
	if (s->cancel <= to) {
		if (s->cancel > s->now)
			s->now = s->cancel;
		fault_set(f, F_CANCEL, 0, "interrupted");
		f->code = SIGINT;
		return -1;
	}
	if (to >= MSEC_MAX) {		/* a real one would hang for ever */
		script_log(s, "HANGS");
		s->amiss = 1;
		return fault_set(f, F_TIMEOUT, 0, "hangs");
	}
	if (to > s->now)
		s->now = to;
	return until <= deadline ? 0 :
	    fault_set(f, F_TIMEOUT, 1, "no answer in time");
}

static void
amiss(struct script *s, const char *what, struct slice step)
{
	s->amiss = 1;
	script_log(s, "AMISS: %s: %.*s", what, SLICE_FMT(step));
}

static msec
span(struct script *s, struct slice text)
{
	msec v = when_dur(text);

	if (v == MSEC_NONE)
		amiss(s, "no span", text);
	return v;
}

static struct slice
next_step(struct slice *steps, int *joined)
{
	struct slice step = *steps;
	size_t i;

	for (i = 0; i + 2 < steps->n; i++)
		if (steps->p[i] == ' ' && steps->p[i + 2] == ' ' &&
		    (steps->p[i + 1] == ';' || steps->p[i + 1] == '+'))
			break;
	*joined = i + 2 < steps->n && steps->p[i + 1] == '+';
	if (i + 2 < steps->n)
		step.n = i;
	*steps = slice_sub(*steps, step.n == steps->n ? step.n : i + 3,
	    steps->n);
	return slice_trim(step);
}

static int
first_is(struct slice steps, const char *word)
{
	int joined;
	struct slice step = next_step(&steps, &joined);

	return slice_is(slice_cut(&step, ' '), word);
}

static int
refuse(struct slice word, struct fault *f)
{
	if (slice_is(word, "dns"))
		return fault_set(f, F_DNS, 1, "the name does not resolve");
	if (slice_is(word, "refused"))
		return fault_set(f, F_CONNECT, 1, "connection refused");
	if (slice_is(word, "cert"))
		return fault_set(f, F_CERT, 0, "the certificate is expired");
	if (slice_is(word, "tls"))
		return fault_set(f, F_TLS, 1, "the handshake was cut");
	return 0;
}

/* The steps before there is a connection. */
static int
connect_steps(struct script *s, struct slice *steps, msec deadline,
    struct fault *f)
{
	struct slice rest = *steps, step, word;
	int joined;

	if (s->now >= s->cancel)
		return pass(s, s->now, deadline, f);
	if (first_is(rest, "kept"))
		amiss(s, "not on a kept connection", rest);
	while (rest.n > 0) {
		step = next_step(&rest, &joined);
		word = slice_cut(&step, ' ');
		if (refuse(word, f) < 0)
			return -1;
		if (!slice_is(word, "dial"))
			return 0;
		if (pass(s, s->now + span(s, step), deadline, f) < 0)
			return -1;
		*steps = rest;
	}
	return 0;
}

static const struct conn_ops peer_ops;

static struct conn *
dial(const struct env *env, const struct endpoint *to, msec deadline,
    struct dial_times *times, struct fault *f)
{
	struct script *s = env->ctx;
	struct peer *c;
	struct slice steps;

	script_log(s, "dial %.*s", SLICE_FMT(to->url.host));
	if (s->next >= s->n) {
		amiss(s, "a dial too many", SLICE(""));
		fault_set(f, F_CONNECT, 0, "the script is over");
		return NULL;
	}
	steps = s->visit[s->next++].steps;
	times->connect = s->now;
	if (connect_steps(s, &steps, deadline, f) < 0)
		return NULL;
	times->connect = s->now - times->connect;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		abort();
	c->conn.ops = &peer_ops;
	c->s = s;
	c->x = &s->visit[s->next - 1];
	c->steps = steps;
	s->open++;
	return &c->conn;
}

static void
log_request(struct script *s, struct slice head)
{
	struct slice line = slice_cut(&head, '\r');

	if (!slice_starts(line, "POST "))
		return;
	s->requests++;
	script_log(s, "%.*s", SLICE_FMT(line));
}

/* A request on a connection whose exchange is over begins the next. */
static int
next_exchange(struct peer *c)
{
	struct script *s = c->s;
	int joined;

	if (!c->answered)
		return 0;
	if (s->next >= s->n) {
		amiss(s, "a request too many", SLICE(""));
		return -1;
	}
	c->x = &s->visit[s->next++];
	c->steps = c->x->steps;
	c->answered = 0;
	if (first_is(c->steps, "kept"))
		next_step(&c->steps, &joined);
	else
		amiss(s, "on a kept connection", c->steps);
	return 0;
}

static int
peer_write(struct conn *conn, struct slice *out, msec deadline,
    struct fault *f)
{
	struct peer *c = (struct peer *)conn;
	struct slice step;
	int joined;

	if (next_exchange(c) < 0)
		return fault_set(f, F_IO, 0, "the script is over");
	log_request(c->s, *out);
	if (first_is(c->steps, "write-reset")) {
		next_step(&c->steps, &joined);
		return fault_set(f, F_IO, 1, "broken pipe");
	}
	if (first_is(c->steps, "early")) {
		next_step(&c->steps, &joined);
		return 1;
	}
	if (first_is(c->steps, "write")) {
		step = next_step(&c->steps, &joined);
		slice_cut(&step, ' ');
		if (pass(c->s, c->s->now + span(c->s, step), deadline,
		    f) < 0)
			return -1;
	}
	*out = slice_sub(*out, out->n, 0);
	return 0;
}

/* One step; 1: it sent something or took time, 0: the end, -1 with *f. */
static int
take_step(struct peer *c, struct slice step, msec deadline, struct fault *f)
{
	struct slice rest = step, word = slice_cut(&rest, ' ');

	c->answered = 1;
	if (slice_is(word, "stall"))
		return pass(c->s, c->s->now + span(c->s, rest), deadline,
		    f) < 0 ? -1 : 1;
	if (slice_is(word, "hold"))
		return pass(c->s, MSEC_MAX, deadline, f);
	if (slice_is(word, "eof"))
		return 0;
	if (slice_is(word, "reset")) {
		fault_set(f, F_IO, 1, "connection reset by peer");
		f->code = ECONNRESET;
		return -1;
	}
	if (slice_is(word, "drip")) {
		c->every = span(c->s, slice_cut(&rest, ' '));
		c->drips = slice_dec(slice_cut(&rest, ' '), 1000000);
		c->drip = rest;
	} else if (slice_is(word, "bytes")) {
		buf_put(&c->out, c->x->bytes);
	} else if (script_bytes(step, c->s->dialect, &c->chunked,
	    &c->out) < 0) {
		amiss(c->s, "no such step", step);
	}
	return 1;
}

/* Lets the peer act until there is something to read. */
static int
act(struct peer *c, msec deadline, struct fault *f)
{
	int rc = 1;

	while (rc > 0 && (c->out.n == 0 || c->joined)) {
		if (c->drips > 0) {
			if (c->due <= c->s->now)
				c->due = c->s->now + c->every;
			rc = pass(c->s, c->due, deadline, f);
			/* read on: it is due then all the same */
			if (rc < 0)
				break;
			c->drips--;
			rc = take_step(c, c->drip, deadline, f);
		} else if (c->steps.n > 0) {
			rc = take_step(c, next_step(&c->steps, &c->joined),
			    deadline, f);
		} else {
			rc = take_step(c, SLICE("hold"), deadline, f);
		}
	}
	return rc;
}

static ssize_t
peer_read(struct conn *conn, void *p, size_t n, msec deadline,
    struct fault *f)
{
	struct peer *c = (struct peer *)conn;
	struct script *s = c->s;
	int rc;

	if (s->now >= s->cancel || deadline <= s->now)
		return pass(s, MSEC_MAX, deadline, f);
	if (c->out.n == 0 && (rc = act(c, deadline, f)) <= 0)
		return rc;
	if (s->most > 0 && n > s->most)
		n = s->most;
	if (n > c->out.n)
		n = c->out.n;
	memcpy(p, c->out.p, n);
	buf_drop(&c->out, n);
	return (ssize_t)n;
}

static int
peer_quiet(struct conn *conn)
{
	return ((struct peer *)conn)->out.n == 0;
}

static void
peer_close(struct conn *conn)
{
	struct peer *c = (struct peer *)conn;

	script_log(c->s, "close");
	c->s->open--;
	buf_free(&c->out);
	free(c);
}

static const struct conn_ops peer_ops = { peer_read, peer_write, peer_quiet,
    peer_close };

void
script_init(struct script *s)
{
	s->dialect = &dialect_responses;
	s->env = (struct env){ mono, wall, asleep, cancelled, chance, -1, s,
	    &s->watch };
	s->net = (struct net){ dial };
	s->state = (uint64_t)s->rnd;
	s->now = 0;
	s->cancel = s->nudge = s->readable = MSEC_MAX;
	s->watch = (struct watch){ .fd = -1, .at = MSEC_MAX };
}
