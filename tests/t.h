#ifndef TESTS_T_H
#define TESTS_T_H

/*
 * The harness: TAP on stdout, one program per module.  OK, EQ and EQS are one
 * test each; end main() with return DONE().
 */

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

static int t_count, t_failed;

#define OK(cond, ...) t_ok((cond) != 0, #cond, __FILE__, __LINE__, __VA_ARGS__)
#define EQ(got, want, ...) t_eq((long long)(got), (long long)(want), #got, \
    __FILE__, __LINE__, __VA_ARGS__)
#define EQS(got, want, ...) t_eqs((got), (want), #got, __FILE__, __LINE__, \
    __VA_ARGS__)
#define DONE() (printf("1..%d\n", t_count), t_failed != 0)

static void
t_note(int ok, const char *expr, const char *file, int line, const char *name)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", ++t_count, name);
	fflush(stdout);		/* a forked child would say it again */
	if (ok)
		return;
	t_failed++;
	printf("# %s:%d: %s\n", file, line, expr);
}

static inline void
t_ok(int ok, const char *expr, const char *file, int line, const char *name)
{
	t_note(ok, expr, file, line, name);
}

static inline void
t_eq(long long got, long long want, const char *expr, const char *file,
    int line, const char *name)
{
	t_note(got == want, expr, file, line, name);
	if (got != want)
		printf("# got %lld, want %lld\n", got, want);
}

/* A slice against a NUL-terminated text. */
static inline void
t_eqs(struct slice got, const char *want, const char *expr, const char *file,
    int line, const char *name)
{
	int same = slice_is(got, want);

	t_note(same, expr, file, line, name);
	if (!same)
		printf("# got \"%.*s\"\n# want \"%s\"\n", SLICE_FMT(got), want);
}

#endif
