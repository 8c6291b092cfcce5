#ifndef TESTS_FAULTD_H
#define TESTS_FAULTD_H

/*
 * The parts of faultd.  What a script may say stands in faultd.c.
 *
 * A script is a list of steps; a step answers one request by its verbs.  A
 * child serves one connection; what the children share is in struct shared.
 */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct form;
struct json_out;
struct peer;
struct tls_server;
struct verb;

/* What a verb leaves behind. */
enum go {
	GO_ON,
	GO_END,			/* the connection is done: close it */
	GO_GONE			/* closed already, or the peer has left */
};

/* args: n number, s text, d dialect, f name=value; those after ? may be
 * left out, and * repeats the last. */
struct verb_kind {
	const char *name;
	const char *args;
	enum go (*run)(struct peer *p, const struct verb *v);
};

#define ARGS_MAX 10
#define VERBS_MAX 24
#define STEPS_MAX 1024
#define CASES_MAX 512

struct verb {
	const struct verb_kind *kind;
	struct slice arg[ARGS_MAX];
	size_t nargs;
};

struct step {
	int line;		/* where it stands in the script */
	int times;		/* requests that it answers */
	struct verb verb[VERBS_MAX];
	size_t nverbs;
};

/* Consecutive steps, for the requests that name them. */
struct part {
	struct slice name;	/* empty: for all others */
	size_t first, n;
};

struct script {
	struct step step[STEPS_MAX];
	size_t nsteps;
	struct part part[CASES_MAX];
	size_t nparts;
	struct buf words;	/* keeps what the args point at */
};

struct shared {
	_Atomic int turns[CASES_MAX];	/* steps handed out */
	_Atomic int requests;
	/* faultd_limit.c's; us */
	_Atomic int locked;
	double begun, eaten, full[2];
};

struct faultd {
	struct script script;
	struct shared *shared;
	const char *dir;	/* for heads and bodies; NULL: not kept */
	const char *certs;
	int by_request;		/* a step is chosen when its request is there */
	msec start;
};

/*
 * How a dialect writes an answer: events a line, data without their framing.
 * In them $T is the text, $D a delta of it, $N the sequence number, $F the
 * finish reason, $C, $M and $S code, message and status of an error.
 */
struct form {
	const char *name;
	int named;		/* events have names: their types */
	const char *start;	/* before the text */
	const char *delta;	/* one event */
	const char *done;	/* after the text */
	const char *cut;	/* the same at a limit; NULL: as done */
	const char *fail;
	const char *whole;	/* an answer that is no stream */
	const char *error;	/* the body of a refusal */
	const char *finish[3];	/* stop, length, content_filter */
};

struct words {
	struct slice text, delta, finish, code, message;
	int status;
	int *seq;
};

/* One connection and the request it is about. */
struct peer {
	const struct faultd *d;
	const struct step *step;
	int fd;
	int conn;			/* its number, from 1 */
	struct tls_server *tls;		/* NULL: in the clear */
	struct buf in;			/* received, not used up */
	/* the request; slices of .head */
	struct buf head, body;
	struct slice method, target;
	int unread;			/* the step has not read it yet */
	/* the answer */
	size_t piece;			/* bytes a write; 0: all at once */
	msec pause;			/* after each piece */
	int chunked;			/* its body is in chunks */
	int keep;			/* framed: another request may follow */
	const struct form *form;
	struct buf text;		/* what was streamed */
	int seq;
};

/* faultd_script.c */

/* Reads a script; on an error says on stderr which line is wrong and why,
 * and returns -1. */
int script_parse(struct script *s, const char *name, struct slice text);

/* The part of that name, else the nameless one; CASES_MAX: there is none. */
size_t script_part(const struct script *s, struct slice name);

/* The step of a part's nth turn, from 0; its last one answers all the rest. */
const struct step *script_step(const struct script *s, size_t part, int turn);

/* Argument i as a number, which script_parse() made sure it is. */
long long verb_num(const struct verb *v, size_t i);

/* faultd_verb.c */

/* The verb of that name, NULL when there is none. */
const struct verb_kind *verb_find(struct slice name);

/* faultd_form.c */

/* NULL when there is none of that name, or for that target. */
const struct form *form_find(struct slice name);
const struct form *form_of(struct slice target);

/* Translates a code of "rate", "overload", "quota", "key" or "context" into
 * the dialect's, with a text where there is none. */
