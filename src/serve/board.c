#define _GNU_SOURCE	/* MAP_ANONYMOUS */

#include "serve/board.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/os.h"

int
board_open(struct board *b, size_t max, struct metrics *m)
{
	int *pipes[] = { b->need, b->yield, b->drain, b->cancel };
	size_t i;

	b->max = max;
	b->metrics = m;
	b->shared = mmap(NULL, sizeof(*b->shared) +
	    max * sizeof(b->shared->place[0]), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (b->shared == MAP_FAILED)
		err_oom();
	for (i = 0; i < COUNT(pipes); i++)
		if (os_pipe(pipes[i], O_NONBLOCK) < 0)
			return -1;
	return 0;
}

size_t
board_count(const struct board *b, enum place kind)
{
	size_t i, n = 0;

	for (i = 0; i < b->max; i++)
		n += atomic_load_explicit(&b->shared->place[i],
		    memory_order_relaxed) == kind;
	return n;
}

int
board_draining(const struct board *b)
{
	struct pollfd p = { .fd = b->drain[0] };

	return poll(&p, 1, 0) == 1;
}
