#ifndef TESTS_REPLIES_H
#define TESTS_REPLIES_H

/* Replies that say no, and what they are classified as. */

#include "api/error.h"
#include "tests/t.h"

/* 2026-10-21T07:28:00Z: the local clock, for replies without a Date. */
#define WALL ((msec)1792567680000)
#define FIELDS_MAX 8

struct refusal {
	const char *what;
	int status;
	const char *fields;		/* "name: value" lines */
	const char *body;
	enum fclass class;
	int retry;
	msec wait;
};

static inline void
run(const char *fields, struct reply *r, struct fault *f)
{
	struct http_field field[FIELDS_MAX];
	struct slice rest = slice_str(fields), line;

	r->wall = WALL;
	r->field = field;
	for (r->nfields = 0; rest.n > 0; r->nfields++) {
		line = slice_cut(&rest, '\n');
		field[r->nfields].name = slice_cut(&line, ':');
		field[r->nfields].value = slice_trim(line);
	}
	classify(r, f);
}

static inline void
refused(const struct refusal *c)
{
	struct reply r = { .status = c->status, .body = slice_str(c->body) };
	struct fault f;
	int same;

	run(c->fields, &r, &f);
	same = f.class == c->class && f.retry == c->retry && f.wait == c->wait;
	OK(same, c->what);
	if (!same)
		printf("# got %s %d %lld\n", fault_name(f.class), f.retry,
		    (long long)f.wait);
}

#endif
