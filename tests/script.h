#ifndef TESTS_SCRIPT_H
#define TESTS_SCRIPT_H

/*
 * A peer and a clock that do as a script says.
 *
 * Time stands still but for sleeps, stalls and deadlines, so hours pass in
 * microseconds.  An exchange is what the peer does about one request: steps,
 * separated by " ; " (each is one read) or, between steps that send, " + "
 * (in one read with the step before).  When they are used up the peer says
 * nothing more and keeps the connection open.
 *
 * Connecting; only as the first steps, and only for a fresh connection:
 *   dns refused cert tls      the dial fails so
 *   dial DUR                  it takes so long; "dial inf"
 *   kept                      no dial: this request must come on the
 *                             connection of the one before
 * Sending:
 *   write-reset               the write fails, reading goes on
 *   write DUR                 it takes so long; "write inf"
 *   early                     the answer begins before all is written
 * Answering:
 *   status N [FIELD=VALUE ...] [| BODY]   a whole response; ~ is a blank
 *   head [FIELD=VALUE ...]    200, an event stream in chunks
 *   head-close [FIELD=VALUE ...]          the same until the connection ends
 *   end                       the last chunk
 *   raw TEXT   text TEXT      bytes as they are, or inside the framing; with
 *                             \n \r \\ \xHH
 *   comment  ping             what a server says while nothing happens
 *   data JSON                 an event
 *   event NAME JSON           one with a name
 * In the dialect's words:
 *   created  delta TEXT  reasoning TEXT  call NAME ARGS
 *   completed  incomplete     the end of the answer, with usage
 *   usage                     usage alone, before the end or after it
 *   error CODE TEXT           nested in "error", as an event or a chunk
 *   finish WORD  done         chat: parts of the end
 *   flat-error CODE TEXT      as the Responses specification has it
 *   failed CODE TEXT          response.failed
 *   choice-error CODE TEXT    chat: inside of choices
 * Waiting:
 *   stall DUR                 silence, then what follows
 *   drip DUR N STEP           STEP N times, DUR before each
 *   hold                      silence for ever
 *   eof  reset                the end of the connection
 *
 * In C an exchange may hold bytes as well; the step "bytes" sends them.
 */

#include "api/dialect.h"
#include "base/buf.h"
#include "base/env.h"
#include "net/conn.h"

#define SCRIPT_WALL ((msec)1767225600 * 1000)	/* 2026-01-01T00:00:00Z */

struct visit {
	struct slice steps;
	struct slice bytes;
};

struct script {
	struct env env;			/* script_init() sets these two */
	struct net net;
	const struct visit *visit;
	size_t n, next;
	const struct dialect *dialect;
	size_t most;			/* bytes of a read; 0: as they come */
	int rnd;			/* -1: all bits set, 0: none; a seed */
	msec now;
	msec cancel, nudge;		/* SIGINT and SIGUSR1 come then */
	struct watch watch;		/* of .env */
	msec readable;			/* its descriptor is, from then on */
	unsigned requests;
	unsigned open;			/* connections, now */
	int amiss;			/* a step unknown or out of place */
	struct buf *log;		/* NULL, or what happens, by time */
	uint64_t state;			/* of rnd */
	struct buf output;		/* to be logged, of that time */
	msec output_at;
};

/* Sets env, net and the times; the rest is {0} or the caller's. */
void script_init(struct script *s);

/* A line of the log: the time, then the text. */
void script_log(struct script *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What the reader got: one line for all of a moment. */
void script_output(struct script *s, struct slice bytes);

/* Appends what a data step (from "status" to "choice-error") sends; chunked:
 * the framing in force, which "head" changes.  -1 for no such step. */
int script_bytes(struct slice step, const struct dialect *dialect,
    int *chunked, struct buf *out);

#endif
