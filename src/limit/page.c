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

#include "limit/gcra.h"

/* Change it with the layout. */
#define MAGIC 0x62696465206c3201u	/* "bide l2" */

#define WORD_MAX ((int64_t)1 << 60)
#define SKEW ((msec)60000)		/* between clocks */
#define DAY ((msec)86400000)

/* The concurrency limit is lifted if it was not reduced for so long. */
#define CONCURRENCY_MAX ((msec)600000)

/* Whether a page is free of what a clock set back, or a stray write, leaves:
 * numbers that overflow, or times too far in the future. */
static int
is_sound(struct page *p, msec now)
{
	_Atomic int64_t *word = &p->hold;
	int64_t v;
	int ok = atomic_load(&p->magic) == MAGIC &&
	    atomic_load(&p->head) <= now + SKEW &&
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

/* NULL if there is no valid page. */
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
	if (p != NULL && !is_sound(p, now)) {
		page_close(p);
		p = NULL;
	}
	return p;
}

/* The page is written, not only extended: a full disk must fail here, not
 * later with SIGBUS. */
static int
create(const char *path, struct slice label)
{
	char fresh[PATH_MAX];
	struct page p;
	int fd, rc;

	errno = ENAMETOOLONG;
	if (str_printf(fresh, sizeof(fresh), "%s.%ld", path,
	    (long)getpid()) < 0)
		return -1;
	memset(&p, 0, sizeof(p));
	atomic_store(&p.magic, MAGIC);
	slice_copy(label, p.label, sizeof(p.label));
	(void)unlink(fresh);	/* left by a dead process with our pid */
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0)
		return -1;
	rc = write(fd, &p, sizeof(p)) == (ssize_t)sizeof(p) ? 0 : -1;
	close(fd);
	if (rc == 0)
		rc = rename(fresh, path);
	if (rc < 0)
		(void)unlink(fresh);
	return rc;
}

struct page *
page_open(const char *dir, const char *name, struct slice label, msec now)
{
	char path[PATH_MAX];
	struct page *p = NULL;
	struct stat st;
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
	if (fstat(fd, &st) < 0)
		goto done;
	errno = EACCES;
	if (st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		goto done;	/* others can put files there */
	/* Of two processes that find no valid page at the same time the second
	 * looks again once the first is done, or it would replace a page that
	 * is in use.  If locks do not work, or a signal arrives, it continues
	 * without. */
	(void)flock(fd, LOCK_EX);
	p = map_file(path, now);
	if (p == NULL && create(path, label) == 0)
		p = map_file(path, now);
done:
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

struct page_state
page_state(const struct page *p, size_t cell, msec now)
{
	const struct cell *c = &p->cell[cell];
	int64_t limit = atomic_load(&c->limit);
	int64_t window = atomic_load(&c->window), gone, burst;
	struct page_state s = { 0 };

	if (limit <= 0)
		return s;
	if (window <= 0)
		window = PAGE_MINUTE;
	burst = window - atomic_load(&c->margin);
	gone = atomic_load(&c->base) + atomic_load(&c->tail) - now * 1000;
	s.limit = limit;
	s.window = window / 1000;
	if (gone > 0)
		s.used = gcra_span(gone, window, limit);
	if (gone > burst)
		s.slot = (gone - burst) / 1000;
	return s;
}

size_t
page_concurrency(const struct page *p, msec now)
{
	if (now - atomic_load(&p->cut) > CONCURRENCY_MAX)
		return 0;
	return (size_t)(atomic_load(&p->concurrency) / PAGE_ONE);
}
