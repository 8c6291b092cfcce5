#define _DEFAULT_SOURCE	/* MAP_ANONYMOUS */

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/guard.h"
#include "tests/t.h"

static void
test_wipe(void)
{
	char p[] = "secret";
	size_t i, left = 0;

	wipe(p + 1, 4);
	for (i = 0; i < sizeof(p); i++)
		left += p[i] != '\0';
	EQ(left, 2, "wipe: these bytes and no others");
	wipe(p, 0);
	EQ(p[0], 's', "wipe: none");
}

static void
test_secret(void)
{
	static char big[16385];
	struct secret k;
	char given[] = "sk-test";

	EQ(secret_set(&k, slice_str(given)), 0, "secret: set");
	wipe(given, sizeof(given));
	EQS(secret_slice(&k), "sk-test", "secret: a copy of its own");
	secret_drop(&k);
	OK(k.page == NULL && k.n == 0, "secret: dropped");
	EQS(secret_slice(&k), "", "secret: {0} is empty");
	secret_drop(&k);
	EQ(secret_set(&k, SLICE("")), 0, "secret: empty");
	secret_drop(&k);
	EQ(secret_set(&k, (struct slice){ big, 16384 }), 0, "secret: 16 KiB");
	secret_drop(&k);
	EQ(secret_set(&k, (struct slice){ big, 16385 }), -1,
	    "secret: too long");
	OK(k.page == NULL, "secret: too long leaves {0}");
}

/* The flags of the page, from /proc/self/smaps. */
static void
test_dump(void)
{
	struct secret k;
	struct buf all = { 0 };
	char line[512];
	unsigned long from;
	int here = 0, left_out = 0;
	FILE *fp = fopen("/proc/self/smaps", "r");

	secret_set(&k, SLICE("sk-test"));
	while (fp != NULL && fgets(line, sizeof(line), fp) != NULL) {
		if (sscanf(line, "%lx-", &from) == 1 &&
		    strchr(line, '-') < strchr(line, ' '))
			here = from == (unsigned long)k.page;
		if (here && strncmp(line, "VmFlags:", 8) == 0) {
			buf_puts(&all, line);
			left_out = strstr(line, " dd") != NULL;
		}
	}
	if (fp != NULL)
		fclose(fp);
	if (all.n == 0)
		printf("# no VmFlags here\n");
	OK(all.n == 0 || left_out, "secret: left out of core files");
	buf_free(&all);
	secret_drop(&k);
}

static void
test_process(void)
{
	struct rlimit r;

	guard_process();
	EQ(getrlimit(RLIMIT_CORE, &r), 0, "process: limit");
	EQ(r.rlim_cur, 0, "process: no core files");
	EQ(r.rlim_max, 0, "process: and none later");
#ifdef __linux__
	EQ(prctl(PR_GET_DUMPABLE), 0, "process: nobody else reads it");
#endif
}

static void
test_buf_wipe(void)
{
	struct buf b = { 0 };

	buf_puts(&b, "a secret");
	buf_wipe(&b);
	OK(b.p == NULL && b.n == 0, "buf_wipe: gone");
}

int
main(void)
{
	test_wipe();
	test_secret();
	test_dump();
	test_buf_wipe();
	test_process();
	return DONE();
}
