#include "wire/json_like.h"

#include "base/bug.h"
#include "wire/json_lex.h"

#define DOC_MAX ((size_t)4 << 10)

/* So many documents that looked otherwise, hits set off against them, end the
 * remembering: it costs more than it saves. */
#define MISSES_MAX 32

/*
 * The value of a document that may differ begins a slot: no longer compared,
 * but read.  o: the first byte that differed, behind from.  0 when no text or
 * number is there, or no room.
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

/* Compares doc with the one remembered.  shift gets what each slot moves that
 * stands behind it.  -1 when it looks otherwise. */
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

/* What was found, where doc has it. */
static void
restore(struct json_like *k, struct slice doc, const ptrdiff_t *shift)
{
	const struct json_spot *s;
	struct json_want *w;
	const char *from;

	for (s = k->spot; s < k->spot + k->nspots; s++) {
		w = &k->want[s->want];
		from = doc.p + s->from + shift[s->before];
		w->type = (enum json_type)s->type;
		w->tok = (struct slice){ from,
		    (size_t)(doc.p + s->to + shift[s->upto] - from) };
	}
}

static void
remember(struct json_like *k, struct slice doc)
{
	const struct json_want *w;
	size_t at;

	if (doc.n > DOC_MAX)
		return;
	buf_put(&k->doc, doc);
	for (w = k->want; w->key != NULL; w++) {
		if (w->type == JSON_BAD)
			continue;
		at = (size_t)(w->tok.p - doc.p);
		k->spot[k->nspots++] = (struct json_spot){ (uint16_t)at,
		    (uint16_t)(at + w->tok.n), 0, 0, (unsigned char)w->type,
		    (unsigned char)(w - k->want) };
	}
}

static void
forget(struct json_like *k)
{
	struct json_want *w;

	for (w = k->want; w->key != NULL; w++) {
		w->type = JSON_BAD;
		w->tok = (struct slice){ 0 };
	}
	buf_clear(&k->doc);
	k->nslots = k->nspots = 0;
}

int
json_pick_like(struct json_like *k, struct slice doc, size_t n)
{
	ptrdiff_t shift[JSON_LIKE_SLOTS + 1];

	if (k->doc.n > 0 && doc.n > 0 && compare(k, doc, shift) == 0) {
		restore(k, doc, shift);
		if (k->misses > 0)
			k->misses--;
		return 0;
	}
	forget(k);
	if (json_pick(doc, k->want, n) < 0)
		return -1;
	if (k->misses < MISSES_MAX) {
		k->misses++;
		remember(k, doc);
	}
	return 0;
}
