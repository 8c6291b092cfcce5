/* Any records as a session: the history adds up, and what can be asked is a
 * complete request.  Each line gets its CRC, or is damage if it is not the
 * start of a record. */

#include <assert.h>
#include <stdint.h>

#include "api/dialect.h"
#include "tests/historylog.h"
#include "tests/splits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines of whole records, without the end that record_close() writes. */
static void
seal(struct slice in, struct buf *out)
{
	struct slice line;
	size_t start;

	while (in.n > 0) {
		line = slice_cut(&in, '\n');
		start = out->n;
		buf_put(out, line);
		if (slice_starts(line, "{\"type\":\"")) {
			buf_putc(out, ',');
			buf_printf(out, "\"crc\":\"%08x\"}",
			    (unsigned)crc32_add(&crc, 0, slice_sub(
			    buf_slice(out), start, out->n)));
		}
		buf_putc(out, '\n');
	}
}

static void
check_answer(const struct history *h)
{
	const struct part *p = (void *)h->parts.p;
	size_t n = h->parts.n / sizeof(*p), text = 0, items = 0, i;
	struct buf b = { 0 };
	struct cursor c;
	struct fault f;

	for (i = 0; i < n; i++) {
		text += p[i].type == PART_TEXT ? p[i].text.n : 0;
		items += p[i].type != PART_TEXT;
		assert(i >= h->base_parts || p[i].type == PART_TEXT);
	}
	assert(text == h->text_bytes && items == h->items);
	assert(h->base <= text && h->base_parts <= n);
	history_cursor(h, &c);
	assert(c.text <= text && c.calls + c.items == items);
	assert(strlen(c.id) < sizeof(c.id));
	history_text(h, &b);
	assert(b.n == text);
	history_open_calls(h, &b);
	history_fault(h, &f);
	buf_free(&b);
}

/* Asks the last turn, in every dialect. */
static void
ask(struct history *h)
{
	static const struct dialect *const dialects[] = { &dialect_chat,
	    &dialect_responses, &dialect_messages, &dialect_gemini };
	struct request r = { .model = SLICE("m") };
	struct buf body = { 0 };
	size_t i;

	if (history_ask(h) != NULL)
		return;
	assert(h->state != TURN_NONE && h->turn.n > 0);
	assert(talk_end(&h->talk, &r) == NULL);
	for (i = 0; i < r.nmessages; i++)
		assert(r.messages[i].nparts > 0);
	r.system = h->system;
	r.schema = h->schema;
	r.tools = h->tools;
	for (i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
		buf_clear(&body);
		dialects[i]->encode(&r, &body);
		assert(json_valid(buf_slice(&body)));
	}
	buf_free(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf records = { 0 }, once = { 0 }, twice = { 0 };
	struct history h;
	char *copy;

	if (crc.table[0][1] == 0)
		crc32_init(&crc);
	seal((struct slice){ (const char *)data, size }, &records);
	copy = exact(buf_slice(&records));
	replay(&h, (struct slice){ copy, records.n });
	check_answer(&h);
	tell(&h, &once);
	ask(&h);
	history_free(&h);
	replay(&h, (struct slice){ copy, records.n });
	tell(&h, &twice);
	assert(slice_eq(buf_slice(&once), buf_slice(&twice)));
	history_free(&h);
	buf_free(&records);
	buf_free(&once);
	buf_free(&twice);
	free(copy);
	return 0;
}
