#ifndef CMD_BATCH_IN_H
#define CMD_BATCH_IN_H

/* The lines of a file, which is read by offset, or of a pipe. */

#include <stdint.h>

#include "base/buf.h"

#define LINE_MAX_BYTES ((size_t)256 << 20)

struct batch_in {
	int fd;
	int file;		/* there are offsets */
	int64_t at;		/* of the next read */
	int64_t end;		/* reading stops there; INT64_MAX */
	uint64_t line;		/* number of the last one, from 1 */
	int torn;		/* it had no newline at its end */
	int error;		/* errno of what failed */
	/* private */
	struct buf buf;
	size_t taken;
	int over, skip;
};

enum batch_in_ev {
	IN_LINE,
	IN_WAIT,		/* a pipe that has nothing to say now */
	IN_END			/* also of a read that failed: .error */
};

/* Begins at fd's present offset. */
void batch_in_init(struct batch_in *in, int fd);

/* Back to offset at. */
void batch_in_rewind(struct batch_in *in, int64_t at);

/*
 * The next line without its newline, until the next call, and its offset; -1
 * where there are none.  A line over LINE_MAX_BYTES is one that is no JSON.
 */
enum batch_in_ev batch_in_next(struct batch_in *in, struct slice *text,
    int64_t *at);

void batch_in_free(struct batch_in *in);

#endif
