#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/drive.h"

void
drive_slurp(struct buf *in)
{
	ssize_t n;

	while ((n = read(0, buf_room(in, 65536), 65536)) > 0)
		in->n += (size_t)n;
	if (n < 0) {
		perror("drive: stdin");
		exit(74);
	}
}

const char *
drive_option(int argc, char **argv, const char *name)
{
	int i;

	for (i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return NULL;
}

size_t
drive_size(int argc, char **argv, const char *name, size_t fallback)
{
	const char *s = drive_option(argc, argv, name);
	long long v;

	if (s == NULL)
		return fallback;
	v = slice_dec(slice_str(s), 1LL << 40);
	if (v < 1) {
		fprintf(stderr, "drive: %s wants a number from 1 on\n", name);
		exit(64);
	}
	return (size_t)v;
}
