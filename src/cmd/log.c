#include "cmd/log.h"

#include <unistd.h>

#include "base/clean.h"
#include "cmd/open.h"
#include "cmd/report.h"
#include "core/output.h"
#include "wire/when.h"

struct transcript {
	struct buf out;
	int tty;		/* make control characters visible */
};

static void
put(struct transcript *t, struct slice s)
{
	if (t->tty)
		clean_put(&t->out, s, 1);
	else
		buf_put(&t->out, s);
}

/* Puts the text of a raw JSON string. */
static void
put_raw(struct transcript *t, struct slice raw)
{
	struct buf text = { 0 };

	json_unescape(raw, &text, NULL);
	put(t, buf_slice(&text));
	buf_free(&text);
}

static void
end_line(struct transcript *t)
{
	if (t->out.n > 0 && t->out.p[t->out.n - 1] != '\n')
		buf_putc(&t->out, '\n');
}

static void
put_parts(struct transcript *t, const struct part *p, size_t n)
{
	static const char *const labels[] = { "", "image ", "file ", "call ",
	    "result of ", NULL };

	for (; n > 0; n--, p++) {
		if (p->type == PART_OWN)
			continue;
		end_line(t);
		if (p->type != PART_TEXT) {
			buf_printf(&t->out, "[%s", labels[p->type]);
			put(t, p->type >= PART_CALL ? p->id : p->mime);
			if (p->name.n > 0) {
				buf_putc(&t->out, ' ');
				put(t, p->name);
			}
			if (p->data.n > 0)
				buf_printf(&t->out, " %zu bytes", p->data.n);
			put(t, p->url);
			buf_puts(&t->out, "]\n");
		}
		put(t, p->text);
	}
	end_line(t);
	buf_putc(&t->out, '\n');
}

/* -- a turn ---------------------------------------------------------------- */

static void
put_question(struct transcript *t, const struct history *h)
{
	static const char roles[][10] = { "system", "user", "assistant",
	    "tool" };
	struct slice at, messages;
	const struct message *m;
	struct talk talk = { 0 };
	size_t n;

	if (history_member(h, "messages", &messages) != JSON_ARRAY ||
	    talk_parse(&talk, messages) != NULL) {
		talk_free(&talk);
		return;
	}
	for (m = talk_messages(&talk, &n); n > 0; n--, m++) {
		buf_printf(&t->out, "== %s", roles[m->role]);
		if (history_member(h, "at", &at) == JSON_STRING) {
			buf_puts(&t->out, ", ");
			put_raw(t, at);
		}
		buf_putc(&t->out, '\n');
		put_parts(t, m->parts, m->nparts);
	}
	talk_free(&talk);
}

static void
put_answer(struct transcript *t, const struct history *h)
{
	struct json_want message = { .key = "message" };

	if (h->state == TURN_NONE || (h->turn.n == 0 && h->parts.n == 0))
		return;
	buf_puts(&t->out, "== ");
	if (h->attempts > 0) {
		put_raw(t, h->provider);
		buf_putc(&t->out, ':');
		put_raw(t, h->model);
	} else {
		buf_puts(&t->out, "not sent yet");
	}
	if (h->state == TURN_DONE) {
		buf_printf(&t->out, ", %s", finish_name(h->finish));
		if (h->usage.input >= 0)
			buf_printf(&t->out, ", %lld tokens in",
			    (long long)h->usage.input);
		if (h->usage.output >= 0)
			buf_printf(&t->out, ", %lld out",
			    (long long)h->usage.output);
	} else {
		buf_puts(&t->out, h->state == TURN_FAILED ? ", failed" :
		    ", not finished");
		if (json_pick(h->fault, &message, 1) == 0 &&
		    message.type == JSON_STRING) {
			buf_puts(&t->out, ": ");
			put_raw(t, message.tok);
		}
	}
	buf_putc(&t->out, '\n');
	put_parts(t, (const void *)h->parts.p,
	    h->parts.n / sizeof(struct part));
}

/* -- the session ----------------------------------------------------------- */

int
log_print(const struct env *env, struct opts *o, struct slice command)
{
	struct transcript t = { .tty = isatty(1) };
	struct session s = { 0 };
	struct slice in, rec;
	struct history h;
	struct fault f;
	enum record_ev ev;
	int rc, begins;

	(void)command;
	if (o->nwords > 1)
		return fail(EXIT_USAGE, "log takes at most one session");
	rc = open_session(&s, o->nwords > 0 ? o->words[0] : NULL,
	    JOURNAL_READ, env, o);
	if (rc != 0)
		return rc;
	in = buf_slice(&s.records);
	history_init(&h, in.n);
	while ((ev = record_next(&s.journal.crc, &in, &rec)) != RECORD_END) {
		if (ev != RECORD_ONE)
			continue;
		if (o->json) {
			buf_put(&t.out, rec);
			buf_putc(&t.out, '\n');
			continue;
		}
		begins = history_begins(&h, rec);
		if (begins)
			put_answer(&t, &h);
		history_take(&h, rec);
		if (begins)
			put_question(&t, &h);
	}
	if (!o->json)
		put_answer(&t, &h);
	history_free(&h);
	if (output_write(env, 1, buf_slice(&t.out), &f) < 0)
		rc = EXIT_OUTPUT;
	buf_free(&t.out);
	session_free(&s);
	return rc;
}
