#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

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
file_read(const char *path, struct buf *out)
{
	return file_take(file_open(path, O_RDONLY), out);
}

int
file_text(const char *path, struct buf *out)
{
	int rc = file_read(path, out);

	buf_drop(out, utf8_mark(buf_slice(out)));
	return rc;
}

int
file_take(int fd, struct buf *out)
{
	char part[8192];
	struct stat st;
	ssize_t n;
	int saved;

	if (fd < 0)
		return -1;
	/* allocate once; whether it all fits shows below */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		(void)buf_room(out, (size_t)st.st_size);
	out->full = 0;
	do {
		RETRY(n, read(fd, part, sizeof(part)));
		if (n > 0)
			buf_put(out, (struct slice){ part, (size_t)n });
	} while (!out->full && n > 0);
	saved = out->full ? EFBIG : errno;
	(void)close(fd);
	errno = saved;
	return n < 0 || out->full ? -1 : 0;
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
