#include "state/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/place.h"

/* Between two looks whether the other writer is done. */
#define LOCK_LOOK ((msec)100)

static int
failed(struct journal *j)
{
	j->error = errno;
	return -1;
}

void
journal_none(struct journal *j)
{
	j->fd = -1;
	j->end = 0;
	j->error = 0;
	j->path[0] = '\0';
	crc32_init(&j->crc);
}

static int
open_file(const struct journal *j, enum journal_mode mode)
{
	static const int flags[] = { O_RDONLY, O_RDWR | O_CREAT,
	    O_RDWR | O_CREAT | O_EXCL, O_RDWR };
	int fd;

	do
		fd = open(j->path, flags[mode] | O_APPEND | O_CLOEXEC |
		    O_NOFOLLOW | O_NONBLOCK, 0600);
	while (fd < 0 && errno == EINTR);
	return fd;
}

/* A lock without a deadline of its own would be deaf to signals. */
static int
lock(const struct env *env, int fd, msec until)
{
	msec now;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return -1;
		now = env_mono(env);
		if (now >= until) {
			errno = EAGAIN;
			return -1;
		}
		now += LOCK_LOOK;
		if (env->sleep(env->ctx, now < until ? now : until) < 0) {
			errno = EINTR;
			return -1;
		}
	}
	return 0;
}

/* Whether fd is still the file of that name: it may have been removed while
 * the lock was waited for. */
static int
same(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 &&
	    a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

int
journal_open(struct journal *j, enum journal_mode mode, const struct env *env,
    msec until)
{
	struct stat st;

	for (;;) {
		j->fd = open_file(j, mode);
		if (j->fd < 0)
			return failed(j);
		if (fstat(j->fd, &st) == 0 && !S_ISREG(st.st_mode)) {
			errno = EINVAL;
			break;
		}
		if (mode == JOURNAL_READ)
			return 0;
		if (lock(env, j->fd, until) < 0)
			break;
		if (same(j->fd, j->path))
			return 0;
		close(j->fd);
	}
	failed(j);
	close(j->fd);
	j->fd = -1;
	return -1;
}

int
journal_busy(const struct journal *j)
{
	return flock(j->fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

int
journal_load(struct journal *j, struct buf *b)
{
	struct stat st;
	size_t size;
	ssize_t n;
	char *to;

	if (fstat(j->fd, &st) < 0)
		return failed(j);
	size = (size_t)st.st_size + 1;
	do {
		to = buf_room(b, size);
		if (to == NULL) {
			errno = EFBIG;
			return failed(j);
		}
		n = pread(j->fd, to, size, (off_t)j->end);
		if (n < 0 && errno != EINTR)
			return failed(j);
		if (n > 0) {
			b->n += (size_t)n;
			j->end += n;
		}
		size = 65536;
	} while (n != 0);
	return 0;
}

int
journal_cut(struct journal *j, int64_t n)
{
	int rc;

	do
		rc = ftruncate(j->fd, (off_t)n);
	while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return failed(j);
	j->end = n;
	return 0;
}

/* What failed is told; that its remains cannot be cut off either is for the
 * next one who opens the file. */
static int
give_up(struct journal *j)
{
	int error = errno;

	(void)journal_cut(j, j->end);
	j->error = error;
	return -1;
}

int
journal_append(struct journal *j, struct slice records)
{
	ssize_t n;

	if (j->fd < 0)
		return 0;
	if (j->error != 0)
		return -1;
	do
		n = write(j->fd, records.p, records.n);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return give_up(j);
	if ((size_t)n < records.n) {
		errno = ENOSPC;
		return give_up(j);
	}
	j->end += n;
	return 0;
}

int
journal_sync(struct journal *j, int folder)
{
	int rc;

	if (j->fd < 0)
		return 0;
	if (j->error != 0)
		return -1;
	do
		rc = fsync(j->fd);
	while (rc < 0 && errno == EINTR);
	if (rc < 0 && errno != EINVAL)
		return failed(j);
	return folder && place_sync(j->path) < 0 ? failed(j) : 0;
}

void
journal_close(struct journal *j)
{
	if (j->fd >= 0)
		close(j->fd);
	j->fd = -1;
}
