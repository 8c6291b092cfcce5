#include "core/pages.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "state/place.h"

int
pages_place(int i, char *path, size_t size)
{
	const char *run = getenv("XDG_RUNTIME_DIR");

	if (i > 0)
		return place_state("limits", path, size);
	if (run == NULL || run[0] != '/')
		return -1;
	return str_printf(path, size, "%s/bide", run);
}

void
pages_each(int fd, msec now, void (*one)(void *ctx, int folder,
    const char *name, struct page *page), void *ctx)
{
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	struct page *page;

	while (d != NULL && (e = readdir(d)) != NULL) {
		page = page_peek(fd, e->d_name, now);
		if (page == NULL)
			continue;
		one(ctx, fd, e->d_name, page);
		page_close(page);
	}
	if (d != NULL)
		(void)closedir(d);
	else if (fd >= 0)
		(void)close(fd);
}

const char *
pages_cell(size_t cell)
{
	static const char names[LIMIT_CELLS][14] = { "requests", "tokens",
	    "input_tokens", "output_tokens", "requests", "tokens" };

	return names[cell];
}
