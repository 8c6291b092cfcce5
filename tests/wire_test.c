/* Golden files: tests/wire/http-NAME.in is a response (http-head-NAME: to
 * HEAD), http-request-NAME.in a request, sse-NAME.in an event stream, and
 * NAME.want the log of its events.  Each is parsed at once, byte by byte, and
 * cut in two at every position.  wire_test -w rewrites the logs. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/httplog.h"
#include "tests/splits.h"
#include "tests/requestlog.h"
#include "tests/sselog.h"
#include "tests/t.h"

#define DIR_NAME "tests/wire"

static int rewrite;

static void
run(struct buf *log, const char *name, struct slice in, struct cut cut)
{
	buf_clear(log);
	if (strncmp(name, "http-request-", 13) == 0)
		requestlog(log, in, cut);
	else if (strncmp(name, "http-", 5) == 0)
		httplog(log, strncmp(name, "http-head-", 10) == 0, in, cut);
	else
		sselog(log, &(struct sse){ .max = 1 << 20 }, in, cut);
}

static void
path_of(char path[300], const char *name, const char *end)
{
	snprintf(path, 300, DIR_NAME "/%s%s", name, end);
}

static int
read_file(const char *path, struct buf *b)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		return -1;
	while ((n = fread(buf_room(b, 4096), 1, 4096, f)) > 0)
		b->n += n;
	return fclose(f);
}

static void
write_file(const char *path, struct slice s)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(s.p, 1, s.n, f) != s.n || fclose(f) != 0)
		perror(path);
}

/* The first position where cutting in two changes the log; n if none does. */
static size_t
first_difference(const char *name, struct slice in, struct slice want)
{
	struct buf log = { 0 };
	size_t k;

	for (k = 1; k < in.n; k++) {
		run(&log, name, in, (struct cut){ k, in.n });
		if (!slice_eq(buf_slice(&log), want))
			break;
	}
	buf_free(&log);
	return k < in.n ? k : in.n;
}

static void
one_file(const char *name)
{
	struct buf in = { 0 }, want = { 0 }, log = { 0 };
	char path[300];

	path_of(path, name, ".in");
	OK(read_file(path, &in) == 0, name);
	path_of(path, name, ".want");
	run(&log, name, buf_slice(&in), (struct cut){ in.n, 1 });
	if (rewrite)
		write_file(path, buf_slice(&log));
	OK(read_file(path, &want) == 0, path);
	buf_putc(&want, '\0');
	EQS(buf_slice(&log), want.p, "at once");
	want.n--;
	run(&log, name, buf_slice(&in), (struct cut){ 1, 1 });
	EQS(buf_slice(&log), want.p, "byte by byte");
	EQ(first_difference(name, buf_slice(&in), buf_slice(&want)), in.n,
	    "cut in two");
	buf_free(&in);
	buf_free(&want);
	buf_free(&log);
}

static int
wanted(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 3 && strcmp(e->d_name + n - 3, ".in") == 0;
}

int
main(int argc, char **argv)
{
	struct dirent **list;
	int i, n = scandir(DIR_NAME, &list, wanted, alphasort);

	rewrite = argc > 1 && strcmp(argv[1], "-w") == 0;
	OK(n > 0, DIR_NAME);
	for (i = 0; i < n; i++) {
		list[i]->d_name[strlen(list[i]->d_name) - 3] = '\0';
		one_file(list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return DONE();
}
