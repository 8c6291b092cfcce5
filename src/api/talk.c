#include "api/talk.h"

#include <string.h>

#include "wire/json.h"

/* -- the arrays ------------------------------------------------------------ */

static struct message *
messages(const struct talk *t, size_t *n)
{
	*n = t->messages.n / sizeof(struct message);
	return (void *)t->messages.p;
}

struct message *
talk_last(const struct talk *t)
{
	size_t n;
	struct message *m = messages(t, &n);

	return n == 0 ? NULL : &m[n - 1];
}

void
talk_turn(struct talk *t, enum role role)
{
	struct message m = { .role = role };
	const struct message *before = talk_last(t);

	if (role != ROLE_TOOL || before == NULL || before->role != ROLE_TOOL)
		buf_put(&t->messages, (struct slice){ (void *)&m, sizeof(m) });
}

void
talk_part(struct talk *t, const struct part *p)
{
	buf_put(&t->parts, (struct slice){ (const void *)p, sizeof(*p) });
	talk_last(t)->nparts++;
}

void
talk_user(struct talk *t, struct slice prompt, const struct part *files,
    size_t n)
{
	struct part text = { .type = PART_TEXT, .text = prompt };
	size_t i;

	talk_turn(t, ROLE_USER);
	for (i = 0; i < n; i++)
		talk_part(t, &files[i]);
	talk_part(t, &text);
}

void
talk_result(struct talk *t, struct slice id, struct slice text)
{
	struct part p = { .type = PART_RESULT, .id = id, .text = text };

	talk_turn(t, ROLE_TOOL);
	talk_part(t, &p);
}

void
talk_assistant(struct talk *t, struct slice text)
{
	struct part p = { .type = PART_TEXT, .text = text };

	talk_turn(t, ROLE_ASSISTANT);
	talk_part(t, &p);
}

static void
erase(struct buf *b, const void *from, const void *to)
{
	const char *end = b->p + b->n;

	memmove(b->p + ((const char *)from - b->p), to,
	    (size_t)(end - (const char *)to));
	b->n -= (size_t)((const char *)to - (const char *)from);
}

/* Removes messages from to to - 1. */
static void
cut(struct talk *t, size_t from, size_t to)
{
	size_t n;
	const struct message *m = talk_messages(t, &n), *end = &m[to - 1];

	erase(&t->parts, m[from].parts, end->parts + end->nparts);
	erase(&t->messages, &m[from], &m[to]);
}

/* -- the copies ------------------------------------------------------------ */

void
talk_room(struct talk *t, size_t n)
{
	if (t->text.max - t->text.n >= 2 * n && t->text.max > 0)
		return;
	buf_put(&t->full, (struct slice){ (const char *)&t->text,
	    sizeof(t->text) });
	t->text = (struct buf){ .max = 2 * n };
	buf_room(&t->text, t->text.max);
}

struct slice
talk_text(struct talk *t, struct slice raw)
{
	size_t from = t->text.n;

	if (json_plain(raw))
		return raw;
	json_unescape(raw, &t->text, NULL);
	return slice_sub(buf_slice(&t->text), from, t->text.n);
}

/* -- the end --------------------------------------------------------------- */

/* The part of that type and id; NULL. */
static struct part *
find(const struct message *m, enum part_type type, struct slice id)
{
	size_t i;

	for (i = 0; m != NULL && i < m->nparts; i++)
		if (m->parts[i].type == type && slice_eq(m->parts[i].id, id))
			return (struct part *)&m->parts[i];
	return NULL;
}

/* Each call of m has a result in next, and each result of m a call in
 * before, whose name it takes over. */
static const char *
check_calls(struct talk *t, struct message *m, const struct message *before,
    const struct message *next)
{
	struct part *p = (struct part *)m->parts, *call;
	size_t i;

	for (i = 0; i < m->nparts; i++, p++) {
		t->name = p->id;
		if (p->type == PART_CALL && find(next, PART_RESULT, p->id) ==
		    NULL)
			return "a tool call without its result";
		if (p->type != PART_RESULT)
			continue;
		if ((call = find(before, PART_CALL, p->id)) == NULL)
			return "a tool result without its call";
		p->name = call->name;
	}
	return NULL;
}

struct message *
talk_messages(const struct talk *t, size_t *n)
{
	const struct part *p = (void *)t->parts.p;
	struct message *m = messages(t, n);
	size_t i;

	for (i = 0; i < *n; i++) {
		m[i].parts = p;
		p += m[i].nparts;
	}
	return m;
}

/* What is wrong with the calls and results of the messages; *at: of which. */
static const char *
check_all(struct talk *t, size_t *at)
{
	const char *why = NULL;
	size_t n;
	struct message *m = talk_messages(t, &n);

	for (*at = 0; *at < n && why == NULL; ++*at)
		why = check_calls(t, &m[*at], *at == 0 ? NULL : &m[*at - 1],
		    *at + 1 == n ? NULL : &m[*at + 1]);
	return why;
}

void
talk_mend(struct talk *t)
{
	size_t from, to, n;
	struct message *m;

	while (check_all(t, &to) != NULL) {
		m = talk_messages(t, &n);
		from = to - 1;
		for (to = from; to < n && m[to].role != ROLE_ASSISTANT;)
			to++;
		if (to++ == n)
			return;
		while (from > 0 && m[from - 1].role != ROLE_ASSISTANT)
			from--;
		cut(t, from, to);
	}
}

const char *
talk_end(struct talk *t, struct request *r)
{
	size_t n;
	const char *why = check_all(t, &n);
	struct message *m = talk_messages(t, &n);

	if (why != NULL)
		return why;
	t->name = (struct slice){ 0 };
	if (n == 0)
		return "no message";
	if (m[n - 1].role != ROLE_USER && m[n - 1].role != ROLE_TOOL)
		return "the last message is neither a user's nor a tool's";
	r->messages = m;
	r->nmessages = n;
	return NULL;
}

int
talk_disown(struct talk *t)
{
	struct part *p = (void *)t->parts.p;
	size_t n = t->parts.n / sizeof(*p);
	int any = 0;

	for (; n > 0; n--, p++) {
		any |= p->signature.n > 0 ||
		    (p->type == PART_OWN && p->name.n > 0);
		p->signature.n = 0;
		if (p->type == PART_OWN)
			p->name.n = 0;		/* nobody's */
	}
	return any;
}

void
talk_free(struct talk *t)
{
	struct buf *full = (void *)t->full.p;
	size_t n = t->full.n / sizeof(*full);

	while (n > 0)
		buf_free(&full[--n]);
	buf_free(&t->full);
	buf_free(&t->text);
	buf_free(&t->messages);
	buf_free(&t->parts);
	*t = (struct talk){ 0 };
}
