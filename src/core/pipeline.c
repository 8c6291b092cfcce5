#include "core/pipeline.h"

#include <string.h>

#include "api/request.h"

/* Longer text is passed on at once: it is not worth a copy. */
#define GATHER_MAX ((size_t)4096)

/* -- joining a continuation ------------------------------------------------ */

size_t
seam_overlap(struct slice text, struct slice head)
{
	size_t k = text.n < head.n ? text.n : head.n, blanks = 0;

	if (text.n >= SEAM_ALL &&
	    slice_eq(text, slice_sub(head, 0, text.n)))
		return text.n;
	while (blanks < text.n &&
	    memchr(" \n\t", text.p[text.n - 1 - blanks], 3) != NULL)
		blanks++;
	for (; k > 0; k--)
		if ((k >= SEAM_LEAST || k <= blanks) &&
		    slice_eq(slice_sub(text, text.n - k, k),
		    slice_sub(head, 0, k)))
			return k;
	return 0;
}

void
seam_quote(struct slice text, struct buf *out)
{
	buf_puts(out, "The connection broke while you answered. Between the "
	    "lines of dashes is what has arrived of your answer. Go on exactly "
	    "where it stops: repeat nothing of it, and say nothing about the "
	    "interruption.\n-----\n");
	buf_put(out, text);
	buf_puts(out, "\n-----");
}

/* Keeps text; of more than SEAM_KEEP the last half, from a whole code point. */
static void
remember(struct pipeline *p, struct slice text)
{
	size_t at;

	buf_put(&p->text, text);
	if (p->text.n <= SEAM_KEEP)
		return;
	at = p->text.n - SEAM_KEEP / 2;
	while (at < p->text.n && ((unsigned char)p->text.p[at] & 0xc0) == 0x80)
		at++;
	buf_drop(&p->text, at);
}

/* -- the sinks in their order ---------------------------------------------- */

/* The journal first: what anybody sees is on disk. */
static void
put_all(struct pipeline *p, const struct event *e)
{
	if (p->journal != NULL)
		p->journal->put(p->journal, e);
	p->answer->put(p->answer, e);
	if (e->type == EV_START && p->earlier != NULL) {
		pipeline_show(p->answer, p->earlier, p->calls);
		p->earlier = NULL;
	}
	if (p->status != NULL)
		p->status->put(p->status, e);
}

/* Passes on the held start of a continuation without the overlap. */
static void
join(struct pipeline *p)
{
	struct slice head = buf_slice(&p->head);

	if (!p->joining)
		return;
	p->joining = 0;
	head = slice_sub(head, seam_overlap(buf_slice(&p->text), head),
	    head.n);
	if (head.n > 0) {
		remember(p, head);
		put_all(p, &(struct event){ .type = EV_TEXT, .text = head });
	}
	buf_clear(&p->head);
}

static void
put_text(struct pipeline *p, struct slice text)
{
	if (p->joining) {
		buf_put(&p->head, text);
		if (p->head.n >= SEAM_WINDOW)
			join(p);
		return;
	}
	if (p->joins)
		remember(p, text);
	put_all(p, &(struct event){ .type = EV_TEXT, .text = text });
}

static void
put_gathered(struct pipeline *p)
{
	if (p->gathered.n > 0)
		put_text(p, buf_slice(&p->gathered));
	buf_clear(&p->gathered);
}

/* The status is flushed even when the answer cannot be written. */
static int
pipeline_flush(struct sink *s, struct fault *f)
{
	struct pipeline *p = (struct pipeline *)s;
	struct fault ignored;
	int rc;

	put_gathered(p);
	if (p->journal != NULL)
		(void)p->journal->flush(p->journal, &ignored);
	rc = p->answer->flush(p->answer, f);
	s->delivered = p->answer->delivered;
	if (p->status != NULL)
		(void)p->status->flush(p->status, &ignored);
	return rc;
}

/* What came before the break is written out and stays valid, unless the sink
 * holds it until the answer is complete. */
static void
begin_joining(struct pipeline *p, struct event *e)
{
	struct fault ignored;

	join(p);
	(void)pipeline_flush(&p->sink, &ignored);
	p->joining = p->sink.delivered > 0;
	if (p->joining)
		e->discard = 0;
	else
		buf_clear(&p->text);
}

static void
pipeline_put(struct sink *s, const struct event *e)
{
	struct pipeline *p = (struct pipeline *)s;
	struct event changed;

	if (e->type == EV_TEXT && !p->each && e->text.n <= GATHER_MAX) {
		buf_put(&p->gathered, e->text);
		return;
	}
	put_gathered(p);
	if (e->type == EV_TEXT) {
		put_text(p, e->text);
		return;
	}
	if ((e->type == EV_RETRY || e->type == EV_FALLBACK) && p->joins &&
	    !e->kept) {
		changed = *e;
		begin_joining(p, &changed);
		e = &changed;
	} else if (e->type == EV_TOOL_CALL || e->type == EV_DONE ||
	    e->type == EV_ERROR) {
		join(p);
	}
	put_all(p, e);
}

static void
pipeline_tick(struct sink *s, msec left)
{
	struct sink *status = ((struct pipeline *)s)->status;

	status->tick(status, left);
}

static void
pipeline_refused(struct sink *s, struct slice body)
{
	struct sink *answer = ((struct pipeline *)s)->answer;

	answer->refused(answer, body);
}

void
pipeline_init(struct pipeline *p)
{
	p->sink = (struct sink){ .put = pipeline_put, .flush = pipeline_flush,
	    .tick = p->status != NULL && p->status->tick != NULL ?
	    pipeline_tick : NULL,
	    .refused = p->answer->refused != NULL ? pipeline_refused : NULL };
	p->text = p->head = p->gathered = (struct buf){ 0 };
	p->joining = 0;
}

void
pipeline_earlier(struct pipeline *p, struct slice text, int joining)
{
	remember(p, text);
	p->joining = p->joins && joining && text.n > 0;
}

void
pipeline_free(struct pipeline *p)
{
	buf_free(&p->text);
	buf_free(&p->head);
	buf_free(&p->gathered);
}

void
pipeline_show(struct sink *s, const struct buf *parts, int calls)
{
	const struct part *p = (const void *)parts->p;
	size_t n;

	for (n = parts->n / sizeof(*p); n > 0; n--, p++) {
		if (p->type == PART_TEXT)
			s->put(s, &(struct event){ .type = EV_TEXT,
			    .text = p->text });
		else if (p->type == PART_CALL && calls)
			s->put(s, &(struct event){ .type = EV_TOOL_CALL,
			    .text = p->text, .id = p->id, .name = p->name });
	}
}
