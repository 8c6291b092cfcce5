#include "cmd/batch_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/answer.h"
#include "base/file.h"
#include "core/output.h"

#define CHUNK ((size_t)65536)

/* A place of the table, which is one of open addressing.  Results of several
 * lines with the same text have the same hash. */
struct place {
	unsigned char hash[IDS_HASH];
	uint32_t state;
	int64_t at;		/* offset of the result */
};

enum { FREE, WAITING, WRITTEN };

struct order {
	struct batch *b;
	int table;
	uint64_t cap;		/* places, a power of two */
	struct replacement to;
	struct buf out;		/* not yet written */
	struct buf id;
};

static int
failed(const char *what)
{
	return fail(EXIT_OUTPUT, "%s: %s", what, strerror(errno));
}

/* The place of a hash: one that is free, or in the given state.  Its number;
 * -1 with errno. */
static int64_t
find(const struct order *o, const unsigned char *hash, uint32_t state,
    struct place *p)
{
	uint64_t i;
	ssize_t n;

	memcpy(&i, hash, sizeof(i));
	for (;; i++) {
		i &= o->cap - 1;
		memset(p, 0, sizeof(*p));
		n = file_get(o->table, p, sizeof(*p),
		    (off_t)(i * sizeof(*p)));
		if (n < 0)
			return -1;
		if (p->state == FREE || (p->state == state &&
		    memcmp(p->hash, hash, IDS_HASH) == 0))
			return (int64_t)i;
	}
}

static int
set(const struct order *o, int64_t i, const struct place *p)
{
	return file_put(o->table, (struct slice){ (const char *)p,
	    sizeof(*p) }, (off_t)i * (off_t)sizeof(*p));
}

/* Enters a result.  Of several with one custom_id the last one counts. */
static int
enter(struct order *o, struct slice id, int64_t at)
{
	struct place p;
	unsigned char hash[IDS_HASH];
	int64_t i = find(o, hash, todo_hash(id, hash) ? FREE : WAITING, &p);

	if (i < 0)
		return -1;
	p.state = WAITING;
	p.at = at;
	memcpy(p.hash, hash, IDS_HASH);
	return set(o, i, &p);
}

static int
enter_all(struct order *o)
{
	struct slice text, raw;
	struct batch_in in;
	int64_t at;
	int rc = 0, known;

	batch_in_init(&in, o->b->out.fd);
	batch_in_rewind(&in, 0);
	while (rc == 0 && !batch_cancelled(o->b) &&
	    batch_in_next(&in, &text, &at) == IN_LINE) {
		known = answer_read(text, &raw);
		if (known != ANSWER_DONE && known != ANSWER_FAILED)
			continue;
		buf_clear(&o->id);
		json_unescape(raw, &o->id, NULL);
		rc = enter(o, buf_slice(&o->id), at);
	}
	errno = in.error != 0 ? in.error : errno;
	rc = rc < 0 || in.error != 0 ? -1 : 0;
	batch_in_free(&in);
	return rc;
}

static int
flush(struct order *o, size_t least)
{
	struct fault f;

	if (o->out.n < least)
		return 0;
	if (output_write(&o->b->calm, o->to.fd, buf_slice(&o->out), &f) < 0)
		return fail(EXIT_OUTPUT, "%s: %s", o->b->o->ordered,
		    strerror(f.code));
	buf_clear(&o->out);
	if (o->out.cap > 4 * CHUNK)
		buf_free(&o->out);
	return 0;
}

/* Copies the line of the results at that offset. */
static int
copy(struct order *o, int64_t at)
{
	const char *p, *end = NULL;
	ssize_t n;

	while (end == NULL) {
		p = buf_room(&o->out, CHUNK);
		n = file_get(o->b->out.fd, o->out.p + o->out.n, CHUNK,
		    (off_t)at);
		if (n <= 0)
			return failed(o->b->out.path);
		end = memchr(p, '\n', (size_t)n);
		o->out.n += end != NULL ? (size_t)(end - p) + 1 : (size_t)n;
		at += n;
	}
	return flush(o, CHUNK);
}

/* Writes the result of the line with that id, if it is there: with --errors
 * failures are not, and those of other shards. */
static int
put(struct order *o, struct slice id)
{
	unsigned char hash[IDS_HASH];
	struct place p;
	int implied = todo_hash(id, hash);
	int64_t i = find(o, hash, WAITING, &p);

	if (i >= 0 && p.state == FREE && implied) {	/* of bide 0.1 */
		while (id.p[id.n - 1] != '-')
			id.n--;
		(void)todo_hash(slice_sub(id, 0, id.n - 1), hash);
		i = find(o, hash, WAITING, &p);
	}
	if (i < 0)
		return failed("--ordered");
	if (p.state == FREE)
		return 0;
	p.state = WRITTEN;
	return set(o, i, &p) < 0 ? failed("--ordered") : copy(o, p.at);
}

static int
put_all(struct order *o)
{
	struct batch *b = o->b;
	struct slice text;
	struct line l;
	int64_t at;
	int rc = 0;

	batch_in_rewind(&b->in, b->start);
	while (rc == 0 && !batch_cancelled(b) &&
	    batch_in_next(&b->in, &text, &at) == IN_LINE) {
		text = slice_trim(text);
		if (text.n == 0)
			continue;
		buf_clear(&o->id);
		(void)line_read(&l, text);
		batch_id(&l, b->in.line, text, &o->id);
		rc = put(o, buf_slice(&o->id));
	}
	if (rc == 0 && batch_cancelled(b))
		return fail(batch_cancelled(b), "interrupted: %s is not "
		    "written; continue with: %.*s", b->o->ordered,
		    SLICE_FMT(b->command));
	return rc == 0 ? flush(o, 1) : rc;
}

int
batch_order(struct batch *b)
{
	struct order o = { .b = b, .cap = 1024 };
	int64_t n = b->tally.n[T_DONE] + b->tally.n[T_FAILED] +
	    b->tally.n[T_BEFORE];
	unsigned char hash[IDS_HASH];
	uint32_t tag;
	struct fault f;
	int rc;

	while (o.cap / 2 < b->out.results + (uint64_t)n)
		o.cap *= 2;
	o.table = file_scratch(b->out.path);
	if (o.table < 0)
		return failed(b->o->ordered);
	/* which run it is; others may write to the same file */
	(void)todo_hash(slice_str(b->out.path), hash);
	memcpy(&tag, hash, sizeof(tag));
	if (output_begin(&o.to, b->o->ordered, tag, &f) < 0) {
		(void)close(o.table);
		return fail(EXIT_OUTPUT, "%s", f.text);
	}
	rc = enter_all(&o) < 0 ? failed(b->o->ordered) : put_all(&o);
	if (rc != 0)
		output_abandon(&o.to);
	else if (output_commit(&o.to, &f) < 0)
		rc = fail(EXIT_OUTPUT, "%s", f.text);
	else
		(void)close(o.to.fd);
	(void)close(o.table);
	buf_free(&o.out);
	buf_free(&o.id);
	return rc;
}
