/* Runs a fuzz target on the files named, or on all files of a directory.  A
 * finding ends the program. */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count, failed;

static int
slurp(const char *path, struct buf *b)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		return -1;
	while ((n = fread(buf_room(b, 65536), 1, 65536, f)) > 0)
		b->n += n;
	return fclose(f);
}

static void
replay_file(const char *path)
{
	struct buf b = { 0 };
	uint8_t *exact;
	int ok = slurp(path, &b) == 0;

	if (ok) {
		/* exactly its size, so that ASan sees an overrun */
		exact = malloc(b.n == 0 ? 1 : b.n);
		if (exact == NULL)
			abort();
		if (b.n > 0)
			memcpy(exact, b.p, b.n);
		LLVMFuzzerTestOneInput(exact, b.n);
		free(exact);
	}
	printf("%sok %d - %s\n", ok ? "" : "not ", ++count, path);
	fflush(stdout);
	failed |= !ok;
	buf_free(&b);
}

static int
visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static void
replay(const char *path)
{
	struct dirent **list;
	struct buf b = { 0 };
	struct stat st;
	int i, n;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
		replay_file(path);
		return;
	}
	n = scandir(path, &list, visible, alphasort);
	for (i = 0; i < n; i++) {
		buf_clear(&b);
		buf_printf(&b, "%s/%s", path, list[i]->d_name);
		buf_putc(&b, '\0');
		replay_file(b.p);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	buf_free(&b);
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		replay(argv[i]);
	printf("1..%d\n", count);
	return failed || count == 0;
}
