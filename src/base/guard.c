#define _GNU_SOURCE	/* MAP_ANONYMOUS, MADV_DONTDUMP, prlimit() */

#include "base/guard.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define SECRET_MAX ((size_t)16384)

void
wipe(void *p, size_t n)
{
	memset(p, 0, n);
	/* the asm may read the bytes, so the stores must happen */
	__asm__ __volatile__("" : : "r"(p) : "memory");
}

int
secret_set(struct secret *k, struct slice s)
{
	void *page;

	*k = (struct secret){ 0 };
	if (s.n > SECRET_MAX)
		return -1;
	page = mmap(NULL, SECRET_MAX, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -1;
	(void)mlock(page, SECRET_MAX);	/* may exceed RLIMIT_MEMLOCK */
#ifdef MADV_DONTDUMP
	(void)madvise(page, SECRET_MAX, MADV_DONTDUMP);
#endif
	*k = (struct secret){ page, SECRET_MAX, s.n };
	if (s.n > 0)
		memcpy(k->page, s.p, s.n);
	return 0;
}

struct slice
secret_slice(const struct secret *k)
{
	return (struct slice){ k->page, k->n };
}

void
secret_drop(struct secret *k)
{
	if (k->page != NULL) {
		wipe(k->page, k->size);
		munmap(k->page, k->size);
	}
	*k = (struct secret){ 0 };
}

int
guard_stdio(void)
{
	int fd, ends[2];

	/* a pipe, since /dev/null may be missing: its lower end is fd, the
	 * lowest that is free */
	for (fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (pipe(ends) < 0)
			return -1;
		(void)close(ends[1]);
	}
	return 0;
}

void
guard_process(void)
{
	struct rlimit none = { 0, 0 };

#ifdef __linux__
	/* setrlimit() of musl has 1.6 KB to signal threads */
	(void)prlimit(0, RLIMIT_CORE, &none, NULL);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#else
	(void)setrlimit(RLIMIT_CORE, &none);
#endif
}
