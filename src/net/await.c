#include "net/await.h"

#include <errno.h>
#include <string.h>

#include "base/bug.h"

/* The clock of poll() stops while the system is suspended, env's does not. */
#define LONGEST_POLL 60000

/* poll() for those of fds that are open: it refuses more entries than the
 * process may have descriptors, though they be unused. */
static int
poll_open(struct pollfd *fds, nfds_t n, int timeout)
{
	struct pollfd open[AWAIT_MAX];
	nfds_t i, k = 0;
	int rc;

	must(n <= AWAIT_MAX);
	for (i = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd >= 0)
			open[k++] = fds[i];
	}
	rc = poll(open, k, timeout);
	for (i = 0, k = 0; rc > 0 && i < n; i++)
		if (fds[i].fd >= 0)
			fds[i].revents = open[k++].revents;
	return rc;
}

static int
cancelled(const struct env *env, struct fault *f)
{
	int sig = env->cancelled(env->ctx);

	fault_set(f, F_CANCEL, 0, "stopped by signal %d", sig);
	f->code = sig;
	return -1;
}

int
await_stop(const struct env *env, struct fault *f)
{
	return env->cancelled(env->ctx) == 0 ? 0 : cancelled(env, f);
}

int
await_fds(const struct env *env, struct pollfd *fds, nfds_t n, msec deadline,
    struct fault *f)
{
	msec left;
	int rc;

	fds[0] = (struct pollfd){ .fd = env->wakefd, .events = POLLIN };
	do {
		left = deadline - env_mono(env);
		rc = poll_open(fds, n, left < 0 ? 0 :
		    left < LONGEST_POLL ? (int)left : LONGEST_POLL);
		if (rc < 0 && errno != EINTR)
			return fault_set(f, F_IO, 1, "poll: %s",
			    strerror(errno));
		if (rc > 0 && fds[0].revents != 0)
			return cancelled(env, f);
	} while (rc <= 0 && left > 0);
	return rc < 0 ? 0 : rc;
}
