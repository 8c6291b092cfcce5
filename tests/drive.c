/*
 * drive: the modules from a shell, for cases that others wrote.
 * One JSON line out for each thing read; see each drive_*.c.
 */

#include <stdio.h>
#include <string.h>

#include "tests/drive.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} drives[] = {
	{ "json", drive_json },
	{ "sse", drive_sse },
	{ "http", drive_http },
	{ "classify", drive_classify },
	{ "decode", drive_decode },
};

int
main(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < sizeof(drives) / sizeof(drives[0]); i++)
		if (argc > 1 && strcmp(argv[1], drives[i].name) == 0)
			return drives[i].run(argc - 1, argv + 1);
	fputs("usage: drive json|sse|http|classify|decode [options] < bytes\n",
	    stderr);
	return 64;
}
