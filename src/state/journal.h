#ifndef STATE_JOURNAL_H
#define STATE_JOURNAL_H

/*
 * A session file: an append-only sequence of records (wire/record.h).
 *
 * One process writes at a time, under a flock() that the kernel releases when
 * the process dies.  A record is appended with one write().  If that fails or
 * is short, the file is truncated to the last whole record; an incomplete
 * record left by a crash is truncated by the next writer.  Nothing else is
 * ever rewritten.  journal_sync() makes appended records survive a power
 * failure.
 *
 * Readers need no lock: they see whole records and possibly an incomplete one
 * at the end.
 *
 * After a failure nothing more is written, because a missing record in the
 * middle would make the transcript wrong.  The turn stays unfinished in the
 * file and can be resumed.
 *
 * The file is input: it decides what is sent and where.  One that belongs to
 * another user, or that others may write, is not opened.
 */

#include <sys/stat.h>

#include "base/env.h"
#include "wire/record.h"

struct journal {
	int fd;			/* -1: nothing is kept */
	int64_t end;		/* size of the whole records, in bytes */
	int error;		/* errno of the first failure, or one of
				   enum journal_refusal; 0 */
	int exposed;		/* others may read the file */
	char path[4096];
	struct crc32 crc;
};

enum journal_refusal {
	JOURNAL_NOT_OURS = -1,	/* another user's, or others may write it */
	JOURNAL_OTHER = -2	/* its content is no session's */
};

/* Initialises a journal without a file: appending to it does nothing. */
void journal_none(struct journal *j);

enum journal_mode {
	JOURNAL_READ,		/* read only, without a lock */
	JOURNAL_WRITE,		/* create if missing */
	JOURNAL_NEW,		/* create; must not exist */
	JOURNAL_OLD		/* must exist */
};

/*
 * Opens j->path.  To write, waits for other writers until mono() is until.
 * 0; or -1 with .fd == -1 and errno in .error (EAGAIN: another process is
 * still writing; ECANCELED: a signal asks to stop).
 */
int journal_open(struct journal *j, enum journal_mode mode,
    const struct env *env, msec until);

/* Whether a file with this status can be a journal of ours. */
int journal_ours(const struct stat *st);

/* Whether another process has the file open for writing. */
int journal_busy(const struct journal *j);

/* Appends the content of the file to b.  0, or -1 with .error. */
int journal_load(struct journal *j, struct buf *b);

/* Truncates the file to n bytes.  0, or -1 with .error. */
int journal_truncate(struct journal *j, int64_t n);

/* Appends whole records.  0; or -1 with .error, also after any earlier
 * failure. */
int journal_append(struct journal *j, struct slice records);

/* fsync() of the file and, if folder is set, of its directory entry.  Returns
 * as journal_append(). */
int journal_sync(struct journal *j, int folder);

void journal_close(struct journal *j);

#endif
