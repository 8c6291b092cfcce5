#ifndef CMD_OPEN_H
#define CMD_OPEN_H

#include "cmd/opts.h"
#include "state/session.h"

/*
 * Opens the session of that name, or the newest one for NULL, and says on
 * stderr what is damaged in it.  mode as for session_open(); JOURNAL_WRITE
 * makes one that is not there.  Another writer is waited for as --patience
 * has it.  0; -1 with *c (75: it is still being written; 78: there is none, or
 * it cannot be read).
 *
 * Where sessions cannot be kept (no home, a disk that is read-only) that is
 * said, and the session is kept nowhere.
 */
int open_session(struct session *s, const char *name, enum journal_mode mode,
    const struct env *env, const struct opts *o, struct complaint *c);

/* A new session without a name of its own; the same, but never fails.  1:
 * it cannot be kept, though there is a place (a disk that is full). */
int open_new(struct session *s, const struct env *env, const struct opts *o);

/* Says that the session is not kept, and why; 1 when this is worth an exit
 * status, 0 where there is just no place to write, of which quiet keeps
 * silent. */
int open_unkept(const struct session *s, int quiet);

#endif
