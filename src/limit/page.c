#define _GNU_SOURCE	/* MAP_ANONYMOUS */

#include "limit/page.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Another layout is another number. */
#define MAGIC 0x62696465206c3101u	/* "bide l1" */

#define WORD_MAX ((int64_t)1 << 60)
#define SLACK ((msec)60000)		/* that clocks may be apart */
#define DAY ((msec)86400000)

/* What a clock that was set back, or a stray write, leaves behind: numbers
 * that overflow, or times that nobody would live to see. */
static int
sound(struct page *p, msec now)
{
	_Atomic int64_t *word = &p->hold;
	int64_t v;
	int ok = atomic_load(&p->magic) == MAGIC &&
	    atomic_load(&p->head) <= now + SLACK &&
	    atomic_load(&p->hold) <= now + 400 * DAY &&
	    p->label[PAGE_LABEL - 1] == '\0';
	struct cell *c;

	for (; word < (_Atomic int64_t *)p->lease; word++) {
		v = atomic_load(word);
		ok &= v <= WORD_MAX && v >= -WORD_MAX;
	}
	for (c = p->cell; ok && c < p->cell + PAGE_CELLS; c++)
		ok = atomic_load(&c->base) + atomic_load(&c->tail) <=
		    (now + DAY) * 1000 + atomic_load(&c->window);
	return ok;
}

static struct page *
map(int fd, int flags)
{
	void *p = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE,
	    flags, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* NULL when it is not as it should be. */
static struct page *
map_file(const char *path, msec now)
{
	struct page *p = NULL;
	struct stat st;
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & 077) == 0 &&
	    st.st_size == (off_t)sizeof(struct page))
		p = map(fd, MAP_SHARED);
	close(fd);
	if (p != NULL && !sound(p, now)) {
		page_close(p);
		p = NULL;
	}
	return p;
}

/* Written, not only made longer: a full disk is to be told now, not by
 * SIGBUS. */
static int
write_new(const char *path, struct slice label)
{
	struct page p;
	int fd, rc;

	memset(&p, 0, sizeof(p));
	atomic_store(&p.magic, MAGIC);
	slice_copy(label, p.label, sizeof(p.label));
	(void)unlink(path);	/* of a process with our number that died */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0)
		return -1;
	rc = write(fd, &p, sizeof(p)) == (ssize_t)sizeof(p) ? 0 : -1;
	close(fd);
	return rc;
}

static int
make(const char *path, struct slice label)
{
	char fresh[PATH_MAX];
	int rc;

	if (str_printf(fresh, sizeof(fresh), "%s.%ld", path, (long)getpid()) < 0) {
		errno = ENAMETOOLONG;
		return -1;
	}
	rc = write_new(fresh, label);
	if (rc == 0)
		rc = rename(fresh, path);
	(void)unlink(fresh);
	return rc;
}

/* Of two that find none at the same time, or a bad one, the second looks once
 * more when the first is through: else it would put its own in the place of
 * one that is in use.  Where there are no locks, or a signal comes, it goes on
 * without. */
static struct page *
map_made(int dir, const char *path, struct slice label, msec now)
{
	struct page *p;

	(void)flock(dir, LOCK_EX);
	p = map_file(path, now);
	if (p == NULL && make(path, label) == 0)
		p = map_file(path, now);
	return p;
}

/* Whether nobody else can put files there. */
static int
private(int dir)
{
	struct stat st;

	if (fstat(dir, &st) < 0)
		return 0;
	errno = EACCES;
	return st.st_uid == geteuid() && (st.st_mode & 022) == 0;
}

struct page *
page_open(const char *dir, const char *name, struct slice label, msec now)
{
	char path[PATH_MAX];
	struct page *p = NULL;
	int fd;

	errno = ENAMETOOLONG;
	if (str_printf(path, sizeof(path), "%s/%s", dir, name) < 0)
		return NULL;
	p = map_file(path, now);
	if (p != NULL)
		return p;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (private(fd))
		p = map_made(fd, path, slice_sub(label, 0, PAGE_LABEL - 1),
		    now);
	close(fd);
	return p;
}

struct page *
page_peek(const char *dir, const char *name, msec now)
{
	char path[PATH_MAX];

	if (str_printf(path, sizeof(path), "%s/%s", dir, name) < 0)
		return NULL;
	return map_file(path, now);
}

struct page *
page_alone(void)
{
	struct page *p = map(-1, MAP_SHARED | MAP_ANONYMOUS);

	if (p == NULL)
		err_oom();
	return p;
}

void
page_close(struct page *p)
{
	if (p != NULL)
		(void)munmap(p, sizeof(*p));
}
