#include "core/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "state/place.h"

#define LINKS_MAX 40	/* the kernel's limit */
#define READER_WAIT ((msec)300000)	/* as long as --idle-timeout */
#define READER_INTERVAL ((msec)50)	/* nothing tells of a reader */

static int
failed(struct fault *f, const char *what)
{
	int saved = errno;

	fault_set(f, F_OUTPUT, 0, "%s: %s", what, strerror(saved));
	f->code = saved;
	return -1;
}

static int
interrupted(const struct env *env, struct fault *f)
{
	fault_set(f, F_CANCEL, 0, "interrupted while writing the output");
	f->code = env->cancelled(env->ctx);
	return -1;
}

/* Waits until fd takes bytes, a signal comes or it is until, or just checks
 * (0).  fd may be non-blocking, made so by whoever shares it. */
static int
writable(const struct env *env, int fd, msec until)
{
	msec left = until == 0 ? 0 : until - env_mono(env);
	int timeout = until >= MSEC_MAX ? -1 : left < 0 ? 0 :
	    left < INT_MAX ? (int)left : INT_MAX;
	struct pollfd fds[2] = {
		{ .fd = fd, .events = POLLOUT },
		{ .fd = env->wakefd, .events = POLLIN },
	};

	return poll(fds, until != 0 ? 2 : 1, timeout) > 0 &&
	    fds[0].revents != 0;
}

static int
write_until(const struct env *env, int fd, msec until, struct slice s,
    struct fault *f)
{
	size_t most;
	ssize_t n;

	while (s.n > 0) {
		most = s.n;
		/* after a signal only what cannot block */
		if (env->cancelled(env->ctx) != 0)
			most = !writable(env, fd, 0) ? 0 :
			    s.n < PIPE_BUF ? s.n : PIPE_BUF;
		n = most == 0 ? 0 : file_write_some(fd, s.p, most);
		if (n > 0) {
			s = slice_sub(s, (size_t)n, s.n);
		} else if (n < 0 && n != FILE_AGAIN) {
			return failed(f, "cannot write the output");
		} else if (env->cancelled(env->ctx) != 0) {
			return interrupted(env, f);
		} else if (n == FILE_AGAIN && !writable(env, fd, until) &&
		    env_mono(env) >= until) {
			errno = ETIMEDOUT;
			return failed(f, "cannot write the output");
		}
	}
	return 0;
}

int
output_write(const struct env *env, int fd, struct slice s, struct fault *f)
{
	return write_until(env, fd, MSEC_MAX, s, f);
}

int
output_open(const struct env *env, const char *path, msec until,
    struct fault *f)
{
	msec now = env_mono(env);
	struct stat st, own;
	int fd;

	if (stat(path, &st) < 0)
		return failed(f, path);
	/* as /dev/stdout: once its reader has left it gets no other, and a
	 * socket cannot be opened */
	if (fstat(1, &own) == 0 && own.st_dev == st.st_dev &&
	    own.st_ino == st.st_ino) {
		fd = fcntl(1, F_DUPFD_CLOEXEC, 3);
		return fd < 0 ? failed(f, path) : fd;
	}
	if (until > now + READER_WAIT)
		until = now + READER_WAIT;
	for (;;) {
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		if (fd >= 0)
			return fd;
		/* ENXIO: a FIFO that no process has open for reading */
		if (errno != ENXIO || !S_ISFIFO(st.st_mode))
			return failed(f, path);
		now = env_mono(env);
		if (now >= until)
			return fault_set(f, F_OUTPUT, 0, "%s: no process "
			    "reads from it", path);
		now += READER_INTERVAL;
		if (env->sleep(env->ctx, now < until ? now : until) < 0)
			return interrupted(env, f);
	}
}

int
output_real(const char *path, char *real)
{
	char link[PATH_MAX];
	size_t dir;
	ssize_t n;
	int i;

	slice_copy(slice_str(path), real, PATH_MAX);
	for (i = 0; i < LINKS_MAX; i++) {
		n = readlink(real, link, sizeof(link) - 1);
		if (n < 0)
			return errno == EINVAL || errno == ENOENT ? 0 : -1;
		link[n] = '\0';
		dir = link[0] == '/' || strrchr(real, '/') == NULL ? 0 :
		    (size_t)(strrchr(real, '/') - real) + 1;
		slice_copy(slice_str(link), real + dir, PATH_MAX - dir);
	}
	errno = ELOOP;
	return -1;
}

int
output_begin(struct replacement *r, const char *path, uint32_t tag,
    struct fault *f)
{
	struct stat st;
	mode_t mask;

	if (output_real(path, r->real) < 0)
		return failed(f, path);
	if (stat(r->real, &st) == 0) {
		r->mode = st.st_mode & 07777;
	} else {
		mask = umask(0);
		umask(mask);
		r->mode = 0666 & ~mask;
	}
	if (str_printf(r->temp, sizeof(r->temp), "%s.%08x", r->real,
	    (unsigned)tag) < 0) {
		errno = ENAMETOOLONG;
		return failed(f, path);
	}
	(void)unlink(r->temp);
	r->fd = open(r->temp, O_RDWR | O_APPEND | O_CREAT | O_EXCL |
	    O_CLOEXEC, 0600);
	return r->fd < 0 ? failed(f, path) : 0;
}

int
output_commit(struct replacement *r, struct fault *f)
{
	int rc = 0;

	if (fchmod(r->fd, r->mode) < 0 || fsync(r->fd) < 0 ||
	    rename(r->temp, r->real) < 0 || place_sync(r->real) < 0)
		rc = failed(f, r->real);
	if (rc < 0)
		output_abandon(r);
	return rc;
}

void
output_abandon(struct replacement *r)
{
	(void)unlink(r->temp);
	(void)close(r->fd);
	r->fd = -1;
}

int
output_replace(const struct env *env, const char *path, msec until,
    struct slice s, struct fault *f)
{
	struct replacement r;
	struct stat st;
	int fd, rc;

	/* before the links are read: those in /proc to pipes lead nowhere */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		if ((fd = output_open(env, path, until, f)) < 0)
			return -1;
		rc = write_until(env, fd, until, s, f);
		return close(fd) < 0 && rc == 0 ? failed(f, path) : rc;
	}
	if (output_begin(&r, path, env_random32(env), f) < 0)
		return -1;
	if (output_write(env, r.fd, s, f) < 0) {
		output_abandon(&r);
		return -1;
	}
	rc = output_commit(&r, f);
	if (rc == 0)
		(void)close(r.fd);
	return rc;
}

int
output_check(const char *path, struct fault *f)
{
	char dir[PATH_MAX];
	struct stat st;
	int flags;

	if (path == NULL) {
		flags = fcntl(1, F_GETFL);
		if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY)
			return 0;
		errno = EBADF;
		return failed(f, "cannot write the output");
	}
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return failed(f, path);
	}
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return access(path, W_OK) < 0 ? failed(f, path) : 0;
	if (place_folder(path, dir, sizeof(dir)) < 0 ||
	    access(dir, W_OK | X_OK) < 0)
		return failed(f, path);
	return 0;
}
