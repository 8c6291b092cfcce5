#include "cmd/sessions.h"

#include <errno.h>
#include <string.h>

#include "api/price.h"
#include "base/clean.h"
#include "cmd/say.h"
#include "state/session.h"
#include "wire/when.h"

struct list {
	const struct env *env;
	const struct opts *o;
	msec now;		/* wall */
	struct buf out;
};

/* Returns the state in a word; *until: whether not_before belongs to it.  While
 * a turn is open and the file is locked, a process is at work on it. */
static const char *
state(const struct session *s, int locked, int *until)
{
	*until = 0;
	switch (s->history.state) {
	case TURN_NONE:
		return "empty";
	case TURN_DONE:
		return "done";
	case TURN_FAILED:
		return "failed";
	case TURN_OPEN:
	case TURN_LATER:
	case TURN_DROPPED:
		break;
	}
	*until = s->history.not_before != MSEC_NONE;
	if (locked)
		return *until ? "waiting" : "running";
	return *until && s->history.state == TURN_LATER ? "waiting" :
	    "interrupted";
}

static void
put_model(const struct history *h, struct buf *b)
{
	struct buf text = { 0 };

	json_unescape(h->provider, &text, NULL);
	buf_putc(&text, ':');
	json_unescape(h->model, &text, NULL);
	clean_put(b, buf_slice(&text), 0);
	buf_free(&text);
}

static void
put_tokens(struct buf *b, int64_t n)
{
	if (n < 0)
		buf_puts(b, "-");
	else
		buf_printf(b, "%lld", (long long)n);
}

/* Pads with blanks to the column, with at least one. */
static void
column(struct buf *b, size_t start, size_t at)
{
	do
		buf_putc(b, ' ');
	while (b->n < start + at);
}

static void
put_line(struct list *l, const struct session *s, msec age, int locked)
{
	const struct history *h = &s->history;
	struct buf *b = &l->out;
	size_t start = b->n;
	int until;

	clean_put(b, slice_str(s->name), 0);
	column(b, start, 22);
	when_put(b, age < 0 ? 0 : age / 1000 * 1000);
	column(b, start, 32);
	put_model(h, b);
	column(b, start, 56);
	buf_printf(b, "%zu", h->turns);
	column(b, start, 61);
	put_tokens(b, h->spent.input);
	buf_putc(b, '/');
	put_tokens(b, h->spent.output);
	if (h->spent.cost > 0) {
		buf_putc(b, ' ');
		price_put(h->spent.cost, b);
	}
	column(b, start, 76);
	buf_puts(b, state(s, locked, &until));
	if (until) {
		buf_puts(b, " until ");
		when_put_rfc3339(b, h->not_before);
	}
	buf_putc(b, '\n');
}

static void
put_json(struct list *l, const struct session *s, msec written, int locked)
{
	const struct history *h = &s->history;
	struct json_out w = { .out = &l->out };
	struct buf text = { 0 };
	int until;

	json_open(&w, '{');
	json_member(&w, "name", slice_str(s->name));
	when_put_rfc3339(&text, written);
	json_member(&w, "written", buf_slice(&text));
	buf_clear(&text);
	put_model(h, &text);
	json_member(&w, "model", buf_slice(&text));
	json_member_num(&w, "turns", (int64_t)h->turns);
	json_member(&w, "state", slice_str(state(s, locked, &until)));
	if (until) {
		buf_clear(&text);
		when_put_rfc3339(&text, h->not_before);
		json_member(&w, "until", buf_slice(&text));
	}
	event_put_count(&w, "input", h->spent.input);
	event_put_count(&w, "output", h->spent.output);
	price_put_cost(&w, h->spent.cost);
	json_close(&w);
	buf_putc(&l->out, '\n');
	buf_free(&text);
}

/* Deletes an old session if its last turn is finished and no process writes to
 * it, which the lock proves.  Says so first.  0, or the exit status. */
static int
prune(struct list *l, struct session *s, msec age)
{
	enum turn_state st;
	int rc;

	if (age < l->o->prune || session_open(s, JOURNAL_OLD, l->env, 0) < 0)
		return 0;
	st = s->history.state;
	if (st != TURN_DONE && st != TURN_FAILED && st != TURN_NONE)
		return 0;
	buf_printf(&l->out, "deleting %s, %zu turn%s, ", s->name,
	    s->history.turns, s->history.turns == 1 ? "" : "s");
	when_put(&l->out, age / 1000 * 1000);
	buf_puts(&l->out, " old\n");
	rc = show(l->env, buf_slice(&l->out));
	if (rc == 0 && session_remove(s) < 0)
		rc = fail(EXIT_OUTPUT, "session %s: %s", s->name,
		    strerror(errno));
	return rc;
}

static int
each(void *ctx, const char *name, msec written)
{
	struct list *l = ctx;
	struct session s = { 0 };
	msec age = l->now - written;
	int rc = 0, locked;

	slice_copy(slice_str(name), s.name, sizeof(s.name));
	if (l->o->prune != MSEC_NONE) {
		rc = prune(l, &s, age);
	} else if (session_open(&s, JOURNAL_READ, l->env, 0) == 0) {
		locked = journal_busy(&s.journal);
		if (l->o->json)
			put_json(l, &s, written, locked);
		else
			put_line(l, &s, age, locked);
		rc = show(l->env, buf_slice(&l->out));
	}
	buf_clear(&l->out);
	session_free(&s);
	return rc;
}

int
sessions(const struct env *env, struct opts *o, struct slice command)
{
	struct list l = { .env = env, .o = o,
	    .now = env->wall(env->ctx) };
	int rc;

	(void)command;
	if (o->nwords > 0)
		return fail(EXIT_USAGE, "sessions takes no name; see bide "
		    "log NAME");
	errno = 0;
	rc = session_each(each, &l);
	buf_free(&l.out);
	return rc >= 0 ? rc : fail(EXIT_OUTPUT, "sessions: %s",
	    strerror(errno));
}
