#include "wire/json_like.h"

#include "base/bug.h"
#include "wire/json_lex.h"

#define DOC_MAX ((size_t)4 << 10)

/* After this many misses, less the hits, documents are no longer remembered:
 * it costs more than it saves. */
#define MISSES_MAX 32

/*
 * Makes the value around offset o of the remembered document a slot, the ith:
 * it is read from now on, not compared.  o is where doc differed; from is the
 * end of the slot before.  0 if no text or number is there, or no slot free.
 */
static int
new_slot(struct json_like *k, size_t i, size_t from, size_t o)
{
	struct json_slot new = { 0 };
	struct json_spot *s;
	enum json_type type;
	struct slice tok;
	struct json j;
	size_t at, w;

	if (k->nslots == JSON_LIKE_SLOTS)
		return 0;
	json_init(&j, slice_sub(buf_slice(&k->doc), k->before,
	    k->doc.n - k->before - k->after));
	while ((type = json_next(&j, &tok)) > JSON_END) {
		at = (size_t)(tok.p - k->doc.p);
		if (at > o)
			break;
		new = (struct json_slot){ (uint16_t)at,
		    (uint16_t)(at + tok.n), (unsigned char)type };
	}
	if ((new.type != JSON_STRING && new.type != JSON_NUMBER) ||
	    new.from < from || new.to < o)
		return 0;
	memmove(&k->slot[i + 1], &k->slot[i],
	    (k->nslots++ - i) * sizeof(new));
	k->slot[i] = new;
	for (w = 0; k->want[w].key != NULL; w++) {
		s = &k->spot[w];
		if (k->want[w].type == JSON_BAD)
			continue;
		if (new.from < s->from)
			s->before++;
		if (new.from <= s->to)
			s->upto++;
		if (s->before != s->upto)
			k->vary |= 1u << w;
	}
	return 1;
}

/* Compares text with the remembered one from offset at to stop, and sets
 * .shift.  Returns where that ends in text; NULL if it is not alike. */
static const char *
compare(struct json_like *k, struct slice text, size_t at, size_t stop)
{
	const char *p = text.p, *end = text.p + text.n;
	size_t i, n, left, same;

	k->shift[0] = -(ptrdiff_t)at;
	for (i = 0;; i++) {
		n = (i < k->nslots ? k->slot[i].from : stop) - at;
		left = (size_t)(end - p);
		same = scan_same(p, k->doc.p + at, n < left ? n : left);
		if (same < n) {
			if (same == left || !new_slot(k, i, at, at + same))
				return NULL;
			n = k->slot[i].from - at;
		}
		p += n;
		if (i == k->nslots)
			return p;
		p = k->slot[i].type == JSON_STRING ? lex_string(p, end) :
		    lex_number(p, end);
		if (p == NULL)
			return NULL;
		at = k->slot[i].to;
		k->shift[i + 1] = p - text.p - (ptrdiff_t)at;
	}
}

/* After compare(): want i is in text, if it varies. */
static void
set_want(struct json_like *k, const char *text, unsigned i)
{
	const struct json_spot *s = &k->spot[i];
	const char *from;

	if ((k->vary >> i & 1) == 0)
		return;
	from = text + s->from + k->shift[s->before];
	k->want[i].tok = (struct slice){ from,
	    (size_t)(text + s->to + k->shift[s->upto] - from) };
}

/* Copies doc, in its block, and lets what is wanted of it refer to the copy: a
 * value that is the same in the next document is not set again. */
static void
remember(struct json_like *k, struct slice doc, struct slice block)
{
	struct json_want *w;
	size_t at, i;

	if (block.n == 0)
		block = doc;
	if (block.n > DOC_MAX)
		return;
	buf_put(&k->doc, block);
	k->before = (size_t)(doc.p - block.p);
	k->after = block.n - k->before - doc.n;
	for (i = 0; k->want[i].key != NULL; i++) {
		w = &k->want[i];
		if (w->type == JSON_BAD)
			continue;
		at = (size_t)(w->tok.p - block.p);
		k->spot[i] = (struct json_spot){ (uint16_t)at,
		    (uint16_t)(at + w->tok.n), 0, 0 };
		w->tok.p = k->doc.p + at;
	}
}

int
json_pick_like(struct json_like *k, struct slice doc, struct slice block,
    size_t n)
{
	int framed = k->before + k->after > 0;
	struct json_want *w;
	unsigned i;

	/* without its block it is remembered once more */
	if (k->doc.n > 0 && doc.n > 0 && (framed || block.n == 0) &&
	    compare(k, doc, k->before, k->doc.n - k->after) ==
	    doc.p + doc.n) {
		for (i = 0; k->vary >> i != 0; i++)
			set_want(k, doc.p, i);
		if (k->misses > 0)
			k->misses--;
		return 0;
	}
	for (w = k->want; w->key != NULL; w++) {
		w->type = JSON_BAD;
		w->tok = (struct slice){ 0 };
	}
	buf_clear(&k->doc);
	k->nslots = 0;
	k->before = k->after = 0;
	k->vary = 0;
	if (json_pick(doc, k->want, n) < 0)
		return -1;
	if (k->misses < MISSES_MAX) {
		k->misses++;
		remember(k, doc, block);
	}
	return 0;
}

size_t
json_like_block(struct json_like *k, struct slice in, unsigned i)
{
	const char *end;

	if (k->doc.n == 0 || k->before + k->after == 0 || in.n == 0)
		return 0;
	end = compare(k, in, 0, k->doc.n);
	if (end == NULL)
		return 0;
	set_want(k, in.p, i);
	return (size_t)(end - in.p);
}
