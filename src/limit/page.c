#define _GNU_SOURCE	/* MAP_ANONYMOUS */

#include "limit/page.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limit/gcra.h"
#include "limit/hold.h"
#include "limit/ratio.h"

/* Change it with the layout. */
#define MAGIC 0x62696465206c3501u	/* "bide l5" */

#define SKEW ((msec)60000)		/* between clocks */
#define DAY ((msec)86400000)

/* The most that a page may say. */
#define WORD_MAX ((int64_t)1 << 60)
#define FIGURE_MAX ((int64_t)10000000000000)
#define WINDOW_MAX (40 * DAY * 1000)	/* us */
#define HOLD_MAX (400 * DAY)

static int
within(const _Atomic int64_t *word, int64_t least, int64_t most)
{
	int64_t v = atomic_load(word);

	return v >= least && v <= most;
}

static int
is_sound_cell(const struct cell *c, msec now)
{
	int64_t window = atomic_load(&c->window);
	int64_t minute = window > 0 && window < PAGE_MINUTE ? window :
	    PAGE_MINUTE;

	return within(&c->limit, 0, FIGURE_MAX) &&
	    within(&c->window, 0, WINDOW_MAX) &&
	    within(&c->margin, 0, minute) && within(&c->peak, 0, minute) &&
	    within(&c->reports, 0, FIGURE_MAX) &&
	    within(&c->tail, -WORD_MAX, WORD_MAX) &&
	    within(&c->base, -WORD_MAX, WORD_MAX) &&
	    atomic_load(&c->base) + atomic_load(&c->tail) <=
	    (now + DAY) * 1000 + window &&
	    within(&c->told, 0, now + SKEW) &&
	    within(&c->since, 0, now + SKEW) &&
	    within(&c->ratio, 0, 8 * PAGE_RATIO) &&
	    within(&c->estimated, 0, WORD_MAX) &&
	    within(&c->rate, 0, 3) &&
	    within(&c->rate_left, -FIGURE_MAX, FIGURE_MAX) &&
	    within(&c->rate_taken, 0, FIGURE_MAX) &&
	    within(&c->rate_at, 0, now + SKEW) &&
	    within(&c->unit, 0, FIGURE_MAX) &&
	    within(&c->era, 0, WORD_MAX) &&
	    within(&c->from_place, -WORD_MAX, WORD_MAX) &&
	    within(&c->from_base, -WORD_MAX, WORD_MAX);
}

/* Whether a page is free of what a clock set back, or a stray write, leaves:
 * numbers that overflow or that nobody means, or times too far in the
 * future. */
static int
is_sound(const struct page *p, msec now)
{
	int ok = atomic_load(&p->magic) == MAGIC &&
	    within(&p->hold, 0, now + HOLD_MAX) &&
	    within(&p->held, 0, now + SKEW) &&
	    within(&p->next, 0, now + SKEW + HOLD_LONG) &&
	    within(&p->pause, 0, HOLD_LONG) &&
	    within(&p->probe, 0, now + SKEW) &&
	    within(&p->start, 0, now + SKEW) &&
	    within(&p->head, 0, now + SKEW) &&
	    within(&p->concurrency, 0, (PAGE_LEASES + 1) * PAGE_ONE) &&
	    within(&p->admitted, 0, PAGE_LEASES * PAGE_ONE) &&
	    within(&p->cut, 0, now + SKEW) &&
	    within(&p->gap, 0, PAGE_MINUTE) &&
	    within(&p->gap_tries, 0, FIGURE_MAX) &&
	    within(&p->gap_last, 0, now + SKEW) &&
	    within(&p->gap_refused, 0, now + SKEW) &&
	    within(&p->gap_accepted, 0, FIGURE_MAX) &&
	    within(&p->gap_from, 0, now + SKEW) &&
	    within(&p->gap_count, 0, FIGURE_MAX) &&
	    within(&p->output, 0, FIGURE_MAX) &&
	    within(&p->excess, 0, FIGURE_MAX) &&
	    within(&p->length, -DAY, DAY) &&
	    p->label[PAGE_LABEL - 1] == '\0';
	size_t i, k;

	for (k = 0; k < PAGE_CELLS; k++) {
		ok = ok && is_sound_cell(&p->cell[k], now);
		for (i = 0; i < PAGE_LEASES; i++)
			ok = ok && within(&p->span[i][k], 0, WINDOW_MAX);
	}
	return ok;
}

/* The pages that are mapped from a file, for on_bus(). */
struct mapping {
	struct page *page;
	struct mapping *next;
};
static struct mapping *mappings;

/* Puts memory in place of the part of a page that its file has lost.  mmap()
 * is only a system call here: the signal is never in the middle of another. */
