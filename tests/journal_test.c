/* A journal when the disk fails, another process writes, or a crash has left
 * an incomplete record. */

#define _GNU_SOURCE

#include "tests/t.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The nth call of one kind fails, with an errno or as a short write. */
static enum call { NONE, WRITE, FSYNC } failing;
static int countdown, with;

static int
fails(enum call call)
{
	if (failing != call || countdown-- != 0)
		return 0;
	errno = with;
	return 1;
}

static ssize_t
my_write(int fd, const void *p, size_t n)
{
	if (!fails(WRITE))
		return write(fd, p, n);
	return with == 0 ? write(fd, p, n / 2) : -1;
}

static int
my_fsync(int fd)
{
	return fails(FSYNC) ? -1 : fsync(fd);
}

/* Replaces base/file.c of the library. */
#define write my_write
#define fsync my_fsync
#include "src/base/file.c"
#undef write
#undef fsync

#include "state/expire.h"
#include "state/journal.h"

static char dir[] = "/tmp/bide-journal-XXXXXX";
static msec clock_now;
static int unlock_fd = -1;

static msec
fake_mono(void *ctx)
{
	(void)ctx;
	return clock_now;
}

/* Advances the clock; the third sleep releases the other lock. */
static int
fake_sleep(void *ctx, msec until)
{
	static int pauses;

	(void)ctx;
	clock_now = until;
	if (unlock_fd >= 0 && ++pauses == 3) {
		close(unlock_fd);
		unlock_fd = -1;
	}
	return 0;
}

static const struct env env = { .mono = fake_mono, .sleep = fake_sleep,
    .wakefd = -1 };

static void
name(struct journal *j, const char *file)
{
	journal_none(j);
	(void)snprintf(j->path, sizeof(j->path), "%s/%s", dir, file);
}

static int
append(struct journal *j, const char *type)
{
	struct buf b = { 0 };
	struct json_out w;
	int rc;

	record_close(&w, &j->crc, record_open(&w, &b, type));
	rc = journal_append(j, buf_slice(&b));
	buf_free(&b);
	return rc;
}

/* Checks the types of the records in the file; "+" is an incomplete one. */
static void
holds(struct journal *j, const char *want, const char *what)
{
	struct buf b = { 0 }, types = { 0 };
	struct slice in, rec;
	struct journal r;

	journal_none(&r);
	memcpy(r.path, j->path, sizeof(r.path));
	OK(journal_open(&r, JOURNAL_READ, &env, 0) == 0 &&
	    journal_load(&r, &b) == 0, what);
	in = record_lines(buf_slice(&b));
	if (in.n < b.n)
		buf_puts(&types, "+");
	while (record_next(&r.crc, &in, &rec) == RECORD_ONE)
		buf_put(&types, slice_sub(rec, 9, 1));
	EQS(buf_slice(&types), want, what);
	journal_close(&r);
	buf_free(&b);
	buf_free(&types);
}

static void
plain(void)
{
	struct journal j;
	struct stat st;

	name(&j, "plain");
	EQ(journal_open(&j, JOURNAL_OLD, &env, 0), -1, "OLD: no file");
	EQ(j.error, ENOENT, "OLD: ENOENT");
	j.error = 0;
	EQ(journal_open(&j, JOURNAL_NEW, &env, 0), 0, "NEW: created");
	EQ(append(&j, "a"), 0, "a record");
	EQ(append(&j, "b"), 0, "a second record");
	EQ(journal_sync(&j, 1), 0, "synced");
	EQ(fstat(j.fd, &st), 0, "fstat");
	EQ(st.st_mode & 0777, 0600, "mode 0600");
	journal_close(&j);
	holds(&j, "ab", "two records");
	EQ(journal_open(&j, JOURNAL_NEW, &env, 0), -1, "NEW: exists");
	EQ(j.error, EEXIST, "NEW: EEXIST");
	journal_none(&j);
	EQ(append(&j, "a"), 0, "without a file: appending works");
	EQ(journal_sync(&j, 1), 0, "without a file: syncing works");
}

static void
one_failure(enum call call, int nth, int error, const char *want,
    const char *what)
{
	struct journal j;
	int rc;

	name(&j, "failing");
	(void)unlink(j.path);
	(void)journal_open(&j, JOURNAL_WRITE, &env, 0);
	failing = call;
	countdown = nth;
	with = error;
	rc = append(&j, "a");
	rc |= append(&j, "b");
	rc |= journal_sync(&j, 1);
	rc |= append(&j, "c");
	failing = NONE;
	EQ(rc, error == EINTR ? 0 : -1, what);
	EQ(j.error, error == EINTR ? 0 : error == 0 ? ENOSPC : error,
	    what);
	journal_close(&j);
	holds(&j, want, what);
}

static void
failures(void)
{
	one_failure(WRITE, 0, ENOSPC, "", "the first write, full");
	one_failure(WRITE, 1, ENOSPC, "a", "the second write, full");
	one_failure(WRITE, 1, 0, "a", "the second write, short");
	one_failure(WRITE, 2, EIO, "ab", "the third write, EIO");
	one_failure(WRITE, 1, EINTR, "abc", "the second write, EINTR");
	one_failure(FSYNC, 0, EIO, "ab", "the fsync, EIO");
	one_failure(FSYNC, 0, EINTR, "abc", "the fsync, EINTR");
}

