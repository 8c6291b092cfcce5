#include "cmd/sessions.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "api/price.h"
#include "base/clean.h"
#include "base/utf8.h"
#include "cmd/confine.h"
#include "cmd/say.h"
#include "state/place.h"
#include "state/session.h"
#include "wire/when.h"

struct list {
	const struct env *env;
	const struct opts *o;
	msec now;		/* wall */
	int rc;			/* what else the exit status has to tell */
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

/* The columns of the list: how wide, and from which width of a terminal on
 * they are shown. */
enum { NAME, AGE, MODEL, TURNS, TOKENS, STATE, QUESTION, COLUMNS };

static const struct {
	size_t width, from;
} columns[COLUMNS] = {
	[NAME] = { 21, 0 }, [AGE] = { 9, 50 }, [MODEL] = { 23, 80 },
	[TURNS] = { 4, 100 }, [TOKENS] = { 14, 110 }, [STATE] = { 11, 0 },
	[QUESTION] = { 0, 0 },
};

/* The most of a question that is shown, in bytes and in columns. */
#define QUESTION_BYTES 400
#define QUESTION_COLUMNS 60

static void
put_line(struct list *l, const struct session *s, msec age, int locked)
{
	const struct history *h = &s->history;
	struct buf cell[COLUMNS] = { { 0 } }, line = { 0 }, question = { 0 };
	size_t i, used, all = say_columns(1);
	int until;

	clean_put(&cell[NAME], slice_str(s->name), 0);
	when_put(&cell[AGE], age < 0 ? 0 : age / 1000 * 1000);
	put_model(h, &cell[MODEL]);
	buf_printf(&cell[TURNS], "%zu", h->turns);
	put_tokens(&cell[TOKENS], h->spent.input);
	buf_putc(&cell[TOKENS], '/');
	put_tokens(&cell[TOKENS], h->spent.output);
	if (h->spent.cost > 0) {
		buf_putc(&cell[TOKENS], ' ');
		price_put(h->spent.cost, &cell[TOKENS]);
	}
	buf_puts(&cell[STATE], state(s, locked, &until));
	if (until) {
		buf_puts(&cell[STATE], " until ");
		when_put_rfc3339(&cell[STATE], h->not_before);
	}
	history_question(h, &question);
	clean_put(&cell[QUESTION], slice_sub(slice_trim(buf_slice(&question)),
	    0, QUESTION_BYTES), 0);
	used = QUESTION_COLUMNS;
	cell[QUESTION].n = clean_fit(buf_slice(&cell[QUESTION]), &used);
	for (i = 0; i < COLUMNS; i++) {
		if (columns[i].from <= all && cell[i].n > 0) {
			if (line.n > 0)
				buf_putc(&line, ' ');
			buf_put(&line, buf_slice(&cell[i]));
			used = SIZE_MAX;
			(void)clean_fit(buf_slice(&cell[i]), &used);
			for (; used < columns[i].width; used++)
				buf_putc(&line, ' ');
		}
		buf_free(&cell[i]);
	}
	line.n = clean_fit(buf_slice(&line), &all);
	while (line.n > 0 && line.p[line.n - 1] == ' ')
		line.n--;
	buf_put(&l->out, buf_slice(&line));
	buf_putc(&l->out, '\n');
	buf_free(&question);
	buf_free(&line);
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
	buf_clear(&text);
	history_question(h, &text);
	json_member(&w, "question", slice_sub(buf_slice(&text), 0,
	    utf8_good(slice_sub(buf_slice(&text), 0, QUESTION_BYTES))));
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
	} else if (s.journal.error > 0 && s.journal.error != ENOENT) {
		l->rc = fail(EXIT_CONFIG, "session %s: %s: %s", name,
		    s.journal.path, strerror(s.journal.error));
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
	char folder[PATH_MAX];
	struct sandbox box;
	int rc;

	(void)command;
	if (o->nwords > 0)
		return fail(EXIT_USAGE, "sessions takes no name; see bide "
		    "log NAME");
	sandbox_open(&box);
	if (place_state("sessions", folder, sizeof(folder)) == 0)
		(o->prune == MSEC_NONE ? sandbox_read : sandbox_write)(&box,
		    folder);
	confine(&box, o, CALLS_FILES);
	errno = 0;
	rc = session_each(each, &l);
	buf_free(&l.out);
	if (rc == 0)
		rc = l.rc;
	return rc >= 0 ? rc : fail(EXIT_OUTPUT, "sessions: %s",
	    strerror(errno));
}
