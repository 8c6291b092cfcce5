#ifndef CMD_STATUS_H
#define CMD_STATUS_H

/*
 * What a person sees on stderr while bide works: a sink that passes every
 * event on and tells of waits.  On a terminal one line is counted down and
 * wiped when text resumes; elsewhere each wait is one line.
 */

#include "core/run.h"

struct status {
	struct sink sink;
	struct sink *next;	/* the answer's own sink */
	int quiet, verbose;
	int tty;		/* stderr is a terminal */
	int notice;		/* a restart may leave half an answer on show */
	/* private */
	struct buf line;	/* of the wait in progress */
	int shown;		/* it stands on the terminal */
	struct buf notes;	/* lines to be said at the next flush */
};

void status_init(struct status *s, struct sink *next);
void status_free(struct status *s);

/* For struct run's watch: -v's line about an attempt.  ctx: the status. */
void status_watch(void *ctx, const struct outcome *out, unsigned n);

/* "rate limited (TPM 30000/30000)": a fault's class and, where the server's
 * figures or words are short, why. */
void status_reason(const struct fault *f, struct buf *out);

#endif
