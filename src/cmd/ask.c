#include "cmd/ask.h"

#include "cmd/asking.h"
#include "cmd/exits.h"
#include "cmd/open.h"
#include "cmd/say.h"
#include "cmd/turn.h"
#include "core/output.h"

/* A turn that nobody finished is not passed over in silence: a script that
 * was killed would ask twice.  Of one whose record is lost nothing is left to
 * go on with. */
static int
check_state(const struct session *s, struct complaint *c)
{
	if ((s->history.state != TURN_OPEN && s->history.state != TURN_LATER) ||
	    s->history.turn.n == 0)
		return 0;
	return complain(c, EXIT_LATER, "session %s: its last turn is not "
	    "finished; finish it with: bide resume %s", s->name, s->name);
}

/* A model that has called tools takes nothing but their results. */
static int
check_calls(const struct asking *a, struct complaint *c)
{
	struct buf ids = { 0 };
	int rc = 0;

	if (a->o->nresults == 0)
		history_open_calls(&a->session.history, &ids);
	if (ids.n > 0)
		rc = complain(c, EXIT_USAGE, "session %s waits for the results "
		    "of %.*s; give each with --tool-result ID=FILE",
		    a->session.name, SLICE_FMT(ids));
	buf_free(&ids);
	return rc;
}

/* The session's own model, where the command line names none. */
static int
carry_on(struct asking *a, struct complaint *c)
{
	struct slice options;

	if (opts_given(a->o, "model") || opts_given(a->o, "base-url") ||
	    history_member(&a->session.history, "options", &options) !=
	    JSON_OBJECT)
		return 0;
	a->o->base_url = NULL;
	return opts_take(a->o, options, 0, c);
}

static int
find_session(struct asking *a, struct complaint *c)
{
	const struct opts *o = a->o;
	enum journal_mode mode = o->dry_run ? JOURNAL_READ : JOURNAL_WRITE;

	session_none(&a->session);
	if (o->session == NULL && !o->newest)
		return 0;
	if (o->session != NULL && o->newest)
		return complain(c, EXIT_USAGE, "-s and -c cannot be used together");
	if (open_session(&a->session, o->session, mode, a->env, o, c) < 0)
		return -1;
	if (o->messages != NULL && a->session.history.turns > 0)
		return complain(c, EXIT_USAGE, "--messages: the session already "
		    "has a conversation");
	if (check_state(&a->session, c) < 0 || check_calls(a, c) < 0)
		return -1;
	return carry_on(a, c);
}

static int
check_output(const struct opts *o, struct complaint *c)
{
	struct fault f;

	if (o->output == NULL || o->dry_run || output_check(o->output, &f) == 0)
		return 0;
	return complain(c, EXIT_OUTPUT, "--output: %s", f.text);
}

/* Again for each: only what an answer's own dialect takes is sent. */
static int
fit(struct asking *a, const struct turn *t, struct complaint *c)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (turn_check(t, a->o, a->one[i].plan.provider.dialect->name,
		    c) < 0)
			return -1;
	return 0;
}

/* The turn's record is what is asked, so a resumed turn asks the same. */
static int
record(struct asking *a, const struct turn *t, struct complaint *c)
{
	struct session *s = &a->session;
	struct slice name;
	const char *why;

	turn_record(t, a->o, a->env->wall(a->env->ctx), s);
	why = session_ask(s);
	name = s->history.talk.name;
	if (why != NULL)
		return complain(c, EXIT_USAGE, "%s%s%.*s", why,
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
	struct turn t = { 0 };
	struct complaint c = { 0 };
	int rc;

	if (find_session(&a, &c) < 0 || asking_choose(&a, &c) < 0 ||
	    check_output(o, &c) < 0 || turn_read(&t, env, o, &c) < 0 ||
	    fit(&a, &t, &c) < 0 || record(&a, &t, &c) < 0) {
		say(slice_str(c.text));
		rc = c.status;
	} else if (o->dry_run) {
		rc = asking_dry_run(&a);
	} else {
		keep_turn(&a);
		rc = asking_go(&a);
	}
	asking_free(&a);
	turn_free(&t);
	return rc;
}
