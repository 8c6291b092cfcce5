#include "net/await.h"

#include <errno.h>
#include <string.h>

#include "base/bug.h"

/* The clock of poll() stops while the system is suspended, env's does not. */
#define LONGEST_POLL 60000

/* poll() for those of fds that are open: it refuses more entries than the
 * process may have descriptors, though they be unused.  The result does not
 * count watched. */
static int
poll_open(struct pollfd *fds, nfds_t n, struct pollfd *watched, int timeout)
{
	struct pollfd open[AWAIT_MAX + 1];
	nfds_t i, k = 0;
	int rc;

	must(n <= AWAIT_MAX);
	for (i = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd >= 0)
			open[k++] = fds[i];
	}
	if (watched->fd >= 0)
		open[k++] = *watched;
	rc = poll(open, k, timeout);
	watched->revents = rc > 0 && watched->fd >= 0 ? open[k - 1].revents : 0;
	rc -= watched->revents != 0;
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
	struct pollfd watched = { .events = POLLIN };
	msec left;
	int rc;

	fds[0] = (struct pollfd){ .fd = env->wakefd, .events = POLLIN };
	do {
		watched.fd = env_watched(env);
		left = env_until(env, deadline) - env_mono(env);
		rc = poll_open(fds, n, &watched, left < 0 ? 0 :
		    left < LONGEST_POLL ? (int)left : LONGEST_POLL);
		if (rc < 0 && errno != EINTR)
			return fault_set(f, F_IO, 1, "poll: %s",
			    strerror(errno));
		if (rc > 0 && fds[0].revents != 0)
			return cancelled(env, f);
		if (env_beat(env, watched.revents != 0) < 0)
			return fault_set(f, F_CANCEL, 0, "not wanted any more");
	} while (rc <= 0 && env_mono(env) < deadline);
	return rc < 0 ? 0 : rc;
}
