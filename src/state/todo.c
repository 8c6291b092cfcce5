#include "state/todo.h"

#include <stdlib.h>
#include <string.h>

#define QUEUE_MAX 16384			/* marks */
#define DIGITS 15

struct mark {
	unsigned char hash[IDS_HASH];
	unsigned char what;
	uint64_t line;		/* 0: a result */
};

enum {
	IMPLIED = 1,		/* the hash is that of the digest */
	FAILED = 2,
	DONE = 4
};

/* The digest in an implied ID; empty if it has none. */
static struct slice
digest_of(struct slice id)
{
	struct slice number;

	if (!slice_starts(id, "line-"))
		return SLICE("");
	slice_skip(&id, 5);
	number = slice_cut(&id, '-');
	return slice_dec(number, INT64_MAX) >= 0 && id.n == DIGITS &&
	    slice_hex(id) >= 0 ? id : SLICE("");
}

int
todo_hash(struct slice id, unsigned char hash[IDS_HASH])
{
	struct slice digest = digest_of(id);

	ids_hash(digest.n > 0 ? digest : id, hash);
	return digest.n > 0;
}

uint64_t
todo_digest(struct slice text)
{
	unsigned char hash[IDS_HASH];
	uint64_t n = 0;
	int i;

	ids_hash(text, hash);
	for (i = 0; i < 8; i++)
		n = n << 8 | hash[i];
	return n >> (64 - 4 * DIGITS);
}

unsigned
todo_part(struct slice id, unsigned n)
{
	unsigned char hash[IDS_HASH];
	unsigned part;

	(void)todo_hash(id, hash);
	memcpy(&part, hash + 8, sizeof(part));
	return part % n;
}

/* By hash; lines with the same one in their order. */
static int
by_hash(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;
	int d = memcmp(x->hash, y->hash, IDS_HASH);

	return d != 0 ? d : (x->line > y->line) - (x->line < y->line);
}

static void
want(struct todo *t, uint64_t line)
{
	size_t at = (size_t)(line / 8);

	while (t->wanted.n <= at)
		buf_putc(&t->wanted, 0);
	t->wanted.p[at] = (char)(t->wanted.p[at] | 1 << line % 8);
	t->lines++;
}

static int
take_result(struct todo *t, const struct mark *m)
{
	int flags = IDS_DONE | (m->what & FAILED ? IDS_FAILED : IDS_GOOD);

	if (m->what & IMPLIED && ids_count(&t->ids, m->hash, 1) < 0)
		return -1;
	return ids_mark(&t->ids, m->hash, flags);
}

static int
take_line(struct todo *t, const struct mark *m)
{
	int had = ids_mark(&t->ids, m->hash, m->what & IMPLIED ? 0 : IDS_SEEN);
	int left = 0;

	if (had < 0)
		return -1;
	if (m->what & IMPLIED) {
		left = had == 0 ? 0 : ids_count(&t->ids, m->hash, -1);
		if (left < 0)
			return -1;
	} else if (had & IDS_SEEN) {
		if (t->repeated == 0 || m->line < t->repeated)
			t->repeated = m->line;
		return 0;
	}
	if (left > 0 || m->what & DONE ||
	    (!(m->what & IMPLIED) && had & IDS_DONE)) {
		t->done++;
		t->failed += (m->what & FAILED) != 0 ||
		    (had & (IDS_FAILED | IDS_GOOD)) == IDS_FAILED;
	} else {
		want(t, m->line);
	}
	return 0;
}

int
todo_end(struct todo *t)
{
	const struct mark *m = (void *)t->queue.p;
	size_t n = t->queue.n / sizeof(*m);
	int rc = 0;

	if (n > 0)
		qsort(t->queue.p, n, sizeof(*m), by_hash);
	for (; rc >= 0 && n > 0; n--, m++)
		rc = m->line == 0 ? take_result(t, m) : take_line(t, m);
	buf_clear(&t->queue);
	return rc < 0 ? -1 : 0;
}

static int
enqueue(struct todo *t, const struct mark *m)
{
	buf_put(&t->queue, (struct slice){ (const char *)m, sizeof(*m) });
	return t->queue.n < QUEUE_MAX * sizeof(*m) ? 0 : todo_end(t);
}

int
todo_result(struct todo *t, struct slice id, int failed)
{
	struct mark m = { .what = failed ? FAILED : 0 };

	if (todo_hash(id, m.hash))
		m.what |= IMPLIED;
	else if (slice_starts(id, "line-"))
		t->by_number = 1;
	if (enqueue(t, &m) < 0)
		return -1;
	if (m.what != (IMPLIED | FAILED))
		return 0;
	m.what = FAILED;	/* for todo_failed() */
	ids_hash(id, m.hash);
	return enqueue(t, &m);
}

int
todo_failed(struct todo *t, struct slice id)
{
	unsigned char hash[IDS_HASH];
	int had;

	ids_hash(id, hash);
	had = ids_mark(&t->ids, hash, 0);
	return had < 0 ? -1 : (had & IDS_FAILED) != 0;
}

int
todo_line(struct todo *t, struct slice id, uint64_t number)
{
	struct mark m = { .line = number };
	unsigned char hash[IDS_HASH];
	int had;

	if (todo_hash(id, m.hash))
		m.what = IMPLIED;
	if (m.what == IMPLIED && t->by_number) {
		ids_hash(slice_sub(id, 0, id.n - DIGITS - 1), hash);
		had = ids_mark(&t->ids, hash, 0);
		if (had < 0)
			return -1;
		m.what |= had & IDS_DONE ? DONE : 0;
		m.what |= had & IDS_FAILED ? FAILED : 0;
	}
	return enqueue(t, &m);
}

int
todo_wants(const struct todo *t, uint64_t number)
{
	return number / 8 < t->wanted.n &&
	    (t->wanted.p[number / 8] >> number % 8 & 1);
}

void
todo_free(struct todo *t)
{
	ids_free(&t->ids);
	buf_free(&t->queue);
	buf_free(&t->wanted);
}
