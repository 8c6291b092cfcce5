#ifndef TESTS_HOME_H
#define TESTS_HOME_H

/*
 * Where a test keeps its limits: in a page; or at a server, which is then
 * tests/redis.lua, in virtual time.  The same cases run with both.
 */

#include "limit/redis.h"

/* From now on limits are at a server.  0; -1: there is no lua5.1, or it does
 * not start. */
int home_open(void);
void home_close(void);

/* A limit of which nothing is known; limit_close() ends it. */
struct limit home_limit(void);

/* Sets the server's time. */
void home_clock(msec now);

/* The page, or what the server would show of it. */
struct page *home_view(struct limit *l, msec now);


#endif
