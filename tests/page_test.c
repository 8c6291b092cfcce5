#define _GNU_SOURCE	/* MAP_ANONYMOUS */

#include <sched.h>
#include <stddef.h>
#include <stdio.h>
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
	int fd = page_folder(sub);
	struct page *p = fd < 0 ? NULL :
	    page_open(fd, NAME, SLICE("label"), NOW);

	if (fd >= 0)
		close(fd);
	return p;
}

/* Whether the page still holds what mark() wrote. */
static int
kept(void)
{
	struct page *p = page();
	int rc = p != NULL && atomic_load(&p->output) == 77;

	page_close(p);
	return rc;
}

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

	OK(a != NULL && b != NULL && a != b, "a page is opened twice");
	atomic_store(&a->hold, 5);
	EQ(atomic_load(&b->hold), 5, "both see the same words");
	EQS(slice_str(b->label), "label", "the label");
	page_close(a);
	page_close(b);
	OK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600, "0600");
	OK(stat(sub, &st) == 0 && (st.st_mode & 07777) == 0700, "in 0700");
	mark();
	OK(kept(), "it is kept");
}

static void
test_replace(void)
{
	static char garbage[sizeof(struct page)];
	struct page *p;

	mark();
	OK(truncate(path, 100) == 0 && !kept(), "too short: replaced");
	mark();
	OK(truncate(path, 100000) == 0 && !kept(), "too long: replaced");
	memset(garbage, 'x', sizeof(garbage));
	write_file(garbage, sizeof(garbage));
	OK(chmod(path, 0600) == 0 && !kept(), "garbage: replaced");
	memset(garbage, 0, sizeof(garbage));
	write_file(garbage, sizeof(garbage));
	OK(!kept(), "zeros: replaced");
	mark();
	OK(kept() && chmod(path, 0644) == 0 && !kept(),
	    "readable by others: replaced");
	mark();
	OK(rename(path, "/tmp/bide-page-test") == 0 &&
	    symlink("/tmp/bide-page-test", path) == 0 && !kept(),
	    "a symbolic link: replaced, not followed");
	(void)unlink("/tmp/bide-page-test");
	unlink(path);
	OK(mkfifo(path, 0600) == 0 && !kept(), "a FIFO: replaced");
	mark();
	OK(kept(), "and then kept");
	if (geteuid() == 0) {
		OK(chown(path, 1, 1) == 0 && !kept(), "of another: replaced");
		mark();
	}
	p = page();
	atomic_store(&p->head, NOW + 3600000);
	page_close(p);
	OK(!kept(), "a response in the future: replaced");
	mark();
	p = page();
	atomic_store(&p->cell[1].tail, NOW * 2000);
	page_close(p);
	OK(!kept(), "a queue of 50 years: replaced");
	mark();
	p = page();
	atomic_store(&p->cell[2].limit, INT64_MAX);
	page_close(p);
	OK(!kept(), "an absurd limit: replaced");
	mark();
	p = page();
	atomic_store(&p->hold, NOW + (msec)86400000 * 3650);
	page_close(p);
	OK(!kept(), "a hold of ten years: replaced");
}

/* A page with any byte damaged can be opened or is replaced. */
static void
test_damage(void)
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
	EQ(bad, 0, "any byte damaged: opened");
}

static void
test_nowhere(void)
{
	char file[256];
	FILE *f;
	int fd;

	snprintf(file, sizeof(file), "%s/file", dir);
	f = fopen(file, "w");
	if (f == NULL || fclose(f) != 0)
		abort();
	OK(page_folder(file) < 0 && errno == ENOTDIR, "not a directory");
	OK(unlink(file) == 0 && symlink(sub, file) == 0 &&
	    page_folder(file) < 0 && errno == ENOTDIR, "a link to one");
	fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
	OK(fd >= 0 && page_open(fd, NAME, SLICE("l"), NOW) == NULL,
	    "no file can be created there");
	close(fd);
	unlink(path);
	OK(chmod(sub, 0777) == 0 && page() == NULL && errno == EACCES,
	    "a directory that others can write to");
	OK(chmod(sub, 0700) == 0, "the directory is private again");
	if (geteuid() == 0)
		OK(chown(sub, 1, 1) == 0 && page() == NULL &&
		    errno == EACCES && chown(sub, 0, 0) == 0,
		    "a directory of another");
	fd = page_folder(sub);
	OK(page_peek(fd, NAME, NOW) == NULL, "page_peek() creates nothing");
	OK(page_peek(fd, "..", NOW) == NULL, "a directory is not a page");
	close(fd);
	page_close(page_alone());
}

