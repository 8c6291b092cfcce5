#include "api/adapt.h"

#include <stdlib.h>
#include <string.h>

#include "api/talk.h"

/* Whether every provider takes an id; none that was made up, as the new ones
 * must differ from them. */
static int
is_fit(struct slice id, int chat)
{
	size_t i;

	if (chat && slice_ifind(id, "__thought__") > 0)
		return 1;
	for (i = 0; i < id.n; i++)
		if (!(id.p[i] >= '0' && id.p[i] <= '9') &&
		    !(id.p[i] >= 'A' && id.p[i] <= 'Z') &&
		    !(id.p[i] >= 'a' && id.p[i] <= 'z') &&
		    id.p[i] != '_' && id.p[i] != '-')
			return 0;
	return id.n > 0 && id.n <= 64 && !slice_starts(id, MADE_UP);
}

/* Copies JSON, with U+FFFD for each half of a surrogate pair. */
static void
put_whole_pairs(struct buf *out, struct slice json)
{
	uint16_t unit, low;
	size_t n, pair;

	for (; json.n > 0; slice_skip(&json, n)) {
		n = json_escape(json, &unit);
		if (n > 0 && unit >= 0xd800 && unit <= 0xdfff) {
			pair = json_escape(slice_sub(json, n, json.n), &low);
			if (pair == 0 || unit > 0xdbff || low < 0xdc00 ||
			    low > 0xdfff) {
				buf_puts(out, "\\ufffd");
				continue;
			}
			n += pair;
		}
		if (n == 0)
			n = 1;
		buf_put(out, slice_sub(json, 0, n));
	}
}

static void
fit_arguments(struct adapted *a, struct part *call)
{
	struct json_out w = { .out = &a->text };
	struct slice text = slice_trim(call->text);
	size_t from = a->text.n;
	int valid = json_valid(text), string = valid && *text.p == '"';

	if (string || (valid && *text.p == '{')) {
		if (!string && slice_ifind(text, "\\ud") < 0)
			return;
		buf_puts(&a->text, string ? "{\"input\":" : "");
		put_whole_pairs(&a->text, text);
		buf_puts(&a->text, string ? "}" : "");
	} else if (valid || text.n == 0 || strchr("{[", *text.p) != NULL) {
		call->text = SLICE("{}");
		return;
	} else {
		json_open(&w, '{');
		json_member(&w, "input", call->text);
		json_close(&w);
	}
	call->text = slice_sub(buf_slice(&a->text), from, a->text.n);
}

/* Empties the ids of calls that need another one: of equal ones all but the
 * first. */
static void
drop_ids(const struct message *m, size_t n, int chat)
{
	struct buf sorted = { 0 };
	size_t i, all = talk_pair(m, n, &sorted);
	struct talk_call *c = (void *)sorted.p;
	struct slice id, last = { 0 };

	for (i = 0; i < all; i++) {
		if (c[i].part->type != PART_CALL)
			continue;
		id = c[i].part->id;
		if (!is_fit(id, chat) || slice_eq(id, last))
			c[i].part->id = SLICE("");
		last = id;
	}
	buf_free(&sorted);
}

static int
by_call(const void *a, const void *b)
{
	const struct part *x = ((const struct part *)a)->mate;
	const struct part *y = ((const struct part *)b)->mate;

	return (x > y) - (x < y);
}

void
adapt(struct adapted *a, struct request *r, int chat)
{
	struct message *m;
	struct part *p;
	size_t i, k, from, calls = 0, n = 0, room = 0;

	for (i = 0; i < r->nmessages; i++)
		for (k = 0; k < r->messages[i].nparts; k++, n++)
			if (r->messages[i].parts[k].type == PART_CALL)
				/* the longest escape is six bytes; an id */
				room += r->messages[i].parts[k].text.n * 6 +
				    128;
	if (room == 0)
		return;
	/* allocated at once: nothing may move */
	(void)buf_room(&a->text, room);
	m = (void *)buf_room(&a->messages, r->nmessages * sizeof(*m));
	p = (void *)buf_room(&a->parts, n * sizeof(*p));
	for (i = 0; i < r->nmessages; i++) {
		m[i] = r->messages[i];
		memcpy(p, m[i].parts, m[i].nparts * sizeof(*p));
		m[i].parts = p;
		p += m[i].nparts;
	}
	drop_ids(m, r->nmessages, chat);
	p = (void *)a->parts.p;
	for (i = 0; i < r->nmessages; i++) {
		for (k = 0; k < m[i].nparts; k++, p++) {
			if (p->type == PART_RESULT && p->mate != NULL)
				p->id = p->mate->id;
			if (p->type != PART_CALL)
				continue;
			fit_arguments(a, p);
			from = a->text.n;
			buf_printf(&a->text, MADE_UP "%zu", ++calls);
			if (p->id.n == 0)
				p->id = slice_sub(buf_slice(&a->text), from,
				    a->text.n);
		}
		if (m[i].role == ROLE_TOOL)
			qsort(p - m[i].nparts, m[i].nparts, sizeof(*p),
			    by_call);
	}
	r->messages = m;
}

void
adapt_free(struct adapted *a)
{
	buf_free(&a->messages);
	buf_free(&a->parts);
	buf_free(&a->text);
}
