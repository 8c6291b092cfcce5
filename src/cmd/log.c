#include "cmd/log.h"

#include "api/price.h"
#include "cmd/confine.h"
#include "cmd/open.h"
#include "cmd/say.h"
#include "wire/when.h"

static void
end_line(struct buf *t)
{
	if (t->n > 0 && t->p[t->n - 1] != '\n')
		buf_putc(t, '\n');
}

static void
put_parts(struct buf *t, const struct part *p, size_t n)
{
	static const char *const labels[] = { "", "image ", "file ", "call ",
	    "result of ", NULL };

	for (; n > 0; n--, p++) {
		if (p->type == PART_OWN)
			continue;
		end_line(t);
		if (p->type != PART_TEXT) {
			buf_printf(t, "[%s", labels[p->type]);
			buf_put(t, p->type >= PART_CALL ? p->id : p->mime);
			if (p->name.n > 0) {
				buf_putc(t, ' ');
				buf_put(t, p->name);
			}
			if (p->data.n > 0)
				buf_printf(t, " %zu bytes", p->data.n);
			buf_put(t, p->url);
			buf_puts(t, "]\n");
		}
		buf_put(t, p->text);
	}
	end_line(t);
	buf_putc(t, '\n');
}

/* -- a turn ---------------------------------------------------------------- */

/* *told: the instructions that were printed last. */
static void
put_question(struct buf *t, const struct history *h, struct slice *told)
{
	static const char roles[][10] = { "system", "user", "assistant",
	    "tool" };
	struct slice at, messages, system;
	const struct message *m;
	struct talk talk = { 0 };
	size_t n;

	if (history_member(h, "messages", &messages) != JSON_ARRAY ||
	    talk_parse(&talk, messages) != NULL) {
		talk_free(&talk);
		return;
	}
	if (history_member(h, "system", &system) == JSON_STRING &&
	    !slice_eq(system, *told)) {
		*told = system;
		buf_puts(t, "== instructions\n");
		json_unescape(system, t, NULL);
		end_line(t);
		buf_putc(t, '\n');
	}
	for (m = talk_messages(&talk, &n); n > 0; n--, m++) {
		buf_printf(t, "== %s", roles[m->role]);
		if (history_member(h, "at", &at) == JSON_STRING) {
			buf_puts(t, ", ");
			json_unescape(at, t, NULL);
		}
		buf_putc(t, '\n');
		put_parts(t, m->parts, m->nparts);
	}
	talk_free(&talk);
}

static void
put_answer(struct buf *t, const struct history *h)
{
	struct json_want message = { .key = "message" };

	if (h->state == TURN_NONE || (h->turn.n == 0 && h->parts.n == 0))
		return;
	buf_puts(t, "== ");
	if (h->attempts > 0) {
		json_unescape(h->provider, t, NULL);
		buf_putc(t, ':');
		json_unescape(h->model, t, NULL);
	} else {
		buf_puts(t, "not sent yet");
	}
	if (h->state == TURN_DONE) {
		buf_printf(t, ", %s", finish_name(h->finish));
		if (h->usage.input >= 0)
			buf_printf(t, ", %lld tokens in",
			    (long long)h->usage.input);
		if (h->usage.output >= 0)
			buf_printf(t, ", %lld out",
			    (long long)h->usage.output);
		if (h->usage.cost > 0) {
			buf_puts(t, ", cost ");
			price_put(h->usage.cost, t);
		}
	} else {
		buf_puts(t, h->state == TURN_FAILED ? ", failed" :
		    ", not finished");
		if (json_pick(h->fault, &message, 1) == 0 &&
		    message.type == JSON_STRING) {
			buf_puts(t, ": ");
			json_unescape(message.tok, t, NULL);
		}
	}
	buf_putc(t, '\n');
	put_parts(t, (const void *)h->parts.p,
	    h->parts.n / sizeof(struct part));
}

/* -- the session ----------------------------------------------------------- */

int
log_print(const struct env *env, struct opts *o, struct slice command)
{
	struct buf t = { 0 };
	struct session s = { 0 };
	struct slice in, rec, told = { 0 };
	struct history h;
	struct json_out w;
	struct sandbox box;
	enum record_ev ev;
	int rc, begins;

	(void)command;
	if (o->nwords > 1)
		return fail(EXIT_USAGE, "log takes at most one session");
	rc = open_session(&s, o->nwords > 0 ? o->words[0] : NULL,
	    JOURNAL_READ, env, o);
	if (rc != 0)
		goto done;
	sandbox_open(&box);
	confine(&box, o, 0);
	in = record_lines(buf_slice(&s.records));
	history_init(&h, in.n);
	while ((ev = record_next(&s.journal.crc, &in, &rec)) != RECORD_END) {
		if (ev != RECORD_ONE)
			continue;
		if (o->json) {
			w = (struct json_out){ .out = &t };
			if (json_line(&w, rec) == 0)
				buf_putc(&t, '\n');
			continue;
		}
		begins = history_begins(&h, rec);
		if (begins)
			put_answer(&t, &h);
		history_take(&h, rec);
		if (begins)
			put_question(&t, &h, &told);
	}
	if (!o->json)
		put_answer(&t, &h);
	history_free(&h);
	rc = show(env, buf_slice(&t));
	buf_free(&t);
done:
	session_free(&s);
	return rc;
}
