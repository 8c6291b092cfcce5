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
	size_t at;

	if (k->nslots == JSON_LIKE_SLOTS)
		return 0;
	json_init(&j, buf_slice(&k->doc));
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
	for (s = k->spot; s < k->spot + k->nspots; s++) {
		if (new.from < s->from)
			s->before++;
		if (new.from <= s->to)
			s->upto++;
	}
	return 1;
}

/* Compares doc with the remembered one.  shift[i] gets the distance by which
 * the text after i slots has moved.  -1 if doc is not alike. */
static int
compare(struct json_like *k, struct slice doc, ptrdiff_t *shift)
{
	const char *p = doc.p, *end = doc.p + doc.n;
	size_t at = 0, i, n, left, same;

	shift[0] = 0;
	for (i = 0;; i++) {
		n = (i < k->nslots ? k->slot[i].from : k->doc.n) - at;
		left = (size_t)(end - p);
		same = scan_same(p, k->doc.p + at, n < left ? n : left);
		if (same < n) {
			if (!new_slot(k, i, at, at + same))
				return -1;
			n = k->slot[i].from - at;
		}
		p += n;
		if (i == k->nslots)
			return p == end ? 0 : -1;
		p = k->slot[i].type == JSON_STRING ? lex_string(p, end) :
		    lex_number(p, end);
		if (p == NULL)
			return -1;
		at = k->slot[i].to;
		shift[i + 1] = p - doc.p - (ptrdiff_t)at;
	}
}

/* Copies doc, and lets what is wanted of it refer to the copy: a value that is
 * the same in the next document is not set again. */
static void
remember(struct json_like *k, struct slice doc)
{
	struct json_want *w;
	size_t at;

	buf_put(&k->doc, doc);
	for (w = k->want; w->key != NULL; w++) {
		if (w->type == JSON_BAD)
			continue;
		at = (size_t)(w->tok.p - doc.p);
		k->spot[k->nspots++] = (struct json_spot){ (uint16_t)at,
		    (uint16_t)(at + w->tok.n), 0, 0,
		    (unsigned char)(w - k->want) };
		w->tok.p = k->doc.p + at;
	}
}

int
json_pick_like(struct json_like *k, struct slice doc, size_t n)
{
	ptrdiff_t shift[JSON_LIKE_SLOTS + 1];
	const struct json_spot *s;
	struct json_want *w;
	const char *from;

	if (k->doc.n > 0 && doc.n > 0 && compare(k, doc, shift) == 0) {
		for (s = k->spot; s < k->spot + k->nspots; s++) {
			if (s->before == s->upto)
				continue;
			from = doc.p + s->from + shift[s->before];
			k->want[s->want].tok = (struct slice){ from,
			    (size_t)(doc.p + s->to + shift[s->upto] - from) };
		}
		if (k->misses > 0)
			k->misses--;
		return 0;
	}
	for (w = k->want; w->key != NULL; w++) {
		w->type = JSON_BAD;
		w->tok = (struct slice){ 0 };
	}
	buf_clear(&k->doc);
	k->nslots = k->nspots = 0;
	if (json_pick(doc, k->want, n) < 0)
		return -1;
	if (k->misses < MISSES_MAX) {
		k->misses++;
		if (doc.n <= DOC_MAX)
			remember(k, doc);
	}
	return 0;
}
