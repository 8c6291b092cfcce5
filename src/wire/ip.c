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

static int
read_v6(struct slice s, unsigned char ip[16])
{
	size_t n = 0, gap = 16;		/* gap: where "::" is */
	struct slice group;
	long long v;

	/* a colon at either end is half of "::" */
	if (s.n < 2 || (s.p[0] == ':' && s.p[1] != ':') ||
	    (s.p[s.n - 1] == ':' && s.p[s.n - 2] != ':'))
		return 0;
	slice_skip(&s, *s.p == ':');
	while (s.n > 0) {
		if (*s.p == ':') {
			if (gap < 16)
				return 0;
			gap = n;
			slice_skip(&s, 1);
		} else if (n <= 12 && read_v4(s, ip + n)) {
			n += 4;
			break;
		} else {
			group = slice_cut(&s, ':');
			v = slice_hex(group);
			if (v < 0 || group.n > 4 || n > 14)
				return 0;
			ip[n++] = (unsigned char)(v >> 8);
			ip[n++] = (unsigned char)v;
		}
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
