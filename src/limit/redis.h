#ifndef LIMIT_REDIS_H
#define LIMIT_REDIS_H

/*
 * Limits kept by a Redis server, for processes on several hosts.
 *
 * The server decides when a request goes (limit/limit.lua); the page of this
 * host is told everything too.  While the server is away the page decides,
 * and takes the host's share of what it knows of the limits.  What was sent
 * meanwhile is reported to the server when it is back.
 */

#include "limit/limit.h"
#include "limit/server.h"

/* The limits are kept by .remote and in .page. */
extern const struct limit_ops limit_redis;

/* The page of that name, 32 hexadecimal digits, on s, which is borrowed;
 * label: as of page_open().  free() ends it. */
struct remote *redis_page(struct server *s, const char *name,
    struct slice label);

/* Fills *p with what the server says of a page.  0, or -1: it is away, or has
 * no such page. */
int redis_peek(struct server *s, const char *name, struct page *p, msec now);

/* Drops what the server says of a page, as page_forget().  0 or -1. */
int redis_forget(struct server *s, const char *name);

#endif
