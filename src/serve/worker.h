#ifndef SERVE_WORKER_H
#define SERVE_WORKER_H

/*
 * A worker of the proxy: a process that serves one connection after the other.
 * It keeps its connection to the upstream for the next request.
 */

#include "serve/bind.h"
#include "serve/board.h"
#include "serve/listen.h"

/* How many workers wait for clients when there is nothing to do. */
#define WORKERS_IDLE ((size_t)4)

/*
 * Runs worker number place until there is nothing to do for it, or no more
 * requests are to be taken.  The process is a fresh child whose signals are
 * blocked; it exits here.
 */
void worker(struct listen *l, const struct board *b, size_t place)
    __attribute__((noreturn));

#endif
