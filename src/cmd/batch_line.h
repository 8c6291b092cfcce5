#ifndef CMD_BATCH_LINE_H
#define CMD_BATCH_LINE_H

/* The lines of a batch's input, a file or a pipe, or of its results. */

#include "api/line.h"

#define LINE_MAX_BYTES ((size_t)256 << 20)

struct batch_in {
	int fd;
	int file;		/* a regular file: lines have offsets */
	int64_t at;		/* offset of the next read */
	int64_t end;		/* reading stops there; INT64_MAX */
	uint64_t line;		/* number of the last line, from 1 */
	int torn;		/* it had no newline */
	int error;		/* errno of a failed read */
	const char *foreign;	/* what it is, if it is no batch at all, by the
				   first line that is not blank */
	/* private */
	struct buf buf;
	size_t taken;		/* of buf */
	size_t seen;		/* after it, without a newline */
	int over, skip, begun;
	int held;		/* .text and .text_at come again */
	struct slice text;
	int64_t text_at;
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

/* Makes the next call return the last line again. */
void batch_in_hold(struct batch_in *in);

/* Writes the id of a line, which line_read() has read, to an empty id. */
void batch_id(const struct line *l, uint64_t number, struct slice text,
    struct buf *id);

void batch_in_free(struct batch_in *in);

#endif
