#ifndef TESTS_PLAY_H
#define TESTS_PLAY_H

/*
 * Scripted streams for a dialect, each event given as "NAME|DATA", against a
 * log of what came out.
 */

#include "api/dialect.h"
#include "tests/t.h"

#define RATE "{\"code\":\"rate_limit_exceeded\",\"message\":\"Rate limit " \
    "reached. Please try again in 6s.\"}"

struct log {
	struct sink sink;
	struct buf out;
};

/* T(text) R(reasoning) C(id,name,arguments) */
static inline void
note(struct sink *s, const struct event *e)
{
	struct log *l = (struct log *)s;

	if (e->type == EV_TEXT)
		buf_printf(&l->out, "T(%.*s)", SLICE_FMT(e->text));
	else if (e->type == EV_REASONING)
		buf_printf(&l->out, "R(%.*s)", SLICE_FMT(e->text));
	else if (e->type == EV_TOOL_CALL)
		buf_printf(&l->out, "C(%.*s,%.*s,%.*s)", SLICE_FMT(e->id),
		    SLICE_FMT(e->name), SLICE_FMT(e->text));
}

static inline struct decode
start(struct log *l)
{
	*l = (struct log){ .sink.put = note };
	return (struct decode){ .sink = &l->sink,
	    .usage = USAGE_NONE };
}

/* What an event meant: m t d f, and i for one that carried nothing. */
static inline char
letter(enum decoded what, const struct decode *d, uint64_t before)
{
	return what == DECODE_MORE && d->bytes == before ? 'i' :
	    "mtdf"[what];
}

/* Ends a log with the finish, or with the fault's class. */
static inline void
sum_up(struct log *l, struct decode *d)
{
	if (d->failed)
		buf_printf(&l->out, " %s%s", fault_name(d->fault.class),
		    d->fault.retry ? "" : "!");
	else if (d->finish != FIN_NONE)
		buf_printf(&l->out, " %s", finish_name(d->finish));
	decode_free(d);
}

#define EVENTS_MAX 12

struct script {
	const char *name, *want;
	const char *event[EVENTS_MAX];
};

/* The events as a stream; line breaks in data as the format has it. */
static inline void
put_stream(struct buf *out, const struct script *s)
{
	struct slice data, name;
	int i;

	for (i = 0; i < EVENTS_MAX && s->event[i] != NULL; i++) {
		data = slice_str(s->event[i]);
		name = slice_cut(&data, '|');
		if (name.n > 0)
			buf_printf(out, "event: %.*s\n", SLICE_FMT(name));
		do {
			name = slice_cut(&data, '\n');
			buf_printf(out, "data: %.*s\n", SLICE_FMT(name));
		} while (data.n > 0);
		buf_putc(out, '\n');
	}
}

/* Also read without those that decode_alike() takes. */
static inline void
play_once(const struct dialect *dialect, const struct script *s, int alike)
{
	struct buf letters = { 0 }, stream = { 0 };
	enum decoded what = DECODE_MORE;
	struct sse sse = { 0 };
	struct sse_event e;
	struct decode d;
	struct slice in;
	uint64_t before;
	char name[128];
	struct log l;

	d = start(&l);
	put_stream(&stream, s);
	in = buf_slice(&stream);
	for (;;) {
		before = d.bytes;
		if (alike && sse_at_block(&sse) &&
		    decode_alike(&d, NULL, &in))
			what = DECODE_MORE;
		else if (sse_push(&sse, &in, &e) == SSE_EVENT)
			what = dialect->event(&d, &e);
		else
			break;
		buf_putc(&letters, letter(what, &d, before));
	}
	/* what follows a finish is the end */
	if (what == DECODE_TAIL || (what == DECODE_MORE && d.finished))
		decode_end(&d, dialect, NULL, 1);
	buf_putc(&letters, ' ');
	buf_put(&letters, buf_slice(&l.out));
	buf_clear(&l.out);
	sum_up(&l, &d);
	buf_put(&letters, buf_slice(&l.out));
	snprintf(name, sizeof(name), "%s: %s%s", dialect->name, s->name,
	    alike ? "" : ", event by event");
	EQS(buf_slice(&letters), s->want, name);
	buf_free(&letters);
	buf_free(&stream);
	buf_free(&l.out);
	sse_free(&sse);
}

static inline void
play(const struct dialect *dialect, const struct script *s)
{
	play_once(dialect, s, 0);
	play_once(dialect, s, 1);
}

/* The same with a whole answer in one JSON text. */
struct body {
	const struct dialect *dialect;
	const char *name, *body, *want;
};

static inline void
play_body(const struct body *b)
{
	struct buf got = { 0 };
	enum decoded what;
	struct decode d;
	char name[128];
	struct log l;

	d = start(&l);
	what = b->dialect->whole(&d, slice_str(b->body));
	buf_putc(&got, letter(what, &d, 0));
	if (l.out.n > 0)
		buf_putc(&got, ' ');
	sum_up(&l, &d);
	buf_put(&got, buf_slice(&l.out));
	snprintf(name, sizeof(name), "%s: a body: %s", b->dialect->name,
	    b->name);
	EQS(buf_slice(&got), b->want, name);
	buf_free(&got);
	buf_free(&l.out);
}

/* One event, without a log. */
static inline enum decoded
feed(struct decode *d, const struct dialect *dialect, const char *data)
{
	struct sse_event e = { .name = SLICE("message") };

	e.data = slice_str(data);
	return dialect->event(d, &e);
}

#endif
