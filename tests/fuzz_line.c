/* Any text as a line of a batch: accepted lines make valid requests, and their
 * results are read back with the same id. */

#include <assert.h>
#include <stdint.h>

#include "api/answer.h"
#include "api/dialect.h"
#include "base/utf8.h"
#include "tests/splits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_result(const struct line *l, struct slice body, int failed)
{
	struct fault f = { .class = failed ? F_REQUEST : F_NONE,
	    .text = "why" };
	struct buf id = { 0 }, again = { 0 }, out = { 0 };
	struct answer a = { .family = l->family, .fault = &f,
	    .status = failed ? 400 : 200, .request_id = "", .body = body };
	struct slice raw;

	line_id(l, 1, 2, &id);
	a.id = buf_slice(&id);
	answer_put(&out, &a);
	assert(json_valid(buf_slice(&out)));
	assert(memchr(out.p, '\n', out.n) == out.p + out.n - 1);
	assert(answer_read(buf_slice(&out), &raw) == failed);
	json_unescape(raw, &again, NULL);
	assert(l->at[L_ID].p == NULL || utf8_good(a.id) < a.id.n ||
	    slice_eq(a.id, buf_slice(&again)));
	buf_free(&id);
	buf_free(&again);
	buf_free(&out);
}

static void
check_question(const struct line *l)
{
	struct param params[LINE_PARAMS];
	struct request r = { .model = SLICE("m") };
	struct buf text = { 0 }, body = { 0 };
	struct talk t = { 0 };
	int instead;

	if (l->family != FAMILY_PLAIN) {
		line_body(l, SLICE(""), 0, &body);
		assert(json_valid(buf_slice(&body)));
		for (instead = 0; instead < 2; instead++) {
			buf_clear(&body);
			line_body(l, SLICE("m\"x"), instead, &body);
			assert(json_valid(buf_slice(&body)));
		}
	} else if (line_ask(l, &t, &r, params, &text) == NULL) {
		dialect_chat.encode(&r, &body);
		assert(json_valid(buf_slice(&body)));
	}
	talk_free(&t);
	buf_free(&text);
	buf_free(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { (const char *)data, size };
	char *copy = exact(s);
	struct line l;

	s.p = copy;
	if (line_read(&l, s) == NULL)
		check_question(&l);
	check_result(&l, s, 0);
	check_result(&l, s, 1);
	free(copy);
	return 0;
}
