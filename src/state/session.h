#ifndef STATE_SESSION_H
#define STATE_SESSION_H

/* A session: a name, its journal and what that says. */

#include "state/history.h"
#include "state/journal.h"

#define SESSION_NAME_MAX 200

struct session {
	struct buf records;	/* what was in the file */
	struct buf turn;	/* the record of the turn that is asked */
	struct history history;
	size_t damaged;		/* pieces of the file that were no records */
	size_t torn;		/* bytes at its end that were half a record */
	struct journal journal;
	char name[SESSION_NAME_MAX + 1];
};

/* What is wrong with a name; NULL: nothing. */
const char *session_bad(const char *name);

/* A name for a session without one: when it began, and chance, which of two
 * of the same second tells. */
void session_invent(struct session *s, msec wall, uint32_t rnd);

/* The name of the session that was written to last.  -1: there is none. */
int session_newest(struct session *s);

/*
 * Opens the file of the session of that name and replays it; with a mode that
 * writes, half a record at its end is cut off, and with JOURNAL_WRITE and
 * JOURNAL_NEW the folder is made too.  0; -1 with errno in
 * .journal.error (see journal_open()); ENOENT may also mean that there is no
 * place for sessions.
 */
int session_open(struct session *s, enum journal_mode mode,
    const struct env *env, msec until);

/* Makes the file for one that is to be kept from now on: s->name must be that
 * of none.  The same. */
int session_create(struct session *s, const struct env *env);

/* A session that is kept nowhere. */
void session_none(struct session *s);

/* Takes the turn of s->turn into the history, to be asked.  NULL, or what is
 * wrong with it (history_ask()). */
const char *session_ask(struct session *s);

/* Writes s->turn, and makes it last; in a new session with its file's name.
 * 0, or -1 with .journal.error. */
int session_keep(struct session *s);

/* Calls each for every session, newest first, until it returns other than 0,
 * which is returned.  -1 with errno: they cannot be read. */
int session_each(int (*each)(void *ctx, const char *name, msec written),
    void *ctx);

/* Removes the file, whose lock is held or needed by nobody. */
int session_remove(struct session *s);

void session_free(struct session *s);

#endif
