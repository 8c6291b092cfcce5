#include "state/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "state/place.h"

#define LOCK_INTERVAL ((msec)100)	/* between two attempts to lock */

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
	j->error = j->exposed = 0;
	j->path[0] = '\0';
	crc32_init(&j->crc);
}

/* Polls for the lock: a blocking flock() has no deadline and would hide the
 * signals that ask to stop. */
static int
lock(const struct env *env, int fd, msec until)
{
	msec now;

	while (file_lock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return -1;
		now = env_mono(env);
		if (now >= until) {
			errno = EAGAIN;
			return -1;
		}
		now += LOCK_INTERVAL;
		if (env->sleep(env->ctx, now < until ? now : until) < 0) {
			errno = ECANCELED;
			return -1;
		}
	}
	return 0;
}

int
journal_ours(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() &&
	    (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int
journal_open(struct journal *j, enum journal_mode mode, const struct env *env,
    msec until)
{
	static const int flags[] = { O_RDONLY, O_RDWR | O_CREAT,
	    O_RDWR | O_CREAT | O_EXCL, O_RDWR };
	struct stat st, now;

	for (;;) {
		j->fd = file_open(j->path, flags[mode] | O_APPEND |
		    O_NOFOLLOW | O_NONBLOCK);
		if (j->fd < 0)
			return failed(j);
		if (fstat(j->fd, &st) < 0)
			break;
		if (!S_ISREG(st.st_mode)) {
			errno = EINVAL;
			break;
		}
		if (!journal_ours(&st)) {
			errno = JOURNAL_NOT_OURS;
			break;
		}
		j->exposed = (st.st_mode & (S_IRGRP | S_IROTH)) != 0;
		if (mode == JOURNAL_READ)
			return 0;
		if (lock(env, j->fd, until) < 0)
			break;
		/* it may have been removed while we waited for the lock */
		if (stat(j->path, &now) == 0 && now.st_ino == st.st_ino &&
		    now.st_dev == st.st_dev)
			return 0;
		close(j->fd);
	}
	failed(j);
	journal_close(j);
	return -1;
}

int
journal_busy(const struct journal *j)
{
	return file_lock(j->fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

int
journal_load(struct journal *j, struct buf *b)
{
	struct stat st;
	ssize_t n;
	size_t size;
	char *to;

	if (fstat(j->fd, &st) < 0)
		return failed(j);
	/* one more than there is, to see the end in the first pass */
	for (size = (size_t)st.st_size + 1;; size = 65536) {
		to = buf_room(b, size);
		if (to == NULL) {
			errno = EFBIG;
			return failed(j);
		}
		n = file_get(j->fd, to, size, (off_t)j->end);
		if (n < 0)
			return failed(j);
		b->n += (size_t)n;
		j->end += n;
		if ((size_t)n < size)
			return 0;
	}
}

int
journal_truncate(struct journal *j, int64_t n)
{
	if (file_truncate(j->fd, (off_t)n) < 0)
		return failed(j);
	j->end = n;
	return 0;
}

int
journal_append(struct journal *j, struct slice records)
{
	if (j->fd < 0)
		return 0;
	if (j->error != 0)
		return -1;
	if (file_put(j->fd, records, -1) < 0) {
		(void)failed(j);
		/* if this fails too, the next writer does it */
		(void)file_truncate(j->fd, (off_t)j->end);
		return -1;
	}
	j->end += (int64_t)records.n;
	return 0;
}

int
journal_sync(struct journal *j, int folder)
{
	if (j->fd < 0)
		return 0;
	if (j->error != 0)
		return -1;
	if (file_sync(j->fd) < 0 || (folder && place_sync(j->path) < 0))
		return failed(j);
	return 0;
}

void
journal_close(struct journal *j)
{
	if (j->fd >= 0)
		close(j->fd);
	j->fd = -1;
}