static void
torn(void)
{
	struct journal j;
	struct buf b = { 0 };
	struct slice lines;

	name(&j, "torn");
	(void)journal_open(&j, JOURNAL_WRITE, &env, 0);
	(void)append(&j, "a");
	EQ(write(j.fd, "{\"type\":\"te", 11), 11, "a crash in a write");
	journal_close(&j);
	holds(&j, "+a", "torn");
	name(&j, "torn");
	EQ(journal_open(&j, JOURNAL_OLD, &env, 0), 0,
	    "the next writer opens it");
	EQ(journal_load(&j, &b), 0, "and loads it");
	lines = record_lines(buf_slice(&b));
	EQ(journal_truncate(&j, (int64_t)lines.n), 0, "and truncates it");
	EQ(append(&j, "b"), 0, "and appends");
	journal_close(&j);
	holds(&j, "ab", "truncated and appended");
	buf_free(&b);
}

static void
locks(void)
{
	struct journal a, b;

	name(&a, "locked");
	name(&b, "locked");
	EQ(journal_open(&a, JOURNAL_WRITE, &env, 0), 0, "one writer");
	EQ(journal_open(&b, JOURNAL_WRITE, &env, clock_now + 1000), -1,
	    "no second writer");
	EQ(b.error, EAGAIN, "EAGAIN for the second writer");
	EQ(clock_now, 1000, "after its deadline");
	b.error = 0;
	unlock_fd = a.fd;
	EQ(journal_open(&b, JOURNAL_WRITE, &env, clock_now + 60000), 0,
	    "a second writer after the first");
	OK(clock_now < 2000, "soon after that");
	journal_close(&b);
}

/* A file that is removed while another process waits for its lock. */
static void
removed(void)
{
	struct journal a, b;
	struct stat st;

	name(&a, "removed");
	name(&b, "removed");
	EQ(journal_open(&a, JOURNAL_WRITE, &env, 0), 0, "a file");
	(void)unlink(a.path);
	EQ(journal_open(&b, JOURNAL_WRITE, &env, 0), 0,
	    "a second file of that name");
	EQ(fstat(b.fd, &st), 0, "fstat");
	EQ(st.st_nlink, 1, "is the one that has the name");
	journal_close(&a);
	journal_close(&b);
	name(&a, "link");
	EQ(symlink("plain", a.path), 0, "a link");
	EQ(journal_open(&a, JOURNAL_WRITE, &env, 0), -1,
	    "a link is not followed");
	name(&a, "fifo");
	EQ(mkfifo(a.path, 0600), 0, "a FIFO");
	EQ(journal_open(&a, JOURNAL_OLD, &env, 0), -1, "a FIFO is refused");
	EQ(a.error, EINVAL, "without blocking");
}

/* The file is opened if it is ours and nobody else may write it. */
static void
owners(void)
{
	static const struct {
		mode_t mode;
		int error, exposed;
	} rows[] = {
		{ 0600, 0, 0 },
		{ 0640, 0, 1 },
		{ 0604, 0, 1 },
		{ 0620, JOURNAL_NOT_OURS, 0 },
		{ 0602, JOURNAL_NOT_OURS, 0 },
		{ 0666, JOURNAL_NOT_OURS, 0 },
	};
	struct journal j;
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		name(&j, "plain");
		EQ(chmod(j.path, rows[i].mode), 0, "chmod");
		EQ(journal_open(&j, JOURNAL_READ, &env, 0),
		    rows[i].error == 0 ? 0 : -1, "a mode, to read");
		EQ(j.error, rows[i].error, "whether others may write");
		EQ(j.exposed, rows[i].exposed, "whether others may read");
		journal_close(&j);
		name(&j, "plain");
		EQ(journal_open(&j, JOURNAL_OLD, &env, 0),
		    rows[i].error == 0 ? 0 : -1, "a mode, to write");
		journal_close(&j);
	}
	(void)chmod(j.path, 0600);
	st = (struct stat){ .st_mode = S_IFREG | 0600, .st_uid = geteuid() };
	OK(journal_ours(&st), "a file of ours");
	st.st_uid++;
	OK(!journal_ours(&st), "another user's");
}

static msec
slow_mono(void *ctx)
{
	(void)ctx;
	return clock_now += 10;
}

static msec
fake_wall(void *ctx)
{
	(void)ctx;
	return (msec)1800000000000;
}

/* A pass over old sessions whose time is always up goes on in the next one,
 * one file in each. */
static void
expired(void)
{
	struct env slow = { .mono = slow_mono, .wall = fake_wall,
	    .wakefd = -1 };
	const struct timespec old[2] = { { .tv_sec = 1000000000 },
	    { .tv_sec = 1000000000 } };
	struct journal j;
	char file[64];
	int i;

	OK(setenv("XDG_STATE_HOME", dir, 1) == 0, "a state directory");
	(void)snprintf(file, sizeof(file), "%s/bide", dir);
	EQ(mkdir(file, 0700), 0, "bide's");
	(void)snprintf(file, sizeof(file), "%s/bide/sessions", dir);
	EQ(mkdir(file, 0700), 0, "its sessions");
	for (i = 0; i < 5; i++) {
		(void)snprintf(file, sizeof(file),
		    "bide/sessions/20010909-014640-000%d.jsonl", i);
		name(&j, file);
		EQ(journal_open(&j, JOURNAL_NEW, &env, 0), 0, "a session");
		EQ(append(&j, "answer"), 0, "that is finished");
		journal_close(&j);
		EQ(utimensat(AT_FDCWD, j.path, old, 0), 0, "and old");
	}
	for (i = 0; i < 5; i++)
		EQ(expire_sessions(&slow, 86400000), 1, "one in each pass");
	EQ(expire_sessions(&slow, 86400000), 0, "then none");
	OK(unsetenv("XDG_STATE_HOME") == 0, "cleaned up");
}

int
main(void)
{
	char command[64];

	if (mkdtemp(dir) == NULL)
		return 1;
	plain();
	failures();
	torn();
	locks();
	removed();
	owners();
	expired();
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	EQ(system(command), 0, "cleaned up");
	return DONE();
}
