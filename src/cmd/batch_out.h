#ifndef CMD_BATCH_OUT_H
#define CMD_BATCH_OUT_H

/*
 * Where results go: a file that is the journal too, or stdout.
 *
 * One process writes, under a flock() that dies with it; a result is one
 * write() of a whole line at the end.  So what a death leaves is whole lines
 * and perhaps a piece of one, which the next run cuts off.  Once a second what
 * was written is made to outlive the machine as well.
 */

#include "base/env.h"
#include "cmd/opts.h"
#include "state/ids.h"

#define SYNC_EACH ((msec)1000)

struct batch_out {
	int fd;
	const char *path;	/* NULL: no journal */
	int64_t end;
	int dirty;		/* not all of it is on the disk */
	msec synced;
};

/*
 * Opens path (NULL: stdout), marks the ids that it has results for as done
 * and removes an incomplete last line.  0; or the exit status after a message:
 * 75 when another batch is writing to it, 65 when it has other content, 74.
 */
int batch_out_open(struct batch_out *out, const char *path, struct ids *ids);

/* Appends a line.  0; -1 with *f, and nothing of it is left there. */
int batch_out_put(struct batch_out *out, const struct env *env,
    struct slice line, struct fault *f);

/* Once SYNC_EACH, or now: 0; -1 with *f. */
int batch_out_sync(struct batch_out *out, msec now, int all, struct fault *f);

#endif
