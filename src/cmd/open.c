#include "cmd/open.h"

#include <errno.h>
#include <string.h>

#include "cmd/report.h"

int
open_unkept(const struct session *s, int quiet)
{
	const char *path = s->journal.path;
	int lost = 0;

	switch (s->journal.error) {
	case ENOENT:
	case EROFS:
	case EACCES:
	case EPERM:
	case ENOTDIR:
	case ELOOP:
	case ENAMETOOLONG:
	case EINVAL:
		break;		/* there is no place to write */
	default:
		lost = 1;
	}
	if (lost || !quiet)
		sayf("session %s: not saved%s: %s%s%s", s->name,
		    lost ? " from here on" : "", path,
		    *path != '\0' ? ": " : "", *path != '\0' ?
		    strerror(s->journal.error) : "HOME is not set");
	return lost;
}

/* Says why it cannot be opened, or falls back to one in memory. */
static int
cannot_open(struct session *s, enum journal_mode mode, const struct env *env,
    const struct opts *o)
{
	int error = s->journal.error;

	if (error < 0)
		return fail(EXIT_CONFIG, "session %s: %s: %s", s->name,
		    s->journal.path, error == JOURNAL_OTHER ?
		    "not a session of bide" : "it belongs to another user, or "
		    "others may write to it");
	if (error == EAGAIN)
		return fail(EXIT_LATER, "session %s: another bide is writing "
		    "to it; try again later", s->name);
	if (error == ECANCELED)
		return fail(EXIT_SIGNAL + env->cancelled(env->ctx),
		    "session %s: interrupted while waiting for it", s->name);
	if (error == ENOENT && mode == JOURNAL_READ && o->dry_run)
		return 0;
	if (error == ENOENT && mode != JOURNAL_WRITE)
		return fail(EXIT_CONFIG, "session %s: no such session; see "
		    "bide sessions", s->name);
	if (mode == JOURNAL_WRITE && s->records.n == 0) {
		(void)open_unkept(s, o->quiet);
		session_none(s);
		return 0;
	}
	return fail(EXIT_CONFIG, "session %s: %s: %s", s->name,
	    s->journal.path, strerror(error));
}

int
open_session(struct session *s, const char *name, enum journal_mode mode,
    const struct env *env, const struct opts *o)
{
	const char *why;
	msec now = env_mono(env);
	int rc;

	if (name == NULL && session_newest(s) < 0)
		return fail(EXIT_CONFIG, "no sessions yet");
	if (name != NULL && (why = session_bad(name)) != NULL)
		return fail(EXIT_USAGE, "session %s: %s", name, why);
	if (name != NULL)
		slice_copy(slice_str(name), s->name, sizeof(s->name));
	rc = session_open(s, mode, env, now);
	if (rc < 0 && s->journal.error == EAGAIN && o->patience > 0) {
		if (!o->quiet)
			sayf("session %s: waiting for another bide to finish",
			    s->name);
		rc = session_open(s, mode, env, o->patience > MSEC_MAX - now ?
		    MSEC_MAX : now + o->patience);
	}
	if (rc < 0)
		return cannot_open(s, mode, env, o);
	if (s->torn > 0 && mode != JOURNAL_READ && !o->quiet)
		sayf("session %s: removed an incomplete last record", s->name);
	if (s->damaged > 0 && !o->quiet)
		sayf("session %s: skipped %zu damaged record%s", s->name,
		    s->damaged, s->damaged == 1 ? "" : "s");
	return 0;
}

int
open_new(struct session *s, const struct env *env, const struct opts *o)
{
	do
		session_invent(s, env->wall(env->ctx), env_random32(env));
	while (session_create(s, env) < 0 && s->journal.error == EEXIST);
	return s->journal.fd >= 0 ? 0 : open_unkept(s, o->quiet);
}

int
open_options(const struct session *s, struct opts *o, struct slice options,
    int all)
{
	struct json_want w[2] = { { .key = "base-url" },
	    { .key = "key-file" } };
	int i;

	(void)json_pick(options, w, 2);
	for (i = 0; s->journal.exposed && i < 2; i++)
		if (w[i].type != JSON_BAD && !opts_given(o, w[i].key))
			return fail(EXIT_CONFIG, "session %s: %s: others may "
			    "read it; the %s in it is only used with mode "
			    "0600", s->name, s->journal.path, w[i].key);
	return opts_take(o, options, all);
}
