#include "cmd/ask.h"

#include "cmd/input.h"
#include "cmd/open.h"
#include "cmd/report.h"
#include "cmd/task.h"
#include "state/expire.h"

/* Settles --no-session with -s and -c: of these the command line's count. */
static int
check_no_session(struct opts *o)
{
	int named = opts_given(o, "session") || opts_given(o, "continue");

	if (named && opts_given(o, "no-session"))
		return fail(EXIT_USAGE, "--no-session cannot be used with -s "
		    "or -c");
	if (named)
		o->no_session = 0;
	if (!o->no_session)
		return 0;
	if (o->detach)
		return fail(EXIT_USAGE, "--detach: without a session, resume "
		    "could not find the run again");
	o->session = NULL;
	o->newest = 0;
	return 0;
}

/* Opens the session of -s or -c and checks that it takes another turn.  0, or
 * the exit status after a message. */
static int
join_session(struct task *t)
{
	struct opts *o = t->o;
	struct session *s = &t->session;
	struct history *h = &s->history;
	struct buf ids = { 0 };
	struct slice options;
	int rc = 0;

	session_none(s);
	if ((rc = check_no_session(o)) != 0)
		return rc;
	if (o->session == NULL && !o->newest)
		return 0;
	if (o->session != NULL && o->newest)
		return fail(EXIT_USAGE, "-s and -c cannot be used together");
	rc = open_session(s, o->session, o->dry_run ? JOURNAL_READ :
	    JOURNAL_WRITE, t->env, o);
	if (rc != 0)
		return rc;
	if (o->messages != NULL && h->turns > 0)
		return fail(EXIT_USAGE, "--messages: the session already "
		    "has a conversation");
	/* A script that was killed would ask twice.  A turn whose record is
	 * lost cannot be resumed. */
	if ((h->state == TURN_OPEN || h->state == TURN_LATER) && h->turn.n > 0)
		return fail(EXIT_LATER, "session %s: its last turn is not "
		    "finished; finish it with: bide resume %s", s->name,
		    s->name);
	/* after tool calls a model takes nothing but their results */
	if (o->nresults == 0)
		history_open_calls(h, &ids);
	if (ids.n > 0)
		rc = fail(EXIT_USAGE, "session %s waits for the results "
		    "of %.*s; give each with --tool-result ID=FILE",
		    s->name, SLICE_FMT(ids));
	buf_free(&ids);
	/* the session's model, unless the command line names one */
	if (rc != 0 || opts_given(o, "model") || opts_given(o, "base-url") ||
	    history_member(h, "options", &options) != JSON_OBJECT)
		return rc;
	return open_options(s, o, options, 0);
}

/* Reads the turn and adds it to the session, in memory.  What is sent comes
 * from its record, so that resume sends the same. */
static int
read_turn(struct task *t, struct input *in)
{
	struct session *s = &t->session;
	int rc = input_read(in, t->env, t->o);
	const char *why;
	size_t i;

	for (i = 0; rc == 0 && i < t->n; i++)
		rc = input_check(in, t->plan[i].provider.dialect->name);
	if (rc != 0)
		return rc;
	input_record(in, t->o, t->env->wall(t->env->ctx), s);
	why = session_ask(s);
	return why == NULL ? 0 : fail(EXIT_USAGE, "%s%s%.*s", why,
	    s->history.talk.name.n > 0 ? ": " : "",
	    SLICE_FMT(s->history.talk.name));
}

static void
delete_old(const struct env *env, const struct opts *o)
{
	size_t n = o->keep == MSEC_NONE ? 0 : expire_sessions(env, o->keep);

	if (n > 0 && o->verbose)
		sayf("deleted %zu old session%s", n, n == 1 ? "" : "s");
}

int
ask(const struct env *env, struct opts *o, struct slice command)
{
	struct task t = { .env = env, .o = o, .command = command,
	    .until = MSEC_NONE, .cursor = { .sequence = -1 } };
	struct session *s = &t.session;
	struct input in = { 0 };
	int rc;

	if ((rc = join_session(&t)) == 0 && (rc = task_plan(&t)) == 0 &&
	    (rc = read_turn(&t, &in)) == 0) {
		if (o->dry_run) {
			rc = task_dry_run(&t);
		} else {
			delete_old(env, o);
			/* on disk before anything is sent */
			if (o->session == NULL && !o->newest && !o->no_session)
				t.unkept = open_new(s, env, o);
			if (s->journal.fd >= 0 && session_keep(s) < 0) {
				t.unkept = open_unkept(s, o->quiet);
				if (s->journal.end == 0) {
					(void)session_remove(s);
					journal_close(&s->journal);
				}
			}
			rc = task_ask(&t);
		}
	}
	task_end(&t);
	input_free(&in);
	return rc;
}
