#ifndef NET_AWAIT_H
#define NET_AWAIT_H

/*
 * The one poll loop of net/.  Every wait has an absolute deadline and ends
 * when a signal asks to stop.
 */

#include <poll.h>

#include "base/env.h"

/*
 * Waits until one of fds[1] .. fds[n-1] is ready; fds[0] is the function's
 * own, for env's wakefd.  Returns how many are ready, 0 at the deadline, -1
 * with F_CANCEL (or F_IO when the system refuses to poll) in *f.
 */
int await_fds(const struct env *env, struct pollfd *fds, nfds_t n,
    msec deadline, struct fault *f);

/* -1 with F_CANCEL in *f when a signal has asked to stop, else 0. */
int await_stop(const struct env *env, struct fault *f);

#endif
