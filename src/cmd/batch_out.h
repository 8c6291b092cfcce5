#ifndef CMD_BATCH_OUT_H
#define CMD_BATCH_OUT_H

/*
 * The results of a batch: the file of -o, or stdout, and that of --errors.
 *
 * These files are also the journal.  One process writes to each, under a
 * flock() that the kernel releases when the process dies; a result is one
 * write() of a whole line at the end.  A crash thus leaves whole lines and at
 * most one incomplete line, which the next run removes.  Once a second a file
 * is synced to disk.
 *
 * Results that are to be replaced (of a provider's batch that expired; of
 * failures, with --retry-failed) and failures that belong to the other file are
 * removed when a file is loaded: what is kept is copied to a new file, which
 * then takes the place of the old one.
 */

#include "cmd/opts.h"
#include "state/todo.h"

struct batch_out {
	int fd;			/* -1: there is none */
	int old;		/* of the file that it replaced: keeps its lock;
				   -1 */
	const char *option;	/* that names it, for messages */
	const char *path;	/* NULL: not a file, so no journal */
	int64_t end;		/* its size */
	uint64_t results;	/* in it when it was loaded */
	int dirty;		/* not all of it is synced */
	msec synced;		/* when it last was */
};

/*
 * Opens a file, or stdout if path is NULL, and removes an incomplete last line.
 * A pipe is waited for as output_open() does, but with --dry-run only a file
 * that exists is opened.  0; or the exit status after a message: 75 when
 * another batch is writing to it, 65 when it has other content, 74, and that
 * of a signal.
 */
int batch_out_open(struct batch_out *out, const char *path,
    const struct opts *o, msec until);

/* Takes the ids of the results in the file.  errors: where failures belong, or
 * NULL: here.  0, or the exit status after a message. */
int batch_out_load(struct batch_out *out, const struct opts *o,
    struct todo *todo, struct batch_out *errors);

/* Appends a line.  0; -1 with *f, and then nothing of it is in the file. */
int batch_out_put(struct batch_out *out, const struct env *env,
    struct slice line, struct fault *f);

/* Syncs the file if the last time was a second ago, or with all now.  0; -1
 * with *f. */
int batch_out_sync(struct batch_out *out, msec now, int all, struct fault *f);

/* In a worker: closes the files, lest their locks outlive the parent. */
void batch_out_leave(struct batch_out *out);

#endif
