/* Any file as a conversation: what is accepted is complete, and reads the same
 * after it was written. */

#include <assert.h>
#include <stdint.h>

#include "api/provider.h"
#include "api/talk.h"
#include "tests/splits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_message(const struct message *m, enum role before)
{
	const struct part *p;

	assert(m->nparts > 0 && m->role <= ROLE_TOOL);
	assert(m->role != ROLE_TOOL || before == ROLE_ASSISTANT);
	for (p = m->parts; p < m->parts + m->nparts; p++) {
		assert((p->type == PART_RESULT) == (m->role == ROLE_TOOL));
		assert(p->type != PART_CALL || (m->role == ROLE_ASSISTANT &&
		    json_valid(p->text) && *p->text.p == '{'));
		if (p->type == PART_IMAGE || p->type == PART_FILE)
			assert(m->role == ROLE_USER && (p->url.n == 0) ==
			    (p->data.n > 0 && p->mime.n > 0));
	}
}

/* Encodes doc in that dialect; 0 if doc is no conversation. */
static int
body_of(const struct dialect *dialect, struct slice doc, struct buf *body)
{
	struct request r = { 0 };
	struct talk t = { 0 };
	size_t i;
	int ok;

	ok = talk_parse(&t, doc) == NULL && talk_end(&t, &r) == NULL;
	for (i = 0; ok && i < r.nmessages; i++)
		check_message(&r.messages[i],
		    i == 0 ? ROLE_USER : r.messages[i - 1].role);
	if (ok) {
		dialect->encode(&r, body);
		assert(json_valid(buf_slice(body)));
	}
	talk_free(&t);
	return ok;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const others[] = { "responses", "messages",
	    "gemini" };
	struct buf once = { 0 }, twice = { 0 }, other = { 0 };
	const struct dialect *d;
	struct slice s = { (const char *)data, size }, doc;
	char *copy = exact(s);
	size_t i;

	doc = (struct slice){ copy, size };
	if (body_of(&dialect_chat, doc, &once)) {
		assert(body_of(&dialect_chat, buf_slice(&once), &twice));
		assert(slice_eq(buf_slice(&once), buf_slice(&twice)));
		for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
			buf_clear(&other);
			d = dialect_find(slice_str(others[i]));
			assert(d == NULL || body_of(d, doc, &other));
		}
	}
	buf_free(&once);
	buf_free(&twice);
	buf_free(&other);
	free(copy);
	return 0;
}
