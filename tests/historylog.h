#ifndef TESTS_HISTORYLOG_H
#define TESTS_HISTORYLOG_H

/* Records to replay, and a session's history as text. */

#include "state/history.h"
#include "wire/record.h"

static struct crc32 crc;

/* Appends a record with those members, in which ' stands for ". */
static inline void
put(struct buf *b, const char *type, const char *members)
{
	struct json_out w;
	size_t i, start = record_open(&w, b, type);

	buf_putc(b, ',');
	for (i = b->n, buf_puts(b, members); i < b->n; i++)
		if (b->p[i] == '\'')
			b->p[i] = '"';
	record_close(&w, &crc, start);
}

static inline void
replay(struct history *h, struct slice in)
{
	enum record_ev ev;
	struct slice rec;

	history_init(h, in.n);
	in = record_lines(in);
	while ((ev = record_next(&crc, &in, &rec)) != RECORD_END)
		if (ev == RECORD_ONE)
			history_take(h, rec);
		else
			history_damage(h);
}

/* The conversation as text: "u(question)a(answer)...", with c for a call, r
 * for a result and o for an item of the provider's own. */
static inline void
tell(const struct history *h, struct buf *b)
{
	const struct part *p;
	const struct message *m;
	size_t n, i;

	buf_clear(b);
	for (m = talk_messages(&h->talk, &n); n > 0; n--, m++) {
		buf_printf(b, "%c(", "suat"[m->role]);
		for (i = m->nparts, p = m->parts; i > 0; i--, p++) {
			if (p->type != PART_TEXT)
				buf_printf(b, "%c:%.*s:", "tifcro"[p->type],
				    SLICE_FMT(p->id));
			buf_put(b, p->text);
		}
		buf_puts(b, ")");
	}
}

static inline struct slice
said(const struct history *h)
{
	static struct buf b;

	tell(h, &b);
	return buf_slice(&b);
}

#endif