void form_about(const struct form *f, struct slice *code,
    struct slice *text);

/* Puts a template, or a line of one as an event. */
void form_put(struct buf *out, struct slice line, const struct words *w);
void form_event(const struct form *f, struct buf *out,
    struct slice line, const struct words *w);

/* faultd_side.c */

/* Answers what clients ask besides (models, token counts, upgrades), so that
 * steps are for generation alone.  0: it is for a step. */
int side_answer(struct peer *p, enum go *go);

/* faultd_answer.c */

/* An answer with v's fields from the given one on, and a body of which so
 * many bytes are sent. */
enum go answer_body(struct peer *p, const struct verb *v, size_t from,
    struct slice status, struct slice body, size_t sent);

/* The head of a stream, with the fields among v's arguments from the given
 * one on: in chunks, unless a field frames it otherwise. */
enum go answer_head(struct peer *p, const struct verb *v, size_t from);

/* {"message","type","param","code"}, as OpenAI has it. */
void answer_put_error(struct json_out *w, struct slice code,
    struct slice text);

enum go verb_status(struct peer *p, const struct verb *v);
enum go verb_error(struct peer *p, const struct verb *v);
enum go verb_head(struct peer *p, const struct verb *v);
enum go verb_end(struct peer *p, const struct verb *v);
enum go verb_event(struct peer *p, const struct verb *v);
enum go verb_comment(struct peer *p, const struct verb *v);

/* faultd_stream.c */
enum go verb_start(struct peer *p, const struct verb *v);
enum go verb_text(struct peer *p, const struct verb *v);
enum go verb_fail(struct peer *p, const struct verb *v);
enum go verb_done(struct peer *p, const struct verb *v);
enum go verb_stream(struct peer *p, const struct verb *v);
enum go verb_stream_cut(struct peer *p, const struct verb *v);
enum go verb_stream_error(struct peer *p, const struct verb *v);
enum go verb_whole(struct peer *p, const struct verb *v);
enum go verb_whole_cut(struct peer *p, const struct verb *v);
enum go verb_answer(struct peer *p, const struct verb *v);
enum go verb_refuse(struct peer *p, const struct verb *v);
enum go verb_bulk(struct peer *p, const struct verb *v);

/* faultd_limit.c */
enum go verb_limited(struct peer *p, const struct verb *v);

/* faultd_peer.c */

/* Plays steps, the turn's first, until the connection ends.  The turn does
 * not matter where steps are chosen by request. */
void peer_serve(struct peer *p, int turn);

/* Receives more into .in: bytes, 0 at the peer's end. */
size_t peer_fill(struct peer *p);

/* Reads a request's head, and its body by Content-Length or in chunks; the
 * body's end puts the request into the log. */
enum go peer_read_head(struct peer *p);
enum go peer_read_body(struct peer *p);

/* The request's field of that name; p is NULL where it has none. */
struct slice peer_field(const struct peer *p, const char *name);

/* Whether the request is for a stream. */
int peer_wants_stream(const struct peer *p);

/* Sends by .piece and .pause. */
enum go peer_send(struct peer *p, struct slice s);

/* As peer_send(), in a chunk of its own where the answer is chunked. */
enum go peer_send_body(struct peer *p, struct slice s);

/* Ends the connection in order, or by a reset. */
void peer_close(struct peer *p);
void peer_reset(struct peer *p);

void peer_sleep(msec span);

/* A line of the log that says what went against the script. */
void peer_complain(const struct peer *p, const char *what, struct slice name,
    struct slice got);

/* A line of the log with two numbers. */
void peer_note(const struct peer *p, const char *a, long long an,
    const char *b, long long bn);

/* ms on a clock of its own. */
msec faultd_now(void);

/* faultd_tls.c */

/* Shakes hands with the chain and key in dir/name.pem; NULL when the peer
 * did not like it (the reason goes to *err, 0: it left). */
struct tls_server *tls_accept(int fd, const char *dir, struct slice name,
    int *err);

/* -1 at the end or on an error. */
int tls_read(struct tls_server *t, void *p, size_t n);
int tls_send(struct tls_server *t, struct slice s);

/* Sends close_notify and waits for the peer's. */
void tls_goodbye(struct tls_server *t);

/* What the client asked for: the name it sent, the protocol agreed on. */
const char *tls_sni(const struct tls_server *t);
const char *tls_alpn(const struct tls_server *t);

#endif