static void
on_bus(int sig, siginfo_t *info, void *context)
{
	size_t size = (size_t)getpagesize();
	char *at = info->si_addr;
	const struct mapping *m;

	(void)context;
	if (info->si_code == BUS_ADRERR)
		for (m = mappings; m != NULL; m = m->next)
			if (at >= (char *)m->page &&
			    at < (char *)(m->page + 1) &&
			    mmap(at - (uintptr_t)at % size, size, PROT_READ |
			    PROT_WRITE, MAP_FIXED | MAP_PRIVATE |
			    MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
				return;
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

static struct page *
map(int fd, int flags)
{
	void *p = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE,
	    flags, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Maps a file; on_bus() knows of it. */
static struct page *
map_shared(int fd)
{
	struct sigaction bus = { .sa_sigaction = on_bus,
	    .sa_flags = SA_SIGINFO };
	struct page *p = map(fd, MAP_SHARED);
	struct mapping *m;

	if (p == NULL)
		return NULL;
	m = malloc(sizeof(*m));
	if (m == NULL)
		err_oom();
	*m = (struct mapping){ p, mappings };
	mappings = m;
	(void)sigaction(SIGBUS, &bus, NULL);
	return p;
}

/* NULL if there is no valid page. */
static struct page *
map_file(int folder, const char *name, msec now)
{
	struct page *p = NULL;
	struct stat st;
	int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC |
	    O_NONBLOCK);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & 077) == 0 &&
	    st.st_size == (off_t)sizeof(struct page))
		p = map_shared(fd);
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
create(int folder, const char *name, struct slice label)
{
	char fresh[NAME_MAX + 1];
	struct page p;
	int fd, rc;

	errno = ENAMETOOLONG;
	if (str_printf(fresh, sizeof(fresh), "%s.%ld", name,
	    (long)getpid()) < 0)
		return -1;
	memset(&p, 0, sizeof(p));
	atomic_store(&p.magic, MAGIC);
	slice_copy(label, p.label, sizeof(p.label));
	/* left by a dead process with our pid */
	(void)unlinkat(folder, fresh, 0);
	fd = openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	rc = write(fd, &p, sizeof(p)) == (ssize_t)sizeof(p) ? 0 : -1;
	close(fd);
	if (rc == 0)
		rc = renameat(folder, fresh, folder, name);
	if (rc < 0)
		(void)unlinkat(folder, fresh, 0);
	return rc;
}

int
page_folder(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & 022) == 0))
		return fd;
	close(fd);
	errno = EACCES;
	return -1;
}

struct page *
page_open(int folder, const char *name, struct slice label, msec now)
{
	struct page *p = map_file(folder, name, now);

	if (p != NULL)
		return p;
	/* Of two processes that find no valid page at the same time the second
	 * looks again once the first is done, or it would replace a page that
	 * is in use.  If locks do not work, or a signal arrives, it continues
	 * without. */
	(void)flock(folder, LOCK_EX);
	p = map_file(folder, name, now);
	if (p == NULL && create(folder, name, label) == 0)
		p = map_file(folder, name, now);
	(void)flock(folder, LOCK_UN);
	return p;
}

struct page *
page_peek(int folder, const char *name, msec now)
{
	return map_file(folder, name, now);
}

void
page_forget(struct page *p)
{
	struct cell *c;

	for (c = p->cell; c < p->cell + PAGE_CELLS; c++) {
		atomic_store(&c->limit, 0);
		atomic_store(&c->told, 0);
		atomic_store(&c->unit, 0);
		atomic_store(&c->ratio, 0);
		ratio_restart(c);
	}
	atomic_store(&p->hold, 0);
	atomic_store(&p->next, 0);
	atomic_store(&p->pause, 0);
	atomic_store(&p->head, 0);
	atomic_store(&p->concurrency, 0);
	atomic_store(&p->gap, 0);
	atomic_store(&p->output, 0);
	atomic_store(&p->excess, 0);
	atomic_store(&p->length, 0);
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
	struct mapping **at = &mappings, *m;

	if (p == NULL)
		return;
	while ((m = *at) != NULL && m->page != p)
		at = &m->next;
	if (m != NULL) {
		*at = m->next;
		free(m);
	}
	(void)munmap(p, sizeof(*p));
}

void
page_raise(_Atomic int64_t *word, int64_t to)
{
	int64_t v = atomic_load(word);

	while (v < to && !atomic_compare_exchange_weak(word, &v, to))
		;
}

void
page_average(_Atomic int64_t *word, int64_t v)
{
	int64_t old = atomic_load(word);

	atomic_store(word, old == 0 ? v : old + (v - old) / 8);
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
