#include "wire/fence.h"

#define DEPTH 16		/* of quotes and list items */
#define QUOTE 0
#define CODE_INDENT 4		/* columns; so much begins no fence */
#define TAB 4

/* A line from where it has been read to. */
struct line {
	struct slice rest;	/* with its newline */
	size_t column;
	size_t spaces;		/* left of a tab that was read in part */
};

/* The quotes and list items around a line, from the outside: the columns that
 * the lines of an item are indented by, or QUOTE. */
struct nest {
	size_t width[DEPTH];
	size_t n;
};

struct opening {
	char mark;
	size_t n;		/* of the marks; 0: no block is open */
	size_t indent;
	int bare;		/* without an info string */
};

static int
is_blank(const struct line *l)
{
	return slice_trim(l->rest).n == 0;
}

/* Reads at most so many columns of blanks.  Returns their number. */
static size_t
read_blanks(struct line *l, size_t most)
{
	size_t n;

	for (n = 0; n < most; n++) {
		if (l->spaces == 0) {
			if (l->rest.n == 0 || (*l->rest.p != ' ' &&
			    *l->rest.p != '\t'))
				break;
			l->spaces = *l->rest.p == ' ' ? 1 :
			    TAB - l->column % TAB;
			slice_skip(&l->rest, 1);
		}
		l->spaces--;
		l->column++;
	}
	return n;
}

static int
read_quote(struct line *l)
{
	struct line at = *l;

	(void)read_blanks(&at, CODE_INDENT - 1);
	if (at.spaces > 0 || at.rest.n == 0 || *at.rest.p != '>')
		return 0;
	slice_skip(&at.rest, 1);
	at.column++;
	(void)read_blanks(&at, 1);
	*l = at;
	return 1;
}

/* A bullet, or up to nine digits and a dot or parenthesis.  Returns the width
 * of the item, 0 if there is none. */
static size_t
read_item(struct line *l)
{
	struct line at = *l, after;
	size_t indent = read_blanks(&at, CODE_INDENT - 1), n = 0, blanks;

	if (at.spaces > 0 || at.rest.n == 0)
		return 0;
	while (n < at.rest.n && n < 9 && at.rest.p[n] >= '0' &&
	    at.rest.p[n] <= '9')
		n++;
	if (n == at.rest.n || memchr(n > 0 ? ".)." : "-+*", at.rest.p[n],
	    3) == NULL)
		return 0;
	slice_skip(&at.rest, ++n);
	at.column += n;
	if (is_blank(&at)) {
		*l = at;
		return indent + n + 1;
	}
	after = at;
	blanks = read_blanks(&after, CODE_INDENT + 1);
	if (blanks == 0)
		return 0;
	if (blanks > CODE_INDENT)	/* it begins with indented code */
		blanks = read_blanks(&at, 1);
	else
		at = after;
	*l = at;
	return indent + n + blanks;
}

/* Reads what a line that continues the nest begins with.  Returns how many of
 * its quotes and items the line is in. */
static size_t
read_nest(struct line *l, const struct nest *nest)
{
	struct line at;
	size_t i, width;

	for (i = 0; i < nest->n; i++) {
		width = nest->width[i];
		if (width == QUOTE) {
			if (!read_quote(l))
				break;
		} else if (!is_blank(l)) {
			at = *l;
			if (read_blanks(&at, width) < width)
				break;
			*l = at;
		}
	}
	return i;
}

static void
read_deeper(struct line *l, struct nest *nest)
{
	size_t width;

	while (nest->n < DEPTH) {
		width = QUOTE;
		if (!read_quote(l) && (width = read_item(l)) == 0)
			break;
		nest->width[nest->n++] = width;
	}
}

/* Whether the line is a fence.  The info string after one of backticks has none
 * of them in it. */
static int
read_fence(struct line l, struct opening *o)
{
	size_t n = 0;

	o->indent = read_blanks(&l, CODE_INDENT - 1);
	if (l.spaces > 0 || l.rest.n == 0)
		return 0;
	o->mark = *l.rest.p;
	if (o->mark != '`' && o->mark != '~')
		return 0;
	while (n < l.rest.n && l.rest.p[n] == o->mark)
		n++;
	slice_skip(&l.rest, n);
	o->n = n;
	o->bare = is_blank(&l);
	return n >= 3 && (o->mark == '~' || l.rest.n == 0 ||
	    memchr(l.rest.p, '`', l.rest.n) == NULL);
}

static void
put_line(struct line *l, size_t indent, struct buf *out)
{
	(void)read_blanks(l, indent);
	while (l->spaces > 0) {
		buf_putc(out, ' ');
		l->spaces--;
	}
	buf_put(out, l->rest);
}

static void
end_block(struct buf *block, struct buf *out)
{
	if (block->n > 0 && block->p[block->n - 1] != '\n')
		buf_putc(block, '\n');
	buf_clear(out);
	buf_put(out, buf_slice(block));
}

int
fence_find(struct slice text, enum fence which, int whole, struct buf *out)
{
	struct buf block = { 0 };
	struct nest nest = { .n = 0 };
	struct opening open = { .n = 0 }, o;
	struct line l;
	size_t in;
	int found = 0;

	buf_clear(out);
	while (text.n > 0 && !(found && which == FENCE_FIRST)) {
		l = (struct line){ .rest = text };
		(void)slice_cut(&text, '\n');
		l.rest.n -= text.n;
		in = read_nest(&l, &nest);
		if (open.n > 0 && in == nest.n) {
			if (!read_fence(l, &o) || !o.bare ||
			    o.mark != open.mark || o.n < open.n) {
				put_line(&l, open.indent, &block);
				continue;
			}
			l.rest.n = 0;	/* it opens no other */
		}
		if (open.n > 0) {
			end_block(&block, out);
			found = 1;
			open.n = 0;
		}
		nest.n = in;
		read_deeper(&l, &nest);
		if (read_fence(l, &o)) {
			open = o;
			buf_clear(&block);
		}
	}
	if (open.n > 0 && whole) {
		end_block(&block, out);
		found = 1;
	}
	buf_free(&block);
	return found ? 0 : -1;
}
