#ifndef CMD_BATCH_LINE_H
#define CMD_BATCH_LINE_H

/*
 * The lines of a batch: its input, a file or a pipe, and its output.
 *
 * The output file is also the journal.  One process writes to it, under a
 * flock() that the kernel releases when the process dies; a result is one
 * write() of a whole line at the end.  A crash thus leaves whole lines and at
 * most one incomplete line, which the next run removes.  Once a second the file
 * is synced to disk.
 */

#include "api/line.h"
#include "cmd/opts.h"
#include "state/todo.h"

/* -- input ----------------------------------------------------------------- */

#define LINE_MAX_BYTES ((size_t)256 << 20)

struct batch_in {
	int fd;
	int file;		/* a regular file: lines have offsets */
	int64_t at;		/* offset of the next read */
	int64_t end;		/* reading stops there; INT64_MAX */
	uint64_t line;		/* number of the last line, from 1 */
	int torn;		/* it had no newline */
	int error;		/* errno of a failed read */
	const char *foreign;	/* what it is, if it is no batch at all */
	/* private */
	struct buf buf;
	size_t taken;		/* of buf */
	size_t seen;		/* after it, without a newline */
	int over, skip;
};

enum batch_in_ev {
	IN_LINE,
	IN_WAIT,		/* a pipe without data for now */
	IN_END			/* also after a failed read: .error */
};

/* Begins at the current offset of fd. */
void batch_in_init(struct batch_in *in, int fd);

/* Continues at offset at. */
void batch_in_rewind(struct batch_in *in, int64_t at);

/*
 * Returns the next line without its newline, valid until the next call, and its
 * offset, -1 in a pipe.  A line over LINE_MAX_BYTES is replaced by one that is
 * not JSON.
 */
enum batch_in_ev batch_in_next(struct batch_in *in, struct slice *text,
    int64_t *at);

/* Writes the id of a line, which line_read() has read, to an empty id. */
void batch_id(const struct line *l, uint64_t number, struct slice text,
    struct buf *id);

void batch_in_free(struct batch_in *in);

/* -- output ---------------------------------------------------------------- */

struct batch_out {
	int fd;
	const char *path;	/* NULL: not a file, so no journal */
	int64_t end;		/* its size */
	int dirty;		/* not all of it is synced */
	msec synced;		/* when it last was */
};

/*
 * Opens the file of -o, or stdout; takes the ids it has results for and
 * removes an incomplete last line.  A pipe is waited for as output_open() does,
 * but with --dry-run only a file that exists is opened.  0; or the exit status
 * after a message: 75 when another batch is writing to it, 65 when it has other
 * content, 74, and that of a signal.
 */
int batch_out_open(struct batch_out *out, const struct opts *o, msec until,
    struct todo *todo);

/* Appends a line.  0; -1 with *f, and then nothing of it is in the file. */
int batch_out_put(struct batch_out *out, const struct env *env,
    struct slice line, struct fault *f);

/* Syncs the file if the last time was a second ago, or with all now.  0; -1
 * with *f. */
int batch_out_sync(struct batch_out *out, msec now, int all, struct fault *f);

#endif
