#ifndef STATE_SESSION_H
#define STATE_SESSION_H

/* A session: its name, its journal and its history. */

#include "state/history.h"
#include "state/journal.h"

#define SESSION_NAME_MAX 200

struct session {
	struct buf records;	/* the content of the file */
	struct buf turn;	/* records of the turn to be asked */
	struct history history;
	size_t damaged;		/* damaged pieces found in the file */
	size_t torn;		/* size of an incomplete record at the end */
	struct journal journal;
	char name[SESSION_NAME_MAX + 1];
};

/* NULL if name is a valid session name, else what is wrong with it. */
const char *session_bad(const char *name);

/* Sets s->name for a new session: YYYYMMDD-HHMMSS-xxxx, the last from rnd. */
void session_invent(struct session *s, msec wall, uint32_t rnd);

/* Sets s->name to that of the session written to last.  0; -1: none. */
int session_newest(struct session *s);

/*
 * Opens and replays the file of session s->name; modes other than
 * JOURNAL_READ truncate an incomplete record.  JOURNAL_WRITE and JOURNAL_NEW
 * create missing directories.  0; -1 with errno in .journal.error (see
 * journal_open()); ENOENT also if there is no home directory.  A file that does
 * not begin as a session does is left as it is (JOURNAL_OTHER).
 */
int session_open(struct session *s, enum journal_mode mode,
    const struct env *env, msec until);

/* Creates the file for a session that was in memory so far; fails if s->name
 * exists.  Returns as session_open(). */
int session_create(struct session *s, const struct env *env);

/* Initialises a session in memory only. */
void session_none(struct session *s);

/* Adds the turn in s->turn to the history, to be asked.  NULL, or what is
 * wrong with it (see history_ask()). */
const char *session_ask(struct session *s);

/* Appends s->turn to the file and syncs it; in a new file the directory too.
 * 0, or -1 with .journal.error. */
int session_keep(struct session *s);

/* Calls each for every session, newest first, until it returns non-zero, and
 * returns that.  -1 with errno if they cannot be listed. */
int session_each(int (*each)(void *ctx, const char *name, msec written),
    void *ctx);

/* Removes the file.  0, or -1 with errno. */
int session_remove(struct session *s);

void session_free(struct session *s);

#endif
