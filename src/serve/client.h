#ifndef SERVE_CLIENT_H
#define SERVE_CLIENT_H

/*
 * A client of the proxy and its current request, read whole.
 *
 * listen fills in the request and hands the client to relay(), which writes
 * the response and fills in the account.  Slices are borrowed from listen until
 * relay() returns.
 */

#include "core/run.h"
#include "net/conn.h"
#include "wire/http.h"

/* What came of a request, for the access line and the metrics.  Starts with
 * nothing known: .first and .usage. */
struct account {
	const char *provider;	/* ""; or static */
	int status;		/* that the client got; 0: none */
	unsigned attempts;	/* requests to the upstream */
	unsigned healed;	/* faults that the client did not see */
	int committed;		/* the head went out before there was content */
	int broken;		/* the response ended visibly incomplete */
	int gone;		/* the client left first */
	msec waited;		/* ms in pauses */
	msec first;		/* ms until the first byte of content went out;
				   MSEC_NONE */
	uint64_t bytes;		/* of the response's body */
	struct usage usage;	/* tokens; -1: unknown */
	struct fault fault;	/* the last one; F_NONE */
	enum progress progress;	/* how far the attempt got that failed last */
	unsigned faults[F_CANCEL + 1][P_DONE + 1];	/* by class and how far
				   the attempt got, attempts that failed */
};

struct client {
	struct conn *conn;
	int fd;			/* of conn, watched to see the client leave;
				   -1: it is not */
	/* the request */
	struct slice method;
	struct slice target;	/* origin-form; as it came */
	int minor;		/* HTTP/1.minor */
	int keep;		/* the request lets the connection persist */
	const struct http_field *field;	/* all, in order, as they came */
	size_t nfields;
	struct slice body;	/* without transfer coding */
	int body_given;		/* there is one, though it may be empty */
	/* the response */
	struct slice extra;	/* header lines to add to it, each with CRLF:
				   those of CORS */
	struct account account;
};

/* The value of the first field of that name, ignoring case; .p is NULL if there
 * is none. */
struct slice client_field(const struct client *c, const char *name);

/*
 * Sends an answer of bide's own: status and a body of JSON that clients of all
 * dialects read as an error, which gives kind and the message made from fmt.
 * fields: header lines, each with CRLF; "" for none.  The connection persists
 * if c->keep; clear that first where it must not.  0, or -1 if the client could
 * not be written to.
 */
int client_refuse(struct client *c, const struct env *env, int status,
    const char *kind, const char *fields, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* Appends the JSON of such an answer. */
void client_error(struct buf *out, int status, const char *kind,
    struct slice text);

/* "Too Many Requests"; "" for what has no usual phrase. */
const char *client_phrase(int status);

#endif
