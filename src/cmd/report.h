#ifndef CMD_REPORT_H
#define CMD_REPORT_H

/* The progress of a run, and why it failed, for a person. */

#include "cmd/opts.h"
#include "cmd/say.h"
#include "cmd/silence.h"
#include "core/run.h"

/*
 * The progress of a run: a sink that passes every event on and reports waits.
 * On a terminal a wait is one line that is counted down and erased at its end;
 * otherwise it is printed once.
 */
struct status {
	struct sink sink;
	const struct sink *answer;
	int quiet, verbose;
	int tty;		/* show waits live (say_can_live()) */
	int notice;		/* say when an answer restarts */
	struct silence silence;	/* shown only with .tty */
	/* private */
	const char *lead;	/* of the current wait: what comes before */
	struct buf why, count;	/* and after the time */
	int shown;		/* it is on the terminal */
	struct buf notes;	/* lines to print at the next flush */
};

void status_init(struct status *s);
void status_free(struct status *s);

/* For struct run's after, with the status as ctx: reports an attempt if
 * .verbose is set. */
void status_attempt(void *ctx, struct outcome *out, unsigned n);

/* Appends a fault in a few words: "rate limited (TPM 30000/30000)". */
void report_fault(const struct fault *f, struct buf *out);

/* The exit status for a result. */
int report_status(const struct result *res);

/*
 * Says what went wrong, if anything; for 75 and signals also what to do next,
 * which is to run command.  delivered: bytes of the answer already written.
 */
void report_result(const struct result *res, const struct opts *o,
    struct slice command, msec wall, uint64_t delivered);

/* Appends a command line, quoted for a shell, with "bide" for argv[0] and
 * without the secrets in URLs. */
void report_command(int argc, const char *const *argv, struct buf *out);

#endif
