#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/error.h"
#include "tests/drive.h"
#include "wire/json.h"

#define FIELDS_MAX 64

/* One case.  Each string is unescaped into a buf of its own. */
struct drive_case {
	struct buf body, text[2 * FIELDS_MAX];
	struct http_field field[FIELDS_MAX];
	size_t nfields;
};

static void
add_field(struct drive_case *c, struct slice name, struct slice value)
{
	struct buf *text = &c->text[2 * c->nfields];

	if (c->nfields == FIELDS_MAX)
		return;
	json_unescape(name, &text[0], NULL);
	json_unescape(value, &text[1], NULL);
	c->field[c->nfields].name = buf_slice(&text[0]);
	c->field[c->nfields++].value = buf_slice(&text[1]);
}

/* {"name":"value"} as in errors.jsonl, or [["name","value"]] as in the
 * corpora. */
static void
read_headers(struct drive_case *c, struct slice doc)
{
	struct slice key, tok, name, value;
	size_t at = 0;

	while (json_each(doc, &at, &key, &tok) > JSON_END) {
		if (key.p != NULL)
			add_field(c, key, tok);
		else if (json_find(tok, "0", &name) == JSON_STRING &&
		    json_find(tok, "1", &value) == JSON_STRING)
			add_field(c, name, value);
	}
}

static void
put_result(struct slice id, const struct fault *f)
{
	struct buf line = { 0 }, seconds = { 0 };
	struct json_out w = { .out = &line };
	/* The catalogue has no word for a peer that does not speak HTTP. */
	enum fclass class = f->class == F_PROTO ? F_REQUEST : f->class;

	json_open(&w, '{');
	json_member(&w, "id", id);
	json_member(&w, "class", slice_str(fault_name(class)));
	json_key(&w, "retry");
	json_bool(&w, f->retry);
	json_key(&w, "wait_s");
	if (f->wait == MSEC_NONE) {
		json_null(&w);
	} else {
		buf_printf(&seconds, "%lld.%03lld", (long long)f->wait / 1000,
		    (long long)f->wait % 1000);
		json_raw(&w, buf_slice(&seconds));
	}
	json_close(&w);
	printf("%.*s\n", SLICE_FMT(line));
	buf_free(&line);
	buf_free(&seconds);
}

static int
drive_line(struct slice line)
{
	enum { ID, WHERE, STATUS, HEADERS, BODY, N };
	struct json_want want[N] = {
		{ .key = "id" }, { .key = "where" }, { .key = "status" },
		{ .key = "headers" }, { .key = "body" },
	};
	struct drive_case c = { 0 };
	struct buf id = { 0 };
	struct reply r = { .wall = (msec)time(NULL) * 1000 };
	struct fault f;
	size_t i;

	if (json_pick(line, want, N) < 0)
		return -1;
	json_unescape(want[ID].tok, &id, NULL);
	json_unescape(want[BODY].tok, &c.body, NULL);
	read_headers(&c, want[HEADERS].tok);
	r.status = json_is(want[WHERE].tok, "stream") ? 200 :
	    (int)json_int(want[STATUS].tok, 0);
	r.field = c.field;
	r.nfields = c.nfields;
	r.body = buf_slice(&c.body);
	classify(&r, &f);
	put_result(buf_slice(&id), &f);
	for (i = 0; i < 2 * c.nfields; i++)
		buf_free(&c.text[i]);
	buf_free(&c.body);
	buf_free(&id);
	return 0;
}

int
drive_classify(int argc, char **argv)
{
	struct buf in = { 0 };
	struct slice rest, line;
	int rc = 0;

	(void)argc;
	(void)argv;
	drive_slurp(&in);
	for (rest = buf_slice(&in); rest.n > 0 && rc == 0;) {
		line = slice_trim(slice_cut(&rest, '\n'));
		if (line.n > 0 && drive_line(line) < 0)
			rc = 1;
	}
	buf_free(&in);
	return rc;
}
