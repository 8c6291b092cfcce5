#include "cmd/confine.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cmd/say.h"
#include "core/output.h"
#include "core/pages.h"
#include "state/place.h"

/* A file that may be replaced, or a folder with links to others beside it. */
static void
read_beside(struct sandbox *s, struct slice path)
{
	char file[PATH_MAX], folder[PATH_MAX];

	if (path.n == 0 || path.n >= sizeof(file))
		return;
	slice_copy(path, file, sizeof(file));
	sandbox_read(s, file);
	if (place_folder(file, folder, sizeof(folder)) == 0)
		sandbox_read(s, folder);
}

void
confine_net(struct sandbox *s, const struct opts *o)
{
	struct slice dirs = slice_str(getenv("SSL_CERT_DIR"));

	sandbox_system(s);
	read_beside(s, slice_str(o->cacert));
	read_beside(s, slice_str(getenv("SSL_CERT_FILE")));
	while (dirs.n > 0)
		read_beside(s, slice_cut(&dirs, ':'));
}

void
confine_limits(struct sandbox *s, const struct opts *o, int make)
{
	char path[PATH_MAX];
	int i;

	for (i = 0; i < 2 && !o->no_share; i++)
		if (pages_place(i, path, sizeof(path)) == 0) {
			make = make && place_make(path) < 0;
			sandbox_write(s, path);
		}
}

void
confine_output(struct sandbox *s, const char *path)
{
	char real[PATH_MAX], folder[PATH_MAX];
	struct stat st;

	if (path == NULL)
		return;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		sandbox_write(s, path);
	else if (output_real(path, real) == 0 &&
	    place_folder(real, folder, sizeof(folder)) == 0)
		sandbox_write(s, folder);
}

void
confine(struct sandbox *s, const struct opts *o, unsigned calls)
{
	static const char *const in_force[] = {
		"sandbox: none; this system has neither Landlock nor seccomp",
		"sandbox: system calls are limited; files are not, for lack "
		    "of Landlock",
		"sandbox: files are limited; system calls are not, for lack "
		    "of seccomp",
		"sandbox: files and system calls are limited",
	};
	unsigned i = sandbox_close(s, calls);

	if (o->verbose)
		say(slice_str(in_force[i]));
}
