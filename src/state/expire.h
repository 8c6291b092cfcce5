#ifndef STATE_EXPIRE_H
#define STATE_EXPIRE_H

/*
 * Deletes old sessions that have no name of their own, at most once a day and
 * for EXPIRE_TIME at most: what is left then is the next caller's.  The file
 * "expired" beside the sessions has the time of the last pass as its own, and
 * how many files of an unfinished one are done.
 */

#include "base/env.h"

#define EXPIRE_TIME ((msec)3)	/* and what the last file takes */

/*
 * Deletes what was last written to more than keep ago.  A session whose last
 * turn is not finished stays, as does one that a process has open, or that is
 * damaged.  Returns how many were deleted; says nothing of failures.
 */
size_t expire_sessions(const struct env *env, msec keep);

#endif
