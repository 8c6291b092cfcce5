#include "cmd/resume.h"

#include <string.h>

#include "cmd/asking.h"
#include "cmd/open.h"
#include "core/output.h"
#include "wire/when.h"

static int
find_session(struct asking *a)
{
	const struct opts *o = a->o;
	int rc;

	session_none(&a->session);
	if (o->nwords > 1)
		return fail(EXIT_USAGE, "resume takes at most one session");
	rc = open_session(&a->session, o->nwords > 0 ? o->words[0] : NULL,
	    o->dry_run ? JOURNAL_READ : JOURNAL_OLD, a->env, o);
	if (rc != 0)
		return rc;
	if (a->session.history.state == TURN_NONE)
		return fail(EXIT_CONFIG, "session %s: nothing has been "
		    "asked in it yet", a->session.name);
	return 0;
}

/* The options that the turn was asked with. */
static int
take_options(struct asking *a)
{
	struct slice options;

	if (history_member(&a->session.history, "options", &options) !=
	    JSON_OBJECT)
		return fail(EXIT_CONFIG, "session %s: the turn's record "
		    "has no options", a->session.name);
	opts_forget(a->o);
	return opts_take(a->o, options, 1);
}

/* Whoever was asked last is asked again. */
static void
take_candidate(struct asking *a)
{
	const struct history *h = &a->session.history;
	size_t i;

	for (i = 0; i < a->n; i++)
		if (json_is(h->model, a->one[i].plan.model) &&
		    json_is(h->provider, a->one[i].plan.provider.name))
			a->at = i;
}

/* Why the last run did not get on, and until when it is no use to try. */
static void
take_fault(struct asking *a)
{
	const struct history *h = &a->session.history;
	static const char keys[] = "class status message";
	struct json_want w[3];
	struct buf text = { 0 };
	int i;

	a->until = h->not_before;
	if (json_take(h->fault, keys, w, 3) < 0)
		return;
	fault_set(&a->before, F_IO, 1, "%s", "");
	for (i = F_NONE; i <= F_CANCEL; i++)
		if (json_is(w[0].tok, fault_name((enum fclass)i)))
			a->before.class = (enum fclass)i;
	a->before.status = (int)json_int(w[1].tok, 0);
	json_unescape(w[2].tok, &text, NULL);
	slice_copy(buf_slice(&text), a->before.text, sizeof(a->before.text));
	buf_free(&text);
}

/* A run that the server keeps is taken up, and what there is of its answer
 * shown, if all of it is; else that is gone on from only if it was asked
 * for. */
static void
take_answer(struct asking *a)
{
	struct opts *o = a->o;

	if (o->background && a->session.history.response.n > 0 &&
	    !a->session.history.damaged) {
		history_cursor(&a->session.history, &a->cursor);
		history_text(&a->session.history, &a->earlier);
		return;
	}
	if (o->on_break == NULL || strcmp(o->on_break, "continue") != 0 ||
	    o->live == 0 || o->output != NULL)
		return;
	history_text(&a->session.history, &a->earlier);
	if (a->earlier.n > 0)
		o->live = 1;
}

static int
prepare(struct asking *a)
{
	const char *why;
	struct fault f;
	int rc;

	if ((rc = take_options(a)) != 0 || (rc = asking_choose(a)) != 0)
		return rc;
	if (a->o->output != NULL && output_check(a->o->output, &f) < 0)
		return fail(EXIT_OUTPUT, "--output: %s", f.text);
	why = history_ask(&a->session.history);
	if (why != NULL)
		return fail(EXIT_CONFIG, "session %s: %s",
		    a->session.name, why);
	take_candidate(a);
	take_fault(a);
	take_answer(a);
	return 0;
}

int
resume(const struct env *env, struct opts *o, struct slice command)
{
	struct asking a = { .env = env, .o = o, .command = command,
	    .until = MSEC_NONE, .cursor = { .sequence = -1 } };
	int rc = find_session(&a);

	if (rc == 0 && a.session.history.state == TURN_DONE && !o->dry_run)
		rc = asking_show(&a);
	else if (rc == 0 && (rc = prepare(&a)) == 0)
		rc = o->dry_run ? asking_dry_run(&a) : asking_go(&a);
	asking_free(&a);
	return rc;
}
