#include "cmd/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int
file_read(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;
	ssize_t n = 1;
	char part[4096];

	if (fd < 0)
		return -1;
	while (!out->full && n > 0) {
		n = read(fd, part, sizeof(part));
		if (n > 0)
			buf_put(out, (struct slice){ part, (size_t)n });
	}
	saved = errno;
	close(fd);
	errno = out->full ? EFBIG : saved;
	return n < 0 || out->full ? -1 : 0;
}
