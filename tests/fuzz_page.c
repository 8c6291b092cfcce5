/*
 * Any bytes as a limit page: requests that are answered and refused, and what
 * bide limits reads of it.  However it is damaged, none waits for long.
 *
 * The input: a byte, so many changes to the words of an empty page (the index
 * of a word, 2 bytes, and its value, 8 bytes, as the machine stores them), and
 * the label, which is also the text of a refusal.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "limit/hold.h"
#include "limit/limit.h"
#include "limit/share.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW ((msec)1767225600 * 1000)
#define NAME "0123456789abcdef"
#define DAY ((msec)86400000)
#define TURN_MAX ((msec)10000)

static const struct usage usage = { 1000, 100, -1, -1, 0 };
static char dir[32];

static void
leave(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", dir, NAME);
	(void)unlink(path);
	(void)rmdir(dir);
}

/* An empty page with the changes. */
static struct page *
make_page(const uint8_t *data, size_t size)
{
	const size_t words = offsetof(struct page, label) / 8;
	int fd = page_folder(dir);
	struct page *p;
	uint16_t at;
	size_t n;

	(void)unlinkat(fd, NAME, 0);
	p = page_open(fd, NAME, SLICE(""), NOW);
	assert(p != NULL);
	for (n = size > 0 ? *data++ : 0; n > 0 && size > 10; n--) {
		memcpy(&at, data, 2);
		memcpy((char *)p + at % words * 8, data + 2, 8);
		data += 10;
		size -= 10;
	}
	if (size > 1)
		memcpy(p->label, data, size - 1 < PAGE_LABEL ? size - 1 :
		    PAGE_LABEL);
	page_close(p);
	p = page_open(fd, NAME, SLICE("replaced"), NOW);
	assert(p != NULL);
	close(fd);
	return p;
}

/* Asks until the request may go, which is soon; returns when. */
static msec
go(struct limit *l, struct ticket *t, msec now)
{
	struct slice body = SLICE("{\"max_tokens\":100,\"input\":\"hello\"}");
	msec start = now, look;
	int n = 0;

	while ((look = l->ops->ask(l, t, body, now)) > now) {
		assert(t->slot >= now && ++n < 20000);
		/* sooner than at its slot only if that is a guess */
		if (t->slot > look && t->why != LIMIT_TURN)
			look = t->slot;
		else if (t->slot > look)
			look = t->slot < now + TURN_MAX ? t->slot :
			    now + TURN_MAX;
		now = look;
	}
	assert(now - start < 2 * DAY);
	return now;
}

static void
answer(struct limit *l, struct ticket *t, struct quota *q, msec now)
{
	const struct fault whole = { .class = F_NONE };

	l->ops->head(l, t, q, 200, now);
	l->ops->done(l, t, &whole, 1, &usage, now + 500);
}

static void
refuse(struct limit *l, struct ticket *t, struct quota *q, struct slice text,
    msec wait, msec now)
{
	struct fault f = { .class = F_RATE, .status = 429, .wait = wait };

	slice_copy(text, f.text, sizeof(f.text));
	l->ops->head(l, t, q, 429, now);
	l->ops->done(l, t, &f, 1, &usage, now);
}

static void
look_at(const struct page *p)
{
	struct page_state s;
	size_t k;

	for (k = 0; k < LIMIT_CELLS; k++) {
		s = page_state(p, k, NOW);
		assert(s.limit >= 0 && s.used >= 0 && s.slot >= 0);
	}
	assert(share_most(p, NOW) <= PAGE_LEASES + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct limit l = { .ops = &limit_local };
	struct ticket t = { 0 }, other = { 0 };
	char text[PAGE_LABEL];
	struct quota q;
	msec now;

	if (dir[0] == '\0') {
		strcpy(dir, "/tmp/bide-fuzz-XXXXXX");
		if (mkdtemp(dir) == NULL || atexit(leave) != 0)
			abort();
	}
	l.page = make_page(data, size);
	memcpy(text, l.page->label, sizeof(text));
	look_at(l.page);
	quota_fields(NULL, 0, NOW, &q);
	now = go(&l, &t, NOW);
	go(&l, &other, NOW);
	answer(&l, &t, &q, now);
	q.of[QUOTA_TOKENS] = (struct quota_of){ 60000, 50000, MSEC_NONE,
	    QUOTA_MINUTE };
	answer(&l, &other, &q, now);
	now = go(&l, &t, now);
	refuse(&l, &t, &q, slice_str(text), 1000, now);
	now = go(&l, &t, now);
	refuse(&l, &t, &q, SLICE("slow down"), 365 * DAY, now);
	now = go(&l, &t, now);
	answer(&l, &t, &q, now);
	now = go(&l, &t, now);
	l.ops->drop(&l, &t);
	limit_close(&l);
	return 0;
}
