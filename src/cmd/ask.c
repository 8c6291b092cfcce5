#include "cmd/ask.h"

#include "cmd/asking.h"
#include "cmd/input.h"
#include "cmd/open.h"
#include "cmd/report.h"
#include "core/output.h"

/* A turn that nobody finished is not passed over in silence: a script that
 * was killed would ask twice.  Of one whose record is lost nothing is left to
 * go on with. */
static int
check_state(const struct session *s)
{
	if ((s->history.state != TURN_OPEN && s->history.state != TURN_LATER) ||
	    s->history.turn.n == 0)
		return 0;
	return fail(EXIT_LATER, "session %s: its last turn is not "
	    "finished; finish it with: bide resume %s", s->name, s->name);
}

/* A model that has called tools takes nothing but their results. */
static int
check_calls(const struct asking *a)
{
	struct buf ids = { 0 };
	int rc = 0;

	if (a->o->nresults == 0)
		history_open_calls(&a->session.history, &ids);
	if (ids.n > 0)
		rc = fail(EXIT_USAGE, "session %s waits for the results "
		    "of %.*s; give each with --tool-result ID=FILE",
		    a->session.name, SLICE_FMT(ids));
	buf_free(&ids);
	return rc;
}

/* The session's own model, where the command line names none. */
static int
carry_on(struct asking *a)
{
	struct slice options;

	if (opts_given(a->o, "model") || opts_given(a->o, "base-url") ||
	    history_member(&a->session.history, "options", &options) !=
	    JSON_OBJECT)
		return 0;
	a->o->base_url = NULL;
	return opts_take(a->o, options, 0);
}

static int
find_session(struct asking *a)
{
	const struct opts *o = a->o;
	enum journal_mode mode = o->dry_run ? JOURNAL_READ : JOURNAL_WRITE;
	int rc;

	session_none(&a->session);
	if (o->session == NULL && !o->newest)
		return 0;
	if (o->session != NULL && o->newest)
		return fail(EXIT_USAGE, "-s and -c cannot be used together");
	rc = open_session(&a->session, o->session, mode, a->env, o);
	if (rc != 0)
		return rc;
	if (o->messages != NULL && a->session.history.turns > 0)
		return fail(EXIT_USAGE, "--messages: the session already "
		    "has a conversation");
	rc = check_state(&a->session);
	if (rc == 0)
		rc = check_calls(a);
	return rc == 0 ? carry_on(a) : rc;
}

static int
check_output(const struct opts *o)
{
	struct fault f;

	if (o->output == NULL || o->dry_run || output_check(o->output, &f) == 0)
		return 0;
	return fail(EXIT_OUTPUT, "--output: %s", f.text);
}

/* Again for each: only what an answer's own dialect takes is sent. */
static int
fit(struct asking *a, const struct input *in)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < a->n; i++)
		rc = input_check(in, a->o,
		    a->one[i].plan.provider.dialect->name);
	return rc;
}

/* The turn's record is what is asked, so a resumed turn asks the same. */
static int
record(struct asking *a, const struct input *in)
{
	struct session *s = &a->session;
	struct slice name;
	const char *why;

	input_record(in, a->o, a->env->wall(a->env->ctx), s);
	why = session_ask(s);
	name = s->history.talk.name;
	if (why != NULL)
		return fail(EXIT_USAGE, "%s%s%.*s", why,
		    name.n > 0 ? ": " : "", SLICE_FMT(name));
	return 0;
}

/* Before anything is sent: it is on disk, or the user knows better. */
static void
keep_turn(struct asking *a)
{
	struct session *s = &a->session;

	if (a->o->session == NULL && !a->o->newest)
		a->unkept = open_new(s, a->env, a->o);
	if (s->journal.fd >= 0 && session_keep(s) < 0)
		a->unkept = open_unkept(s, a->o->quiet);
}

int
ask(const struct env *env, struct opts *o, struct slice command)
{
	struct asking a = { .env = env, .o = o, .command = command,
	    .until = MSEC_NONE, .cursor = { .sequence = -1 } };
	struct input in = { 0 };
	int rc;

	if ((rc = find_session(&a)) == 0 && (rc = asking_choose(&a)) == 0 &&
	    (rc = check_output(o)) == 0 && (rc = input_read(&in, env, o)) == 0 &&
	    (rc = fit(&a, &in)) == 0 && (rc = record(&a, &in)) == 0) {
		if (o->dry_run) {
			rc = asking_dry_run(&a);
		} else {
			keep_turn(&a);
			rc = asking_go(&a);
		}
	}
	asking_free(&a);
	input_free(&in);
	return rc;
}
