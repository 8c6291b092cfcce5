#include "wire/ip.h"

#include <string.h>

static int
read_v4(struct slice s, unsigned char *ip)
{
	struct slice part;
	long long v;
	int i;

	for (i = 0; i < 4; i++) {
		part = i < 3 ? slice_cut(&s, '.') : s;
		v = slice_dec(part, 255);
		if (v < 0 || (part.n > 1 && *part.p == '0'))
			return 0;
		ip[i] = (unsigned char)v;
	}
	return 1;
}

/* Takes one group, and the colon behind it: 2 bytes, or the 4 of an IPv4
 * address that ends the text; 0 when it is none. */
static size_t
take_group(struct slice *s, unsigned char *ip, size_t room)
{
	struct slice group;
	long long v;

	if (room >= 4 && read_v4(*s, ip)) {
		s->n = 0;
		return 4;
	}
	group = slice_cut(s, ':');
	v = slice_hex(group);
	if (v < 0 || group.n > 4 || room < 2)
		return 0;
	ip[0] = (unsigned char)(v >> 8);
	ip[1] = (unsigned char)v;
	return 2;
}

/* Whether text begins and ends with no colon, or with two. */
static int
colons_whole(struct slice s)
{
	return s.n >= 2 && (s.p[0] != ':' || s.p[1] == ':') &&
	    (s.p[s.n - 1] != ':' || s.p[s.n - 2] == ':');
}

static int
read_v6(struct slice s, unsigned char ip[16])
{
	size_t n = 0, gap = 16, got;	/* gap: where "::" stands */

	if (!colons_whole(s))
		return 0;
	if (*s.p == ':')
		slice_skip(&s, 1);
	while (s.n > 0) {
		if (*s.p == ':') {
			if (gap < 16)
				return 0;
			gap = n;
			slice_skip(&s, 1);
			continue;
		}
		got = take_group(&s, ip + n, 16 - n);
		if (got == 0)
			return 0;
		n += got;
	}
	if (gap == 16 || n == 16)
		return gap == 16 && n == 16;
	memmove(ip + 16 - (n - gap), ip + gap, n - gap);
	memset(ip + gap, 0, 16 - n);
	return 1;
}

size_t
ip_parse(struct slice text, unsigned char ip[16])
{
	if (read_v4(text, ip))
		return 4;
	return read_v6(text, ip) ? 16 : 0;
}
