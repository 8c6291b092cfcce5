#include "base/alloc.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "tests/t.h"

#define N 500

/* Whether n bytes are all c. */
static int
all(const unsigned char *p, size_t n, int c)
{
	while (n > 0 && p[n - 1] == c)
		n--;
	return n == 0;
}

/* The sizes of a growing buffer, and those about where the pages begin. */
static size_t
size_of(unsigned i)
{
	static const size_t sizes[] = { 0, 1, 16, 17, 48, 49, 1000, 2033, 4080,
	    4081, 8176, 8177, 65536, 100000, 1 << 20 };

	return sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
}

static void
test_apart(void)
{
	static unsigned char *p[N];
	static size_t n[N];
	unsigned i, k, seed = 1;
	int aligned = 1, kept = 1;

	for (i = 0; i < 20 * N; i++) {
		seed = seed * 1103515245 + 12345;
		k = (seed >> 16) % N;
		kept &= all(p[k], n[k], (int)(k & 0xff));
		if (i % 3 == 0) {
			alloc_free(p[k]);
			p[k] = NULL;
			n[k] = 0;
			continue;
		}
		n[k] = size_of(seed >> 8 & 0xff);
		p[k] = alloc_resize(p[k], n[k]);
		aligned &= p[k] != NULL && (uintptr_t)p[k] % 16 == 0;
		memset(p[k], (int)(k & 0xff), n[k]);
	}
	for (k = 0; k < N; k++) {
		kept &= all(p[k], n[k], (int)(k & 0xff));
		alloc_free(p[k]);
	}
	OK(aligned, "aligned for anything");
	OK(kept, "blocks do not overlap");
}

static void
test_resize(void)
{
	unsigned char *p = NULL;
	int kept = 1;
	size_t n;

	for (n = 1; n < (size_t)1 << 22; n *= 2) {
		p = alloc_resize(p, n);
		kept &= all(p, n / 2, 'x');
		memset(p, 'x', n);
	}
	for (; n > 0; n /= 2) {
		p = alloc_resize(p, n);
		kept &= all(p, n / 2, 'x');
	}
	OK(kept, "resize keeps the bytes");
	alloc_free(p);
}

static void
test_reuse(void)
{
	char *p = alloc_get(100), *q;

	memset(p, 'x', 100);
	alloc_free(p);
	q = alloc_zeroed(10, 10);
	OK(q == p, "a spare block is used again");
	OK(all((unsigned char *)q, 100, 0), "zeroed");
	alloc_free(q);
	alloc_free(NULL);
}

static void
test_too_much(void)
{
	char *p = alloc_get(10);

	errno = 0;
	OK(alloc_get(SIZE_MAX) == NULL && errno == ENOMEM, "too much");
	OK(alloc_get(PTRDIFF_MAX) == NULL, "half of all");
	OK(alloc_zeroed(SIZE_MAX / 2, 3) == NULL, "a product that overflows");
	OK(alloc_resize(p, SIZE_MAX) == NULL, "resize: too much");
	memset(p, 'x', 10);
	alloc_free(p);
}

int
main(void)
{
	test_apart();
	test_resize();
	test_reuse();
	test_too_much();
	return DONE();
}
