#ifndef CORE_ATTEMPT_H
#define CORE_ATTEMPT_H

/*
 * One try: connect, send, consume.  It knows nothing of retries; how far it
 * came and what went wrong is its result.
 */

#include "api/dialect.h"
#include "net/conn.h"

#define ERROR_BODY_MAX ((size_t)64 << 10)
#define WHOLE_BODY_MAX ((size_t)64 << 20)

/* After the answer is whole, how long a marker or the usage may take. */
#define TAIL_GRACE ((msec)2000)
/* For the rest of an error's body; after a write that failed, for an answer
 * that may explain it. */
#define ERROR_BODY_GRACE ((msec)10000)
#define LAST_WORDS_GRACE ((msec)1000)
/* For the end of a message whose answer is whole. */
#define REUSE_GRACE ((msec)100)

/* Idle times that comments alone may fill before the first event. */
#define QUEUE_IDLES 4

#define REDIRECTS_MAX 5

struct deadlines {
	msec connect;		/* spans: until connected, TLS included */
	msec first_byte;	/* from connected to the first event */
	msec idle;		/* between events */
	msec end;		/* mono: the end of everything */
};

/* What to do, and what is carried from one attempt to the next. */
struct job {
	const struct env *env;
	const struct net *net;
	const struct dialect *dialect;
	struct endpoint to;
	struct slice path;	/* origin-form target; a redirect changes it */
	struct slice fields;	/* further header lines, each with CRLF; holds
				   the key */
	struct slice body;	/* without one the request is a GET */
	struct deadlines limit;
	struct sink *sink;
	int reuse;		/* there will be more requests: a connection is
				   worth a short wait for the message's end */
	struct cursor *cursor;	/* learns the server's name for the answer;
				   NULL */
	int stored;		/* the server keeps the run: the cursor is
				   where it is */
	struct pace *pace;	/* NULL: no limits are kept (core/pace.h) */
	/* carried on */
	struct conn *idle;	/* connection to use again; NULL */
	struct buf moved;	/* where a redirect's path is kept */
	unsigned redirects;
	struct buf space;	/* to read into: on the stack all of it would
				   be touched */
};

enum progress {
	P_NONE,			/* no byte of ours reached the peer */
	P_SENT,			/* the request may have reached it */
	P_HEAD,			/* it answered */
	P_CONTENT,		/* some of an answer came */
	P_DONE			/* the whole of it */
};

/* mono times; MSEC_NONE: not reached. */
struct timing {
	struct dial_times dial;		/* spans; of a fresh connection */
	msec start, sent, head, first, end;
	int reused;			/* the connection was kept alive */
};

struct outcome {
	enum progress progress;
	int again;		/* a kept connection was dead, or a redirect:
				   the next attempt goes out at once and costs
				   nothing */
	int discard;		/* what was put of an answer is void */
	int kept;		/* it stands, and the very same stream will go
				   on */
	int status;		/* of HTTP; 0 = none came */
	enum finish finish;
	uint64_t text_bytes;
	struct timing time;
	struct fault fault;	/* F_NONE: a whole answer */
	struct usage usage;
	char request_id[128];
};

/* Fills *out.  With P_DONE the dialect has seen its terminal event. */
void attempt(struct job *job, struct outcome *out);

/* Lets go of what is carried between attempts. */
void job_close(struct job *job);

#endif
