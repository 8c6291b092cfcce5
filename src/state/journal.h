#ifndef STATE_JOURNAL_H
#define STATE_JOURNAL_H

/*
 * A session's file: records (wire/record.h), one behind the other.
 *
 * One process writes: it holds a flock() on the file, which the kernel drops
 * at its death, so that nothing is ever left locked.  A record is one write()
 * at the end of the file; what a write that failed or came out short has left
 * there is cut off again, and what a crash has left is by the next writer.
 * Nothing is ever rewritten.  journal_sync() makes what was appended outlive
 * the machine too.
 *
 * Readers need no lock: they see whole records and perhaps half of one.
 *
 * After a failure nothing more is written (a record that is missing in the
 * middle would make a wrong transcript): the turn stays unfinished there, and
 * can be resumed.
 */

#include "base/env.h"
#include "wire/record.h"

struct journal {
	int fd;			/* -1: none is kept */
	int64_t end;		/* bytes of whole records */
	int error;		/* errno of what failed; 0 */
	char path[4096];
	struct crc32 crc;
};

/* An empty one, which is not kept anywhere: appending does nothing. */
void journal_none(struct journal *j);

enum journal_mode {
	JOURNAL_READ,		/* without a lock */
	JOURNAL_WRITE,		/* and made where there is none */
	JOURNAL_NEW,		/* and must not be there */
	JOURNAL_OLD		/* and must be there */
};

/*
 * Opens j->path, for writing once nobody else does: until a time of mono().
 * 0; -1 with errno in .error (EAGAIN: another one still writes; EINTR: a
 * signal asks to stop), .fd being -1 then.
 */
int journal_open(struct journal *j, enum journal_mode mode,
    const struct env *env, msec until);

/* Whether somebody has it open for writing. */
int journal_busy(const struct journal *j);

/* Appends all of the file to b.  -1 with .error. */
int journal_load(struct journal *j, struct buf *b);

/* Cuts off what stands behind the first n bytes.  -1 with .error. */
int journal_cut(struct journal *j, int64_t n);

/* Appends whole records.  0; -1 with .error, also when it failed before. */
int journal_append(struct journal *j, struct slice records);

/* Makes them last; with folder: the file's name too. */
int journal_sync(struct journal *j, int folder);

void journal_close(struct journal *j);

#endif
