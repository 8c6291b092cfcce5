#ifndef LIMIT_SERVER_H
#define LIMIT_SERVER_H

/*
 * The Redis or Valkey server that keeps the limits of several hosts, and the
 * script that it runs for each step (limit/limit.lua).
 *
 * A step has STEP ms, and is never repeated: after a failure nobody knows
 * whether it was run.  After the third in a row that takes longer, and while
 * the server cannot be reached or cannot write, it counts as away for all
 * processes that were forked from the one that opened it.  Every 0.5 to 1 s
 * one of them tries again.
 *
 * Each process has a connection of its own, made when it is first needed.
 */

#include "base/guard.h"
#include "net/conn.h"

struct server_at {
	struct endpoint to;	/* .trust: to be set for rediss */
	const char *path;	/* of a Unix socket; or NULL */
	struct buf text, user;	/* the URL as http or https; secret */
	struct secret password;
	long long db;
};

/*
 * Takes redis://, rediss:// or unix:/PATH apart.  NULL; or a static text that
 * says what is wrong.  server_wipe() in both cases.  url is borrowed.
 */
const char *server_parse(const char *url, struct server_at *at);
void server_wipe(struct server_at *at);

/* Appends HOST:PORT or the path, for people. */
void server_name(const struct server_at *at, struct buf *out);

struct server;

/* at is borrowed.  tell is called when the server goes away, once in each of
 * its absences and at most once a minute, with the reason and ctx. */
struct server *server_open(const struct env *env, const struct server_at *at,
    void (*tell)(const char *why, void *ctx), void *ctx);

void server_close(struct server *s);

#define SERVER_NUMBERS 40

struct server_reply {
	int64_t number[SERVER_NUMBERS];
	size_t n;
	struct buf text;	/* the first string in it */
};

/*
 * Connects, and checks that the script runs.  0; -1 if the server is away, as
 * has been told; or 1 with *f if it never will: it refuses the password
 * (F_AUTH), commands or keys (F_PERMISSION), its certificate is not acceptable
 * (F_CERT), or it is no such server (F_PROTO).
 */
int server_check(struct server *s, struct fault *f);

/*
 * Runs the script for a page, with the arguments of ARGV.  0 with the reply;
 * -1 if the server is away; 1 if it did not reply in time.
 */
int server_run(struct server *s, const char *page, const struct slice *arg,
    size_t n, struct server_reply *reply);

/* Appends the names of the server's pages, each with a NUL.  0, or -1 with
 * *f. */
int server_pages(struct server *s, struct buf *out, struct fault *f);

/* How many hosts share the limits, as last seen; set by who knows. */
void server_hosts(struct server *s, int64_t hosts);
int64_t server_share(const struct server *s);

const struct env *server_env(const struct server *s);

#endif
