#include "cmd/resume.h"

#include <string.h>

#include "cmd/open.h"
#include "cmd/report.h"
#include "cmd/task.h"

/* Prepares the session's last turn to be asked again, with its own options and
 * the model that was asked last.  0, or the exit status after a message. */
static int
take_turn(struct task *t)
{
	struct opts *o = t->o;
	struct history *h = &t->session.history;
	struct slice options;
	const char *why;
	size_t i;
	int rc;

	if (history_member(h, "options", &options) != JSON_OBJECT)
		return fail(EXIT_CONFIG, "session %s: the turn's record "
		    "has no options", t->session.name);
	opts_forget(o);
	rc = open_options(&t->session, o, options, 1);
	if (rc != 0 || (rc = task_plan(t)) != 0)
		return rc;
	why = history_ask(h);
	if (why != NULL)
		return fail(EXIT_CONFIG, "session %s: %s", t->session.name,
		    why);
	for (i = 0; i < t->n; i++)
		if (json_is(h->model, t->plan[i].model) &&
		    json_is(h->provider, t->plan[i].provider.name))
			t->at = i;
	t->until = h->not_before;
	history_fault(h, &t->before);
	if (o->background && h->response.n > 0 && !h->damaged) {
		/* the stored run is resumed, its answer shown from the start */
		history_cursor(h, &t->cursor);
		history_text(h, &t->earlier);
	} else if (o->on_break != NULL && strcmp(o->on_break, "continue") ==
	    0 && o->live != 0 && o->output == NULL && !o->extract) {
		history_text(h, &t->earlier);
		if (t->earlier.n > 0)
			o->live = 1;
	}
	return 0;
}

/* Shows the finished turn's answer, with the code block alone if that is what
 * its record says. */
static int
show_answer(struct task *t)
{
	struct json_want w[2] = { { .key = "extract" },
	    { .key = "extract-last" } };
	struct opts *o = t->o;
	struct slice options;
	int rc;

	if (history_member(&t->session.history, "options", &options) ==
	    JSON_OBJECT)
		(void)json_pick(options, w, 2);
	o->extract |= w[0].type == JSON_TRUE;
	o->extract_last |= w[1].type == JSON_TRUE;
	rc = opts_extract(o);
	return rc == 0 ? task_show(t) : rc;
}

int
resume(const struct env *env, struct opts *o, struct slice command)
{
	struct task t = { .env = env, .o = o, .command = command,
	    .until = MSEC_NONE, .cursor = { .sequence = -1 } };
	enum turn_state *state = &t.session.history.state;
	int rc;

	session_none(&t.session);
	if (o->nwords > 1)
		rc = fail(EXIT_USAGE, "resume takes at most one session");
	else
		rc = open_session(&t.session, o->nwords > 0 ? o->words[0] :
		    NULL, o->dry_run ? JOURNAL_READ : JOURNAL_OLD, env, o);
	if (rc == 0 && *state == TURN_NONE)
		rc = fail(EXIT_CONFIG, "session %s: nothing has been "
		    "asked in it yet", t.session.name);
	else if (rc == 0 && *state == TURN_DONE && !o->dry_run)
		rc = show_answer(&t);
	else if (rc == 0 && (rc = take_turn(&t)) == 0)
		rc = o->dry_run ? task_dry_run(&t) : task_ask(&t);
	task_end(&t);
	return rc;
}
