#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int
file_take(int fd, struct buf *out)
{
	char part[8192];
	struct stat st;
	ssize_t n = 1;
	int saved;

	if (fd < 0)
		return -1;
	/* all at once, if it can be; if not, that shows below */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		(void)buf_room(out, (size_t)st.st_size);
	out->full = 0;
	while (!out->full && n > 0) {
		n = read(fd, part, sizeof(part));
		if (n > 0)
			buf_put(out, (struct slice){ part, (size_t)n });
	}
	saved = out->full ? EFBIG : errno;
	(void)close(fd);
	errno = saved;
	return n < 0 || out->full ? -1 : 0;
}

int
file_read(const char *path, struct buf *out)
{
	return file_take(open(path, O_RDONLY | O_CLOEXEC), out);
}
