#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

#define SILENCE_MAX ((msec)300000)	/* as long as --idle-timeout */

/* Repeats a call for as long as a signal interrupts it. */
#define RETRY(rc, call) \
	do \
		(rc) = (call); \
	while ((rc) < 0 && errno == EINTR)

int
file_open(const char *path, int flags)
{
	int fd;

	RETRY(fd, open(path, flags | O_CLOEXEC, 0600));
	return fd;
}

int
file_scratch(const char *path)
{
	char name[PATH_MAX];
	int fd;

	if (str_printf(name, sizeof(name), "%s.bide~", path) < 0) {
		errno = ENAMETOOLONG;
		return -1;
	}
	(void)unlink(name);
	fd = file_open(name, O_RDWR | O_CREAT | O_EXCL);
	if (fd >= 0)
		(void)unlink(name);
	return fd;
}

/* Waits until fd has data or has ended.  0, or -1 with errno. */
static int
await_data(const struct env *env, int fd, msec until)
{
	struct pollfd fds[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = env->wakefd, .events = POLLIN },
	};
	msec left, most = env_mono(env) + SILENCE_MAX;
	int rc;

	do {
		left = (until < most ? until : most) - env_mono(env);
		rc = poll(fds, 2, left < 0 ? 0 : (int)left);
	} while ((rc == 0 && left > 0) || (rc < 0 && errno == EINTR));
	if (rc > 0 && fds[1].revents == 0)
		return 0;
	if (rc >= 0)
		errno = rc == 0 ? ETIMEDOUT : ECANCELED;
	return -1;
}

/* Reads and closes fd.  env is only for what await_data() is to wait for, and
 * NULL to take what there is. */
static int
take(int fd, const struct env *env, msec until, struct buf *out)
{
	char part[8192];
	struct stat st;
	ssize_t n;
	int saved;

	if (fd < 0)
		return -1;
	/* allocate once; whether it all fits shows below */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		(void)buf_room(out, (size_t)st.st_size);
		env = NULL;
	}
	out->full = 0;
	do {
		n = -1;
		if (env != NULL && await_data(env, fd, until) < 0)
			break;
		RETRY(n, read(fd, part, sizeof(part)));
		if (n > 0)
			buf_put(out, (struct slice){ part, (size_t)n });
	} while (!out->full && (n > 0 || (n < 0 && env != NULL &&
	    errno == EAGAIN)));
	saved = out->full ? EFBIG : errno;
	(void)close(fd);
	errno = saved;
	return n < 0 || out->full ? -1 : 0;
}

int
file_read(const char *path, struct buf *out)
{
	return file_take(file_open(path, O_RDONLY), out);
}

int
file_text(const struct env *env, const char *path, msec until, struct buf *out)
{
	int rc = take(file_open(path, O_RDONLY | O_NONBLOCK), env, until, out);

	buf_drop(out, utf8_mark(buf_slice(out)));
	return rc;
}

int
file_take(int fd, struct buf *out)
{
	return take(fd, NULL, 0, out);
}

ssize_t
file_get(int fd, void *p, size_t n, off_t at)
{
	size_t got = 0;
	ssize_t rc = 1;

	for (; got < n && rc != 0; got += (size_t)rc) {
		RETRY(rc, at < 0 ? read(fd, (char *)p + got, n - got) :
		    pread(fd, (char *)p + got, n - got, at + (off_t)got));
		if (rc < 0)
			return -1;
	}
	return (ssize_t)got;
}

int
file_put(int fd, struct slice s, off_t at)
{
	ssize_t rc;

	RETRY(rc, at < 0 ? write(fd, s.p, s.n) : pwrite(fd, s.p, s.n, at));
	if (rc >= 0 && (size_t)rc < s.n)
		errno = ENOSPC;
	return rc == (ssize_t)s.n ? 0 : -1;
}

int
file_truncate(int fd, off_t size)
{
	int rc;

	RETRY(rc, ftruncate(fd, size));
	return rc;
}

int
file_sync(int fd)
{
	int rc;

	RETRY(rc, fsync(fd));
	return rc < 0 && errno != EINVAL ? -1 : 0;
}

int
file_lock(int fd, int how)
{
	int rc;

	RETRY(rc, flock(fd, how));
	return rc;
}

static ssize_t
some(ssize_t n)
{
	return n < 0 && (errno == EINTR || errno == EAGAIN) ? FILE_AGAIN : n;
}

ssize_t
file_read_some(int fd, void *p, size_t n)
{
	return some(read(fd, p, n));
}

ssize_t
file_write_some(int fd, const void *p, size_t n)
{
	return some(write(fd, p, n));
}
