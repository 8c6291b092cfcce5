#define _GNU_SOURCE	/* MAP_ANONYMOUS */

#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <sys/file.h>

/* What another process does after ours has found no page and before it takes
 * the lock. */
static void (*meanwhile)(void);

static int
my_flock(int fd, int how)
{
	void (*act)(void) = meanwhile;

	meanwhile = NULL;
	if (act != NULL)
		act();
	return flock(fd, how);
}

#define flock my_flock
#include "src/limit/page.c"
#undef flock

#include "state/place.h"
#include "tests/t.h"

#define NOW ((msec)1767225600 * 1000)
#define NAME "0123456789abcdef"

static char dir[64], sub[128], path[256];

static struct page *
page(void)
{
	return page_open(sub, NAME, SLICE("label"), NOW);
}

/* Opens; whether what it holds is what was put there before. */
static int
kept(void)
{
	struct page *p = page();
	int rc = p != NULL && atomic_load(&p->output) == 77;

	page_close(p);
	return rc;
}

/* A page with something in it. */
static void
mark(void)
{
	struct page *p = page();

	atomic_store(&p->output, 77);
	page_close(p);
}

static void
write_file(const char *text, size_t n)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(text, 1, n, f) != n || fclose(f) != 0)
		abort();
}

static void
test_keep(void)
{
	struct page *a = page(), *b = page();
	struct stat st;

	OK(a != NULL && b != NULL && a != b, "two open one page");
	atomic_store(&a->hold, 5);
	EQ(atomic_load(&b->hold), 5, "and see the same");
	EQS(slice_str(b->label), "label", "the label");
	page_close(a);
	page_close(b);
	OK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600, "0600");
	OK(stat(sub, &st) == 0 && (st.st_mode & 07777) == 0700, "in 0700");
	mark();
	OK(kept(), "it stays");
}

static void
test_replace(void)
{
	static char rubbish[sizeof(struct page)];
	struct page *p;

	mark();
	OK(truncate(path, 100) == 0 && !kept(), "too short: replaced");
	mark();
	OK(truncate(path, 100000) == 0 && !kept(), "too long: replaced");
	memset(rubbish, 'x', sizeof(rubbish));
	write_file(rubbish, sizeof(rubbish));
	OK(chmod(path, 0600) == 0 && !kept(), "rubbish: replaced");
	memset(rubbish, 0, sizeof(rubbish));
	write_file(rubbish, sizeof(rubbish));
	OK(!kept(), "zeros: replaced");
	mark();
	OK(kept() && chmod(path, 0644) == 0 && !kept(),
	    "readable by others: replaced");
	mark();
	OK(rename(path, "/tmp/bide-page-test") == 0 &&
	    symlink("/tmp/bide-page-test", path) == 0 && !kept(),
	    "a link: replaced, not followed");
	(void)unlink("/tmp/bide-page-test");
	unlink(path);
	OK(mkfifo(path, 0600) == 0 && !kept(), "a pipe: replaced");
	mark();
	OK(kept(), "and then all is well");
	if (geteuid() == 0) {
		OK(chown(path, 1, 1) == 0 && !kept(), "of another: replaced");
		mark();
	}
	p = page();
	atomic_store(&p->head, NOW + 3600000);
	page_close(p);
	OK(!kept(), "an answer in an hour: the clock was set back");
	mark();
	p = page();
	atomic_store(&p->cell[1].tail, NOW * 2000);
	page_close(p);
	OK(!kept(), "a queue of 50 years");
	mark();
	p = page();
	atomic_store(&p->cell[2].limit, INT64_MAX);
	page_close(p);
	OK(!kept(), "a limit beyond all measure");
	mark();
	p = page();
	atomic_store(&p->hold, NOW + (msec)86400000 * 3650);
	page_close(p);
	OK(!kept(), "a hold of ten years");
}

/* Each word is spoilt, in each of its bytes: opening never fails. */
static void
test_spoil(void)
{
	struct page *p;
	size_t i;
	int bad = 0;

	for (i = 0; i < sizeof(*p); i++) {
		p = page();
		((unsigned char *)p)[i] ^= 0x80;
		page_close(p);
		p = page();
		bad += p == NULL;
		page_close(p);
	}
	EQ(bad, 0, "a bit of each byte: opened all the same");
}

static void
test_nowhere(void)
{
	char file[256];
	FILE *f;

	snprintf(file, sizeof(file), "%s/file", dir);
	f = fopen(file, "w");
	if (f == NULL || fclose(f) != 0)
		abort();
	OK(page_open(file, NAME, SLICE("l"), NOW) == NULL,
	    "no folder");
	OK(page_open("/proc/self", NAME, SLICE("l"), NOW) == NULL,
	    "no file can be made");
	unlink(path);
	OK(chmod(sub, 0777) == 0 && page() == NULL && errno == EACCES,
	    "a folder where others write");
	OK(chmod(sub, 0700) == 0, "private again");
	OK(page_peek(sub, NAME, NOW) == NULL, "to look makes nothing");
	OK(page_peek(sub, "..", NOW) == NULL, "nor is a folder a page");
	page_close(page_alone());
}

/* Another one is quicker: ours is that one's, then. */
static void
test_late(void)
{
	unlink(path);
	meanwhile = mark;
	OK(kept(), "made meanwhile: shared");
	if (truncate(path, 100) < 0)
		abort();
	meanwhile = mark;
	OK(kept(), "replaced meanwhile: shared");
}

#define RACERS 6
#define RACES 60

/* They open it at the same moment; how many are on what is then the page. */
static int
race(_Atomic int *ready)
{
	struct page *p;
	int i, n;

	atomic_store(ready, 0);
	for (i = 0; i < RACERS; i++)
		if (fork() == 0) {
			atomic_fetch_add(ready, 1);
			while (atomic_load(ready) < RACERS)
				sched_yield();
			p = page();
			if (p != NULL)
				atomic_fetch_add(&p->hold, 1);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	p = page();
	n = (int)atomic_load(&p->hold);
	page_close(p);
	return n;
}

/* Many make it, or put it in a bad one's place: all of them share one. */
static void
test_race(void)
{
	_Atomic int *ready = mmap(NULL, sizeof(*ready), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int i, made = 0, replaced = 0;

	for (i = 0; i < RACES; i++) {
		unlink(path);
		made += race(ready) == RACERS;
		if (truncate(path, 100) < 0)
			abort();
		replaced += race(ready) == RACERS;
	}
	EQ(made, RACES, "made at the same time: one page");
	EQ(replaced, RACES, "replaced at the same time: one page");
	munmap((void *)ready, sizeof(*ready));
}

int
main(void)
{
	char command[128];

	snprintf(dir, sizeof(dir), "/tmp/bide-page-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(sub, sizeof(sub), "%s/a/b", dir);
	snprintf(path, sizeof(path), "%s/%s", sub, NAME);
	umask(022);
	if (place_make(sub) < 0)
		return 1;
	test_keep();
	test_replace();
	test_spoil();
	test_nowhere();
	test_late();
	test_race();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) != 0 || DONE();
}
