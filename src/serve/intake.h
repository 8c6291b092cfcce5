#ifndef SERVE_INTAKE_H
#define SERVE_INTAKE_H

/*
 * Reads a client's requests whole, with limits on sizes and times.
 *
 * A head has HEAD_TIME, whatever arrives of it.  Content has BODY_TIME and a
 * second more for each BODY_RATE bytes of it, as long as it takes at that
 * rate.
 */

#include "net/conn.h"
#include "wire/http_request.h"

#define HEAD_TIME ((msec)10000)
#define BODY_TIME ((msec)20000)
#define BODY_RATE 500

#define INTAKE_SIZE ((size_t)4 << 10)

struct intake {
	const struct env *env;
	struct conn *conn;
	struct http_request q;
	struct buf body;		/* .max: the most that is taken */
	char *bytes;			/* INTAKE_SIZE, for what is read */
	struct slice rest;		/* of it, not yet parsed */
	msec deadline, begun;		/* private: of the content */
	int status;			/* after INTAKE_BAD */
	char why[256];
};

enum intake_ev {
	INTAKE_GONE,		/* there is no request, and will be none */
	INTAKE_BAD,		/* answer with .status and .why, and close */
	INTAKE_HEAD,		/* check it; then call again for the content */
	INTAKE_DONE		/* it is complete */
};

/* Begins with the next request; .env, .conn, .body.max and .bytes are set. */
void intake_start(struct intake *in);

/* Reads on.  A client that waits to be told to send content is told so. */
enum intake_ev intake_next(struct intake *in);

/* Frees what the last request needed. */
void intake_end(struct intake *in);

#endif
