#include "core/seam.h"

static int
blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

/* White space on both sides of the seam that is the same. */
static size_t
blanks(struct slice text, struct slice head)
{
	size_t n = 0, k;

	while (n < text.n && blank(text.p[text.n - 1 - n]))
		n++;
	for (k = n; k > 0; k--)
		if (slice_eq(slice_sub(text, text.n - k, k),
		    slice_sub(head, 0, k)))
			return k;
	return 0;
}

size_t
seam_overlap(struct slice text, struct slice head)
{
	size_t k = text.n < head.n ? text.n : head.n;

	if (text.n >= SEAM_ALL &&
	    slice_eq(text, slice_sub(head, 0, text.n)))
		return text.n;
	for (; k >= SEAM_LEAST; k--)
		if (slice_eq(slice_sub(text, text.n - k, k),
		    slice_sub(head, 0, k)))
			return k;
	return blanks(text, head);
}

/* Where the last half of it begins, at a whole code point. */
static size_t
keep_from(const struct buf *text)
{
	size_t at = text->n - SEAM_KEEP / 2;

	while (at < text->n && ((unsigned char)text->p[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static void
keep(struct seam *s, struct slice text)
{
	buf_put(&s->text, text);
	if (s->text.n > SEAM_KEEP)
		buf_drop(&s->text, keep_from(&s->text));
}

void
seam_earlier(struct seam *s, struct slice text, int joining)
{
	keep(s, text);
	s->joining = joining && text.n > 0;
}

static void
pass(struct seam *s, struct slice text)
{
	struct event e;

	if (text.n == 0)
		return;
	keep(s, text);
	e.type = EV_TEXT;
	e.text = text;
	s->next->put(s->next, &e);
}

static void
join(struct seam *s)
{
	struct slice head = buf_slice(&s->head);

	if (!s->joining)
		return;
	s->joining = 0;
	pass(s, slice_sub(head, seam_overlap(buf_slice(&s->text), head),
	    head.n));
	buf_clear(&s->head);
}

static void
take_text(struct seam *s, struct slice text)
{
	if (!s->joining) {
		pass(s, text);
		return;
	}
	buf_put(&s->head, text);
	if (s->head.n >= SEAM_WINDOW)
		join(s);
}

/* What came before the break is written out and stands; unless the sink holds
 * the answer back until it is whole. */
static void
take_break(struct seam *s, const struct event *e)
{
	struct event kept = *e;
	struct fault ignored;

	if (e->kept) {
		s->next->put(s->next, e);
		return;
	}
	if (s->joining)
		join(s);
	(void)s->next->flush(s->next, &ignored);
	s->joining = s->next->delivered > 0;
	if (s->joining)
		kept.discard = 0;
	else
		buf_clear(&s->text);
	s->next->put(s->next, &kept);
}

static void
seam_put(struct sink *sink, const struct event *e)
{
	struct seam *s = (struct seam *)sink;

	switch (e->type) {
	case EV_TEXT:
		take_text(s, e->text);
		return;
	case EV_RETRY:
	case EV_FALLBACK:
		take_break(s, e);
		return;
	case EV_TOOL_CALL:
	case EV_DONE:
	case EV_ERROR:
		join(s);
		break;
	case EV_START:
	case EV_REASONING:
	case EV_ITEM:
	case EV_USAGE:
	case EV_WAIT:
		break;
	}
	s->next->put(s->next, e);
}

static int
seam_flush(struct sink *sink, struct fault *f)
{
	struct seam *s = (struct seam *)sink;
	int rc = s->next->flush(s->next, f);

	sink->delivered = s->next->delivered;
	return rc;
}

void
seam_init(struct seam *s, struct sink *next)
{
	*s = (struct seam){ .sink = { .put = seam_put, .flush = seam_flush },
	    .next = next };
}

void
seam_free(struct seam *s)
{
	buf_free(&s->text);
	buf_free(&s->head);
}
