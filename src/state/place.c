#include "state/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

int
place_state(const char *name, char *path, size_t size)
{
	const char *dir = getenv("XDG_STATE_HOME"), *tail = "";

	/* XDG: relative paths are to be ignored */
	if (dir == NULL || dir[0] != '/') {
		dir = getenv("HOME");
		tail = "/.local/state";
	}
	errno = ENOENT;
	if (dir == NULL || dir[0] != '/')
		return -1;
	errno = ENAMETOOLONG;
	return str_printf(path, size, "%s%s/bide/%s", dir, tail, name);
}

int
place_folder(const char *path, char *dir, size_t size)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);

	if (n >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	slice_copy(slash == NULL ? SLICE(".") : n == 0 ? SLICE("/") :
	    (struct slice){ path, n }, dir, size);
	return 0;
}

int
place_make(const char *path)
{
	char part[PATH_MAX];
	char *slash;

	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT || strlen(path) >= sizeof(part))
		return -1;
	slice_copy(slice_str(path), part, sizeof(part));
	for (slash = part; (slash = strchr(slash + 1, '/')) != NULL;
	    *slash = '/') {
		*slash = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return -1;
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

int
place_sync(const char *path)
{
	char dir[PATH_MAX];
	int fd, rc;

	if (place_folder(path, dir, sizeof(dir)) < 0 ||
	    (fd = file_open(dir, O_RDONLY | O_DIRECTORY)) < 0)
		return -1;
	rc = file_sync(fd);
	close(fd);
	return rc;
}
