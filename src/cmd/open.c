#include "cmd/open.h"

#include <errno.h>
#include <string.h>

#include "cmd/exits.h"
#include "cmd/say.h"

static void
say_about(const struct session *s, const char *what, const char *why)
{
	struct buf b = { 0 };

	buf_printf(&b, "session %s: %s%s", s->name, what, why);
	say(buf_slice(&b));
	buf_free(&b);
}

/* There is no place to write: nothing that went wrong just now. */
static int
no_place(int error)
{
	return error == ENOENT || error == EROFS || error == EACCES ||
	    error == EPERM || error == ENOTDIR || error == ELOOP ||
	    error == ENAMETOOLONG || error == EINVAL;
}

int
open_unkept(const struct session *s, int quiet)
{
	int error = s->journal.error, lost = !no_place(error);
	const char *path = s->journal.path;
	struct buf b = { 0 };

	if (!lost && quiet)
		return 0;
	buf_printf(&b, "session %s: not saved%s: %s%s%s", s->name,
	    lost ? " from here on" : "", path, *path != '\0' ? ": " : "",
	    *path != '\0' ? strerror(error) : "HOME is not set");
	say(buf_slice(&b));
	buf_free(&b);
	return lost;
}

static void
say_damage(const struct session *s, int quiet, int cut)
{
	struct buf b = { 0 };

	if (s->torn > 0 && cut && !quiet)
		say_about(s, "removed an incomplete last record", "");
	if (s->damaged > 0 && !quiet) {
		buf_printf(&b, "skipped %zu damaged record%s", s->damaged,
		    s->damaged == 1 ? "" : "s");
		buf_putc(&b, '\0');
		say_about(s, b.p, "");
		buf_free(&b);
	}
}

/* Another writer is waited for, and not in silence. */
static int
wait_open(struct session *s, enum journal_mode mode, const struct env *env,
    const struct opts *o)
{
	msec now = env_mono(env);

	if (session_open(s, mode, env, now) == 0)
		return 0;
	if (s->journal.error != EAGAIN || o->patience == 0)
		return -1;
	if (!o->quiet)
		say_about(s, "waiting for another bide to finish", "");
	return session_open(s, mode, env, o->patience > MSEC_MAX - now ?
	    MSEC_MAX : now + o->patience);
}

static int
cannot(struct session *s, enum journal_mode mode, const struct opts *o,
    const struct env *env, struct complaint *c)
{
	int error = s->journal.error;

	if (error == EAGAIN)
		return complain(c, EXIT_LATER, "session %s: another bide is "
		    "writing to it; try again later", s->name);
	if (error == ECANCELED)
		return complain(c, EXIT_SIGNAL + env->cancelled(env->ctx),
		    "session %s: interrupted while waiting for it", s->name);
	if (error == ENOENT && mode == JOURNAL_READ && o->dry_run)
		return 0;
	if (error == ENOENT && mode != JOURNAL_WRITE)
		return complain(c, EXIT_CONFIG, "session %s: no such "
		    "session; see bide sessions", s->name);
	if (mode == JOURNAL_WRITE && s->records.n == 0) {
		(void)open_unkept(s, o->quiet);
		session_none(s);
		return 0;
	}
	return complain(c, EXIT_CONFIG, "session %s: %s: %s", s->name,
	    s->journal.path, strerror(error));
}

int
open_session(struct session *s, const char *name, enum journal_mode mode,
    const struct env *env, const struct opts *o, struct complaint *c)
{
	const char *why;

	if (name == NULL && session_newest(s) < 0)
		return complain(c, EXIT_CONFIG, "no sessions yet");
	if (name != NULL && (why = session_bad(name)) != NULL)
		return complain(c, EXIT_USAGE, "%s: %s", name, why);
	if (name != NULL)
		slice_copy(slice_str(name), s->name, sizeof(s->name));
	if (wait_open(s, mode, env, o) < 0)
		return cannot(s, mode, o, env, c);
	say_damage(s, o->quiet, mode != JOURNAL_READ);
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