/* A page that loses its file in use is one of memory from then on. */
static void
test_truncate(void)
{
	struct page *p = page(), *other = page();
	pid_t pid;
	int status;

	atomic_store(&p->output, 77);
	if (truncate(path, 0) < 0)
		abort();
	EQ(atomic_load(&p->output), 0, "truncated: it reads as empty");
	atomic_store(&p->output, 5);
	atomic_store(&p->span[PAGE_LEASES - 1][0], 6);
	OK(atomic_load(&p->output) == 5 &&
	    atomic_load(&p->span[PAGE_LEASES - 1][0]) == 6, "and is writable");
	EQ(atomic_load(&other->output), 0, "for this process only");
	page_close(other);
	page_close(p);
	mark();
	OK(kept(), "the next one is shared again");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		p = page();
		raise(SIGBUS);
		_exit(0);
	}
	OK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGBUS, "any other SIGBUS kills");
}

/* What no process writes there. */
static void
test_figures(void)
{
	static const struct {
		size_t at;
		int64_t value;
		const char *name;
	} bad[] = {
#define WORD(member, value) { offsetof(struct page, member), value, #member }
		WORD(hold, -1), WORD(held, NOW + 3600000),
		WORD(next, NOW + 7200000), WORD(pause, 3600001),
		WORD(probe, NOW + 3600000), WORD(concurrency, -5),
		WORD(concurrency, 1 << 30), WORD(cut, NOW + 3600000),
		WORD(output, -1), WORD(length, 86400001),
		WORD(cell[0].limit, -1), WORD(cell[5].limit, WORD_MAX),
		WORD(cell[1].window, -1), WORD(cell[1].window, WORD_MAX),
		WORD(cell[2].margin, WORD_MAX), WORD(cell[2].margin, -1),
		WORD(cell[3].tail, WORD_MAX), WORD(cell[3].base, WORD_MAX),
		WORD(cell[4].told, NOW + 3600000), WORD(span[9][0], -1),
		WORD(span[191][5], WORD_MAX),
	};
	struct page *p;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		mark();
		p = page();
		atomic_store((_Atomic int64_t *)(void *)((char *)p +
		    bad[i].at), bad[i].value);
		page_close(p);
		OK(!kept(), bad[i].name);
	}
}

static void
test_forget(void)
{
	struct page *p = page();

	atomic_store(&p->hold, NOW + 5000);
	atomic_store(&p->cell[1].limit, 60);
	atomic_store(&p->cell[1].window, PAGE_MINUTE);
	atomic_store(&p->cell[1].tail, 7);
	page_forget(p);
	OK(atomic_load(&p->hold) == 0 && atomic_load(&p->output) == 0 &&
	    page_state(p, 1, NOW).limit == 0, "all is forgotten");
	EQ(atomic_load(&p->cell[1].tail), 7, "but the places in the queues");
	page_close(p);
}

/* Another process creates the page first. */
static void
test_late(void)
{
	unlink(path);
	meanwhile = mark;
	OK(kept(), "created meanwhile: shared");
	if (truncate(path, 100) < 0)
		abort();
	meanwhile = mark;
	OK(kept(), "replaced meanwhile: shared");
}

#define RACERS 6
#define RACES 60

/* How many of the processes that open the page at the same moment share it. */
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

static void
test_race(void)
{
	_Atomic int *ready = mmap(NULL, sizeof(*ready), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int i, created = 0, replaced = 0;

	for (i = 0; i < RACES; i++) {
		unlink(path);
		created += race(ready) == RACERS;
		if (truncate(path, 100) < 0)
			abort();
		replaced += race(ready) == RACERS;
	}
	EQ(created, RACES, "created at the same time: one page");
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
	test_damage();
	test_figures();
	/* qemu 7.2 swaps the halves of si_addr of a big-endian program */
	if (getenv("BIDE_QEMU") == NULL)
		test_truncate();
	test_forget();
	test_nowhere();
	test_late();
	test_race();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) != 0 || DONE();
}
