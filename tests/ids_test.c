#include "state/ids.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/t.h"

#define MANY 30000		/* too many for memory */

static int
mark(struct ids *s, int i, int flags)
{
	unsigned char hash[IDS_HASH];
	char name[32];

	(void)snprintf(name, sizeof(name), "id-%d", i);
	ids_hash(slice_str(name), hash);
	return ids_mark(s, hash, flags);
}

static void
test_set(const char *path, int file)
{
	struct ids s = { .fd = -1, .path = path };
	int i, bad = 0;

	EQ(mark(&s, 0, 0), 0, "an empty set");
	EQ((long long)s.n, 0, "a lookup adds nothing");
	for (i = 0; i < MANY; i++)
		bad += mark(&s, i, i % 3 == 0 ? IDS_DONE : IDS_SEEN) != 0;
	EQ(bad, 0, "all are new");
	EQ((long long)s.n, MANY, "all are counted");
	EQ(s.fd >= 0, file, "in a file if one can be made");
	for (i = 0; i < MANY; i++)
		bad += mark(&s, i, IDS_FAILED) !=
		    (i % 3 == 0 ? IDS_DONE : IDS_SEEN);
	for (i = 0; i < MANY; i++)
		bad += mark(&s, i, 0) !=
		    (IDS_FAILED | (i % 3 == 0 ? IDS_DONE : IDS_SEEN));
	EQ(bad, 0, "flags add up");
	EQ(mark(&s, MANY, 0), 0, "another name is not in the set");
	EQ((long long)s.n, MANY, "a lookup still adds nothing");
	ids_free(&s);
	EQ(mark(&s, 1, 0), 0, "empty after ids_free()");
	ids_free(&s);
}

/* An error of the file is reported. */
static void
test_failure(const char *path)
{
	struct ids s = { .fd = -1, .path = path };
	int i;

	for (i = 0; i < MANY; i++)
		(void)mark(&s, i, IDS_SEEN);
	(void)close(s.fd);
	errno = 0;
	EQ(mark(&s, 1, IDS_DONE), -1, "a failure is reported");
	EQ(errno, EBADF, "with errno");
	s.fd = -1;
	ids_free(&s);
}

int
main(void)
{
	char dir[] = "/tmp/bide-ids.XXXXXX";
	char path[64];

	if (mkdtemp(dir) == NULL)
		abort();
	(void)snprintf(path, sizeof(path), "%s/set", dir);
	test_set(NULL, 0);
	test_set(path, 1);
	test_set("/nowhere/at/all", 0);
	test_failure(path);
	EQ(rmdir(dir), 0, "no file is left");
	return DONE();
}
