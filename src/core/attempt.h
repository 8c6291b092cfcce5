#ifndef CORE_ATTEMPT_H
#define CORE_ATTEMPT_H

/*
 * One attempt: connect, send, consume.  It knows nothing of retries; its result
 * says how far it got and what went wrong.
 */

#include "api/dialect.h"
#include "net/conn.h"
#include "wire/mask.h"

#define ERROR_BODY_MAX ((size_t)64 << 10)

/* An event, or an answer in one JSON text, may be larger than the answer by
 * this much and by the request, which some repeat. */
#define EVENT_EXTRA ((size_t)1 << 20)

/* How long to wait, in ms: for a terminal event or the usage when the answer
 * is complete; for the rest of an error's body, unless the stretched idle
 * timeout is shorter; for a response that explains a failed write; for the end
 * of a message whose answer is complete, so that the connection can be
 * reused. */
#define TAIL_GRACE ((msec)2000)
#define ERROR_BODY_GRACE ((msec)10000)
#define LAST_WORDS_GRACE ((msec)1000)
#define REUSE_GRACE ((msec)100)

/* How long to wait for the blank line of an event that seems complete. */
#define LINE_GRACE ((msec)1000)

/* Signs of life that carry nothing of an answer stretch the idle timeout to
 * this many times its length. */
#define IDLE_STRETCH 4

#define REDIRECTS_MAX 5

struct deadlines {
	msec connect;		/* ms to connect, TLS included */
	msec first_byte;	/* ms from then to the first event */
	msec idle;		/* ms between events that carry something */
	msec end;		/* of the whole run, on the monotonic clock */
};

/* A request, without what attempt() adds itself: Host, Content-Type, Accept,
 * Content-Length and a proxy's authorization. */
struct exchange {
	const char *method;
	struct slice target;	/* origin-form */
	struct slice fields;	/* header lines, each with CRLF; they contain
				   the key */
	struct slice body;	/* JSON, or empty */
	int ready;		/* a client's own: only Host and the proxy's
				   authorization are added */
};

/* What to send and to whom, and what is carried from one attempt to the
 * next. */
struct job {
	const struct env *env;
	const struct net *net;
	const struct dialect *dialect;
	struct endpoint to;
	const struct mask *mask;	/* the secrets in .exchange; or NULL */
	struct exchange exchange;	/* a redirect changes .target */
	struct deadlines limit;
	size_t max_answer;	/* bytes of an answer, broken attempts
				   included: what is kept of them, in memory
				   or in a journal */
	struct sink *sink;
	int reuse;		/* more requests will follow: wait briefly
				   for the message's end */
	struct cursor *cursor;	/* NULL, or gets the server's id of the
				   answer */
	int stored;		/* the server stores the run: the cursor holds
				   the position in its stream */
	struct pace *pace;	/* the rate limits (core/pace.h); or NULL */
	const struct price *price;	/* of its tokens; or NULL */
	/* carried on */
	uint64_t answer;	/* bytes of it so far; run() starts with 0 */
	struct conn *idle;	/* a connection to reuse; NULL */
	struct buf moved;	/* the target of a redirect */
	unsigned redirects;
	struct buf space;	/* the read buffer: on the stack every page of
				   it would be touched */
};

enum progress {
	P_NONE,			/* no byte of ours reached the peer */
	P_SENT,			/* the request may have reached it */
	P_HEAD,			/* the response has begun */
	P_CONTENT,		/* part of an answer came */
	P_DONE			/* the complete answer */
};

/* Monotonic times in ms; MSEC_NONE: not reached. */
struct timing {
	struct dial_times dial;		/* spans, of a new connection */
	msec start, sent, head, first, end;
	int reused;			/* on a connection that was kept open */
};

struct outcome {
	enum progress progress;
	int again;		/* send again at once, not as a retry: a kept
				   connection was dead, or a redirect */
	int discard;		/* the part of the answer that was put does
				   not count */
	int kept;		/* it does, and the same stream will resume */
	int alive;		/* the server says that the run goes on */
	int status;		/* HTTP's; 0: no response */
	int complete;		/* the response was read to its end, which
				   does not mean that the answer is whole */
	enum finish finish;
	char word[48];		/* the provider's for it; "" */
	uint64_t text_bytes;
	struct timing time;
	struct fault fault;	/* F_NONE: a complete answer */
	struct usage usage;
	char request_id[128];
};

/* Sends job->exchange once and fills *out.  P_DONE: the dialect has seen its
 * terminal event. */
void attempt(struct job *job, struct outcome *out);

/* Closes the connection that is kept for reuse. */
void job_release(struct job *job);

/* Frees what is carried between attempts. */
void job_close(struct job *job);

#endif
