/*
 * Arbitrary status, header fields and body give a class, a wait within bounds,
 * and no wait without a retry.  Input: a byte for the status, fields, an empty
 * line, the body.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/error.h"
#include "wire/wait.h"

#define FIELDS_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int cond)
{
	if (!cond)
		abort();
}

/* A copy of its own, so that ASan sees a read past the end. */
static struct slice
own(struct slice s)
{
	char *p = malloc(s.n == 0 ? 1 : s.n);

	must(p != NULL);
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct slice){ p, s.n };
}

static int
status_of(uint8_t byte)
{
	static const int odd[] = { 200, 307, 402, 413, 429, 529 };

	return byte % 2 == 0 ? odd[byte / 2 % 6] : 400 + byte;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_field field[FIELDS_MAX];
	struct slice in = { (const char *)data, size }, line;
	struct reply r = { .wall = 1792567680000, .field = field };
	struct fault f;
	size_t i;

	if (size == 0)
		return 0;
	r.status = status_of(data[0]);
	in = slice_sub(in, 1, size);
	while (r.nfields < FIELDS_MAX && (line = slice_cut(&in, '\n')).n > 0) {
		field[r.nfields].name = own(slice_cut(&line, ':'));
		field[r.nfields++].value = own(slice_trim(line));
	}
	r.body = own(in);
	classify(&r, &f);
	must(f.class != F_NONE && fault_name(f.class) != NULL);
	must(f.wait == MSEC_NONE ||
	    (f.retry && f.wait >= 0 && f.wait <= WAIT_MAX));
	must(memchr(f.text, '\0', sizeof(f.text)) != NULL && f.text[0] != '\0');
	must(f.status >= 200 && f.status < 700);
	for (i = 0; i < r.nfields; i++) {
		free((char *)field[i].name.p);
		free((char *)field[i].value.p);
	}
	free((char *)r.body.p);
	return 0;
}
