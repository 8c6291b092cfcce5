#ifndef CMD_OPEN_H
#define CMD_OPEN_H

#include "cmd/opts.h"
#include "state/session.h"

/*
 * Opens the named session, or the newest one if name is NULL, and reports
 * damage in it.  mode is that of session_open(); JOURNAL_WRITE creates it if
 * necessary.  Waits for another writer as long as --patience allows.  0; or the
 * exit status after a message: 75 if it is still being written, 78 if it does
 * not exist, cannot be read, or is not a session of ours.
 *
 * Where sessions cannot be saved (no HOME, a read-only file system) that is
 * said, and the session exists only in memory.
 */
int open_session(struct session *s, const char *name, enum journal_mode mode,
    const struct env *env, const struct opts *o);

/*
 * As opts_take(), for the options in a record of the session.  What decides
 * where a key goes (base-url, key-file) is only taken from a file that is our
 * own in every way: 78 if others may read it.
 */
int open_options(const struct session *s, struct opts *o,
    struct slice options, int all);

/* Creates a session with a new name.  0; 1 if it cannot be saved although there
 * is a place for it (see open_unkept()). */
int open_new(struct session *s, const struct env *env, const struct opts *o);

/* Says that the session is not saved, and why.  1 if that must show in the exit
 * status, such as a full disk; 0 if there is just no place to write, which is
 * not said when quiet. */
int open_unkept(const struct session *s, int quiet);

#endif
