#ifndef NET_AWAIT_H
#define NET_AWAIT_H

/*
 * The poll loop of net/.  Each wait has an absolute deadline and ends when a
 * signal asks to stop.
 */

#include <poll.h>

#include "base/env.h"

#define AWAIT_MAX 17		/* most entries of fds, with the reserved one */

/*
 * Waits until one of fds[1] .. fds[n-1] is ready; fds[0] is reserved for env's
 * wakefd.  Returns the number of ready descriptors, 0 at the deadline, or -1
 * with F_CANCEL, or F_IO if poll() fails, in *f.
 */
int await_fds(const struct env *env, struct pollfd *fds, nfds_t n,
    msec deadline, struct fault *f);

/* Returns 0, or -1 with F_CANCEL in *f if a signal has asked to stop. */
int await_stop(const struct env *env, struct fault *f);

#endif
