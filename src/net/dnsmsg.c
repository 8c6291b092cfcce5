#include "net/dnsmsg.h"

#include <string.h>

#define HEADER 12
#define TAIL 4			/* type and class, after the name */
#define LABEL_MAX 63
#define POINTER 0xc0
#define CLASS_IN 1
#define NAME_ERROR 3

static char *
put16(char *p, unsigned v)
{
	p[0] = (char)(v >> 8);
	p[1] = (char)v;
	return p + 2;
}

static unsigned
get8(struct slice s, size_t at)
{
	return (unsigned char)s.p[at];
}

static unsigned
get16(struct slice s, size_t at)
{
	return get8(s, at) << 8 | get8(s, at + 1);
}

size_t
dnsmsg_ask(char to[DNSMSG_MAX], struct slice name, int type, unsigned id)
{
	struct slice label;
	char *p = to;

	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n == 0 || name.n > DNS_NAME_MAX || name.p[name.n - 1] == '.')
		return 0;
	p = put16(p, id);
	p = put16(p, 0x0100);		/* recursion, please */
	p = put16(p, 1);		/* a question */
	memset(p, 0, 6);
	p += 6;
	while (name.n > 0) {
		label = slice_cut(&name, '.');
		if (label.n == 0 || label.n > LABEL_MAX)
			return 0;
		*p++ = (char)label.n;
		memcpy(p, label.p, label.n);
		p += label.n;
	}
	*p++ = 0;
	p = put16(p, (unsigned)type);
	p = put16(p, CLASS_IN);
	return (size_t)(p - to);
}

/* Takes a name off *s without a look at it.  -1 when it is cut off. */
static int
skip_name(struct slice *s)
{
	unsigned c;

	do {
		if (s->n == 0)
			return -1;
		c = get8(*s, 0);
		slice_skip(s, c >= POINTER ? 2 : c + 1);
	} while (c != 0 && c < POINTER);
	return 0;
}

/* Takes one record, and its address, if it has one of that type. */
static int
take_record(struct slice *s, unsigned type, struct dns_list *out)
{
	size_t size;

	if (skip_name(s) < 0 || s->n < 10)
		return -1;
	size = get16(*s, 8);
	if (s->n < 10 + size)
		return -1;
	if (get16(*s, 0) == type && get16(*s, 2) == CLASS_IN &&
	    size == (type == DNSMSG_A ? 4 : 16))
		dns_add(out, type == DNSMSG_A ? AF_INET : AF_INET6,
		    s->p + 10, 0);
	slice_skip(s, 10 + size);
	return 0;
}

enum dnsmsg
dnsmsg_read(struct slice msg, struct slice question, struct dns_list *out)
{
	struct slice asked = slice_sub(question, HEADER, question.n);
	size_t before = out->n;
	unsigned records, code, cut;

	if (msg.n < HEADER || get16(msg, 0) != get16(question, 0) ||
	    (get8(msg, 2) & 0xf8) != 0x80)	/* an answer to a query */
		return DNSMSG_STRANGE;
	code = get8(msg, 3) & 0x0f;
	cut = get8(msg, 2) & 0x02;
	records = get16(msg, 6);
	if (get16(msg, 4) == 0 && code != 0)
		return DNSMSG_FAILED;
	msg = slice_sub(msg, HEADER, msg.n);
	if (!slice_ieq(slice_sub(msg, 0, asked.n), asked))
		return DNSMSG_STRANGE;
	if (code != 0 && code != NAME_ERROR)
		return DNSMSG_FAILED;
	msg = slice_sub(msg, asked.n, msg.n);
	while (records-- > 0 &&
	    take_record(&msg, get16(asked, asked.n - TAIL), out) == 0)
		continue;
	return cut && out->n == before ? DNSMSG_FAILED : DNSMSG_ANSWER;
}
